#include "xof.h"

#include <algorithm>

#include "vectors.h"

namespace {

using namespace kindgate;
using report::Field128;
using report::Field64;
using report::Xof;
using test::hex_bytes;

constexpr test::Test tests[] = {
    {"XofTurboShake128 gives the draft's seed and numbers",
     [] {
         for (auto const& file : test::vector_files("turboshake", "Xof")) {
             auto const& one = file.content;
             auto const made = [&] {
                 Xof xof{hex_bytes(one, "seed"), hex_bytes(one, "dst")};
                 xof.bind(hex_bytes(one, "binder"));
                 return xof;
             };
             test::equal(hex(made().next_seed()), one.at("derived_seed").get<std::string>(), file.name);
             std::vector<Field128> numbers(one.at("length").get<std::size_t>());
             made().next(std::span{numbers});
             test::equal(hex(report::encoded(numbers)), one.at("expanded_vec_field128").get<std::string>(), file.name);
         }
     }},
    {"a domain separation tag has the version, that it is a VDAF, which, the usage and the context",
     [] {
         report::DomainTag tag{report::VdafType::histogram, bytes_of("ctx")};
         test::equal(hex(tag.of(report::Usage::measurement_share)), "1200000000040001637478", "the first");
         test::equal(hex(tag.of(report::Usage::joint_rand_part)), "1200000000040007637478", "the last");
         test::equal(tag.of(report::Usage::joint_rand_part).size(), report::tag_head + 3, "its size");
     }},
    // One word in 2^32 is none of Field64. This binder was searched for: the 21st word is one, the last of its block.
    {"octets that are no number of the field are passed over",
     [] {
         auto const made = [] {
             Xof xof{report::Seed{}, {}};
             xof.bind(hex_bytes("4bf1681000000000"));
             return xof;
         };
         Bytes octets(std::size_t{22} * 8);
         made().next(std::span{octets});
         test::equal(hex(ByteView{octets}.subspan(160, 8)), "ef8dfff3ffffffff", "the one that is none");
         std::vector<Field64> numbers(21);
         made().next(std::span{numbers});
         octets.erase(octets.begin() + 160, octets.begin() + 168);
         test::equal(hex(report::encoded(numbers)), hex(octets), "the others");
     }},
};

}  // namespace

int main() {
    return test::run("report/xof", tests);
}
