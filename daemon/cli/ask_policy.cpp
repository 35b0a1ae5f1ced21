// `kindgate explain` and `timeline`: by a policy file, without a daemon and without people's words, or by the daemon.
#include <algorithm>

#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "files.h"
#include "json.h"
#include "kindgate/v1/api.pb.h"
#include "names_by_file.h"
#include "remote.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

constexpr std::chrono::days week{7};
constexpr std::size_t date_size = std::string_view{"2026-03-29"}.size();

Error wrong(std::string sentence) {
    return {ErrorCode::invalid_input, std::move(sentence)};
}

std::string ids(auto const& things) {
    std::vector<std::string_view> words;
    words.reserve(things.size());
    for (auto const& thing : things) words.emplace_back(thing.id);
    auto const shown = std::min<std::size_t>(words.size(), 20);
    return fmt::format("{}{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                       shown < words.size() ? ", …" : "");
}

Result<void> check_who(Options const& options) {
    if (options.device.empty() == options.profile.empty())
        return wrong("whom is it about? give one of --device ID and --profile ID");
    return {};
}

// `policy` has to outlive the subject. A device also by its hardware address.
Result<policy::Subject> find_subject(policy::Policy const& policy, Options const& options) {
    KG_TRY(check_who(options));
    if (!options.profile.empty()) {
        auto const index = policy.find_profile(options.profile);
        if (!index)
            return wrong(fmt::format("{} has no profile '{}': write one of: {}", options.policy, options.profile,
                                     ids(policy.profiles)));
        return policy::Subject{policy, policy.profiles[*index], {}, {}};
    }
    auto const mac = Mac::parse(options.device);
    auto const found = std::ranges::find_if(policy.devices, [&](policy::Device const& device) {
        return device.id == options.device || (mac.ok() && std::ranges::count(device.macs, *mac) > 0);
    });
    if (found == policy.devices.end())
        return wrong(policy.devices.empty() ? fmt::format("{} places no devices: ask with --profile ID", options.policy)
                                            : fmt::format("{} has no device '{}': write one of: {}", options.policy,
                                                          options.device, ids(policy.devices)));
    return policy::Subject{policy, policy.profiles[found->profile], found->id, found->macs};
}

// What to add to a path: "?device=kid".
std::string who_query(Options const& options) {
    return options.device.empty() ? "?profile=" + url_word(options.profile) : "?device=" + url_word(options.device);
}

// As written, or this day and the six that follow.
Result<policy::Interval> read_span(Options const& options, date::time_zone const& zone, policy::Instant now) {
    auto const from = options.from.empty()
                          ? policy::first_instant(zone, policy::local_date(zone, now))
                          : KG_TRY(policy::parse_instant_or_date(options.from, zone, policy::Edge::start));
    auto const to = options.to.empty() ? policy::first_instant(zone, policy::local_date(zone, from) + week)
                                       : KG_TRY(policy::parse_instant_or_date(options.to, zone, policy::Edge::end));
    // The day before's end is this day's first instant.
    bool const dates = options.from.size() == date_size && options.to.size() == date_size;
    if (to < from || (dates && options.to < options.from)) return wrong("--to is before --from: exchange them");
    return policy::Interval{from, to};
}

Outcome explain_by_file(Options const& options, Surroundings const& around) {
    auto const policy = KG_TRY(load_file(options.policy));
    auto const subject = KG_TRY(find_subject(*policy, options));
    auto const at = options.at.empty() ? around.now() : KG_TRY(policy::parse_instant(options.at, *policy->zone));
    if (options.domain.empty()) {
        show(answer_of(policy::explain(subject, {}, at)), *policy->zone, at, options.form, around);
        return 0;
    }
    auto const name = KG_TRY(policy::parse_name(options.domain));
    auto const names = KG_TRY(load_names(*policy, options.data));
    for (auto const& warning : names.warnings) around.err << "warning: " << printable(warning) << '\n';
    auto const profile = policy->find_profile(subject.profile.id);
    auto const explained = explain_name(*policy, names, {subject.device_id, subject.macs, profile}, {}, at, name);
    show(answer_of(explained), *policy->zone, at, options.form, around);
    return 0;
}

Outcome explain_by_daemon(Options const& options, Surroundings const& around) {
    auto target = "/v1/explain" + who_query(options);
    if (!options.at.empty()) target += "&at=" + url_word(options.at);
    if (!options.domain.empty()) target += "&domain=" + url_word(options.domain);
    auto const answer = KG_TRY(from_message(KG_TRY(fetch<v1::Explanation>(options, {Method::get, target, {}, {}}))));
    if (options.form == Form::json) {
        show(answer, *KG_TRY(find_zone("UTC")), {}, options.form, around);
        return 0;
    }
    auto const clock = KG_TRY(gate_clock(options));
    auto const when = options.at.empty() ? clock.now : KG_TRY(policy::parse_instant(options.at, *clock.zone));
    show(answer, *clock.zone, when, options.form, around);
    return 0;
}

Outcome timeline_by_file(Options const& options, Surroundings const& around) {
    auto const policy = KG_TRY(load_file(options.policy));
    auto const subject = KG_TRY(find_subject(*policy, options));
    auto const span = KG_TRY(read_span(options, *policy->zone, around.now()));
    show(policy::timeline(subject, {}, span), *policy->zone, options.form, around);
    return 0;
}

Outcome timeline_by_daemon(Options const& options, Surroundings const& around) {
    auto const clock = KG_TRY(gate_clock(options));
    auto const span = KG_TRY(read_span(options, *clock.zone, clock.now));
    auto const target = fmt::format("/v1/timeline{}&from={}&to={}", who_query(options),
                                    url_word(policy::rfc3339(span.from)), url_word(policy::rfc3339(span.to)));
    auto const message = KG_TRY(fetch<v1::Timeline>(options, {Method::get, target, {}, {}}));
    std::vector<policy::Stretch> stretches;
    for (auto const& stretch : message.stretches()) stretches.push_back(KG_TRY(from_message(stretch)));
    show(stretches, *clock.zone, options.form, around);
    return 0;
}

}  // namespace

Outcome explain(Options const& options, Surroundings const& around) {
    KG_TRY(check_who(options));
    if (!options.data.empty() && (options.policy.empty() || options.domain.empty()))
        return wrong("--data is for a name by a policy file: say --policy FILE and --domain NAME too");
    return options.policy.empty() ? explain_by_daemon(options, around) : explain_by_file(options, around);
}

Outcome timeline(Options const& options, Surroundings const& around) {
    KG_TRY(check_who(options));
    return options.policy.empty() ? timeline_by_daemon(options, around) : timeline_by_file(options, around);
}

}  // namespace kindgate::cli
