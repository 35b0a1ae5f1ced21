// Any text as the header DAP-Taskprov, any bytes as a task: refused, or what comes out is what went in; no limit lets a
// small batch through.
#include <algorithm>
#include <cstdlib>

#include "report/task_limits.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)

void look_at(report::Task const& task) {
    auto const again = report::read_taskprov_header(report::taskprov_header(task));
    if (!again.ok() || !(*again == task)) std::abort();
    if (auto const vdaf = task.vdaf.vdaf(); vdaf.ok() && !(report::VdafConfig::of(*vdaf) == task.vdaf)) std::abort();
    // As the task has it: the aggregators and the time alone never keep a task out.
    report::TaskLimits const limits{.leader_url = task.leader_url,
                                    .helper_url = task.helper_url,
                                    .min_batch_size = 0,
                                    .longest_lifetime = std::chrono::days{3660},
                                    .least_time_precision = std::chrono::days{0}};
    auto const taken = report::check_task(task, limits);
    static_cast<void>(report::check_time(task, std::chrono::sys_seconds{std::chrono::seconds{1790000000}}));
    if (taken.ok() && (task.min_batch_size < report::least_batch_size || !task.interval())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const bytes{data, size};
    if (auto const task = report::read_taskprov_header(text_of(bytes)); task.ok()) look_at(*task);
    if (auto const task = report::Task::decode(bytes); task.ok()) {
        if (!std::ranges::equal(task->encoded(), bytes)) std::abort();
        look_at(*task);
    }
    return 0;
}
