#include "pack_hash.h"

#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "test.h"

namespace {

using namespace kindgate;

std::string hex(content::Hash const& hash) {
    std::string digits;
    for (auto const half : {hash.low, hash.high})
        for (int i = 0; i < 8; ++i) digits += fmt::format("{:02x}", half >> (8 * i) & 0xff);
    return digits;
}

// The reference code's vectors_sip128: key 00 01 … 0f, input of that many bytes 00 01 ….
struct Vector {
    unsigned length;
    std::string_view hash;
};
constexpr Vector vectors[] = {{0, "a3817f04ba25a8e66df67214c7550293"},
                              {1, "da87c1d86b99af44347659119b22fc45"},
                              {2, "8177228da4a45dc7fca38bdef60affe4"}};

constexpr test::Test tests[] = {
    {"SipHash-2-4 with 128 bits gives the reference's results",
     [] {
         content::SipKey const key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
         for (auto const& [length, expected] : vectors) {
             std::string input(length, '\0');
             std::iota(input.begin(), input.end(), '\0');
             test::equal(hex(content::hash_of(key, input)), expected, fmt::format("{} bytes", length));
         }
     }},
    {"words at once and byte by byte give the same, and asking in between changes nothing",
     [] {
         content::SipKey const key{1, 2};
         std::string input;
         content::SipHash sip{key};
         for (int i = 0; i < 100; ++i) {
             test::check(sip.hash() == content::hash_of(key, input), fmt::format("{} bytes", i));
             input += static_cast<char>(i * 37);
             sip.add(static_cast<unsigned char>(input.back()));
         }
     }},
};

}  // namespace

int main() {
    return test::run("content/pack_hash", tests);
}
