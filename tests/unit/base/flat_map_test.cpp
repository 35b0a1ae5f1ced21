#include "base/flat_map.h"

#include <map>
#include <set>
#include <string>

#include "test.h"

namespace {

using namespace kindgate;
using Map = FlatMap<int, std::string>;

constexpr test::Test tests[] = {
    {"entries stand in order of their keys; of equal keys the first stays",
     [] {
         Map const map{{3, "c"}, {1, "a"}, {3, "x"}, {2, "b"}};
         test::check(map == Map{sorted_unique, {{1, "a"}, {2, "b"}, {3, "c"}}}, "map");
         FlatSet<int> const set{3, 1, 3, 2};
         test::check(set == FlatSet<int>{sorted_unique, {1, 2, 3}}, "set");
     }},
    {"what is found is what was put there last",
     [] {
         Map map;
         map[2] = "b";
         map.insert_or_assign(1, "a");
         map.insert_or_assign(2, "x");
         test::equal(map.at(2), "x", "assigned");
         test::check(map.contains(1) && !map.contains(3) && map.find(0) == map.end(), "keys");
         bool thrown = false;
         try {
             static_cast<void>(map.at(3));
         } catch (std::out_of_range const&) {
             thrown = true;
         }
         test::check(thrown, "no such key");
         map.erase(3);
         map.erase(1);
         test::equal(map.size(), 1U, "erased");
         map.clear();
         test::check(map.empty(), "cleared");
     }},
    {"it holds what a tree holds, after whatever was done",
     [] {
         std::uint32_t seed = 1;
         auto const random = [&](std::uint32_t below) {
             return (seed = seed * 1664525U + 1013904223U) / 65536U % below;
         };
         std::map<std::uint32_t, std::uint32_t> tree;
         FlatMap<std::uint32_t, std::uint32_t> map;
         std::set<std::uint32_t> keys;
         FlatSet<std::uint32_t> set;
         for (int i = 0; i < 2000; ++i) {
             auto const key = random(50);
             keys.insert(key);
             set.insert(key);
             if (random(2) == 0) {
                 tree.erase(key);
                 map.erase(key);
             } else {
                 tree.insert_or_assign(key, random(9));
                 map.insert_or_assign(key, tree.at(key));
             }
             auto const same = [](auto const& a, auto const& b) { return a.first == b.first && a.second == b.second; };
             test::check(std::ranges::equal(tree, map, same), "map");
             test::check(std::ranges::equal(keys, set), "set");
         }
     }},
};

}  // namespace

int main() {
    return test::run("base/flat_map", tests);
}
