// Address leases in a real kernel, in a network namespace of the test's own.
#include "kernel/nft_address_leases.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <thread>

#include "content.h"
#include "contract.h"
#include "namespace.h"
#include "netlink_socket.h"
#include "table_reader.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::AddressGrant;
using kernel::Extension;
using kernel::NftAddressLeases;
using kernel::NftTable;
using kernel::SlotCategory;
using kernel::Wanted;
using test::run;

constexpr CategoryId games = 5;
constexpr CategoryId video = 6;

IpAddress address(std::string const& text) {
    return test::value(IpAddress::parse(text));
}

struct Lease {
    SlotCategory use;
    std::chrono::milliseconds left;
};

// What the kernel holds in both maps, read by the daemon's own reader.
std::map<std::pair<Slot, IpAddress>, Lease> held() {
    std::map<std::pair<Slot, IpAddress>, Lease> all;
    auto socket = test::value(kernel::NetlinkSocket::open());
    for (auto const* map : {kernel::contract::resolved4, kernel::contract::resolved6})
        for (auto const& element : test::value(kernel::read_elements(socket, kernel::contract::table, map))) {
            std::uint32_t slot = 0;
            std::memcpy(&slot, element.key.data(), sizeof slot);
            std::array<std::uint8_t, 16> bytes{};
            std::memcpy(bytes.data(), element.key.data() + sizeof slot, element.key_size - sizeof slot);
            auto const remote = element.key_size == 8 ? IpAddress{std::array{bytes[0], bytes[1], bytes[2], bytes[3]}}
                                                      : IpAddress{bytes};
            auto const value = element.data.value_or(0);
            all[{Slot{static_cast<std::uint16_t>(slot)}, remote}] = {
                {Slot{static_cast<std::uint16_t>(value & 0x3fffU)}, static_cast<CategoryId>(value >> 14U)},
                element.expiration.value_or(0ms)};
        }
    return all;
}

void check_held(std::vector<AddressGrant> const& expected,
                std::source_location where = std::source_location::current()) {
    auto const all = held();
    test::equal(all.size(), expected.size(), "leases", where);
    for (auto const& grant : expected) {
        auto const found = all.find({grant.slot, grant.address});
        if (found == all.end()) test::fail(grant.address.text() + " is not leased", where);
        test::check(found->second.use == SlotCategory{grant.slot, grant.category},
                    grant.address.text() + " in another category", where);
        auto const apart = std::chrono::abs(found->second.left - std::chrono::milliseconds{grant.lifetime});
        if (apart > 5s) test::fail(fmt::format("{} ends {} ms off", grant.address.text(), apart.count()), where);
    }
}

std::unique_ptr<NftTable> table() {
    auto one = test::value(NftTable::create({}));
    test::check(one->remove().ok(), "removed");
    Wanted wanted;
    wanted.lan = {"lan0"};
    test::check(test::value(one->apply(wanted)).installed, "installed");
    return one;
}

void grant(NftAddressLeases& leases, std::vector<AddressGrant> const& grants,
           std::source_location where = std::source_location::current()) {
    auto const granted = leases.grant(grants);
    if (!granted.ok()) test::fail(granted.error().message(), where);
}

// On the present kernel and as on one before 6.12.
template <typename Body>
void on_both(Body body) {
    for (auto const extension : {Extension::in_place, Extension::replace}) {
        auto const present = table();
        if (extension == Extension::in_place && present->extension() != extension) continue;
        body(*test::value(NftAddressLeases::create(extension)), *present);
    }
}

constexpr test::Test tests[] = {
    {"addresses are leased, extended, shortened and taken back",
     [] {
         on_both([](NftAddressLeases& leases, NftTable&) {
             AddressGrant four{Slot{1}, address("192.0.2.1"), games, 60s};
             AddressGrant six{Slot{Slot::max}, address("2001:db8::1"), category_always_reachable, 120s};
             AddressGrant const other{Slot{2}, address("192.0.2.1"), category_unremarkable, 60s};
             grant(leases, {four, six, other});
             check_held({four, six, other});
             four.lifetime = 600s;
             six.lifetime = 30s;
             grant(leases, {four, six});
             check_held({four, six, other});
             grant(leases, {four});
             check_held({four, six, other});
             four.lifetime = 0s;
             grant(leases, {four});
             check_held({six, other});
             grant(leases, {four});
             grant(leases, {});
             check_held({six, other});
         });
     }},
    {"a later grant replaces an earlier one, whatever their categories, also within one call",
     [] {
         on_both([](NftAddressLeases& leases, NftTable&) {
             AddressGrant const games4{Slot{1}, address("192.0.2.1"), games, 60s};
             AddressGrant const video4{Slot{1}, address("192.0.2.1"), video, 300s};
             AddressGrant const six{Slot{1}, address("2001:db8::1"), games, 60s};
             grant(leases, {games4, six});
             grant(leases, {video4});
             check_held({video4, six});
             grant(leases, {games4, video4, games4});
             check_held({games4, six});
             grant(leases, {{Slot{1}, address("192.0.2.1"), games, 0s}, video4});
             check_held({video4, six});
             grant(leases, {video4, {Slot{1}, address("192.0.2.1"), games, 0s}});
             check_held({six});
         });
     }},
    // Some are there, some have another category, some are gone: each way at once, in one batch in the end.
    {"a batch of every case is carried out whole",
     [] {
         on_both([](NftAddressLeases& leases, NftTable&) {
             std::vector<AddressGrant> first;
             std::vector<AddressGrant> second;
             std::vector<AddressGrant> expected;
             for (int i = 0; i < 64; ++i) {
                 auto const remote =
                     address(i % 2 == 0 ? fmt::format("192.0.2.{}", i) : fmt::format("2001:db8::{}", i));
                 if (i % 3 != 0) first.push_back({Slot{9}, remote, i % 5 == 0 ? games : video, 60s});
                 second.push_back({Slot{9}, remote, games, i % 7 == 0 ? 0s : 600s});
                 if (i % 7 != 0) expected.push_back(second.back());
             }
             grant(leases, first);
             check_held(first);
             grant(leases, second);
             check_held(expected);
         });
     }},
    {"a lease ends by itself, and the next grant is no worse for it",
     [] {
         on_both([](NftAddressLeases& leases, NftTable&) {
             AddressGrant short_one{Slot{1}, address("192.0.2.1"), games, 1s};
             grant(leases, {short_one});
             test::check(test::wait_until([] { return held().empty(); }), "it ended");
             grant(leases, {{Slot{1}, address("192.0.2.1"), games, 0s}});
             short_one.category = video;
             short_one.lifetime = 60s;
             grant(leases, {short_one});
             check_held({short_one});
         });
     }},
    {"without a table it says so, and takes nothing",
     [] {
         auto const present = table();
         auto const leases = test::value(NftAddressLeases::create(present->extension()));
         AddressGrant const one{Slot{1}, address("192.0.2.1"), games, 60s};
         run("nft delete table inet kindgate");
         auto const refused = leases->grant({&one, 1});
         test::check(!refused.ok() && refused.error().code() == ErrorCode::unavailable, "refused");
         test::contains(refused.error().message(), "table inet kindgate with its map resolved4 is not in the kernel");
         auto back = one;
         back.lifetime = 0s;
         test::check(leases->grant({&back, 1}).ok(), "what isn't there need not be taken back");
         auto const again = table();
         grant(*leases, {one});
         check_held({one});
     }},
    {"a map that is full says so, and nothing of the batch is in force",
     [] {
         auto const present = table();
         auto const leases = test::value(NftAddressLeases::create(present->extension()));
         std::vector<AddressGrant> all;
         for (std::uint32_t i = 0; i < kernel::contract::resolved_size; ++i)
             all.push_back({Slot{1},
                            IpAddress{std::array{std::uint8_t{10}, static_cast<std::uint8_t>(i >> 16U),
                                                 static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}},
                            games, 600s});
         grant(*leases, all);
         AddressGrant const six{Slot{2}, address("2001:db8::1"), games, 60s};
         AddressGrant const more{Slot{2}, address("192.0.2.1"), games, 60s};
         std::vector<AddressGrant> const both{six, more};
         auto const refused = leases->grant(both);
         test::check(!refused.ok() && refused.error().code() == ErrorCode::unavailable, "refused");
         test::contains(refused.error().message(), "resolved4 of table inet kindgate is full");
         test::equal(run("nft list map inet kindgate resolved6 | grep -c 2001: || true"), "0\n", "of the other map");
         // What goes makes room.
         auto gone = all.front();
         gone.lifetime = 0s;
         grant(*leases, {more, gone});
         run("nft flush map inet kindgate resolved4");
     }},
    {"what no kernel could take is refused with a sentence",
     [] {
         auto const leases = test::value(NftAddressLeases::create(Extension::in_place));
         for (auto const& bad : {AddressGrant{Slot{}, address("192.0.2.1"), games, 60s},
                                 AddressGrant{Slot{0x4000}, address("192.0.2.1"), games, 60s},
                                 AddressGrant{Slot{1}, address("192.0.2.1"), 64, 60s},
                                 AddressGrant{Slot{1}, address("192.0.2.1"), games, -1s}}) {
             auto const refused = leases->grant({&bad, 1});
             test::check(!refused.ok() && refused.error().code() == ErrorCode::invalid_input, "refused");
             test::contains(refused.error().message(), "192.0.2.1 can't be leased");
         }
     }},
    {"the table's own side neither hears of grants nor touches them, large changes included",
     [] {
         auto const present = table();
         auto const leases = test::value(NftAddressLeases::create(present->extension()));
         int told = 0;
         present->on_foreign_change([&] { ++told; });
         std::vector<AddressGrant> grants;
         for (std::uint8_t i = 1; i < 100; ++i)
             grants.push_back({Slot{i}, IpAddress{std::array{std::uint8_t{10}, i, i, i}}, games, 600s});
         grant(*leases, grants);
         present->read_events();
         test::equal(told, 0, "told");
         Wanted wanted;
         wanted.lan = {"lan0"};
         for (std::uint16_t i = 1; i < 1000; ++i) wanted.access[Slot{i}] = std::nullopt;
         test::check(!test::value(present->apply(wanted)).installed, "not installed anew");
         auto const restarted = test::value(NftTable::create({}));
         test::equal(test::value(restarted->apply(wanted)).changes, 0U, "adopted");
         check_held(grants);
     }},
    {"a table is read while addresses are leased without a pause",
     [] {
         auto const present = table();
         auto const leases = test::value(NftAddressLeases::create(present->extension()));
         Wanted wanted;
         wanted.lan = {"lan0"};
         for (std::uint16_t i = 1; i < 8000; ++i) wanted.learning.insert(Slot{i});
         test::value(present->apply(wanted));
         std::atomic<bool> stop{false};
         std::thread granting{[&] {
             AddressGrant const one{Slot{1}, address("192.0.2.1"), games, 60s};
             while (!stop) grant(*leases, {one});
         }};
         auto socket = test::value(kernel::NetlinkSocket::open());
         auto const found = kernel::read_table(socket);
         stop = true;
         granting.join();
         auto const content = test::value(found);
         if (!content) test::fail("the table isn't ours");
         test::check_content(*content, wanted);
     }},
};

}  // namespace

int main() {
    return test::run_in_namespace("kernel/nft_address_leases", tests);
}
