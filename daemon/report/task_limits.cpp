#include "report/task_limits.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/randomised_response.h"

namespace kindgate::report {

namespace {

using std::chrono::seconds;

constexpr std::uint64_t last_end = 7'258'118'400;  // 2200-01-01T00:00:00Z
constexpr auto no_end = "it doesn't say when it ends";
constexpr auto leave_it = "ask its author to change it, or take the task out of the policy";

Error refused(Task const& task, std::string_view what, std::string_view advice = leave_it,
              ErrorCode code = ErrorCode::forbidden) {
    return {code, fmt::format("task {}: {}: {}", base64url_unpadded(task.id()), what, advice)};
}

std::uint64_t whole_seconds(std::chrono::days days) {
    return static_cast<std::uint64_t>(std::max(seconds{days}, seconds{0}).count());
}

Result<void> check_aggregators(Task const& task, TaskLimits const& limits) {
    struct Url {
        std::string_view whose;
        std::string const& asked;
        std::string const& allowed;
    };
    for (auto const& [whose, asked, allowed] :
         {Url{"leader", task.leader_url, limits.leader_url}, Url{"helper", task.helper_url, limits.helper_url}}) {
        if (asked != allowed)
            return refused(task, fmt::format("its {} is '{}', the policy names '{}'", whose, asked, allowed));
        if (!asked.starts_with("https://"))
            return refused(task, fmt::format("its {}, '{}', is not reached by https", whose, asked));
    }
    // Whoever is both has both shares.
    if (task.leader_url == task.helper_url)
        return refused(task, fmt::format("'{}' is leader and helper, and could read each report", task.leader_url));
    return {};
}

Result<void> check_privacy(Task const& task, TaskLimits const& limits) {
    auto const least = std::max(limits.min_batch_size, least_batch_size);
    if (task.min_batch_size < least)
        return refused(task,
                       fmt::format("it adds up as few as {} households, {} are the least", task.min_batch_size, least));
    auto const finest = std::max(whole_seconds(limits.least_time_precision), std::uint64_t{1});
    if (task.time_precision.count() < finest)
        return refused(task, fmt::format("reports tell their time to {} s, the policy allows {} s at the finest",
                                         task.time_precision.count(), finest));
    return {};
}

// What can't be done as the author wants it is not done another way (DAP, 4.2.2).
Result<void> check_known(Task const& task) {
    if (task.batch_mode != BatchMode::time_interval)
        return refused(task, fmt::format("its batch mode is {}, only 1 (time_interval) is taken part in",
                                         static_cast<unsigned>(task.batch_mode)));
    auto const vdaf = task.vdaf.vdaf();
    if (!vdaf.ok()) return refused(task, vdaf.error().message());
    // A question has few answers, each given once; whatever is larger only makes reports heavy.
    if (vdaf->length > max_answers || vdaf->max > max_answers || vdaf->chunk > std::max(vdaf->length, 1U))
        return refused(task, fmt::format("its reports are larger than a question of {} answers needs", max_answers));
    for (auto const& extension : task.extensions)
        if (extension.type != task_interval_extension)
            return refused(task,
                           fmt::format("it has an extension, {}, that this version doesn't know", extension.type));
    return {};
}

Result<void> check_lifetime(Task const& task, TaskLimits const& limits) {
    auto const interval = task.interval();
    if (!interval) return refused(task, no_end);
    auto const precision = task.time_precision.count();
    auto const longest = whole_seconds(limits.longest_lifetime);
    if (interval->end() > last_end / precision) return refused(task, "it ends after the year 2200");
    if (interval->duration > longest / precision)
        return refused(task, fmt::format("it lasts {} times {} s, the policy allows {} days", interval->duration,
                                         precision, limits.longest_lifetime.count()));
    return {};
}

}  // namespace

Result<void> check_task(Task const& task, TaskLimits const& limits) {
    KG_TRY(check_known(task));
    KG_TRY(check_aggregators(task, limits));
    KG_TRY(check_privacy(task, limits));
    return check_lifetime(task, limits);
}

Result<void> check_time(Task const& task, std::chrono::sys_seconds at) {
    auto const interval = task.interval();
    if (!interval) return refused(task, no_end);
    auto const time = task.time(at);
    if (time >= interval->end()) return refused(task, "it has ended", "take it out of the policy");
    if (time < interval->start)
        return refused(task, "it has not begun", "it is looked at again later", ErrorCode::unavailable);
    return {};
}

}  // namespace kindgate::report
