// Tells when the mode of a profile, or of a single device in it, becomes another, and when what a proof of age had
// opened is closed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "devices.h"
#include "event_hub.h"
#include "situation.h"

namespace kindgate::control {

// "off until tomorrow 07:00", "open".
std::string in_words(policy::Mode mode);
std::string until_in_words(policy::Policy const& policy, policy::Instant until, policy::Instant now);

// A profile's decision while the clock can't be trusted is the board's.
policy::Explanation explain_now(Situation const& situation, policy::Subject const& subject, policy::Instant now);

class ModeNews {
public:
    explicit ModeNews(EventHub& events) : events_(events) {}  // must outlive this object

    // After each plan, which is one of this situation. What wasn't there at the last plan is remembered and not told.
    void update(Situation const& situation, policy::Plan const& plan, Devices const& devices, policy::Instant now);

private:
    struct Told {
        std::string id;
        std::optional<policy::Mode> mode{};  // none: nothing yet
        std::vector<std::string> opened{};   // by proofs of age
    };

    void tell_closed(Told& device, policy::Outcome const& outcome, std::string_view name, About const& about);
    void tell(std::string_view name, policy::Outcome const& outcome, About about, policy::Policy const& policy,
              policy::Instant now);

    EventHub& events_;
    std::vector<Told> profiles_;  // in the order of the policy's
    std::vector<Told> devices_;   // in the order of the situation's
};

}  // namespace kindgate::control
