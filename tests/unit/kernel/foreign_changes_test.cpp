// Who changed our table? In a network namespace of the test's own.
#include "foreign_changes.h"

#include "namespace.h"
#include "test.h"

namespace {

using namespace kindgate;
using kernel::ForeignChanges;

bool readable(ForeignChanges const& changes) {
    pollfd waiting{changes.descriptor(), POLLIN, 0};
    return poll(&waiting, 1, 0) > 0;
}

constexpr test::Test tests[] = {
    {"only changes of our table are told, and only while listening",
     [] {
         auto changes = test::value(ForeignChanges::listen(1));
         test::check(!changes.read() && !readable(changes), "nothing yet");
         test::run("nft add table inet kindgate");
         test::check(readable(changes) && changes.read(), "added");
         test::run("nft add table ip kindgate && nft add table inet other && nft delete table ip kindgate");
         test::check(!changes.read(), "others");
         test::check(changes.pause().ok(), "paused");
         test::run("nft add chain inet kindgate one");
         test::check(!changes.read(), "unheard");
         test::check(changes.resume().ok(), "resumed");
         test::run("nft flush ruleset");
         test::check(readable(changes) && changes.read() && !changes.read(), "flushed, told once");
     }},
    {"a suspicion wakes and is told once",
     [] {
         auto changes = test::value(ForeignChanges::listen(1));
         changes.suspect();
         test::check(readable(changes) && changes.read() && !changes.read() && !readable(changes), "told once");
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/foreign_changes", tests);
}
