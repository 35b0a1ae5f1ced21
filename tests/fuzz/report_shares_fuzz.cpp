// Any bytes as what a client and another aggregator send of a Prio3 report: refused, or an output share comes of it.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "report/prio3.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)
using report::Prio3;
using report::VdafType;

std::array<Prio3, 4> const& protocols() {
    static auto const made = [] {
        auto const of = [](report::Vdaf const& vdaf) { return Prio3::create(vdaf).value(); };
        return std::array{of({.type = VdafType::count}), of({.type = VdafType::sum, .max = 10}),
                          of({.type = VdafType::histogram, .length = 3, .chunk = 2}),
                          of({.type = VdafType::sum_vec, .length = 2, .max = 5, .chunk = 3})};
    }();
    return made;
}

}  // namespace

// The first octet says which protocol and which aggregator; the rest is cut as it is needed, zeros behind it.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const& prio3 = protocols()[data[0] % 4U];
    std::size_t const own = data[0] / 4U % 2U;
    ByteView rest{data + 1, size - 1};
    auto const take = [&](std::size_t count) {
        auto const some = rest.first(std::min(count, rest.size()));
        rest = rest.subspan(some.size());
        Bytes taken{some.begin(), some.end()};
        taken.resize(count);
        return taken;
    };
    auto const public_share = take(prio3.public_share_size());
    auto const start = prio3.verify_init({}, {}, own, {}, public_share, take(prio3.input_share_size(own)));
    if (!start.ok()) return 0;
    std::array<Bytes, 2> verifier_shares{start->verifier_share, start->verifier_share};
    verifier_shares[1 - own] = take(start->verifier_share.size());
    auto const message = prio3.verifier_message({}, verifier_shares);
    if (!message.ok()) return 0;
    auto sum = prio3.empty_aggregate();
    if (auto const output = prio3.verify_next(start->state, *message); output.ok() && !prio3.add(sum, *output).ok())
        std::abort();
    return 0;
}
