// A task as it is usual: of a leader and a helper, with a histogram and reports by the week.
#pragma once

#include "report/task.h"

namespace kindgate::test {

inline report::Task weekly_task(report::Interval const& interval = {2900, 52}) {
    using namespace report;  // NOLINT(google-build-using-namespace)
    return {.info = {'t'},
            .leader_url = "https://leader.example/",
            .helper_url = "https://helper.example/",
            .time_precision = WholeSeconds{604800},
            .min_batch_size = 1000,
            .batch_mode = BatchMode::time_interval,
            .batch_config = {},
            .vdaf = VdafConfig::of({.type = VdafType::histogram, .length = 5, .chunk = 2}),
            .extensions = {task_interval(interval)}};
}

}  // namespace kindgate::test
