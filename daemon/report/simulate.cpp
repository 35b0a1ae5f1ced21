#include "report/simulate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "report/randomised_response.h"
#include "report/upload.h"

namespace kindgate::report {

namespace {

Error mistake(std::string sentence) {
    return {ErrorCode::system, std::move(sentence)};
}

Vdaf histogram(std::size_t answers) {
    auto const chunk = static_cast<std::uint32_t>(std::lround(std::sqrt(static_cast<double>(answers))));
    return {VdafType::histogram, static_cast<std::uint32_t>(answers), 0, chunk};
}

Task task_of(Vdaf const& vdaf) {
    Task task;
    task.info = {'s', 'i', 'm', 'u', 'l', 'a', 't', 'i', 'o', 'n'};
    task.leader_url = "https://leader.invalid/";
    task.helper_url = "https://helper.invalid/";
    task.time_precision = WholeSeconds{7 * 24 * 60 * 60};
    task.min_batch_size = 1000;
    task.vdaf = VdafConfig::of(vdaf);
    return task;
}

// Draws that belong to one part, or to what all have in common.
class Draws {
public:
    Draws(Seed const& seed, std::string_view what) : random_(seed, bytes_of(what)) {}

    RandomSource& source() { return random_; }
    template <std::size_t size>
    std::array<std::uint8_t, size> octets() {
        std::array<std::uint8_t, size> octets{};
        random_.fill(octets);
        return octets;
    }
    Bytes octets(std::size_t size) {
        Bytes octets(size);
        random_.fill(octets);
        return octets;
    }
    Result<crypto::AgreementKey> key() { return crypto::AgreementKey::from_bytes(crypto::Curve::x25519, octets<32>()); }

private:
    SeededRandom random_;
};

struct Server {
    crypto::AgreementKey key;
    HpkeConfig config;

    static Result<Server> create(std::uint8_t id, Draws& draws) {
        auto key = KG_TRY(draws.key());
        auto config = hpke_config(id, {crypto::Curve::x25519, crypto::Aead::aes_128_gcm}, key.public_key());
        return Server{std::move(key), std::move(config)};
    }
};

}  // namespace

struct Simulation::Survey {
    std::vector<std::uint64_t> ends;  // of the households with each answer, one answer after the other
    Epsilon epsilon;
    Seed seed;
    std::uint64_t sealed_households;
    Prio3 prio3;
    Task task;
    TaskId id;
    Bytes context;
    VerifyKey verify_key;
    Server leader;
    Server helper;

    std::size_t answer_of(std::uint64_t household) const {
        return static_cast<std::size_t>(std::ranges::upper_bound(ends, household) - ends.begin());
    }

    Result<Shares> sealed(std::uint64_t answer, Nonce const& nonce, ByteView random, Draws& draws, Tally& into) const;
    Result<void> verify(Shares const& shares, Nonce const& nonce, Tally& into) const;
    Result<void> household(std::uint64_t index, Draws& draws, Tally& into) const;
};

// To the aggregators and back: what they open is what they verify.
Result<Shares> Simulation::Survey::sealed(std::uint64_t answer, Nonce const& nonce, ByteView random, Draws& draws,
                                          Tally& into) const {
    Recipient const to_leader{leader.config, KG_TRY(draws.key())};
    Recipient const to_helper{helper.config, KG_TRY(draws.key())};
    auto const made = KG_TRY(make_report(task, {&answer, 1}, {nonce, 0, {}}, random, to_leader, to_helper));
    auto const upload = made.encoded();
    auto const report = KG_TRY(Report::decode(upload));
    auto const aad = input_share_aad(id, task, report.metadata, report.public_share);
    auto one = KG_TRY(open(leader.config, leader.key, Aggregator::leader, aad, report.leader));
    auto other = KG_TRY(open(helper.config, helper.key, Aggregator::helper, aad, report.helper));
    ++into.sealed;
    into.report_octets = upload.size();
    return Shares{report.public_share, {std::move(one.payload), std::move(other.payload)}};
}

Result<void> Simulation::Survey::verify(Shares const& shares, Nonce const& nonce, Tally& into) const {
    std::vector<VerifyState> states;
    std::vector<Bytes> verifier_shares;
    for (std::size_t i = 0; i < shares.input_shares.size(); ++i) {
        auto start =
            KG_TRY(prio3.verify_init(verify_key, context, i, nonce, shares.public_share, shares.input_shares[i]));
        states.push_back(std::move(start.state));
        verifier_shares.push_back(std::move(start.verifier_share));
    }
    auto const message = KG_TRY(prio3.verifier_message(context, verifier_shares));
    for (std::size_t i = 0; i < states.size(); ++i)
        KG_TRY(prio3.add(into.aggregates[i], KG_TRY(prio3.verify_next(std::move(states[i]), message))));
    return {};
}

Result<void> Simulation::Survey::household(std::uint64_t index, Draws& draws, Tally& into) const {
    std::uint64_t const answer = randomise(answer_of(index), ends.size(), epsilon, draws.source());
    auto const nonce = draws.octets<sizeof(Nonce)>();
    auto const random = draws.octets(prio3.random_size());
    if (index < sealed_households) return verify(KG_TRY(sealed(answer, nonce, random, draws, into)), nonce, into);
    return verify(KG_TRY(prio3.shard(context, {&answer, 1}, nonce, random)), nonce, into);
}

Result<Simulation> Simulation::create(std::vector<std::uint64_t> households, Epsilon epsilon, Seed const& seed,
                                      std::uint64_t sealed) {
    if (households.size() < min_answers || households.size() > max_answers)
        return Error{ErrorCode::invalid_input, fmt::format("there are {} answers: {} to {} can be simulated",
                                                           households.size(), min_answers, max_answers)};
    bool const small = std::ranges::all_of(households, [](std::uint64_t count) { return count <= max_households; });
    std::partial_sum(households.begin(), households.end(), households.begin());
    if (!small || households.back() == 0 || households.back() > max_households)
        return Error{ErrorCode::invalid_input, fmt::format("1 to {} households can be simulated", max_households)};
    auto const vdaf = histogram(households.size());
    auto task = task_of(vdaf);
    auto const id = task.id();
    Draws draws{seed, "servers"};
    return Simulation{
        std::make_shared<Survey const>(Survey{std::move(households), epsilon, seed, sealed, KG_TRY(Prio3::create(vdaf)),
                                              std::move(task), id, vdaf_context(id), draws.octets<sizeof(VerifyKey)>(),
                                              KG_TRY(Server::create(1, draws)), KG_TRY(Server::create(2, draws))})};
}

std::uint64_t Simulation::parts() const {
    return (survey_->ends.back() + part_size - 1) / part_size;
}

std::uint64_t Simulation::sealed_parts() const {
    auto const sealed = std::min(survey_->sealed_households, survey_->ends.back());
    return (sealed + part_size - 1) / part_size;
}

Tally Simulation::nothing() const {
    return {std::vector<Bytes>(2, survey_->prio3.empty_aggregate())};
}

Result<void> Simulation::run(std::uint64_t part, Tally& into) const {
    Draws draws{survey_->seed, fmt::format("part {}", part)};
    auto const end = std::min(survey_->ends.back(), (part + 1) * part_size);
    for (auto index = part * part_size; index < end; ++index)
        if (auto const done = survey_->household(index, draws, into); !done.ok())
            return mistake(fmt::format("household {}: {}", index, done.error().message()));
    return {};
}

Result<void> Simulation::add(Tally& into, Tally const& other) const {
    for (std::size_t i = 0; i < into.aggregates.size(); ++i)
        KG_TRY(survey_->prio3.add(into.aggregates[i], other.aggregates[i]));
    into.sealed += other.sealed;
    into.report_octets = std::max(into.report_octets, other.report_octets);
    return {};
}

Result<std::vector<std::uint64_t>> Simulation::counts(Tally const& all) const {
    return survey_->prio3.unshard(all.aggregates);
}

}  // namespace kindgate::report
