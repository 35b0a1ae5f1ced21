// A pack of any bytes is refused or answers; its checksum is made right first, so that what lies behind it is reached.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "content/pack.h"
#include "pack_layout.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate::content;  // NOLINT(google-build-using-namespace)
    auto const given = std::as_bytes(std::span{data, size});
    std::vector<std::byte> bytes{given.begin(), given.end()};
    static_cast<void>(Pack::open(bytes, {.now = {}}));
    if (bytes.size() >= PackHeader::size + checksum_size) {
        bytes.resize(bytes.size() - checksum_size);
        auto const sum = hash_of(checksum_key, bytes);
        put(bytes, sum.high, 8);
        put(bytes, sum.low, 8);
    }
    auto const pack = Pack::open(bytes, {.now = {}});
    if (!pack.ok()) return 0;
    for (auto const* name : {"a.example", "www.games.example", "x.learn.games.example", ".", "..", "a", ""})
        static_cast<void>(pack->names_of(pack->look_up(name).categories));
    return 0;
}
