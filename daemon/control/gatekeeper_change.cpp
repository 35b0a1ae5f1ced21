// Gatekeeper: what people ask to change. Each is in the ledger or the file before it takes effect.
#include <spdlog/spdlog.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"
#include "gatekeeper.h"
#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"

namespace kindgate::control {

namespace {

constexpr std::chrono::seconds default_override = std::chrono::hours{24};
constexpr std::size_t longest_name = 64;  // characters, as in the policy
constexpr std::size_t most_named = 40;    // in a message
// A calendar moved out of this range makes no sense to anybody's arithmetic.
constexpr std::chrono::days largest_offset{36'500};

Error invalid(std::string message) {
    return {ErrorCode::invalid_input, std::move(message)};
}

Result<policy::Mode> mode_of(v1::Mode mode) {
    switch (mode) {
        case v1::OPEN: return policy::Mode::open;
        case v1::LEARNING: return policy::Mode::learning;
        case v1::OFF: return policy::Mode::off;
        default: return invalid("an override needs a mode: write OPEN, LEARNING or OFF");
    }
}

// It is printed on terminals and pages.
Result<void> check_name(std::string_view name) {
    if (count_characters(name) > longest_name)
        return invalid("the name is longer than 64 characters: use a shorter one");
    switch (obeyed(name)) {
        case Obeyed::nothing: break;
        case Obeyed::control: return invalid("the name has control characters: leave them out");
        case Obeyed::direction:
            return invalid("the name has characters that turn the direction of writing: leave them out");
    }
    return {};
}

}  // namespace

Error Gatekeeper::unknown_who(std::string_view who) const {
    std::string known;
    std::size_t count = 0;
    auto const add = [&](std::string const& id) {
        if (++count <= most_named) known += (known.empty() ? "" : ", ") + id;
    };
    for (auto const& profile : store_.policy()->profiles) add(profile.id);
    for (auto const& [id, device] : devices_.all()) add(id);
    if (count > most_named) known += fmt::format(" and {} more (`kindgate devices`)", count - most_named);
    return {ErrorCode::not_found, fmt::format("there is no profile or device '{}': there are {}", who, known)};
}

// As it is kept: ids as they are, a hardware address in its one spelling.
Result<std::string> Gatekeeper::known_who(std::string_view who) const {
    if (!store_.policy()) return no_policy();
    if (who.empty()) return invalid("say who: a profile, a device, a hardware address or \"all\"");
    if (who == "all" || store_.policy()->find_profile(who)) return std::string{who};
    if (devices_.find(who) == nullptr) return unknown_who(who);
    auto const mac = Mac::parse(who);
    return mac.ok() ? mac->text() : std::string{who};
}

Result<policy::Interval> Gatekeeper::stretch_of(v1::GiveOverride const& request) const {
    auto const calendar = parts_.clock.now().calendar;
    auto const from = std::chrono::floor<std::chrono::seconds>(calendar);
    // Never less than what was said, though ends are whole seconds.
    auto const soonest = std::chrono::ceil<std::chrono::seconds>(calendar);
    if (request.seconds() != 0 && !request.until().empty()) return invalid("say either `seconds` or `until`, not both");
    auto to = from + default_override;
    constexpr auto longest = std::chrono::seconds{policy::horizon};
    if (request.seconds() > static_cast<std::uint64_t>(longest.count()))
        return invalid("an override lasts 400 days at most: give less, or change the policy");
    if (request.seconds() != 0) to = soonest + std::chrono::seconds{request.seconds()};
    if (!request.until().empty()) to = KG_TRY(policy::parse_until(request.until(), *store_.policy()->zone, from));
    if (to <= from) return invalid(fmt::format("'{}' is over: write a later time", request.until()));
    if (to - soonest > longest) return invalid("an override lasts 400 days at most: give less, or change the policy");
    return policy::Interval{from, to};
}

Result<v1::Override> Gatekeeper::give(v1::GiveOverride const& request, Caller const& caller) {
    policy::Override given;
    given.who = KG_TRY(known_who(request.who()));
    given.mode = KG_TRY(mode_of(request.mode()));
    if (auto const* const device = devices_.find(given.who); device != nullptr && !device->profile)
        return Error{ErrorCode::conflict,
                     fmt::format("nobody has placed {} and the policy has no newcomer_profile, so it has no access "
                                 "whatever is said: place it first, with `kindgate place MAC PROFILE`",
                                 given.who)};
    if (!trusted_)
        return Error{
            ErrorCode::unavailable,
            "the gate doesn't know the time yet, so this could not end: try again when a time source was heard"};
    given.when = KG_TRY(stretch_of(request));
    given.given_by = caller.user;
    given = KG_TRY(overrides_.add(std::move(given)));
    auto const at = now();
    events_.tell(v1::Event::OVERRIDE_GIVEN,
                 fmt::format("{} gave {}: {} {}", caller.user, given.who, in_words(given.mode),
                             until_in_words(*store_.policy(), given.when.to, at)),
                 {.profile = store_.policy()->find_profile(given.who) ? given.who : "",
                  .device = devices_.find(given.who) != nullptr ? given.who : "",
                  .mode = given.mode,
                  .until = given.when.to});
    count(ledger::Counted::overrides, devices_of(given.who));
    auto answer = describe(given);
    auto const applied = replan_for_caller();
    if (!applied.ok()) return applied.error().within("kept, and tried again until it is in force");
    return answer;
}

void Gatekeeper::tell_ended(policy::Override const& given, std::string_view how) {
    bool const profile = store_.policy() && store_.policy()->find_profile(given.who);
    events_.tell(v1::Event::OVERRIDE_ENDED,
                 fmt::format("the word of {} for {} ({}) {}", given.given_by, given.who, in_words(given.mode), how),
                 {.profile = profile ? given.who : "",
                  .device = devices_.find(given.who) != nullptr ? given.who : "",
                  .mode = {},
                  .until = {}});
}

Result<v1::Override> Gatekeeper::end_override(std::uint64_t id, Caller const& caller) {
    auto const ended = KG_TRY(overrides_.end(id));
    tell_ended(ended, fmt::format("was ended by {}", caller.user));
    auto const applied = replan_for_caller();
    if (!applied.ok()) return applied.error().within("ended, and tried again until it is in force");
    return describe(ended);
}

Result<v1::Overrides> Gatekeeper::end_overrides_of(std::string_view who, Caller const& caller) {
    auto name = known_who(who);
    // The word may outlive whom it was given to.
    auto const all = overrides_.all();
    if (!name.ok() && std::ranges::find(all, who, &policy::Override::who) != all.end()) name = std::string{who};
    if (!name.ok()) return name.error();
    std::vector<std::uint64_t> ids;
    for (auto const& given : all)
        if (given.who == *name) ids.push_back(given.id);
    v1::Overrides answer;
    Result<void> refused;
    for (auto const id : ids) {
        auto const ended = overrides_.end(id);
        if (!ended.ok()) {
            refused = ended.error();
            break;
        }
        tell_ended(*ended, fmt::format("was ended by {}", caller.user));
        *answer.add_overrides() = describe(*ended);
    }
    auto const applied = replan_for_caller();
    if (!refused.ok()) return refused.error();
    if (!applied.ok()) return applied.error().within("ended, and tried again until it is in force");
    return answer;
}

Result<v1::SeenDevice> Gatekeeper::place(Mac mac, v1::PlaceDevice const& request, Caller const& caller) {
    if (!store_.policy()) return no_policy();
    if (request.profile_or_device().empty()) return invalid("say where to: a profile or a device");
    KG_TRY(check_name(request.name()));
    if (auto const line = store_.place_of(mac); !line.empty())
        return Error{ErrorCode::conflict,
                     fmt::format("{}: the policy file places {}: change it there", line, mac.text())};
    auto const* const device = KG_TRY(devices_.place(mac, request.profile_or_device(), request.name(), now()));
    auto const& profile = device->profile ? store_.policy()->profiles[*device->profile].id : std::string{};
    events_.tell(v1::Event::DEVICE_PLACED,
                 fmt::format("{} placed {}: profile '{}'", caller.user, display_name(*device), profile),
                 {.profile = profile, .device = device->id(), .mode = {}, .until = {}});
    auto const id = device->id();
    auto const applied = replan_for_caller();
    if (!applied.ok()) return applied.error().within("kept, and tried again until it is in force");
    return describe(devices_.all().at(id));
}

PolicyVerdict Gatekeeper::replace_policy(std::string_view text, std::string_view if_match, Caller const& caller) {
    auto const before = store_.revision();
    auto verdict = store_.replace(text, if_match, now());
    if (!verdict.error.empty() || store_.revision() == before) return verdict;
    spdlog::info("{} changed the policy", caller.user);
    policy_changed();
    std::ranges::move(names_.warnings(), std::back_inserter(verdict.warnings));
    if (auto const applied = replan_for_caller(); !applied.ok()) {
        verdict.code = applied.error().code();
        verdict.error = applied.error().within("kept, and tried again until it is in force").message();
    }
    return verdict;
}

Result<void> Gatekeeper::release(Caller const& caller) {
    KG_TRY(parts_.table.remove());
    released_ = true;
    in_force_ = false;
    events_.tell(v1::Event::STOPPING,
                 fmt::format("{} released the gate: the kernel's table is gone, everything passes, kindgated ends",
                             caller.user));
    hooks_.end();
    return {};
}

Result<v1::ClockAnswer> Gatekeeper::move_clock(v1::MoveClock const& request, Caller const& caller) {
    if (!board_.lab_clock)
        return Error{ErrorCode::forbidden, "only a lab board's clock may be moved (lab_clock in the board file)"};
    std::chrono::seconds const base = request.reset() ? std::chrono::seconds{0} : parts_.clock.offset();
    std::chrono::seconds const most = largest_offset;
    if (request.seconds() > most.count() || request.seconds() < -most.count() ||
        std::chrono::abs(base + std::chrono::seconds{request.seconds()}) > most)
        return invalid("the clock can be moved by 100 years at most");
    auto const offset = base + std::chrono::seconds{request.seconds()};
    if (offset != parts_.clock.offset()) {
        spdlog::info("{} moved the lab's clock", caller.user);
        parts_.clock.set_offset(offset);
        clock_changed();
    }
    v1::ClockAnswer answer;
    answer.set_now(policy::rfc3339(now()));
    answer.set_offset_seconds(offset.count());
    return answer;
}

}  // namespace kindgate::control
