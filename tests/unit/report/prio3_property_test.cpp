// Any VDAF, any measurements, any number of aggregators: what comes out is the sum, and nothing that was changed on the
// way is counted.
#include <algorithm>
#include <random>

#include "report/prio3.h"
#include "test.h"

namespace {

using namespace kindgate;
using report::Prio3;
using report::Vdaf;
using report::VdafType;

class Anything {
public:
    explicit Anything(std::uint64_t seed) : random_(seed) {}

    std::uint64_t number(std::uint64_t below) { return random_() % below; }
    Bytes bytes(std::size_t size) {
        Bytes made(size);
        fill(made);
        return made;
    }
    template <typename Array>
    Array array() {
        Array made{};
        fill(made);
        return made;
    }

    Vdaf vdaf() {
        Vdaf vdaf{.type = static_cast<VdafType>(1 + number(5))};
        if (vdaf.type == VdafType::sum) vdaf.max = 1 + (random_() >> (4 + number(60)));  // four fit
        if (vdaf.type == VdafType::count || vdaf.type == VdafType::sum) return vdaf;
        vdaf.length = 1 + static_cast<std::uint32_t>(number(20));
        vdaf.chunk = 1 + static_cast<std::uint32_t>(number(12));
        if (vdaf.type == VdafType::sum_vec) vdaf.max = 1 + (random_() >> (8 + number(55)));
        if (vdaf.type == VdafType::multihot_count_vec) vdaf.max = 1 + number(vdaf.length);
        return vdaf;
    }

    std::vector<std::uint64_t> measurement(Vdaf const& vdaf) {
        switch (vdaf.type) {
            case VdafType::count: return {number(2)};
            case VdafType::sum: return {number(vdaf.max) + number(2)};
            case VdafType::histogram: return {number(vdaf.length)};
            case VdafType::sum_vec:
            case VdafType::multihot_count_vec: break;
        }
        std::vector<std::uint64_t> made(vdaf.length);
        auto ones = vdaf.max;
        for (auto& one : made) {
            one = vdaf.type == VdafType::sum_vec ? number(vdaf.max) + number(2) : std::min(number(2), ones);
            if (vdaf.type == VdafType::multihot_count_vec) ones -= one;
        }
        return made;
    }

private:
    void fill(std::span<std::uint8_t> to) {
        for (auto& octet : to) octet = static_cast<std::uint8_t>(random_());
    }

    std::mt19937_64 random_;
};

struct Report {
    report::Nonce nonce;
    report::Shares shares;
};

// The output shares, or why the report isn't counted. `change` may change what the aggregators tell each other.
template <typename Change>
Result<std::vector<Bytes>> verified(Prio3 const& prio3, report::VerifyKey const& key, ByteView context,
                                    Report const& report, Change change) {
    std::vector<report::VerifyState> states;
    std::vector<Bytes> verifier_shares;
    for (std::size_t id = 0; id < report.shares.input_shares.size(); ++id) {
        auto start = KG_TRY(prio3.verify_init(key, context, id, report.nonce, report.shares.public_share,
                                              report.shares.input_shares[id]));
        states.push_back(std::move(start.state));
        verifier_shares.push_back(std::move(start.verifier_share));
    }
    change(verifier_shares);
    auto const message = KG_TRY(prio3.verifier_message(context, verifier_shares));
    std::vector<Bytes> outputs;
    for (auto& state : states) outputs.push_back(KG_TRY(prio3.verify_next(std::move(state), message)));
    return outputs;
}

void check_sum(std::uint64_t seed) {
    Anything any{seed};
    auto const vdaf = any.vdaf();
    auto const about = "seed " + std::to_string(seed) + ", " + std::string{text(vdaf.type)};
    auto const aggregators = 2 + any.number(3);
    auto const prio3 = test::value(Prio3::create(vdaf, aggregators));
    auto const context = any.bytes(any.number(60));
    auto const key = any.array<report::VerifyKey>();
    std::vector<Bytes> sums(aggregators, prio3.empty_aggregate());
    std::vector<std::uint64_t> expected(std::max<std::size_t>(vdaf.length, 1));
    for (auto i = any.number(5); i > 0; --i) {
        auto const measurement = any.measurement(vdaf);
        if (vdaf.type == VdafType::histogram)
            ++expected[measurement[0]];
        else
            for (std::size_t k = 0; k < measurement.size(); ++k) expected[k] += measurement[k];
        auto const nonce = any.array<report::Nonce>();
        auto const shares = test::value(prio3.shard(context, measurement, nonce, any.bytes(prio3.random_size())));
        test::equal(shares.public_share.size(), prio3.public_share_size(), about + ": the public share's size");
        for (std::size_t id = 0; id < aggregators; ++id)
            test::equal(shares.input_shares[id].size(), prio3.input_share_size(id), about + ": an input share's size");
        auto const outputs = test::value(verified(prio3, key, context, {nonce, shares}, [](auto&) {}));
        for (std::size_t id = 0; id < aggregators; ++id) test::value(prio3.add(sums[id], outputs[id]));
    }
    test::check(test::value(prio3.unshard(sums)) == expected, about + ": the sum");
}

void flip_a_bit(Anything& any, Bytes& bytes) {
    bytes[any.number(bytes.size())] ^= static_cast<std::uint8_t>(1U << any.number(8));
}

void check_changed(std::uint64_t seed) {
    Anything any{seed};
    auto const vdaf = any.vdaf();
    auto const aggregators = 2 + any.number(2);
    auto const prio3 = test::value(Prio3::create(vdaf, aggregators));
    auto context = any.bytes(1 + any.number(60));
    auto const key = any.array<report::VerifyKey>();
    Report report{any.array<report::Nonce>(), {}};
    report.shares =
        test::value(prio3.shard(context, any.measurement(vdaf), report.nonce, any.bytes(prio3.random_size())));
    auto const what = any.number(5);
    auto const about =
        "seed " + std::to_string(seed) + ", " + std::string{text(vdaf.type)} + ": change " + std::to_string(what);
    auto const which = any.number(aggregators);
    if (what == 0) flip_a_bit(any, report.shares.input_shares[which]);
    if (what == 1) flip_a_bit(any, context);
    if (what == 2) {
        if (report.shares.public_share.empty()) return;
        flip_a_bit(any, report.shares.public_share);
    }
    if (what == 3) {
        auto& share = report.shares.input_shares[which];
        share.resize(any.number(2) == 0 ? share.size() - 1 : share.size() + 1);
    }
    auto const outputs = verified(prio3, key, context, report, [&](std::vector<Bytes>& verifier_shares) {
        if (what == 4) flip_a_bit(any, verifier_shares[which]);
    });
    test::check(!outputs.ok(), about);
}

constexpr test::Test tests[] = {
    {"the aggregate is the sum of what was measured",
     [] {
         auto const first = test::first_seed("sums");
         for (auto seed = first; seed < first + test::cases(150); ++seed) check_sum(seed);
     }},
    {"a report of which a bit is another is not counted",
     [] {
         auto const first = test::first_seed("changes");
         for (auto seed = first; seed < first + test::cases(300); ++seed) check_changed(seed);
     }},
    {"numbers that are none of the field are refused wherever they come",
     [] {
         auto const prio3 = test::value(Prio3::create({.type = VdafType::histogram, .length = 3, .chunk = 2}));
         Bytes const ones(prio3.input_share_size(0), 0xff);
         test::check(!prio3.verify_init({}, {}, 0, {}, Bytes(prio3.public_share_size()), ones).ok(), "input share");
         std::vector<Bytes> const verifier_shares(2, Bytes(6 * 16 + 32, 0xff));
         test::contains(prio3.verifier_message({}, verifier_shares).error().message(), "none of its field");
         std::vector<Bytes> const sums(2, Bytes(3 * 16, 0xff));
         test::contains(prio3.unshard(sums).error().message(), "none of its field");
         auto sum = prio3.empty_aggregate();
         test::check(!prio3.add(sum, sums[0]).ok(), "output share");
         test::equal(hex(sum), hex(prio3.empty_aggregate()), "nothing was added");
     }},
    {"wrong sizes and numbers of shares are refused with a sentence",
     [] {
         Vdaf const histogram{.type = VdafType::histogram, .length = 3, .chunk = 2};
         test::contains(Prio3::create(histogram, 1).error().message(), "2 to 255");
         test::contains(Prio3::create(histogram, 256).error().message(), "2 to 255");
         test::contains(Prio3::create({.type = VdafType::histogram}).error().message(), "the length is 0");
         auto const prio3 = test::value(Prio3::create(histogram));
         std::uint64_t const bucket[] = {1};
         test::contains(prio3.shard({}, bucket, {}, Bytes(127)).error().message(), "128 random octets, not 127");
         test::contains(prio3.shard(Bytes(65528), bucket, {}, Bytes(128)).error().message(), "65,527");
         test::check(prio3.shard(Bytes(65527), bucket, {}, Bytes(128)).ok(), "the longest context");
         test::contains(prio3.verify_init({}, {}, 1, {}, Bytes(63), Bytes(64)).error().message(), "public share");
         test::contains(prio3.verify_init({}, {}, 1, {}, Bytes(64), Bytes(65)).error().message(), "65 octets, not 64");
         std::vector<Bytes> const one(1);
         test::contains(prio3.verifier_message({}, one).error().message(), "1 verifier shares of 2");
         std::vector<Bytes> const empty(2);
         test::contains(prio3.verifier_message({}, empty).error().message(), "0 octets, not 128");
         test::contains(prio3.unshard(one).error().message(), "1 aggregate shares of 2");
         test::contains(prio3.unshard(empty).error().message(), "0 octets, not 48");
         Bytes sum(47);
         test::check(!prio3.add(sum, prio3.empty_aggregate()).ok(), "a short sum");
         test::check(!prio3.verify_next({.output_share = {}, .joint_rand_seed = report::Seed{}}, {}).ok(),
                     "no message");
         test::check(!prio3.verify_next({}, Bytes(32)).ok(), "a message too many");
     }},
    {"shares that don't belong together give no count",
     [] {
         auto const prio3 = test::value(Prio3::create({.type = VdafType::histogram, .length = 1, .chunk = 1}));
         std::vector<Bytes> sums(2, Bytes(16));
         sums[0][8] = 1;
         test::contains(prio3.unshard(sums).error().message(), "no count");
     }},
};

}  // namespace

int main() {
    return test::run("report/prio3_property", tests);
}
