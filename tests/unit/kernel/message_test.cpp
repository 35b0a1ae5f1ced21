#include "message.h"

#include <linux/netlink.h>

#include <vector>

#include "elements.h"
#include "neighbour_tracker.h"
#include "netlink_socket.h"
#include "test.h"

namespace {

using namespace kindgate;
using kernel::Attributes;
using kernel::LinkFact;
using kernel::Message;
using kernel::Messages;
using kernel::NeighbourFact;
using kernel::NeighbourTracker;

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> out;
    for (int value : values) out.push_back(static_cast<std::byte>(value));
    return out;
}

constexpr test::Test tests[] = {
    {"messages are read one after another, the last with or without its padding",
     [] {
         auto const two = bytes({17, 0, 0, 0, 5, 0, 1, 0, 9,  0, 0, 0, 8, 0, 0, 0, 42, 0, 0, 0,  //
                                 17, 0, 0, 0, 6, 0, 2, 0, 10, 0, 0, 0, 8, 0, 0, 0, 43});
         Messages all{two};
         auto const first = all.next();
         test::check(first && first->type == 5 && first->flags == 1 && first->sequence == 9 && first->port == 8,
                     "header");
         test::equal(first->payload.size(), 1U, "payload");
         auto const second = all.next();
         test::check(second && second->type == 6 && second->payload.front() == std::byte{43}, "second");
         test::check(!all.next(), "end");
     }},
    {"a message that is longer than its datagram, or shorter than its header, is none",
     [] {
         for (int length : {0, 15, 18, 255}) {
             auto const broken = bytes({length, 0, 0, 0, 5, 0, 1, 0, 9, 0, 0, 0, 8, 0, 0, 0, 42});
             test::check(!Messages{broken}.next(), std::to_string(length));
         }
         test::check(!Messages{bytes({1, 2, 3})}.next(), "a scrap");
     }},
    {"attributes are read without the nest flag, and a broken one spoils the whole",
     [] {
         auto const good = bytes({5, 0, 1, 128, 7, 0, 0, 0, 8, 0, 2, 0, 0, 0, 1, 2});
         test::check(kernel::find(good, 1)->size() == 1 && kernel::big32(*kernel::find(good, 2)) == 258U, "found");
         test::check(!kernel::find(good, 3), "not there");
         for (auto const& broken : {bytes({3, 0, 1, 0}), bytes({9, 0, 1, 0, 1, 2, 3, 4}), bytes({4, 0, 1, 0, 1, 2})}) {
             Attributes all{broken};
             while (all.next()) {
             }
             test::check(!all.ok(), "broken");
         }
     }},
    {"numbers have their size or are none",
     [] {
         auto const eight = bytes({0, 0, 0, 0, 0, 0, 1, 2});
         test::check(kernel::big64(eight) == 258U && !kernel::big32(eight) && !kernel::host32({}), "sizes");
         test::equal(kernel::text(bytes({'a', 'b', 0, 'c'})), "ab", "text");
     }},
    {"the kernel's refusal is read with its words, an acknowledgement is none",
     [] {
         auto payload = bytes(
             {0xfe, 0xff, 0xff, 0xff, 20, 0, 0, 0, 1, 10, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 'n', 'o', '!', 0});
         Message message{NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED, 1, 1, payload};
         test::equal(kernel::parse_refusal(message)->number, 2, "ENOENT");
         test::equal(kernel::parse_refusal(message)->words, "no!", "words");
         for (std::size_t i = 0; i < 4; ++i) payload[i] = std::byte{0};
         test::equal(kernel::parse_refusal(message)->number, 0, "acknowledged");
         message.type = NLMSG_DONE;
         test::check(!kernel::parse_refusal(message), "something else");
     }},
    {"only elements that we would have written are taken for ours",
     [] {
         using namespace std::chrono_literals;
         kernel::Elements content;
         kernel::Element element;
         element.key = {std::byte{7}};
         element.key_size = 4;
         element.timeout = 10s;
         element.expiration = 4s;
         auto const ours = [&](char const* set) {
             return kernel::collect({"kindgate", set, {element}}, kernel::Steady::time_point{100s}, content);
         };
         test::check(ours("access"), "a lease");
         test::check(content.leases.access.back() == kernel::Lease{Slot{7}, kernel::Steady::time_point{104s}},
                     "what is left counts");
         for (auto const* set : {"asked", "granted"}) test::check(ours(set), set);
         for (auto const* set : {"learning", "limited", "lan_index", "lan", "slots", "resolved4", "other"})
             test::check(!ours(set), set);
         element.timeout = element.expiration = std::nullopt;
         for (auto const* set : {"learning", "limited", "lan_index", "asked", "granted", "access"})
             test::check(ours(set), set);
         test::check(content.leases.access.back() == kernel::Lease{Slot{7}, std::nullopt}, "without an end");
         element.key = {std::byte{7}, std::byte{0xc0}};  // category 3
         for (auto const* set : {"learning", "asked", "access"}) test::check(!ours(set), set);
         test::check(ours("limited") && content.limited.back() == kernel::SlotCategory{Slot{7}, 3}, "limited");
         test::check(ours("granted") && content.leases.granted.back().key == content.limited.back(), "granted");
         element.key = {std::byte{0}, std::byte{0x40}};  // of nobody
         test::check(!ours("limited") && !ours("granted"), "a category of nobody");
         element.key = {std::byte{7}, std::byte{0}, std::byte{0x10}};
         test::check(!ours("limited") && !ours("granted"), "bits that aren't ours");
         element.key = {};
         test::check(!ours("lan_index") && !ours("learning"), "zero");
         element.key = {std::byte{7}};
         element.plain = false;
         test::check(!ours("access"), "with a comment");
         element.plain = true;
         element.key[1] = std::byte{0x40};
         test::check(!ours("access") && !ours("learning"), "more than a slot");
     }},
    {"an address that fails is told with the device that had it, one that moves with both",
     [] {
         NeighbourTracker tracker{{"lan0"}};
         test::check(tracker.link(LinkFact{3, "lan0", true, true, {}}) == std::vector<kernel::Link>{{"lan0", true, 3}},
                     "the link");
         auto const address = test::value(IpAddress::parse("10.7.0.5"));
         Mac const phone{{2, 0, 0, 0, 0, 1}};
         Mac const laptop{{2, 0, 0, 0, 0, 2}};
         test::check(tracker.neighbour({3, address, std::nullopt, false}).empty(), "failed before it was there");
         test::equal(tracker.neighbour({3, address, phone, true}).size(), 1U, "there");
         auto const moved = tracker.neighbour({3, address, laptop, true});
         test::check(moved.size() == 2 && moved[0].mac == phone && !moved[0].present && moved[1].mac == laptop,
                     "moved");
         auto const failed = tracker.neighbour({3, address, std::nullopt, false});
         test::check(failed.size() == 1 && failed[0].mac == laptop && !failed[0].present, "failed");
         test::check(tracker.neighbour({4, address, phone, true}).empty(), "another interface");
         test::check(tracker.renames({3, "x", true, true, {}}) && tracker.link({3, "x", true, true, {}}).size() == 1,
                     "renamed away");
         test::check(tracker.links() == std::vector<kernel::Link>{{"lan0", false}}, "missing");
     }},
};

}  // namespace

int main() {
    return test::run("kernel/message", tests);
}
