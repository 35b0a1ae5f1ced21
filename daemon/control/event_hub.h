// What happened, told to whoever listens (the API's event streams) and to the log.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "control/clock.h"
#include "kindgate/v1/events.pb.h"

namespace kindgate::control {

// A policy mode as the schema spells it.
v1::Mode to_schema(policy::Mode mode);

// What an event may be about, besides its sentence.
struct About {
    std::string profile;
    std::string device;
    std::optional<policy::Mode> mode;
    std::optional<policy::Instant> until;
};

class EventHub {
public:
    using Listener = std::function<void(v1::Event const&)>;

    explicit EventHub(Clock const& clock) : clock_(clock) {}  // the clock must outlive the hub

    void tell(v1::Event::Kind kind, std::string text, About const& about = {});

    // Until the token is destroyed; listeners may come and go while an event is told.
    std::shared_ptr<void> subscribe(Listener listener);

private:
    Clock const& clock_;
    std::list<std::weak_ptr<Listener>> listeners_;
};

}  // namespace kindgate::control
