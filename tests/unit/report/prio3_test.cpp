// The draft's vectors: every file of vdaf/, every operation it names, octet by octet.
#include "report/prio3.h"

#include <algorithm>

#include "vectors.h"

namespace {

using namespace kindgate;
using report::Prio3;
using report::Vdaf;
using report::VdafType;
using test::hex_bytes;
using test::Json;

template <typename Array>
Array fixed(Bytes const& bytes) {
    Array made{};
    test::equal(bytes.size(), made.size(), "a size");
    std::ranges::copy(bytes, made.begin());
    return made;
}

Vdaf vdaf_of(test::VectorFile const& file) {
    auto const number = [&](char const* name) { return file.content.value(name, std::uint64_t{0}); };
    Vdaf vdaf{.length = static_cast<std::uint32_t>(number("length")),
              .max = std::max(number("max_measurement"), number("max_weight")),
              .chunk = static_cast<std::uint32_t>(number("chunk_length"))};
    for (auto const type :
         {VdafType::count, VdafType::sum, VdafType::sum_vec, VdafType::histogram, VdafType::multihot_count_vec})
        if (file.name.starts_with(std::string{text(type)} + "_")) vdaf.type = type;
    test::check(file.name.starts_with(text(vdaf.type)), file.name + ": a known type");
    return vdaf;
}

std::vector<std::uint64_t> numbers(Json const& value) {
    std::vector<std::uint64_t> made;
    for (auto const& one : value.is_array() ? value : Json::array({value}))
        made.push_back(one.is_boolean() ? static_cast<std::uint64_t>(one.get<bool>()) : one.get<std::uint64_t>());
    return made;
}

std::vector<Bytes> all_bytes(Json const& values) {
    std::vector<Bytes> made;
    for (auto const& value : values) made.push_back(hex_bytes(value.get<std::string>()));
    return made;
}

// A file's protocol, an operation at a time.
class Run {
public:
    explicit Run(test::VectorFile const& file)
        : file_(file),
          aggregators_(file.content.at("shares").get<std::size_t>()),
          prio3_(test::value(Prio3::create(vdaf_of(file), aggregators_))),
          context_(hex_bytes(file.content, "ctx")),
          key_(fixed<report::VerifyKey>(hex_bytes(file.content, "verify_key"))) {
        states_.resize(file.content.at("reports").size(), std::vector<report::VerifyState>(aggregators_));
        outputs_.resize(aggregators_);
    }

    bool operation(Json const& one) {
        auto const name = one.at("operation").get<std::string>();
        about_ = file_.name + ": " + name;
        if (name == "aggregate") return aggregate(aggregator(one));
        if (name == "unshard") return unshard();
        auto const report = one.at("report_index").get<std::size_t>();
        auto const& expected = file_.content.at("reports").at(report);
        if (name == "shard") return shard(expected);
        if (name == "verify_init") return verify_init(expected, report, aggregator(one));
        if (name == "verifier_shares_to_message") return verifier_message(expected);
        if (name == "verify_next") return verify_next(expected, report, aggregator(one));
        test::fail("an operation that nobody here knows: " + name);
    }

private:
    static std::size_t aggregator(Json const& one) { return one.at("aggregator_id").get<std::size_t>(); }
    static report::Nonce nonce(Json const& expected) { return fixed<report::Nonce>(hex_bytes(expected, "nonce")); }
    void same(Bytes const& made, Json const& expected) const {
        test::equal(hex(made), expected.get<std::string>(), about_);
    }

    bool shard(Json const& expected) {
        auto const made =
            prio3_.shard(context_, numbers(expected.at("measurement")), nonce(expected), hex_bytes(expected, "rand"));
        if (!made.ok()) return false;
        same(made->public_share, expected.at("public_share"));
        for (std::size_t i = 0; i < aggregators_; ++i) same(made->input_shares[i], expected.at("input_shares").at(i));
        return true;
    }
    bool verify_init(Json const& expected, std::size_t report, std::size_t id) {
        auto made = prio3_.verify_init(key_, context_, id, nonce(expected), hex_bytes(expected, "public_share"),
                                       all_bytes(expected.at("input_shares")).at(id));
        if (!made.ok()) return false;
        same(made->verifier_share, expected.at("verifier_shares").at(0).at(id));
        states_[report][id] = std::move(made->state);
        return true;
    }
    bool verifier_message(Json const& expected) {
        auto const made = prio3_.verifier_message(context_, all_bytes(expected.at("verifier_shares").at(0)));
        if (!made.ok()) return false;
        same(*made, expected.at("verifier_messages").at(0));
        return true;
    }
    bool verify_next(Json const& expected, std::size_t report, std::size_t id) {
        auto made = prio3_.verify_next(states_[report][id], all_bytes(expected.at("verifier_messages")).at(0));
        if (!made.ok()) return false;
        Bytes joined;
        // An output share is a list of numbers there.
        auto const& share = expected.at("out_shares").at(id);
        for (auto const& number : share.is_array() ? share : Json::array({share}))
            std::ranges::copy(hex_bytes(number.get<std::string>()), std::back_inserter(joined));
        test::equal(hex(*made), hex(joined), about_);
        outputs_[id].push_back(std::move(*made));
        return true;
    }
    bool aggregate(std::size_t id) {
        auto sum = prio3_.empty_aggregate();
        for (auto const& output : outputs_[id]) test::value(prio3_.add(sum, output));
        same(sum, file_.content.at("agg_shares").at(id));
        return true;
    }
    bool unshard() {
        auto const made = prio3_.unshard(all_bytes(file_.content.at("agg_shares")));
        if (!made.ok()) return false;
        test::check(*made == numbers(file_.content.at("agg_result")), about_);
        return true;
    }

    test::VectorFile const& file_;
    std::size_t aggregators_;
    Prio3 prio3_;
    Bytes context_;
    report::VerifyKey key_;
    std::vector<std::vector<report::VerifyState>> states_;
    std::vector<std::vector<Bytes>> outputs_;
    std::string about_;
};

constexpr test::Test tests[] = {
    {"the draft's vectors: each operation gives the same octets, or fails where it must",
     [] {
         for (auto const& file : test::vector_files("vdaf", "Prio3")) {
             Run run{file};
             for (auto const& one : file.content.at("operations"))
                 test::equal(run.operation(one), one.at("success").get<bool>(), file.name + ": " + one.dump());
         }
     }},
};

}  // namespace

int main() {
    return test::run("report/prio3", tests);
}
