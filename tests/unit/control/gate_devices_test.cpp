// Devices: slots, newcomers, placements, and what happens to their flows.
#include <fmt/format.h>

#include "house.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;

std::string mac(int number) {
    return fmt::format("06:00:00:00:{:02x}:{:02x}", number / 256, number % 256);
}
std::string address(int number) {
    return fmt::format("10.0.{}.{}", number / 256, number % 256);
}
void arrives(House& house, int number) {
    house.neighbours.appears(mac(number), address(number));
    house.settle();
}
void leaves(House& house, int number) {
    house.neighbours.leaves(mac(number), address(number));
    house.settle();
}
v1::SeenDevice device(House& house, std::string_view id) {
    auto const all = house.gate->devices();
    for (auto const& one : all.devices())
        if (one.id() == id) return one;
    test::fail("no device " + std::string{id});
}
bool known(House& house, std::string_view id) {
    auto const all = house.gate->devices();
    for (auto const& one : all.devices())
        if (one.id() == id) return true;
    return false;
}
Slot in_kernel(House& house, std::string_view mac_text) {
    auto const& slots = house.table.held().slots;
    auto const found = slots.find(test::value(Mac::parse(mac_text)));
    return found == slots.end() ? Slot{} : found->second;
}
void save(House& house, std::string text) {
    test::write_file(house.board.policy_file, text);
    house.gate->policy_file_changed();
    house.settle();
}
std::string with(std::string_view more) {
    return std::string{test::home_policy} + std::string{more};
}

constexpr test::Test tests[] = {
    {"the file's devices have their slot before they are seen",
     [] {
         House house;
         house.start();
         test::check(in_kernel(house, test::kid_mac).valid() && house.passes("kid"), "kid");
         test::equal(device(house, "kid").first_seen(), "", "never seen");
         house.neighbours.appears(test::kid_mac, "10.0.0.2");
         auto const kid = device(house, "kid");
         test::check(kid.present() && kid.addresses(0) == "10.0.0.2" && kid.placed_by() == "file", "seen");
     }},
    {"a newcomer gets a slot, the newcomer profile, and is told",
     [] {
         House house;
         house.start();
         arrives(house, 1);
         test::check(house.passes(mac(1)), "guests are open at noon");
         test::contains(house.last_told(v1::Event::DEVICE_NEW), "it gets profile 'guests'");
         test::check(house.ledger.devices.contains(mac(1)), "kept");
         test::equal(device(house, mac(1)).placed_by(), "newcomer", "placed by");
     }},
    {"without a newcomer profile a newcomer has no access, and questions say so",
     [] {
         House house{"2027-03-02T12:00:00Z", "time_zone: \"Etc/UTC\" profiles { id: \"kids\" }"};
         house.start();
         arrives(house, 1);
         test::check(!house.passes(mac(1)), "no access");
         auto const why = test::value(house.gate->explain({mac(1), ""}, "", ""));
         test::equal(why.decision() + " " + why.because(0).rule(), "BLOCK newcomer_profile", "why");
     }},
    {"slots are found again after a restart, so flows keep theirs",
     [] {
         House house;
         house.start();
         for (int i = 1; i <= 5; ++i) arrives(house, i);
         auto const before = house.table.held().slots;
         house.restart();
         test::check(house.table.held().slots == before, "same slots");
         test::equal(house.table.calls_of("resync").size(), 1U, "the table is adopted");
     }},
    {"when slots run out the newcomer that is away longest loses its own, after its flows ended; who is here keeps it",
     [] {
         House house;
         house.board.slots = 5;  // two for the file's devices
         house.start();
         for (int i = 1; i <= 3; ++i) {
             arrives(house, i);
             house.pass(1min);
         }
         auto const second = house.slot(mac(2));
         leaves(house, 2);
         house.pass(1min);
         leaves(house, 1);
         house.flows.ended.clear();
         house.table.calls.clear();
         arrives(house, 4);
         test::check(!known(house, mac(2)) && known(house, mac(1)) && known(house, mac(3)), "the one away longest");
         test::check(house.slot(mac(4)) == second, "its slot");
         test::check(house.flows.ended == std::vector{second}, "its flows ended");
         auto const applied = house.table.calls_of("apply");
         test::check(!applied.at(0).wanted.access.contains(second), "first the lease is gone from the kernel");
         test::check(applied.back().wanted.access.contains(second), "then it is the new one's");
         test::check(!house.ledger.devices.contains(mac(2)), "forgotten");
     }},
    {"a slot is not given away while its flows can't be ended",
     [] {
         House house;
         house.board.slots = 3;
         house.start();
         arrives(house, 1);
         leaves(house, 1);
         house.flows.failure = Error{ErrorCode::system, "ENOBUFS"};
         arrives(house, 2);
         test::equal(device(house, mac(2)).slot(), 0U, "none");
         house.flows.failure.reset();
         house.give("parent", v1::OFF, 1h);
         test::equal(device(house, mac(2)).slot(), 3U, "then it is");
     }},
    {"a full table leaves a newcomer without a slot, told once; it gets one when somebody leaves",
     [] {
         House house;
         house.board.slots = 3;
         house.start();
         arrives(house, 1);
         arrives(house, 2);
         arrives(house, 2);
         test::equal(house.told(v1::Event::DEVICE_WITHOUT_SLOT).size(), 1U, "told once");
         test::equal(device(house, mac(2)).slot(), 0U, "no slot");
         leaves(house, 1);
         test::check(house.passes(mac(2)), "now");
     }},
    {"placed devices are never recycled, also not ones placed by hand that were away for years",
     [] {
         House house;
         house.board.slots = 3;
         house.start();
         test::value(house.place(mac(1), "parents"));
         house.pass(1h);
         arrives(house, 2);
         test::check(known(house, mac(1)) && device(house, mac(2)).slot() == 0, "kept");
     }},
    {"newcomers beyond the rate wait, on their interface alone, and come in when it is their turn",
     [] {
         House house;
         house.board.newcomers_per_minute = 6;
         house.start();
         for (int i = 1; i <= 10; ++i) arrives(house, i);
         house.neighbours.appears(mac(99), "10.9.0.1", "lan1");
         house.settle();
         test::check(house.passes(mac(6)) && house.passes(mac(99)), "six, and the other interface's");
         test::equal(device(house, mac(7)).slot(), 0U, "the seventh waits");
         house.pass(10s);
         test::check(house.passes(mac(7)) && device(house, mac(8)).slot() == 0, "ten seconds later");
         house.pass(30s);
         test::check(house.passes(mac(10)), "all");
         test::equal(house.told(v1::Event::DEVICE_WITHOUT_SLOT).size(), 1U, "told once");
     }},
    {"who is here when the gate starts comes in at once: the gate came to them",
     [] {
         House house;
         house.board.newcomers_per_minute = 1;
         for (int i = 1; i <= 50; ++i)
             house.neighbours.at_start.push_back(
                 {"lan0", test::value(Mac::parse(mac(i))), test::value(IpAddress::parse(address(i))), true});
         house.start();
         test::check(house.passes(mac(1)) && house.passes(mac(50)), "all");
     }},
    {"random addresses that never stay leave nothing behind",
     [] {
         House house;
         house.board.newcomers_per_minute = 10;
         house.start();
         for (int i = 1; i <= 2000; ++i) {
             arrives(house, i);
             leaves(house, i);
         }
         test::check(house.gate->devices().devices_size() <= 13, "only who was let in");
     }},
    {"a newcomer whom the file names goes on with its slot",
     [] {
         House house;
         house.start();
         arrives(house, 1);
         auto const slot = house.slot(mac(1));
         house.flows.ended.clear();
         save(house, with("devices { id: \"tablet\" macs: \"" + mac(1) + "\" profile: \"kids\" }"));
         test::check(house.slot("tablet") == slot, "the slot");
         test::check(house.flows.ended.empty() && house.flows.moved.empty(), "flows untouched");
         test::check(!house.ledger.devices.contains(mac(1)), "one record");
         house.restart();
         test::check(house.slot("tablet") == slot, "after a restart");
     }},
    {"a newcomer's address that becomes one more of a device takes its flows along",
     [] {
         House house;
         house.start();
         arrives(house, 1);
         auto const old = house.slot(mac(1));
         auto const kid = house.slot("kid");
         auto const placed = test::value(house.place(mac(1), "kid"));
         test::equal(placed.id(), "kid", "the device");
         test::equal(placed.macs_size(), 2, "two addresses");
         test::check(house.flows.moved == std::vector{std::pair{old, kid}}, "flows moved");
         test::check(in_kernel(house, mac(1)) == kid, "the kernel knows");
         house.restart();
         test::check(in_kernel(house, mac(1)) == kid, "kept");
         arrives(house, 2);
         test::check(house.slot(mac(2)) == old, "the old slot is free");
     }},
    {"an address that the file gives to another device leaves no flow with the old one's access",
     [] {
         House house;
         house.start();
         auto const parent = house.slot("parent");
         auto text = with("");
         auto const at = text.find("macs: \"02:00:5e:10:00:03\"");
         text.replace(at, 25, "macs: [\"02:00:5e:10:00:03\", \"" + mac(1) + "\"]");
         save(house, text);
         test::check(in_kernel(house, mac(1)) == parent, "parent's");
         house.flows.ended.clear();
         save(house, with("devices { id: \"tablet\" macs: \"" + mac(1) + "\" profile: \"kids\" }"));
         test::check(in_kernel(house, mac(1)) != parent, "the tablet's");
         test::check(house.flows.ended.front() == parent, "the old slot's flows ended");
     }},
    {"a device that the file drops is a newcomer again when it is here",
     [] {
         House house;
         house.start();
         house.neighbours.appears(test::parent_mac, "10.0.0.3");
         auto const old = house.slot("parent");
         auto text = with("");
         text.erase(
             text.find("devices { id: \"parent\""),
             std::string_view{"devices { id: \"parent\" macs: \"02:00:5e:10:00:03\" profile: \"parents\" }"}.size());
         save(house, text);
         test::check(!known(house, "parent"), "gone");
         test::equal(device(house, test::parent_mac).placed_by(), "newcomer", "a newcomer");
         test::check(std::ranges::find(house.flows.ended, old) != house.flows.ended.end(), "its flows ended");
     }},
    {"a device whose profile the file drops counts as newcomer, and status says what to do",
     [] {
         House house;
         house.start();
         house.neighbours.appears(mac(5), address(5));
         test::value(house.place(mac(5), "office"));
         auto text = with("");
         text.erase(text.find("networks {"));
         text.erase(text.find("profiles { id: \"office\" }"), std::string_view{"profiles { id: \"office\" }"}.size());
         test::equal(house.gate->status().warnings_size(), 0, "nothing to warn of yet");
         save(house, text);
         auto const status = house.gate->status();
         test::equal(device(house, mac(5)).placed_by(), "newcomer", "a newcomer");
         test::equal(status.warnings_size(), 1, "warnings");
         test::contains(status.warnings(0), "placed in profile 'office', which the policy has no more: place it anew");
         test::value(house.place(mac(5), "kids"));
         test::equal(house.gate->status().warnings_size(), 0, "placed anew");
     }},
    {"place is refused with the line where the file names the address",
     [] {
         House house;
         house.start();
         auto const refused = house.place(test::kid_mac, "parents");
         test::check(!refused.ok() && refused.error().code() == ErrorCode::conflict, "refused");
         test::contains(refused.error().message(), "policy.textproto:12: ");
         for (auto const* where : {"", "nobody", "06:00:00:00:00:55"})
             test::check(!house.place(mac(1), where).ok(), where);
         test::check(
             !house.place(mac(1), "parents", "a\tb").ok() && !house.place(mac(1), "parents", std::string(65, 'x')).ok(),
             "name");
         test::value(house.place(mac(1), "parents", "Großmutters Gerät mit einem Namen von genau sechzig Zeichen!"));
     }},
    {"place keeps what it can't lose: the file's word beats the hand's, and the hand's is back when the file is silent",
     [] {
         House house;
         house.start();
         arrives(house, 1);
         test::value(house.place(mac(1), "parents", "Grandma"));
         test::equal(device(house, mac(1)).placed_by() + device(house, mac(1)).display_name(), "handGrandma",
                     "by hand");
         save(house, with("devices { id: \"tablet\" macs: \"" + mac(1) + "\" profile: \"kids\" }"));
         test::check(device(house, "tablet").profile() == "kids" && !known(house, mac(1)), "the file's");
         save(house, with(""));
         test::equal(device(house, mac(1)).profile() + device(house, mac(1)).placed_by(), "parentshand",
                     "the hand's again");
     }},
    {"place moves an address between devices, and a device named after it gets another name",
     [] {
         House house;
         house.start();
         test::value(house.place(mac(1), "kids"));
         test::value(house.place(mac(2), mac(1)));
         test::equal(device(house, mac(1)).macs_size(), 2, "two addresses");
         test::value(house.place(mac(1), "parent"));
         test::equal(device(house, "parent").macs_size(), 2, "parent's now");
         test::equal(device(house, mac(2)).profile(), "kids", "the other stays");
         house.restart();
         test::equal(device(house, mac(2)).profile(), "kids", "kept");
         test::equal(device(house, "parent").macs_size(), 2, "kept");
         test::value(house.place(mac(1), "guests"));
         test::equal(device(house, mac(1)).profile(), "guests", "taken from the file's device again");
     }},
    {"a placement that can't be kept does not count",
     [] {
         House house;
         house.start();
         arrives(house, 1);
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         test::check(!house.place(mac(1), "kids").ok(), "refused");
         test::equal(device(house, mac(1)).profile(), "guests", "as before");
     }},
    {"newcomers are let in though the disk is full, told once, and kept when it is not",
     [] {
         House house;
         house.start();
         house.ledger.failure = Error{ErrorCode::system, "the disk is full"};
         arrives(house, 1);
         arrives(house, 2);
         test::check(house.passes(mac(2)), "in");
         test::equal(house.told(v1::Event::STORAGE_FAILED).size(), 1U, "told once");
         house.ledger.failure.reset();
         house.pass(5min);
         test::check(house.ledger.devices.contains(mac(1)) && house.ledger.devices.contains(mac(2)), "kept");
     }},
    {"a network's profile follows the interface and address, and stays while the device is away",
     [] {
         House house;
         house.start();
         house.neighbours.appears(mac(1), "10.9.0.1", "lan1");
         house.settle();
         test::equal(device(house, mac(1)).profile() + device(house, mac(1)).placed_by(), "officenetwork", "lan1");
         house.neighbours.leaves(mac(1), "10.9.0.1", "lan1");
         house.settle();
         test::equal(device(house, mac(1)).profile(), "office", "away");
         house.neighbours.appears(mac(1), "10.0.0.1", "lan0");
         house.settle();
         test::equal(device(house, mac(1)).profile(), "guests", "lan0");
     }},
    {"after lost messages the dump is the whole truth",
     [] {
         House house;
         house.start();
         arrives(house, 1);
         arrives(house, 2);
         house.neighbours.resync(
             {{"lan0", test::value(Mac::parse(mac(2))), test::value(IpAddress::parse(address(2))), true}});
         house.settle();
         test::check(!device(house, mac(1)).present() && device(house, mac(2)).present(), "one is gone");
     }},
    {"what was seen before a restart is not cut by it: the network is known before the first plan",
     [] {
         House house;
         house.start();
         house.neighbours.appears(mac(1), "10.9.0.1", "lan1");
         house.settle();
         house.neighbours.at_start = {
             {"lan1", test::value(Mac::parse(mac(1))), test::value(IpAddress::parse("10.9.0.1")), true}};
         house.pass_until("2027-03-02T23:30:00Z");
         house.restart();
         auto const slot = house.slot(mac(1));
         for (auto const& call : house.table.calls_of("apply"))
             test::check(call.wanted.access.contains(slot), "office is open at night, guests are not");
     }},
    {"names that devices gave by DHCP are shown and kept",
     [] {
         House house;
         house.board.dhcp_leases = house.folder / "leases";
         test::write_file(house.board.dhcp_leases, "1 02:00:5e:10:00:01 10.0.0.2 Kids-Phone *\n");
         house.start();
         house.neighbours.appears(test::kid_mac, "10.0.0.2");
         test::equal(device(house, "kid").host_name(), "Kids-Phone", "read at start");
         test::write_file(house.board.dhcp_leases,
                          "1 02:00:5e:10:00:01 10.0.0.2 new *\n2 " + mac(1) + " 10.0.0.9 tv *\n");
         house.gate->dhcp_leases_changed();
         arrives(house, 1);
         test::equal(device(house, "kid").host_name() + device(house, mac(1)).host_name(), "newtv", "changed");
         house.pass(5min);
         test::equal(house.ledger.devices.at("kid").host_name, "new", "kept");
     }},
    {"a lost ledger gives nobody the flows of another: each slot's old flows end before it is used",
     [] {
         House house;
         house.start();
         test::equal(house.flows.ended.size(), 2U, "both slots of the first start");
         test::equal(house.flows.walks, 1, "in one walk through the kernel's flows");
         house.flows.ended.clear();
         house.restart();
         test::check(house.flows.ended.empty(), "not with a ledger");
     }},
    {"a link that goes and comes is told",
     [] {
         House house;
         house.start();
         house.neighbours.link({"lan0", false});
         test::contains(house.last_told(v1::Event::LINK_CHANGED), "lan0 is down");
         house.neighbours.link({"lan0", true});
         house.neighbours.link({"lan0", true});
         test::equal(house.told(v1::Event::LINK_CHANGED).size(), 2U, "once each");
     }},
    // Found by the property test of whole plans: the address took the slot of the file's device along, which kept it
    // too, so that each had the other's lease.
    {"an address that a hand added to a device of the file leaves it without its slot",
     [] {
         House house;
         house.start();
         constexpr auto added = "02:00:5e:10:00:77";
         test::value(house.place(added, "kid"));
         auto const kid = house.slot("kid");
         test::check(house.slot(added) == kid, "the kid's");
         test::value(house.place(added, "parents"));
         test::check(house.slot("kid") == kid && house.slot(added) != kid, "a slot of its own");
         house.give("kids", v1::OFF, 1h);
         test::check(!house.passes("kid") && house.passes(added), "each its own lease");
     }},
};

}  // namespace

int main() {
    return test::run("control/gate_devices", tests);
}
