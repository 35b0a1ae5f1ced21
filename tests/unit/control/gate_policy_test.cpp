// The policy file: good, bad, gone, replaced; and a start with each.
#include <sys/stat.h>

#include "house.h"
#include "revision.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;

constexpr std::string_view open_policy = R"(time_zone: "Etc/UTC"
profiles { id: "kids" }
devices { id: "kid" macs: "02:00:5e:10:00:01" profile: "kids" }
)";
constexpr std::string_view bad_policy = R"(time_zone: "Etc/UTC"
profiles { id: "kids" extends: "nobody" }
devices { id: "kid" macs: "02:00:5e:10:00:01" profile: "children" }
)";

void saved(House& house, std::string_view text) {
    test::write_file(house.board.policy_file, text);
    house.gate->policy_file_changed();
    house.settle();
}

constexpr test::Test tests[] = {
    {"a changed policy takes force, and is kept as a revision",
     [] {
         House house{"2027-03-02T22:00:00Z"};
         house.start();
         test::check(!house.passes("kid"), "bedtime");
         saved(house, open_policy);
         test::check(house.passes("kid"), "open");
         test::equal(house.ledger.kept_revisions.size(), 2U, "revisions");
         test::equal(house.ledger.kept_revisions[0].id, control::revision_of(open_policy), "the latest");
         test::contains(house.last_told(v1::Event::POLICY_IN_FORCE), control::revision_of(open_policy));
     }},
    {"a bad policy is refused whole, every error told with its place; the one in force stays",
     [] {
         House house;
         house.start();
         saved(house, bad_policy);
         test::check(house.passes("kid"), "as before");
         auto const told = house.last_told(v1::Event::POLICY_REFUSED);
         test::contains(told, "policy.textproto:2:");
         test::contains(told, "policy.textproto:3:");
         test::equal(house.gate->status().policy_errors_size(), 2, "status says so");
         test::equal(house.gate->status().policy_name(), "Home", "in force");
         saved(house, bad_policy);
         test::equal(house.told(v1::Event::POLICY_REFUSED).size(), 1U, "told once");
         saved(house, test::home_policy);
         test::equal(house.gate->status().policy_errors_size(), 0, "corrected");
     }},
    {"a deleted policy stays in force, and that is told",
     [] {
         House house;
         house.start();
         std::filesystem::remove(house.board.policy_file);
         house.gate->policy_file_changed();
         test::check(house.passes("kid"), "as before");
         test::contains(house.last_told(v1::Event::POLICY_REFUSED), "there is no such file");
         saved(house, test::home_policy);
         test::equal(house.gate->status().policy_errors_size(), 0, "back");
     }},
    {"a start with a bad or missing file goes on with the last good revision, also after several bad ones",
     [] {
         for (auto const* text : {"profiles {", ""}) {
             House house;
             house.start();
             house.ledger.kept_revisions.insert(house.ledger.kept_revisions.begin(), {"x", {}, "not a policy"});
             test::write_file(house.board.policy_file, text);
             if (*text == '\0') std::filesystem::remove(house.board.policy_file);
             house.restart();
             test::check(house.passes("kid"), "in force");
             test::equal(house.gate->status().policy_name(), "Home", "the last good one");
             test::check(house.gate->status().policy_errors_size() > 0, "and the errors are told");
             test::contains(house.last_told(v1::Event::POLICY_IN_FORCE), "last good policy 'Home'");
         }
     }},
    {"a start without any policy gives nobody access, and the first good one opens",
     [] {
         House house{"2027-03-02T12:00:00Z", ""};
         house.start();
         test::check(house.table.installed() && house.table.held().access.empty(), "the table without a lease");
         test::contains(house.last_told(v1::Event::POLICY_REFUSED), "nobody has access");
         test::check(!house.gate->policy().ok() && !house.gate->explain({"", "kids"}, "", "").ok(),
                     "questions are refused");
         saved(house, test::home_policy);
         test::check(house.passes("kid"), "open");
     }},
    {"a policy by the API doesn't overtake a save of the file that nobody has read yet",
     [] {
         House house{"2027-03-02T22:00:00Z"};
         house.start();
         auto const revision = house.gate->status().policy_revision();
         auto const edited = std::string{test::home_policy} + "# edited\n";
         test::write_file(house.board.policy_file, edited);
         auto const late = house.gate->replace_policy(open_policy, revision, house.caller);
         test::check(late.code == ErrorCode::conflict, "refused");
         test::equal(test::file_text(house.board.policy_file), edited, "the editor's");
     }},
    {"a policy by the API: checked, matched, written, in force",
     [] {
         House house{"2027-03-02T22:00:00Z"};
         house.start();
         auto const revision = house.gate->status().policy_revision();
         auto const bad = house.gate->replace_policy(bad_policy, revision, house.caller);
         test::check(bad.code == ErrorCode::invalid_input && bad.details.size() == 2, "bad");
         auto const stale = house.gate->replace_policy(open_policy, "0123456789abcdef", house.caller);
         test::check(stale.code == ErrorCode::conflict && !stale.error.empty(), "stale");
         test::equal(test::file_text(house.board.policy_file), test::home_policy, "untouched");

         auto const good = house.gate->replace_policy(open_policy, revision, house.caller);
         test::equal(good.error, "", "good");
         test::equal(test::file_text(house.board.policy_file), open_policy, "written");
         test::check(house.passes("kid"), "in force");
         test::equal(house.ledger.kept_revisions.size(), 2U, "the old one is kept");
         test::equal(test::value(house.gate->policy()).revision, good.revision, "revision");
         house.gate->policy_file_changed();
         test::equal(house.told(v1::Event::POLICY_IN_FORCE).size(), 2U, "seeing our own writing is no news");
     }},
    {"a policy is written to where its symlink leads, with mode kept",
     [] {
         House house;
         auto const real = house.folder / "real.textproto";
         std::filesystem::rename(house.board.policy_file, real);
         std::filesystem::create_symlink("real.textproto", house.board.policy_file);
         chmod(real.c_str(), 0640);
         house.start();
         test::equal(house.gate->replace_policy(open_policy, "", house.caller).error, "", "replaced");
         test::check(std::filesystem::is_symlink(house.board.policy_file), "still a symlink");
         test::equal(test::file_text(real), open_policy, "written there");
         test::check(std::filesystem::status(real).permissions() == std::filesystem::perms{0640}, "mode");
     }},
    {"a read-only policy file or folder is not written, for root neither",
     [] {
         House house;
         house.start();
         chmod(house.board.policy_file.c_str(), 0444);
         auto refused = house.gate->replace_policy(open_policy, "", house.caller);
         test::check(refused.code == ErrorCode::forbidden && !refused.error.empty(), "file");
         chmod(house.board.policy_file.c_str(), 0644);
         chmod(house.board.policy_file.parent_path().c_str(), 0555);
         refused = house.gate->replace_policy(open_policy, "", house.caller);
         chmod(house.board.policy_file.parent_path().c_str(), 0755);
         test::check(refused.code == ErrorCode::forbidden && !refused.error.empty(), "folder");
         test::equal(test::file_text(house.board.policy_file), test::home_policy, "untouched");
     }},
    {"somebody's refused text is not lost when another is written over it",
     [] {
         House house;
         house.start();
         saved(house, bad_policy);
         test::equal(house.gate->replace_policy(open_policy, "", house.caller).error, "", "replaced");
         test::equal(test::file_text(house.board.state_directory / "policy-set-aside.textproto"), bad_policy, "kept");
     }},
    {"a policy too large is refused",
     [] {
         House house;
         house.start();
         std::string const huge((4 << 20) + 1, '#');
         test::check(!house.gate->validate(huge).error.empty(), "validate");
         saved(house, huge);
         test::contains(house.last_told(v1::Event::POLICY_REFUSED), "more than 4194304 bytes");
     }},
    {"a policy that can't be kept as a revision still takes force, and that is told",
     [] {
         House house{"2027-03-02T22:00:00Z"};
         house.start();
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         saved(house, open_policy);
         test::check(house.passes("kid"), "in force");
         test::check(!house.told(v1::Event::STORAGE_FAILED).empty(), "told");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_policy", tests);
}
