#include "batch.h"

#include <libmnl/libmnl.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "contract.h"
#include "elements.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using kernel::Batch;
using kernel::Changes;
using kernel::Message;
using kernel::Steady;

constexpr Steady::time_point now{1000h};

std::vector<Message> messages(Batch const& batch) {
    std::vector<Message> out;
    kernel::Messages all{batch.bytes()};
    while (auto const message = all.next()) out.push_back(*message);
    return out;
}

std::string hex(kernel::Bytes bytes) {
    std::string out;
    for (auto byte : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(byte));
        out += digits;
    }
    return out;
}

// The elements as libnftnl, which had no part in writing them, reads them.
struct Read {
    std::uint32_t mark;
    std::uint64_t timeout, expiration;
    bool operator==(Read const&) const = default;
};
std::vector<Read> by_libnftnl(nlmsghdr const* message, std::string* table, std::string* name) {
    std::unique_ptr<nftnl_set, decltype([](nftnl_set* set) { nftnl_set_free(set); })> const set{nftnl_set_alloc()};
    test::check(nftnl_set_elems_nlmsg_parse(message, set.get()) == 0, "libnftnl reads it");
    *table = nftnl_set_get_str(set.get(), NFTNL_SET_TABLE);
    *name = nftnl_set_get_str(set.get(), NFTNL_SET_NAME);
    std::vector<Read> out;
    auto* iterator = nftnl_set_elems_iter_create(set.get());
    while (auto* element = nftnl_set_elems_iter_next(iterator)) {
        std::uint32_t size = 0;
        Read read{};
        std::memcpy(&read.mark, nftnl_set_elem_get(element, NFTNL_SET_ELEM_KEY, &size), sizeof read.mark);
        test::equal(size, 4U, "key");
        if (nftnl_set_elem_is_set(element, NFTNL_SET_ELEM_TIMEOUT))
            read.timeout = nftnl_set_elem_get_u64(element, NFTNL_SET_ELEM_TIMEOUT);
        if (nftnl_set_elem_is_set(element, NFTNL_SET_ELEM_EXPIRATION))
            read.expiration = nftnl_set_elem_get_u64(element, NFTNL_SET_ELEM_EXPIRATION);
        out.push_back(read);
    }
    nftnl_set_elems_iter_destroy(iterator);
    return out;
}

std::uint16_t kind(Message const& message) {
    return message.type & 0xffU;
}

constexpr test::Test tests[] = {
    {"one lease extended is these bytes",
     [] {
         Changes changes;
         changes.extend.access = {{Slot{0x2a}, now + 90s}};
         auto const batch = kernel::build(changes, now, 7);
         test::equal(hex(batch.bytes()),
                     // begin: length 20, NFNL_MSG_BATCH_BEGIN, request, number 7; nftables
                     "140000001000010007000000000000000000000a"
                     // NEWSETELEM, request + create + ack, number 8; inet
                     "5c000000"
                     "0c0a05040800000000000000"
                     "01000000"
                     "0d000100"  // table
                     "6b696e646761746500000000"
                     "0b000200"  // set
                     "6163636573730000"
                     "2c000380"  // elements, one element, its key
                     "28000180"
                     "0c000180"
                     "080001002a000000"
                     "0c000400"  // timeout in milliseconds
                     "0000000000015f90"
                     "0c000500"  // expiry
                     "0000000000015f90"
                     // end
                     "140000001100010009000000000000000000000a",
                     "bytes");
     }},
    {"a batch begins and ends, counts its messages, and asks for one acknowledgement",
     [] {
         Changes changes;
         changes.install = true;
         changes.add.learning = {Slot{1}};
         auto const batch = kernel::build(changes, now, 100);
         auto const all = messages(batch);
         test::equal(all.front().type, NFNL_MSG_BATCH_BEGIN, "begin");
         test::equal(all.back().type, NFNL_MSG_BATCH_END, "end");
         for (std::size_t i = 0; i < all.size(); ++i) {
             test::equal(all[i].sequence, 100U + i, "number");
             test::equal((all[i].flags & NLM_F_ACK) != 0, i == all.size() - 2, "acknowledgement");
         }
         test::equal(batch.last_sequence(), all.back().sequence, "last");
         test::equal(batch.acknowledged_sequence(), all[all.size() - 2].sequence, "acknowledged");
     }},
    {"removals come before additions, and what makes a removal safe before it",
     [] {
         Changes changes;
         changes.ensure.access = {{Slot{1}, std::nullopt}};
         changes.remove.leases.access = {{Slot{1}, now}};
         changes.remove.slots = {{Mac{{2, 0, 0, 0, 0, 1}}, Slot{1}}};
         changes.add.slots = {{Mac{{2, 0, 0, 0, 0, 1}}, Slot{2}}};
         changes.add.leases.access = {{Slot{1}, now + 1h}};
         changes.extend.access = {{Slot{2}, now + 1h}};
         std::string order;
         auto const batch = kernel::build(changes, now, 1);
         for (auto const& message : messages(batch)) {
             auto const list = kernel::parse_elements(message.payload);
             if (message.type >> 8U != NFNL_SUBSYS_NFTABLES || !list) continue;
             bool const refuses = (message.flags & NLM_F_EXCL) != 0;
             order += std::string{kind(message) == NFT_MSG_DELSETELEM ? "-"
                                  : refuses                           ? "+"
                                                                      : "~"} +
                      std::string{list->set} + " ";
         }
         test::equal(order, "~access -slots -access +slots +access ~access ", "order");
     }},
    {"16,383 leases are split into messages below 64 KiB, none lost, as libnftnl reads them",
     [] {
         Changes changes;
         for (std::uint16_t i = 1; i <= Slot::max; ++i)
             changes.extend.access.push_back({Slot{i}, now + std::chrono::seconds{i}});
         auto const batch = kernel::build(changes, now, 1);
         std::vector<Read> all;
         std::vector<std::byte> copy{batch.bytes().begin(), batch.bytes().end()};
         int left = static_cast<int>(copy.size());
         std::uint32_t largest = 0;
         for (auto* header = reinterpret_cast<nlmsghdr*>(copy.data()); mnl_nlmsg_ok(header, left);
              header = mnl_nlmsg_next(header, &left)) {
             if (header->nlmsg_type >> 8U != NFNL_SUBSYS_NFTABLES) continue;
             std::string table;
             std::string name;
             auto const some = by_libnftnl(header, &table, &name);
             test::equal(table + " " + name, "kindgate access", "where");
             all.insert(all.end(), some.begin(), some.end());
             largest = std::max(largest, header->nlmsg_len);
         }
         test::check(largest < 65536, "below the length of an attribute");
         test::equal(all.size(), std::size_t{Slot::max}, "elements");
         for (std::uint32_t i = 1; i <= Slot::max; ++i)
             test::check(all[i - 1] == Read{i, i * 1000U, i * 1000U}, "element");
     }},
    {"timeouts are counted anew from the moment of sending, and an end that has passed is refused",
     [] {
         Changes changes;
         changes.add.leases.access = {{Slot{1}, now + 10s}, {Slot{2}, std::nullopt}};
         changes.extend.access = {{Slot{3}, now + 20s}};
         changes.extend.granted = {{{Slot{3}, 5}, now + 20s}};
         auto batch = kernel::build(changes, now, 1);
         test::check(batch.count_timeouts_from(now + 3s), "counted");
         Changes later = changes;
         auto const expected = kernel::build(later, now + 3s, 1);
         test::equal(hex(batch.bytes()), hex(expected.bytes()), "as if built then");
         test::check(!batch.count_timeouts_from(now + 10s), "too late");
     }},
    {"what a slot does with a category is one number, an interface's index another, as the machine writes them",
     [] {
         Changes changes;
         changes.add.lan_index = {7};
         changes.add.limited = {{Slot{0x2a}, 5}};
         changes.add.leases.granted = {{{Slot{Slot::max}, category_always_reachable}, std::nullopt}};
         std::string keys;
         auto const batch = kernel::build(changes, now, 1);
         for (auto const& message : messages(batch)) {
             auto const list = kernel::parse_elements(message.payload);
             if (message.type >> 8U != NFNL_SUBSYS_NFTABLES || !list) continue;
             for (auto const& element : list->elements) {
                 std::uint32_t key = 0;
                 test::equal(element.key_size, sizeof key, "size");
                 std::memcpy(&key, element.key.data(), sizeof key);
                 keys += std::string{list->set} + " " + std::to_string(key) + ", ";
             }
         }
         test::equal(keys, "lan_index 7, granted 1048575, limited 81962, ", "keys");
     }},
    {"less than a tick is never written as 'no timeout'",
     [] {
         Changes changes;
         changes.add.leases.access = {{Slot{1}, now + 1us}};
         auto const batch = kernel::build(changes, now, 1);
         auto const list = kernel::parse_elements(messages(batch)[1].payload);
         test::check(list && list->elements.front().timeout == 10ms, "ten milliseconds");
     }},
};

}  // namespace

int main() {
    return test::run("kernel/batch", tests);
}
