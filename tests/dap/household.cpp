#include "household.h"

#include <algorithm>
#include <numeric>

#include "report/randomised_response.h"

namespace kindgate::dap {

Result<std::size_t> answers(report::Task const& task) {
    auto const vdaf = KG_TRY(task.vdaf.vdaf());
    if (vdaf.type == report::VdafType::histogram) return std::size_t{vdaf.length};
    if (vdaf.type == report::VdafType::count) return std::size_t{2};
    return Error{ErrorCode::invalid_input, "households answer tasks of Histogram and Count only"};
}

Result<report::HpkeConfig> fetched_config(Result<HttpReply> const& reply) {
    auto const configs = KG_TRY(report::decode_hpke_configs(KG_TRY(body_of(reply, "hpke-config-list"))));
    return report::choose(configs);
}

Result<report::Report> household_report(report::Task const& task, std::size_t truth, report::Epsilon epsilon,
                                        std::uint64_t time, report::HpkeConfig const& leader,
                                        report::HpkeConfig const& helper, report::RandomSource& random) {
    auto const prio3 = KG_TRY(report::Prio3::create(KG_TRY(task.vdaf.vdaf())));
    auto const count = KG_TRY(answers(task));
    if (truth >= count) return Error{ErrorCode::invalid_input, "the truth has more answers than the task"};
    std::uint64_t const answer = report::randomise(truth, count, epsilon, random);
    report::ReportMetadata metadata{.id = {}, .time = time, .public_extensions = {}};
    random.fill(metadata.id);
    Bytes octets(prio3.random_size());
    random.fill(octets);
    auto const recipient = [](report::HpkeConfig const& config) -> Result<report::Recipient> {
        auto const suite = config.suite();
        if (!suite) return Error{ErrorCode::invalid_input, "an HPKE configuration has unknown algorithms"};
        return report::Recipient{config, crypto::AgreementKey::at_random(suite->kem)};
    };
    return report::make_report(task, {&answer, 1}, std::move(metadata), octets, KG_TRY(recipient(leader)),
                               KG_TRY(recipient(helper)));
}

std::vector<std::uint64_t> shared_out(std::uint64_t households, std::span<double const> weights) {
    auto const all = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<std::uint64_t> parts;
    std::vector<std::pair<double, std::size_t>> remainders;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        auto const exact = static_cast<double>(households) * weights[i] / all;
        parts.push_back(static_cast<std::uint64_t>(exact));
        remainders.emplace_back(static_cast<double>(parts.back()) - exact, i);
    }
    std::ranges::sort(remainders);
    auto left = households - std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
    for (std::size_t i = 0; left > 0; ++i, --left) ++parts[remainders[i % remainders.size()].second];
    return parts;
}

Result<Collected> opened(report::Task const& task, OwnKey const& collector, CollectionJob const& job,
                         Collection const& collection) {
    auto const prio3 = KG_TRY(report::Prio3::create(KG_TRY(task.vdaf.vdaf())));
    auto const open = [&](report::Aggregator from, report::HpkeCiphertext const& sealed) {
        return open_aggregate_share(collector.config, collector.key, from, task, job, sealed);
    };
    std::array const shares{KG_TRY(open(report::Aggregator::leader, collection.leader)),
                            KG_TRY(open(report::Aggregator::helper, collection.helper))};
    Collected collected{collection.reports, KG_TRY(prio3.unshard(shares))};
    if (prio3.vdaf().type == report::VdafType::count) {
        auto const yes = std::min(collected.counts.front(), collected.reports);
        collected.counts = {collected.reports - yes, yes};
    }
    return collected;
}

}  // namespace kindgate::dap
