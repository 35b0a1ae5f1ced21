#include "skeleton.h"

#include <linux/netfilter/nf_tables.h>

#include <algorithm>

#include "batch.h"
#include "contract.h"
#include "test.h"

namespace {

using namespace kindgate;
using kernel::Skeleton;

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> out;
    for (int value : values) out.push_back(static_cast<std::byte>(value));
    return out;
}

constexpr test::Test tests[] = {
    {"our table has a counter, ten sets, eleven chains and thirty-four rules",
     [] {
         auto const lines = kernel::wanted_skeleton().lines();
         auto const count = [&](std::string_view start) {
             return std::ranges::count_if(lines, [&](std::string const& line) { return line.starts_with(start); });
         };
         test::equal(count("table"), 1, "tables");
         test::equal(count("object unplaced: type 1"), 1, "objects");
         test::equal(count("set "), 10, "sets");
         test::equal(count("chain "), 11, "chains");
         test::equal(count("rule "), 34, "rules");
         test::equal(count("rule remember"), 4, "in remember");
         test::equal(count("rule ask"), 4, "in ask");
         test::equal(count("rule tell_slot"), 4, "in tell_slot");
         test::equal(count("rule to_front"), 2, "in to_front");
         test::equal(count("rule gate"), 4, "in gate");
         test::equal(count("rule unleased"), 5, "in unleased");
         test::equal(lines[0], "chain ask: flags 0 type nat hook 0 priority -110 policy 1", "a chain");
     }},
    {"zeros that a kernel adds or leaves out make no difference, everything else does",
     [] {
         // lookup: set "lan", source register 1
         auto const sent = bytes({32, 0,   1, 128, 11, 0, 1,   0,   'l', 'o', 'o', 'k', 'u', 'p', 0, 0, 20, 0,
                                  2,  128, 8, 0,   1,  0, 'l', 'a', 'n', 0,   8,   0,   2,   0,   0, 0, 0,  1});
         auto first = sent;
         first[0] = std::byte{36};
         auto dumped = bytes({44, 0, 1, 0, 11, 0, 1, 0, 'l', 'o', 'o', 'k', 'u', 'p', 0, 0, 28, 0, 2, 0, 8, 0,
                              2,  0, 0, 0, 0,  1, 7, 0, 1,   0,   'l', 'a', 'n', 0,   8, 0, 5,  0, 0, 0, 0, 0});
         test::equal(kernel::normal_form(dumped), kernel::normal_form(first), "equal");
         test::equal(kernel::normal_form(first), "[lookup 1=6c616e 2=00000001 ]", "text");
         dumped.back() = std::byte{1};  // inverted
         test::check(kernel::normal_form(dumped) != kernel::normal_form(first), "different");
     }},
    {"broken bytes never look like a whole rule",
     [] {
         test::contains(kernel::normal_form(bytes({200, 0, 1, 0, 1})), "broken");
         test::contains(kernel::normal_form(bytes({12, 0, 1, 0, 99, 0, 2, 0, 0, 0, 0, 0})), "[");
         Skeleton skeleton;
         kernel::Message message;
         message.type = 10 << 8U | NFT_MSG_NEWRULE;
         test::check(!skeleton.add(message, "kindgate"), "no header");
         auto const broken = bytes({1, 0, 0, 0, 200, 0, 1, 0});
         message.payload = broken;
         test::check(!skeleton.add(message, "kindgate"), "a broken attribute");
     }},
    {"other tables' messages are left out",
     [] {
         kernel::Batch batch{1};
         kernel::contract::install(batch);
         Skeleton other;
         kernel::Messages messages{batch.bytes()};
         while (auto const message = messages.next()) other.add(*message, "another");
         test::check(other == Skeleton{}, "empty");
     }},
};

}  // namespace

int main() {
    return test::run("kernel/skeleton", tests);
}
