// The table in a real kernel, in a network namespace of the test's own: installed, adopted, changed, defended.
#include "kernel/nft_table.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <tuple>

#include "content.h"
#include "contract.h"
#include "namespace.h"
#include "netlink_socket.h"
#include "table_reader.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::Extension;
using kernel::NftTable;
using kernel::Steady;
using kernel::Wanted;
using test::check_content;
using test::run;

Mac mac(std::uint16_t number) {
    return Mac{{0x02, 0, 0, 0, static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number & 0xffU)}};
}

Wanted small() {
    Wanted wanted;
    wanted.lan = {"br-lan", "not-there-yet"};
    wanted.slots = {{mac(1), Slot{1}}, {mac(2), Slot{2}}, {mac(3), Slot{Slot::max}}};
    wanted.access = {{Slot{1}, Steady::now() + 1h}, {Slot{2}, std::nullopt}};
    wanted.learning = {Slot{2}};
    wanted.asked = {{Slot{1}, std::nullopt}, {Slot{3}, Steady::now() + 1h}};
    wanted.limited = {{Slot{1}, category_unknown}, {Slot{1}, first_category}, {Slot{2}, last_category}};
    wanted.granted = {{{Slot{1}, first_category}, Steady::now() + 1h}};
    wanted.lan_index = {1, 4711};
    return wanted;
}

Wanted large(Steady::time_point end) {
    Wanted wanted;
    wanted.lan = {"br-lan"};
    for (std::uint16_t i = 1; i <= 4096; ++i) {
        wanted.slots[mac(i)] = Slot{i};
        wanted.access[Slot{i}] = end;
    }
    return wanted;
}

// A fresh table object; whatever is in the kernel stays.
std::unique_ptr<NftTable> open(std::optional<Extension> extension = std::nullopt) {
    return test::value(NftTable::create({extension}));
}

std::unique_ptr<NftTable> installed(Wanted const& wanted, std::optional<Extension> extension = std::nullopt) {
    auto table = open(extension);
    test::check(table->remove().ok(), "removed");
    test::check(test::value(table->apply(wanted)).installed, "installed");
    return table;
}

// What the kernel holds, read by the daemon's own reader; nothing if it isn't ours.
std::optional<Wanted> content() {
    auto socket = test::value(kernel::NetlinkSocket::open());
    return test::value(kernel::read_table(socket));
}

Wanted ours(std::source_location where = std::source_location::current()) {
    auto found = content();
    if (!found) test::fail("the table isn't ours", where);
    return *found;
}

void check_end(Wanted const& found, Slot slot, Steady::time_point end,
               std::source_location where = std::source_location::current()) {
    auto const lease = found.access.find(slot);
    if (lease == found.access.end() || !lease->second) test::fail("no lease with an end", where);
    auto const apart = std::chrono::duration_cast<std::chrono::milliseconds>(*lease->second - end);
    if (apart > 500ms || apart < -500ms) test::fail(fmt::format("the lease ends {} ms off", apart.count()), where);
}

void check_unchanged(NftTable& table, Wanted const& wanted,
                     std::source_location where = std::source_location::current()) {
    auto const applied = test::value(table.apply(wanted), where);
    test::equal(applied.changes, 0U, "changes", where);
    test::check(!applied.installed, "not installed anew", where);
}

void ok(Result<void> const& result, std::source_location where = std::source_location::current()) {
    if (!result.ok()) test::fail(result.error().message(), where);
}

void extends(Extension extension) {
    auto wanted = small();
    auto const table = installed(wanted, extension);
    // Same length, later start: the kernel must count from now, not take it for the same timeout.
    wanted.access[Slot{1}] = Steady::now() + 1h;
    usleep(60'000);
    wanted.access[Slot{1}] = Steady::now() + 1h;
    test::equal(test::value(table->apply(wanted)).changes, 1U, "changes");
    check_end(ours(), Slot{1}, *wanted.access[Slot{1}]);
    for (auto const change : {2h, 3h, 1h}) {
        wanted.access[Slot{1}] = Steady::now() + change;
        test::equal(test::value(table->apply(wanted)).changes, 1U, "changes");
        check_end(ours(), Slot{1}, *wanted.access[Slot{1}]);
        check_unchanged(*table, wanted);
    }
    wanted.access[Slot{1}] = std::nullopt;
    wanted.access[Slot{2}] = Steady::now() + 30min;
    test::equal(test::value(table->apply(wanted)).changes, 2U, "with and without timeout");
    test::check(!ours().access.at(Slot{1}), "without an end");
    check_end(ours(), Slot{2}, *wanted.access[Slot{2}]);
    test::equal(ours().slots.size(), 3U, "slots");
}

void prepares(Extension extension) {
    auto wanted = small();
    wanted.access = {{Slot{1}, Steady::now() + 150ms}, {Slot{2}, Steady::now() + 1h}};
    auto const table = installed(wanted, extension);
    auto const edge = *wanted.access[Slot{1}];
    // At the edge slot 1's lease runs out by itself, 2 is withdrawn, 3 begins.
    wanted.access = {{Slot{3}, edge + 1h}};
    ok(table->prepare(wanted));
    test::check(!ours().access.contains(Slot{3}), "not before it is sent");
    std::this_thread::sleep_until(edge + 5ms);
    auto const applied = test::value(table->send_prepared());
    test::check(!applied.installed && applied.changes >= 2, "changed");
    auto found = ours();
    // Its end is as late as the batch with it was on its way to the kernel: on a busy machine some milliseconds.
    for (; found.access.contains(Slot{1}) && Steady::now() < edge + 1s; found = ours())
        std::this_thread::sleep_for(1ms);
    test::equal(found.access.size(), 1U, "leases");
    check_end(found, Slot{3}, edge + 1h);
    check_unchanged(*table, wanted);
    test::check(!table->send_prepared().ok(), "sent once only");
}

void survives_expiry(Extension extension) {
    auto wanted = small();
    wanted.access = {{Slot{1}, Steady::now() + 120ms}};
    auto const table = installed(wanted, extension);
    // Sent over and over around the end, at which the kernel may or may not have the element.
    auto const end = *wanted.access[Slot{1}];
    for (int i = -3; i <= 3; ++i) {
        std::this_thread::sleep_until(end + i * 4ms);
        auto const fresh = Steady::now() + 120ms;
        auto with = wanted;
        with.access = {{Slot{2}, fresh}};
        test::value(table->apply(with));
        with.access = {};
        test::value(table->apply(with));
    }
    test::check(test::wait_until([] { return ours().access.empty(); }), "all ended");
    wanted.access = {{Slot{1}, Steady::now() + 1h}};
    test::equal(test::value(table->apply(wanted)).changes, 1U, "granted again");
    check_end(ours(), Slot{1}, *wanted.access[Slot{1}]);
}

// A device's lease is given again at the moment at which it ends.
void regrants_at_the_end(Extension extension) {
    auto wanted = small();
    auto const table = installed(wanted, extension);
    for (int i = -4; i <= 8; ++i) {
        auto const end = Steady::now() + 60ms;
        wanted.access = {{Slot{1}, end}};
        test::value(table->apply(wanted));
        std::this_thread::sleep_until(end + i * 2ms);
        wanted.access[Slot{1}] = Steady::now() + 1h;
        test::value(table->apply(wanted));
        check_end(ours(), Slot{1}, *wanted.access[Slot{1}]);
        wanted.access.clear();
        test::value(table->apply(wanted));
        test::equal(ours().access.size(), 0U, "leases");
    }
}

constexpr test::Test tests[] = {
    {"this kernel is asked what it can, and the scratch table is gone",
     [] {
         auto const table = open();
         std::printf("leases get another end %s\n",
                     table->extension() == Extension::in_place ? "in place" : "by delete + add");
         test::equal(run("nft list ruleset"), "", "ruleset");
     }},
    {"the table is installed whole, as nft prints and loads it",
     [] {
         auto const wanted = small();
         auto const table = open();
         auto const applied = test::value(table->apply(wanted));
         test::check(applied.installed, "installed");
         test::equal(applied.changes, 16U, "elements");
         auto const text = run("nft list ruleset");
         for (auto const* part :
              {"ct mark & 0x00003fff == 0x00000000 iifname @lan ct mark set ether saddr map @slots",
               "type filter hook prerouting priority mangle - 10; policy accept;",
               "ct mark & 0x000fc000 != 0x00000000 accept",
               "ct state new goto classify",
               "meta random & 31 == 0 goto classify",
               "ct mark & 0x00003fff == @asked iifname @lan ct mark set ct mark & 0x00003fff . ip daddr map @resolved4",
               "ct mark & 0x00003fff == @asked iifname @lan ct mark set ct mark & 0x00003fff . ip6 daddr map "
               "@resolved6",
               "type nat hook prerouting priority dstnat - 10; policy accept;",
               "iifname @lan udp dport 53 ct mark & 0x00003fff == @asked redirect to :5300",
               "iifname @lan tcp dport 53 ct mark & 0x00003fff == @asked redirect to :5300",
               "iifname @lan tcp dport 80 ct mark & 0x00003fff == @asked fib daddr type local redirect to :5380",
               "iifname @lan tcp dport 80 ct mark & 0x00003fff == @asked ct mark & 0x000fc000 != 0x000fc000 "
               "ct mark & 0x00003fff != @access ct mark & 0x000fffff != @granted fib daddr oif != @lan_index redirect "
               "to :5380",
               "type filter hook input priority filter - 10; policy accept;",
               "udp dport 5300 goto to_front",
               "tcp dport 5300 goto to_front",
               "tcp dport 5380 goto to_front",
               "tcp dport 5443 goto to_front",
               "iifname @lan meta mark set ct mark & 0x00003fff accept",
               "iif != \"lo\" drop",
               "type filter hook forward priority filter - 10; policy accept;",
               "th dport 53 jump questions",
               "meta l4proto udp ct mark & 0x00003fff == @asked iifname @lan oifname != @lan jump shut",
               "meta l4proto tcp ct mark & 0x00003fff == @asked iifname @lan oifname != @lan jump shut",
               "ct mark & 0x00003fff == @access goto leased",
               "ct mark & 0x00003fff == @learning ct mark & 0x000fffff == @granted accept",
               "ct mark & 0x000fffff == @limited ct mark & 0x000fffff != @granted goto unleased",
               "goto unleased",
               "ct state invalid,untracked goto untracked",
               "iifname @lan oifname @lan accept",
               "ct mark & 0x00003fff != 0x00000000 ct mark & 0x000fc000 == 0x000fc000 accept",
               "ct mark & 0x00003fff != 0x00000000 jump shut",
               "iifname @lan counter name \"unplaced\" jump shut",
               "iifname @lan drop",
               "oifname @lan drop",
               "type mark . ipv4_addr : mark",
               "type mark . ipv6_addr : mark",
               "size 131072",
               "elements = { \"lo\", 4711 }",
               "0x00008001",
               "0x000f8002",
               "fib saddr . iif oif missing drop",
               "meta l4proto tcp reject with tcp reset",
               "reject with icmpx admin-prohibited",
               "\"br-lan\"",
               "02:00:00:00:00:02 : 0x00000002",
               "0x00003fff"})
             test::contains(text, part);
         run("nft list ruleset > /tmp/kindgate-unit.$PPID && nft flush ruleset && nft -f /tmp/kindgate-unit.$PPID; rm "
             "/tmp/kindgate-unit.$PPID");
         auto const found = ours();
         check_content(found, wanted);
         check_end(found, Slot{1}, *wanted.access.at(Slot{1}));
     }},
    {"a restart adopts the table as it is and sends only what differs",
     [] {
         auto wanted = small();
         installed(wanted);
         auto const handle = run("nft -a list table inet kindgate | grep -o 'handle [0-9]*'");
         auto const second = open();
         check_unchanged(*second, wanted);
         wanted.slots[mac(4)] = Slot{4};
         test::equal(test::value(open()->apply(wanted)).changes, 1U, "one more");
         test::equal(run("nft -a list table inet kindgate | grep -o 'handle [0-9]*'"), handle, "the same table");
     }},
    {"a lease gets another end in place",
     [] {
         if (open()->extension() == Extension::in_place) extends(Extension::in_place);
     }},
    {"a lease gets another end by delete and add", [] { extends(Extension::replace); }},
    {"a lease ends in the kernel by itself, and the next change is no worse for it",
     [] {
         if (open()->extension() == Extension::in_place) survives_expiry(Extension::in_place);
         survives_expiry(Extension::replace);
     }},
    {"a lease is granted again at the moment of its end",
     [] {
         if (open()->extension() == Extension::in_place) regrants_at_the_end(Extension::in_place);
         regrants_at_the_end(Extension::replace);
     }},
    {"a prepared batch is sent at the edge, with leases that have ended meanwhile",
     [] {
         if (open()->extension() == Extension::in_place) prepares(Extension::in_place);
         prepares(Extension::replace);
     }},
    {"what was prepared is planned anew if the table was changed meanwhile",
     [] {
         auto wanted = small();
         auto const table = installed(wanted);
         wanted.access[Slot{3}] = Steady::now() + 1h;
         ok(table->prepare(wanted));
         run("nft delete table inet kindgate");
         test::check(test::value(table->send_prepared()).installed, "installed anew");
         test::check(ours().access.contains(Slot{3}), "with the lease");
         ok(table->prepare(wanted));
         ok(table->resync());
         test::equal(test::value(table->send_prepared()).changes, 0U, "nothing to do");
     }},
    {"a device gets another slot, mode and name of interface in one batch",
     [] {
         auto wanted = small();
         auto const table = installed(wanted);
         wanted.slots[mac(1)] = Slot{77};
         wanted.slots.erase(mac(2));
         wanted.learning = {Slot{77}};
         wanted.lan = {"lan0"};
         test::equal(test::value(table->apply(wanted)).changes, 7U, "changes");
         check_content(ours(), wanted);
     }},
    {"somebody flushes the ruleset: told, and installed again",
     [] {
         auto const wanted = small();
         auto const table = installed(wanted);
         int told = 0;
         table->on_foreign_change([&] {
             ++told;
             ok(table->resync());
             test::check(test::value(table->apply(wanted)).installed, "installed again");
         });
         table->read_events();
         test::equal(told, 0, "our own changes are not foreign");
         run("nft flush ruleset");
         test::check(test::wait_for(
                         table->event_descriptor(), [&] { table->read_events(); }, [&] { return told > 0; }),
                     "told");
         ours();
     }},
    {"every way to alter the table is noticed and repaired",
     [] {
         for (auto const* alteration :
              {"nft flush chain inet kindgate gate",
               "nft insert rule inet kindgate gate accept",
               "nft add rule inet kindgate shut accept",
               "nft add chain inet kindgate other",
               "nft add chain inet kindgate other '{ type filter hook input priority 0; }'",
               "nft 'add table inet kindgate { flags dormant; }'",
               "nft 'add chain inet kindgate gate { policy drop; }'",
               "nft add set inet kindgate more '{ type mark; }'",
               "nft 'add element inet kindgate access { 5 comment \"mine\" }'",
               "nft 'add element inet kindgate slots { 02:00:00:00:00:99 : 0x4001 }'",
               "nft 'add element inet kindgate learning { 0 }'",
               "nft delete rule inet kindgate shut handle $(nft -a list chain inet kindgate shut | sed -n "
               "'s/.*tcp reset # handle //p')",
               "nft replace rule inet kindgate gate handle $(nft -a list chain inet kindgate gate | sed -n "
               "'s/.*@access goto leased # handle //p') ct mark \\& 0x3fff @access accept",
               "nft replace rule inet kindgate unleased handle $(nft -a list chain inet kindgate unleased | sed -n "
               "'s/.*0x00000000 jump shut # handle //p') ct mark \\& 0x3ffe != 0 jump shut",
               "nft replace rule inet kindgate ask handle $(nft -a list chain inet kindgate ask | sed -n "
               "'s/.*udp dport 53 .* # handle //p') udp dport 53 redirect to :5301",
               "nft add counter inet kindgate more",
               "nft 'add element inet kindgate limited { 0x100001 }'",
               "nft 'add element inet kindgate lan_index { 0 }'",
               "nft 'add element inet kindgate asked { 0 timeout 1h }'",
               "nft 'add element inet kindgate granted { 0x4000 timeout 1h }'"}) {
             auto const wanted = small();
             auto const table = installed(wanted);
             int told = 0;
             table->on_foreign_change([&] { ++told; });
             run(alteration);
             test::check(test::wait_for(
                             table->event_descriptor(), [&] { table->read_events(); }, [&] { return told > 0; }),
                         alteration);
             test::check(!content(), alteration);
             test::check(test::value(table->apply(wanted)).installed, alteration);
             test::check(content().has_value(), alteration);
         }
     }},
    {"every kind of element is added, changed and taken back in one batch",
     [] {
         auto wanted = small();
         auto const table = installed(wanted);
         wanted.asked = {{Slot{1}, Steady::now() + 1h}, {Slot{3}, Steady::now() + 2h}, {Slot{4}, std::nullopt}};
         wanted.limited = {{Slot{2}, category_unknown}, {Slot{2}, first_category}, {Slot{2}, last_category}};
         wanted.granted = {{{Slot{1}, first_category}, Steady::now() + 2h}, {{Slot{1}, 3}, std::nullopt}};
         wanted.lan_index = {4711, 9};
         // Three leases of asked, four limited, two granted, two indexes.
         test::equal(test::value(table->apply(wanted)).changes, 11U, "changes");
         check_content(ours(), wanted);
         check_unchanged(*open(), wanted);
         Wanted none;
         none.lan = wanted.lan;
         ok(table->prepare(none));
         test::check(!test::value(table->send_prepared()).installed, "not installed");
         check_content(ours(), none);
     }},
    {"elements of the front's maps are not read, not touched, and their changes not told",
     [] {
         auto wanted = small();
         auto const table = installed(wanted);
         int told = 0;
         table->on_foreign_change([&] { ++told; });
         run("nft 'add element inet kindgate resolved4 { 0x1 . 192.0.2.1 timeout 1h : 0x8001 }; add element inet "
             "kindgate resolved6 { 0x1 . 2001:db8::1 timeout 1h : 0x8001 }'");
         table->read_events();
         test::equal(told, 0, "told");
         check_unchanged(*open(), wanted);
         wanted.slots[mac(9)] = Slot{9};
         test::equal(test::value(table->apply(wanted)).changes, 1U, "changes");
         test::contains(run("nft list map inet kindgate resolved4"), "192.0.2.1");
         test::contains(run("nft list map inet kindgate resolved6"), "2001:db8::1");
         run("nft flush map inet kindgate resolved4; nft flush map inet kindgate resolved6");
         table->read_events();
         test::equal(told, 0, "told");
         run("nft 'add element inet kindgate asked { 77 }'");
         table->read_events();
         test::equal(told, 1, "another set's change is told");
     }},
    {"a lease that somebody else adds or takes is put right by the difference alone",
     [] {
         auto const wanted = small();
         auto const table = installed(wanted);
         table->on_foreign_change([] {});
         run("nft 'add element inet kindgate access { 9 timeout 1d }; delete element inet kindgate access { 1 }'");
         table->read_events();
         auto const applied = test::value(table->apply(wanted));
         test::check(!applied.installed, "not the whole table");
         test::equal(applied.changes, 2U, "changes");
         test::check(!ours().access.contains(Slot{9}) && ours().access.contains(Slot{1}), "leases");
     }},
    {"a change that the events have not told yet is found when the kernel refuses the batch",
     [] {
         auto wanted = small();
         auto const table = installed(wanted);
         run("nft 'delete element inet kindgate slots { 02:00:00:00:00:01 }'");
         wanted.slots.erase(mac(1));
         wanted.slots[mac(5)] = Slot{5};
         test::equal(test::value(table->apply(wanted)).changes, 1U, "changes");
         run("nft delete table inet kindgate");
         wanted.slots[mac(6)] = Slot{6};
         test::check(test::value(table->apply(wanted)).installed, "installed again");
     }},
    {"other tables are never touched, and their changes not told",
     [] {
         run("nft flush ruleset && nft 'add table inet filter; add set inet filter access { type mark; }; add element "
             "inet filter "
             "access { 1 }; add chain inet filter forward { type filter hook forward priority 0; policy drop; }; add "
             "table ip "
             "kindgate; add chain ip kindgate gate' && iptables-nft -A FORWARD -s 192.0.2.1 -j DROP");
         auto const others = [] {
             return run("nft list table inet filter && nft list table ip kindgate && nft list table ip filter");
         };
         auto const before = others();
         auto const table = open();
         int told = 0;
         table->on_foreign_change([&] { ++told; });
         test::value(table->apply(small()));
         run("nft 'add element inet filter access { 2 }; delete element inet filter access { 2 }; add rule ip kindgate "
             "gate "
             "accept; flush chain ip kindgate gate' && iptables-nft -A FORWARD -j ACCEPT && iptables-nft -D FORWARD -j "
             "ACCEPT");
         table->read_events();
         test::equal(told, 0, "foreign tables' changes");
         test::equal(others(), before, "other tables");
         ok(table->remove());
         ok(table->remove());
         test::equal(others(), before, "other tables");
         test::check(run("nft list tables").find("inet kindgate") == std::string::npos, "removed");
         run("nft flush ruleset");
     }},
    {"4,096 devices go in, over, and out, whole",
     [] {
         auto const begun = Steady::now();
         auto const first = large(begun + 1h);
         auto const table = installed(first);
         test::check(ours().slots == first.slots, "slots");
         auto second = large(begun + 2h);
         test::equal(test::value(table->apply(second)).changes, 4096U, "leases");
         check_end(ours(), Slot{4096}, begun + 2h);
         table->read_events();
         test::check(!test::value(open()->apply(second)).installed, "adopted");
         ok(table->prepare(first));
         test::equal(test::value(table->send_prepared()).changes, 4096U, "prepared");
         Wanted nobody;
         nobody.lan = {"br-lan"};
         test::equal(test::value(table->apply(nobody)).changes, 8192U, "all gone");
         test::check(ours() == nobody, "nobody");
     }},
    {"every slot there is fits",
     [] {
         Wanted wanted;
         wanted.lan = {"br-lan"};
         for (std::uint16_t i = 1; i <= Slot::max; ++i) {
             wanted.slots[mac(i)] = Slot{i};
             wanted.access[Slot{i}] = Steady::now() + 1h;
             wanted.learning.insert(Slot{i});
         }
         auto const table = installed(wanted);
         auto const found = ours();
         check_content(found, wanted);
         test::equal(found.access.size(), std::size_t{Slot::max}, "leases");
     }},
    {"a batch that the kernel refuses leaves the old table in force",
     [] {
         auto const wanted = small();
         auto const table = installed(wanted);
         auto socket = test::value(kernel::NetlinkSocket::open());
         kernel::Changes bad;
         bad.remove.learning = {Slot{2}};
         bad.remove.leases.access = {{Slot{1}, std::nullopt}};
         bad.add.slots = {{mac(9), Slot{9}}, {mac(1), Slot{9}}};  // the second is there already
         auto const sent = socket.send(kernel::build(bad, Steady::now(), socket.next_sequence()));
         test::check(!sent.ok() && sent.error().system_error() == EEXIST, "refused");
         auto const found = ours();
         check_content(found, wanted);
         test::equal(found.access.size(), 2U, "leases");
     }},
    {"what no kernel could take is refused with a sentence",
     [] {
         auto const table = installed(small());
         for (auto const* name : {"", "an-interface-too-long", "a b", "a/b"}) {
             auto wanted = small();
             wanted.lan.insert(name);
             auto const refused = table->apply(wanted);
             test::check(!refused.ok() && refused.error().code() == ErrorCode::invalid_input, name);
         }
         auto wanted = small();
         wanted.access[Slot{0x4000}] = std::nullopt;
         test::contains(table->prepare(wanted).error().message(), "slot 16384");
         wanted = small();
         wanted.limited.insert({Slot{1}, 64});
         test::contains(table->apply(wanted).error().message(), "category 64");
         wanted = small();
         wanted.lan_index.insert(0);
         test::contains(table->apply(wanted).error().message(), "index of an interface");
         ours();
     }},
    {"of a daemon that is killed while it asks what the kernel can, no table stays",
     [] {
         int ready[2];
         test::check(pipe(ready) == 0, "pipe");
         auto const child = fork();
         if (child == 0) {
             auto socket = test::value(kernel::NetlinkSocket::open());
             kernel::Batch batch{socket.next_sequence()};
             kernel::contract::install_scratch(batch, "kindgate_probe_killed");
             batch.finish();
             test::value(socket.send(batch));
             std::ignore = write(ready[1], "", 1);
             pause();
             _exit(0);
         }
         close(ready[1]);
         char byte = 0;
         test::equal(read(ready[0], &byte, 1), 1, "it asks");
         close(ready[0]);
         test::contains(run("nft list tables"), "kindgate_probe_killed");
         kill(child, SIGKILL);
         waitpid(child, nullptr, 0);
         test::check(test::wait_until([] { return run("nft list tables").find("probe") == std::string::npos; }),
                     "gone");
     }},
    {"without root it says that it needs root",
     [] {
         constexpr unsigned nobody = 65534;
         test::check(test::in_child_as(nobody,
                                       [] {
                                           auto const table = kernel::NftTable::create({});
                                           test::check(!table.ok(), "created");
                                           test::contains(table.error().message(), "needs root: run this as root");
                                       }),
                     "as nobody");
     }},
    {"events that overflow are told as a change",
     [] {
         auto const wanted = small();
         auto const table = installed(wanted);
         int told = 0;
         table->on_foreign_change([&] { ++told; });
         run("f=$(mktemp); printf 'table inet other {\\nset many {\\ntype mark\\nelements = { %s }\\n}\\n}\\n' $(seq "
             "-s, 20000) > "
             "$f; for i in 1 2 3 4 5 6; do nft -f $f && nft delete table inet other || exit 1; done; rm $f");
         table->read_events();
         test::equal(told, 1, "told");
         check_unchanged(*table, wanted);
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/nft_table", tests);
}
