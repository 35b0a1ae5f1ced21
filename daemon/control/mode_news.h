// Tells when the mode of a profile, or of a single device in it, becomes another.
#pragma once

#include <map>
#include <string>

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

    // After each plan. The first one is remembered and not told.
    void update(Situation const& situation, policy::Plan const& plan, Devices const& devices, policy::Instant now);

private:
    std::map<std::string, policy::Mode> profile_modes(Situation const& situation, policy::Plan const& plan,
                                                      Devices const& devices, policy::Instant now) const;
    void tell_profile(Situation const& situation, policy::Profile const& profile, policy::Instant now);
    void tell_device(Situation const& situation, policy::SlotDecision const& decision, Device const& device,
                     policy::Instant now);

    EventHub& events_;
    bool first_ = true;
    std::map<std::string, policy::Mode> profiles_;  // by id: what was told
    std::map<std::string, policy::Mode> devices_;
};

}  // namespace kindgate::control
