// Scenario files: judged as the policy decides, refused at the exact place. Each test has a folder of its own with a
// policy.
#include "scenario.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::cli;

constexpr std::string_view policy_text = R"(
name: "Test"
time_zone: "Europe/Berlin"
profiles {
  id: "kids"
  windows { days: "daily" from: "20:00" to: "06:00" mode: OFF label: "Bedtime" }
}
profiles { id: "open" }
devices { id: "phone" macs: "02:00:5e:10:00:01" profile: "kids" }
networks { cidr: "10.7.0.0/16" profile: "kids" }
)";

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "kindgate-scenario-XXXXXX").string();
        test::check(mkdtemp(name.data()) != nullptr, "a temporary folder");
        path_ = name;
        std::ofstream{path_ / "policy.textproto"} << policy_text;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;

    ScenarioFile read(std::string_view cases) const {
        return read_scenario(fmt::format("policy: \"policy.textproto\"\n{}", cases), (path_ / "s.textproto").string());
    }
    // "line:column: what: advice" of each error.
    std::vector<std::string> errors(std::string_view cases) const {
        std::vector<std::string> all;
        for (auto const& error : read(cases).errors) {
            auto const text = error.text();
            all.push_back(text.substr(text.find(".textproto:") + 11));
        }
        return all;
    }

private:
    std::filesystem::path path_;
};

Verdict judged(std::string_view one_case) {
    auto const file = Folder{}.read(one_case);
    for (auto const& error : file.errors) test::fail(error.text());
    test::equal(file.cases.size(), 1U, "cases");
    return judge(file.cases[0], *file.policy, nullptr);
}

void refused(std::string_view cases, std::string_view place, std::string_view part) {
    auto const errors = Folder{}.errors(cases);
    test::equal(errors.size(), 1U, cases);
    test::check(errors[0].starts_with(place), errors[0]);
    test::contains(errors[0], part);
}

constexpr test::Test tests[] = {
    {"a device, a profile and a stranger are asked alike",
     [] {
         for (auto const* who : {R"(device: "phone")", R"(profile: "kids")", R"(stranger { addresses: "10.7.1.2" })"}) {
             auto const verdict = judged(fmt::format(R"(cases {{ name: "n" {} at: "2026-11-24T20:00"
                 expect {{ decision: "BLOCK" mode: OFF until: "2026-11-25T05:00:00Z" rule: "windows[0]" }} }})",
                                                     who));
             test::equal(verdict.differences.size(), 0U, who);
         }
     }},
    {"a stranger whom no profile takes has no access, as the plan has it",
     [] {
         auto const verdict = judged(R"(cases { name: "n" stranger { interface: "eth9" } at: "2026-11-24T12:00"
             expect { decision: "BLOCK" rule: "newcomer_profile" } })");
         test::equal(verdict.differences.size(), 0U, "differences");
         test::check(!verdict.got.explanation.until, "until");
     }},
    {"each thing that differs is named, and what isn't said isn't compared",
     [] {
         auto const all = judged(R"(cases { name: "n" profile: "kids" at: "2026-11-24T12:00"
             expect { decision: "BLOCK" mode: OFF until: "2026-11-24T13:00" rule: "windows[0]" } })");
         test::check(all.differences == std::vector<std::string_view>{"decision", "mode", "until", "rule"}, "all four");
         auto const one = judged(R"(cases { name: "n" profile: "open" at: "2026-11-24T12:00"
             expect { mode: OPEN until: "2026-11-24T13:00" } })");
         test::check(one.differences == std::vector<std::string_view>{"until"}, "no change, but one was expected");
     }},
    {"a device is meant by its hardware address too, in any spelling",
     [] {
         auto const verdict = judged(R"(cases { name: "n" device: "02-00-5E-10-00-01" at: "2026-11-24T21:00"
             overrides { who: "02:00:5E:10:00:01" mode: OPEN from: "2026-11-24T20:30" until: "2026-11-24T22:00" }
             expect { mode: OPEN until: "2026-11-24T22:00" rule: "override" } })");
         test::equal(verdict.differences.size(), 0U, "differences");
         auto const of_a_profile = judged(R"(cases { name: "n" profile: "kids" at: "2026-11-24T21:00"
             overrides { who: "02:00:5e:10:00:01" mode: OPEN from: "2026-11-24T20:30" until: "2026-11-24T22:00" }
             expect { mode: OFF rule: "windows[0]" } })");
         test::equal(of_a_profile.differences.size(), 0U, "others of the profile");
         refused(
             "cases { name: \"n\" profile: \"kids\" at: \"2026-11-24T21:00\" expect { mode: OFF }\n"
             "  overrides { who: \"02:00:5e:10:00:02\" mode: OPEN from: \"2026-11-24T20:30\" until: "
             "\"2026-11-24T22:00\" } }",
             "3:15: ", "a hardware address that it places");
     }},
    {"overrides count in the order in which they are said",
     [] {
         auto const verdict = judged(R"(cases { name: "n" device: "phone" at: "2026-11-24T21:00"
             overrides { who: "phone" mode: OPEN from: "2026-11-24T20:30" until: "2026-11-24T22:00" }
             overrides { who: "all" mode: OFF from: "2026-11-24T20:45" until: "2026-11-24T21:30" }
             expect { mode: OFF until: "2026-11-24T21:30" rule: "override" } })");
         test::equal(verdict.differences.size(), 0U, "differences");
     }},
    {"names that are none, and what comes with later versions, are refused at their place",
     [] {
         refused(
             "cases {\n  name: \"n\" profile: \"open\" at: \"2026-11-24T12:00\"\n\tdomain: \"x y\"\n"
             "  expect { mode: OPEN } }",
             "4:2: ", "'x y' is not a name");
         refused(
             "cases { name: \"n\" profile: \"open\" at: \"2026-11-24T12:00\" expect { mode: OPEN }\n"
             "  minutes_used { today: 5 } }",
             "3:3: ", "they come with budgets");
     }},
    {"every error of a case is told, in the order of the file",
     [] {
         auto const errors = Folder{}.errors(
             "cases {\n"
             "  at: \"tomorrow\"\n"
             "  device: \"tablet\"\n"
             "  overrides { who: \"nobody\" from: \"2026-11-24T12:00\" until: \"2026-11-24T11:00\" }\n"
             "  expect { decision: \"MAYBE\" }\n"
             "}");
         test::equal(errors.size(), 7U, "errors");
         std::string_view const places[] = {"2:1: a case has no name",
                                            "3:3: ",
                                            "4:3: the policy has no device 'tablet'",
                                            "5:3: an override has no mode",
                                            "5:15: 'nobody' is no profile",
                                            "5:54: an override ends before",
                                            "6:12: 'MAYBE' is no decision"};
         for (std::size_t i = 0; i < errors.size(); ++i) test::check(errors[i].starts_with(places[i]), errors[i]);
     }},
    {"who asks is said exactly once",
     [] {
         refused("cases { name: \"n\" at: \"2026-11-24T12:00\" expect { mode: OPEN } }", "2:1: ", "doesn't say who");
         refused(
             "cases { name: \"n\" device: \"phone\" profile: \"open\" at: \"2026-11-24T12:00\" expect { mode: OPEN } }",
             "2:1: ", "more than once");
         refused(
             "cases { name: \"n\" stranger { addresses: \"10.7\" } at: \"2026-11-24T12:00\" expect { mode: OPEN } }",
             "2:30: ", "10.7");
     }},
    {"a case that expects nothing shows nothing, and is refused",
     [] { refused("cases { name: \"n\" profile: \"open\" at: \"2026-11-24T12:00\" }", "2:1: ", "expects nothing"); }},
    {"a file without cases, and the first error of syntax",
     [] {
         refused("", "1:1: ", "no cases");
         test::equal(Folder{}.errors("cases { nam: \"n\" }").at(0),
                     "2:9: Scenario has no field 'nam': did you mean 'name'?", "no words of protobuf's");
     }},
    {"a policy that is missing, unreadable or wrong is told at its place",
     [] {
         auto const without = read_scenario("cases {}", "s.textproto");
         test::contains(without.errors.at(0).text(), "s.textproto:1:1: the policy that is tested isn't named");
         auto const missing = read_scenario("\npolicy: \"not-here.textproto\"\ncases {}", "/nowhere/s.textproto");
         test::contains(missing.errors.at(0).text(),
                        "/nowhere/s.textproto:2:1: /nowhere/not-here.textproto: can't be read");
     }},
};

}  // namespace

int main() {
    return test::run("cli/scenario", tests);
}
