#include "report/task_limits.h"

#include "test.h"
#include "weekly_task.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;

constexpr auto now = sys_days{year{2026} / 8 / 1};

Task usual() {
    auto const week = static_cast<std::uint64_t>(now.time_since_epoch().count()) / 7;
    return test::weekly_task({week - 10, 20});
}

TaskLimits const limits{.leader_url = "https://leader.example/", .helper_url = "https://helper.example/"};

Result<void> check_both(Task const& task, TaskLimits const& of = limits) {
    KG_TRY(check_task(task, of));
    return check_time(task, now);
}

Error refusal(Task const& task, TaskLimits const& of = limits) {
    auto const checked = check_both(task, of);
    test::check(!checked.ok(), "it is refused");
    test::contains(checked.error().message(), "task " + base64url_unpadded(task.id()));
    return checked.error();
}

constexpr test::Test tests[] = {
    {"a task that keeps to the limits is taken part in", [] { test::value(check_both(usual())); }},
    {"whatever breaks a limit is told, with the task and what to do",
     [] {
         struct Case {
             void (*change)(Task& task);
             std::string_view says;
         };
         for (auto const& [change, says] : {
                  Case{[](Task& task) { task.min_batch_size = 999; }, "as few as 999 households, 1000 are the least"},
                  Case{[](Task& task) { task.min_batch_size = 0; }, "as few as 0 households"},
                  Case{[](Task& task) { task.time_precision = WholeSeconds{3600}; },
                       "time to 3600 s, the policy allows 604800 s"},
                  Case{[](Task& task) { task.time_precision = WholeSeconds{0}; }, "time to 0 s"},
                  Case{[](Task& task) { task.leader_url = "https://other.example/"; },
                       "its leader is 'https://other.example/'"},
                  Case{[](Task& task) { task.helper_url = task.leader_url; },
                       "its helper is 'https://leader.example/'"},
                  Case{[](Task& task) { task.batch_mode = BatchMode::leader_selected; }, "batch mode is 2"},
                  Case{[](Task& task) { task.vdaf = {6, {}}; }, "0x00000006"},
                  Case{[](Task& task) { task.vdaf.config.assign(8, 0); }, "the length is 0"},
                  Case{[](Task& task) { task.vdaf = VdafConfig::of({VdafType::histogram, 5, 0, 65536}); },
                       "larger than"},
                  Case{[](Task& task) { task.vdaf = VdafConfig::of({VdafType::histogram, 33, 0, 5}); }, "larger than"},
                  Case{[](Task& task) { task.vdaf = VdafConfig::of({VdafType::sum_vec, 5, 1U << 20U, 5}); },
                       "larger than"},
                  Case{[](Task& task) { task.extensions = {task_interval({2'000'000, 1})}; }, "after the year 2200"},
                  Case{[](Task& task) { task.extensions.clear(); }, "doesn't say when it ends"},
                  Case{[](Task& task) { task.extensions.push_back({2, {}}); }, "an extension, 2, that"},
                  Case{[](Task& task) { task.extensions = {task_interval({0, 53})}; },
                       "lasts 53 times 604800 s, the policy allows 366 days"},
                  Case{[](Task& task) { task.extensions = {task_interval({1, ~std::uint64_t{1}})}; },
                       "after the year 2200"},
                  Case{[](Task& task) { task.time_precision = WholeSeconds{~std::uint64_t{0}}; },
                       "after the year 2200"},
              }) {
             auto task = usual();
             change(task);
             auto const error = refusal(task);
             test::contains(error.message(), says);
             test::contains(error.message(), "ask its author to change it");
             test::check(error.code() == ErrorCode::forbidden, says);
         }
     }},
    {"before it begins it is looked at again, once it has ended it is to go",
     [] {
         auto const week = usual().time(now);
         auto task = usual();
         task.extensions = {task_interval({week + 1, 5})};
         test::check(refusal(task).code() == ErrorCode::unavailable, "later");
         test::contains(refusal(task).message(), "has not begun");
         task.extensions = {task_interval({week - 5, 5})};
         test::contains(refusal(task).message(), "has ended: take it out of the policy");
         task.extensions = {task_interval({week, 1})};
         test::value(check_both(task));
     }},
    {"a policy may ask for more, not for less",
     [] {
         auto strict = limits;
         strict.min_batch_size = 5000;
         test::contains(refusal(usual(), strict).message(), "5000 are the least");
         auto loose = limits;
         loose.min_batch_size = 1;
         auto task = usual();
         task.min_batch_size = 500;
         test::contains(refusal(task, loose).message(), "1000 are the least");
         loose.least_time_precision = days{0};
         task = usual();
         task.time_precision = WholeSeconds{0};
         test::contains(refusal(task, loose).message(), "1 s at the finest");
     }},
    {"aggregators are two, and reached by https",
     [] {
         auto task = usual();
         auto same = limits;
         task.helper_url = same.helper_url = task.leader_url;
         test::contains(refusal(task, same).message(), "is leader and helper");
         task = usual();
         auto plain = limits;
         task.leader_url = plain.leader_url = "http://leader.example/";
         test::contains(refusal(task, plain).message(), "not reached by https");
     }},
};

}  // namespace

int main() {
    return test::run("report/task_limits", tests);
}
