#include "circuit.h"

#include <algorithm>
#include <bit>

#include "test.h"

namespace {

using namespace kindgate;
using report::Vdaf;
using report::VdafType;

std::string bits(Vdaf const& vdaf, std::vector<std::uint64_t> const& measurement) {
    auto const circuit = report::circuit_of(vdaf);
    auto const encoded = test::value(report::encode(circuit, measurement));
    test::equal(encoded.size(), circuit.measurement, "as many as are said");
    std::string made;
    for (auto const bit : encoded) made += bit == 0 ? '0' : '1';
    return made;
}

std::uint64_t counted(report::Circuit const& circuit, std::span<std::uint8_t const> encoded) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i + 1 < circuit.bits; ++i) number += std::uint64_t{encoded[i]} << i;
    return number + encoded[circuit.bits - 1] * circuit.last_weight;
}

constexpr test::Test tests[] = {
    {"parameters that can't be used are refused with a sentence",
     [] {
         struct Case {
             Vdaf vdaf;
             std::string_view says;
         };
         constexpr auto most = static_cast<std::uint32_t>(report::max_numbers);
         for (auto const& [vdaf, says] : {
                  Case{{.type = VdafType{0}}, "none of 1 to 5"},
                  Case{{.type = VdafType{6}}, "0x00000006"},
                  Case{{.type = VdafType::sum, .max = 0}, "must be 1 at least"},
                  Case{{.type = VdafType::sum, .max = std::uint64_t{1} << 63U}, "2^63"},
                  Case{{.type = VdafType::sum_vec, .length = 1, .max = 0, .chunk = 1}, "must be 1 at least"},
                  Case{{.type = VdafType::sum_vec, .length = 0, .max = 1, .chunk = 1}, "the length is 0"},
                  Case{{.type = VdafType::sum_vec, .length = most / 64 + 1, .max = ~std::uint64_t{0}, .chunk = 1},
                       "are not taken"},
                  Case{{.type = VdafType::histogram, .length = 0, .chunk = 1}, "the length is 0"},
                  Case{{.type = VdafType::histogram, .length = 1, .chunk = 0}, "the chunk length is 0"},
                  Case{{.type = VdafType::histogram, .length = most + 1, .chunk = 1}, "are not taken"},
                  Case{{.type = VdafType::histogram, .length = ~0U, .chunk = ~0U}, "are not taken"},
                  Case{{.type = VdafType::histogram, .length = 1, .chunk = most + 1}, "are not taken"},
                  Case{{.type = VdafType::multihot_count_vec, .length = 3, .max = 4, .chunk = 1},
                       "more than the length"},
                  Case{{.type = VdafType::multihot_count_vec, .length = 3, .max = 0, .chunk = 1}, "at least"},
                  Case{{.type = VdafType::multihot_count_vec, .length = most, .max = 1, .chunk = 1}, "are not taken"},
              }) {
             auto const checked = report::check(vdaf);
             test::check(!checked.ok(), says);
             test::contains(checked.error().message(), says);
         }
         for (auto const& vdaf : {
                  Vdaf{.type = VdafType::count},
                  Vdaf{.type = VdafType::sum, .max = 1},
                  Vdaf{.type = VdafType::sum, .max = (std::uint64_t{1} << 63U) - 1},
                  Vdaf{.type = VdafType::sum_vec, .length = most / 64, .max = ~std::uint64_t{0}, .chunk = 256},
                  Vdaf{.type = VdafType::histogram, .length = most, .chunk = most},
                  Vdaf{.type = VdafType::histogram, .length = 1, .chunk = 1},
                  Vdaf{.type = VdafType::multihot_count_vec, .length = 3, .max = 3, .chunk = 9},
              })
             test::value(report::check(vdaf));
     }},
    {"measurements become zeros and ones, the least bit first, the last with its own weight",
     [] {
         test::equal(bits({.type = VdafType::count}, {1}), "1", "count");
         Vdaf const sum{.type = VdafType::sum, .max = 10};  // weights 1, 2, 4 and 3
         test::equal(bits(sum, {0}), "0000", "0");
         test::equal(bits(sum, {7}), "1110", "7: the first way");
         test::equal(bits(sum, {8}), "1011", "8");
         test::equal(bits(sum, {10}), "1111", "10");
         test::equal(bits({.type = VdafType::sum, .max = 1}, {1}), "1", "a single bit");
         test::equal(bits({.type = VdafType::sum_vec, .length = 2, .max = 3, .chunk = 1}, {1, 2}), "1001", "a vector");
         test::equal(bits({.type = VdafType::histogram, .length = 4, .chunk = 3}, {2}), "0010", "a bucket");
         test::equal(bits({.type = VdafType::multihot_count_vec, .length = 3, .max = 2, .chunk = 2}, {1, 0, 1}),
                     "10111", "three places and their weight");
     }},
    {"what is written around every power of two counts what it should",
     [] {
         for (unsigned bit = 0; bit < 64; ++bit)
             for (std::uint64_t more : {0U, 1U, 2U}) {
                 auto const max = (std::uint64_t{1} << bit) - 1 + more;
                 if (max == 0) continue;
                 auto const circuit =
                     report::circuit_of({.type = VdafType::sum_vec, .length = 1, .max = max, .chunk = 1});
                 for (auto const number : {std::uint64_t{0}, std::uint64_t{1}, max / 2, max / 2 + 1, max - 1, max})
                     if (number <= max) {
                         std::uint64_t const one[] = {number};
                         test::equal(counted(circuit, test::value(report::encode(circuit, one))), number,
                                     std::to_string(number) + " of " + std::to_string(max));
                     }
             }
     }},
    {"measurements that are none are refused",
     [] {
         struct Case {
             Vdaf vdaf;
             std::vector<std::uint64_t> measurement;
             std::string_view says;
         };
         Vdaf const sum_vec{.type = VdafType::sum_vec, .length = 2, .max = 5, .chunk = 1};
         Vdaf const multihot{.type = VdafType::multihot_count_vec, .length = 3, .max = 2, .chunk = 1};
         for (auto const& [vdaf, measurement, says] : {
                  Case{{.type = VdafType::count}, {2}, "2 is more than 1"},
                  Case{{.type = VdafType::count}, {}, "has 1 numbers, not 0"},
                  Case{{.type = VdafType::sum, .max = 10}, {11}, "11 is more than 10"},
                  Case{{.type = VdafType::sum, .max = 10}, {~std::uint64_t{0}}, "is more than 10"},
                  Case{{.type = VdafType::histogram, .length = 4, .chunk = 2}, {4}, "4 is more than 3"},
                  Case{{.type = VdafType::histogram, .length = 4, .chunk = 2}, {0, 0, 0, 1}, "has 1 numbers, not 4"},
                  Case{sum_vec, {5, 6}, "6 is more than 5"},
                  Case{sum_vec, {5}, "has 2 numbers, not 1"},
                  Case{multihot, {1, 1, 1}, "3 ones are more than 2"},
                  Case{multihot, {2, 0, 0}, "2 is more than 1"},
                  Case{multihot, {1, 1}, "has 3 numbers, not 2"},
              }) {
             auto const encoded = report::encode(report::circuit_of(vdaf), measurement);
             test::check(!encoded.ok(), says);
             test::contains(encoded.error().message(), says);
         }
     }},
    {"lengths are the draft's",
     [] {
         auto const hundred = report::circuit_of({.type = VdafType::histogram, .length = 100, .chunk = 10});
         test::equal(hundred.calls, 10U, "calls");
         test::equal(hundred.nodes, 16U, "nodes");
         test::equal(hundred.proof(), 51U, "proof");
         test::equal(hundred.verifier(), 22U, "verifier");
         test::equal(hundred.query_rand(), 3U, "query randomness");
         auto const sum = report::circuit_of({.type = VdafType::sum, .max = 255});
         test::equal(sum.proof(), 32U, "proof of a sum");
         test::equal(sum.query_rand(), 9U, "query randomness of a sum");
         test::equal(report::circuit_of({.type = VdafType::sum, .max = 1}).query_rand(), 1U, "of a single bit");
     }},
};

}  // namespace

int main() {
    return test::run("report/circuit", tests);
}
