#include "control/board.h"

#include <fmt/ranges.h>

#include "house.h"

namespace {

using namespace kindgate;

constexpr test::Test tests[] = {
    {"a board has its defaults, and relative paths stand beside the file",
     [] {
         auto const board =
             test::value(control::parse_board("lan: \"lan0\" policy_file: \"p.textproto\"", "/etc/k/board.textproto"));
         test::equal(board.policy_file.string(), "/etc/k/p.textproto", "policy");
         test::equal(board.state_directory.string(), "/var/lib/kindgate", "state");
         test::equal(board.newcomers_per_minute, 60U, "newcomers");
         test::equal(board.slots, 16383, "slots");
         test::check(board.untrusted_clock == policy::Mode::off && !board.lab_clock, "clock");
     }},
    {"everything that is wrong is said, each with its place",
     [] {
         auto const refused = control::parse_board(
             "lan: \"lan0\"\nlan: \"lan0\"\nlan: \"a/b\"\nslots: 20000\n  newcomers_per_minute: 10001\n",
             "/b.textproto");
         test::check(!refused.ok() && refused.error().code() == ErrorCode::invalid_input, "refused");
         for (auto const* part : {"/b.textproto:2:1: 'lan0' is named twice", "/b.textproto:3:1: 'a/b'",
                                  "/b.textproto:4:1: 20000", "/b.textproto:5:3: 10001"})
             test::contains(refused.error().message(), part);
     }},
    {"the LAN's names are kept for a board file that is bad later, wherever it is wrong",
     [] {
         test::Folder const folder;
         auto const file = folder / "board.textproto";
         auto const lan = [&](std::string_view text) {
             test::write_file(file, text);
             return fmt::format("{}", fmt::join(control::last_lan(file), " "));
         };
         std::string const good = "lan: \"lan0\" lan: \"lan1\" state_directory: \"state\"";
         test::equal(lan(good), "", "nothing was kept yet");
         std::filesystem::create_directory(folder / "state");
         auto const board = test::value(control::parse_board(good, file));
         test::value(control::remember_lan(board));
         test::value(control::remember_lan(board));
         for (auto const* text : {"", " slots: 20000", " slots {", " nonsense", " \xff"})
             test::equal(lan(good + text), "lan0 lan1", text);
         test::write_file(folder / "state/lan", "lan0\n\nan-interface-with-a-long-name\nlan2\nla");
         test::equal(lan(good), "lan0 lan2", "damaged");
     }},
    {"errors of syntax and unknown fields have their place",
     [] {
         struct Case {
             char const *text, *says;
         };
         for (auto const& c :
              {Case{"lan: lan0", "b:1:6: "}, Case{"\n wan: \"x\"", "has no field named \"wan\": correct it"},
               Case{"", "b:1:1: no LAN interface"}, Case{"lan: \"lan0\" untrusted_clock: SHUT", "b:1:"},
               Case{"lan: \"\"", "b:1:1: ''"}}) {
             auto const refused = control::parse_board(c.text, "b");
             test::check(!refused.ok(), c.text);
             test::contains(refused.error().message(), c.says);
         }
         auto const two = control::parse_board("lan: lan0 wan: 1\n:", "b");
         test::equal(two.ok() ? "" : two.error().message(),
                     "b:1:6: Expected string, got: lan0: correct it (kindgated(8) has the fields)",
                     "what follows the first error is its consequence");
     }},
    {"a public name, a certificate and its key are named together or not at all",
     [] {
         auto const board = test::value(control::parse_board(
             "lan: \"lan0\" public_name: \"Gate.Example\" certificate: \"g.crt\" certificate_key: \"/k/g.key\"",
             "/etc/k/b"));
         test::equal(board.public_name->text(), "gate.example", "name");
         test::equal(board.certificate.string(), "/etc/k/g.crt", "certificate");
         test::equal(board.certificate_key.string(), "/k/g.key", "key");
         test::check(!test::value(control::parse_board("lan: \"lan0\"", "b")).public_name, "none");
         struct Case {
             char const *text, *says;
         };
         for (auto const& c : {Case{"public_name: \"gate.example\"", "certificate is missing"},
                               Case{"public_name: \"gate.example\"", "certificate_key is missing"},
                               Case{"certificate: \"a\" certificate_key: \"b\"", "public_name is missing"},
                               Case{"public_name: \"no name\" certificate: \"a\" certificate_key: \"b\"",
                                    "b:1:13: 'no name' is not"}}) {
             auto const refused = control::parse_board(fmt::format("lan: \"lan0\" {}", c.text), "b");
             test::check(!refused.ok(), c.text);
             test::contains(refused.error().message(), c.says);
         }
     }},
    {"groups and LAN interfaces that the machine doesn't have are warned of",
     [] {
         auto const board = test::value(control::parse_board(
             "lan: \"lo\" lan: \"no-such-lan\" admin_groups: \"root\" admin_groups: \"no-such-group-here\"", "b"));
         auto const warnings = control::board_warnings(board);
         test::equal(warnings.size(), 2U, "warnings");
         test::contains(warnings.at(0), "'no-such-group-here', and there is no such group");
         test::contains(warnings.at(1), "'no-such-lan', and there is no such interface now");
     }},
    {"a missing board file is an error that helps",
     [] {
         auto const refused = control::load_board("/nowhere/board.textproto");
         test::check(!refused.ok(), "refused");
         test::contains(refused.error().message(), "/nowhere/board.textproto: there is no such file");
     }},
};

}  // namespace

int main() {
    return test::run("control/board", tests);
}
