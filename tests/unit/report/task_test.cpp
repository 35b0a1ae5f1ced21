#include "report/task.h"

#include "vectors.h"
#include "weekly_task.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using test::hex_bytes;

constexpr test::Test tests[] = {
    {"the header DAP-Taskprov and the task's id are the draft's",
     [] {
         for (auto const& file : test::vector_files("dap", "taskprov")) {
             auto const& one = file.content;
             auto const value = one.at("header_value").get<std::string>();
             auto const task = test::value(read_taskprov_header(value));
             test::equal(hex(task.encoded()), one.at("task_configuration").get<std::string>(), file.name);
             test::equal(hex(task.id()), one.at("task_id_computed").get<std::string>(), file.name);
             test::equal(base64url_unpadded(task.id()), one.at("task_id_base64url_computed").get<std::string>(),
                         file.name);
             test::equal(taskprov_header(task), value, file.name);
         }
     }},
    {"a task is the same after the way there and back, whatever octets its base64 has",
     [] {
         auto task = test::weekly_task();
         for (unsigned octet = 0; octet < 256; ++octet) {
             task.info.assign(1 + octet % 3, static_cast<std::uint8_t>(octet));
             test::check(test::value(read_taskprov_header(taskprov_header(task))) == task, std::to_string(octet));
         }
     }},
    {"headers that are no byte sequence are refused, parameters passed over",
     [] {
         auto const good = taskprov_header(test::weekly_task());
         for (auto const& value : {good, "  " + good + " ", good + ";a=1"})
             test::check(read_taskprov_header(value).ok(), value);
         auto const inner = good.substr(1, good.size() - 2);
         for (auto const& value : {std::string{}, std::string{":"}, std::string{"::"}, inner, ":" + inner, inner + ":",
                                   good + "x", good + " ;a", good + ", " + good, ":" + inner + "-:",
                                   ":" + inner.substr(4) + ":", ":" + inner.substr(0, 8) + " " + inner.substr(8) + ":"})
             test::check(!read_taskprov_header(value).ok(), value);
     }},
    {"VDAFs are sent with the parameters that they have",
     [] {
         for (auto const& [vdaf, config] :
              {std::pair{Vdaf{.type = VdafType::count}, ""},
               {{.type = VdafType::sum, .max = 255}, "00000000000000ff"},
               {{.type = VdafType::sum_vec, .length = 12, .max = 8, .chunk = 14}, "0000000c00000000000000080000000e"},
               {{.type = VdafType::histogram, .length = 256, .chunk = 18}, "0000010000000012"},
               {{.type = VdafType::multihot_count_vec, .length = 256, .max = 14, .chunk = 18},
                "0000010000000012000000000000000e"}}) {
             auto const made = VdafConfig::of(vdaf);
             test::equal(hex(made.config), config, text(vdaf.type));
             test::check(test::value(made.vdaf()) == vdaf, text(vdaf.type));
         }
     }},
    {"VDAFs that nobody here knows or can use are told so",
     [] {
         test::contains(VdafConfig{6, {}}.vdaf().error().message(), "0x00000006");
         test::contains(VdafConfig{1, {0}}.vdaf().error().message(), "no parameters");
         test::contains(VdafConfig{4, hex_bytes("00000004")}.vdaf().error().message(), "chunk");
         test::contains(VdafConfig{2, Bytes(8)}.vdaf().error().message(), "at least");
     }},
    {"times are whole weeks since 1970 where the task has weeks",
     [] {
         auto const task = test::weekly_task();
         using std::chrono::seconds;
         test::equal(task.time(std::chrono::sys_seconds{seconds{604799}}), 0U, "the first");
         test::equal(task.time(std::chrono::sys_seconds{seconds{604800}}), 1U, "the second");
         test::equal(task.time(std::chrono::sys_seconds{seconds{-1}}), 0U, "before");
         test::check(task.interval() == Interval{2900, 52}, "the interval");
         test::check(!Task{}.interval(), "none");
     }},
    {"what shares are bound to begins with the version",
     [] {
         auto const context = vdaf_context(TaskId{1});
         test::equal(context.size(), 38U, "octets");
         test::equal(hex(ByteView{context}.first(7)), "6461702d313801", "dap-18 and the id");
     }},
    {"each task has a verify key of its own",
     [] {
         test::check(taskprov_verify_key({}, TaskId{1}) != taskprov_verify_key({}, TaskId{2}), "other tasks");
         test::check(taskprov_verify_key({}, TaskId{1}) != taskprov_verify_key(Seed{1}, TaskId{1}), "other secrets");
     }},
};

}  // namespace

int main() {
    return test::run("report/task", tests);
}
