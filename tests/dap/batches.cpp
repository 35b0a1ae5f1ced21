#include "batches.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/sha2.h"

namespace kindgate::dap {

std::string_view text(ProblemType type) {
    switch (type) {
        case ProblemType::none: return "";
        case ProblemType::invalid_message: return "invalidMessage";
        case ProblemType::unrecognized_task: return "unrecognizedTask";
        case ProblemType::invalid_batch_size: return "invalidBatchSize";
        case ProblemType::batch_invalid: return "batchInvalid";
        case ProblemType::batch_mismatch: return "batchMismatch";
        case ProblemType::batch_overlap: return "batchOverlap";
        case ProblemType::invalid_aggregation_parameter: return "invalidAggregationParameter";
        case ProblemType::unsupported_extension: return "unsupportedExtension";
    }
    return "";
}

void add(Checksum& checksum, Checksum const& other) {
    for (std::size_t i = 0; i < checksum.size(); ++i) checksum[i] ^= other[i];
}

void add(Checksum& checksum, report::ReportId const& id) {
    add(checksum, crypto::sha256(ByteView{id}));
}

Batches::Batches(report::Task task, report::Prio3 prio3, report::Seed const& secret, std::uint64_t least)
    : task_(std::move(task)),
      id_(task_.id()),
      prio3_(std::move(prio3)),
      verify_key_(report::taskprov_verify_key(secret, id_)),
      least_(least) {}

Result<Batches> Batches::create(report::Task task, report::Seed const& secret, std::optional<std::uint64_t> least) {
    if (task.batch_mode != report::BatchMode::time_interval)
        return Error{ErrorCode::invalid_input, "only tasks whose batches are intervals of time are known here"};
    auto prio3 = KG_TRY(report::Prio3::create(KG_TRY(task.vdaf.vdaf())));
    auto const smallest = least.value_or(task.min_batch_size);
    return Batches{std::move(task), std::move(prio3), secret, smallest};
}

std::optional<report::ReportError> Batches::fault(report::ReportMetadata const& metadata,
                                                  std::chrono::sys_seconds now) const {
    using enum report::ReportError;
    if (known_.contains(metadata.id)) return report_replayed;
    if (auto const interval = task_.interval()) {
        if (metadata.time < interval->start) return task_not_started;
        if (metadata.time >= interval->end()) return task_expired;
    }
    if (metadata.time > task_.time(now + clock_tolerance)) return report_too_early;
    if (collected(metadata.time)) return batch_collected;
    // None is known here.
    if (!metadata.public_extensions.empty()) return invalid_message;
    return std::nullopt;
}

void Batches::add(report::ReportMetadata const& metadata, ByteView output_share) {
    auto& bucket = buckets_[metadata.time];
    if (bucket.aggregate.empty()) bucket.aggregate = prio3_.empty_aggregate();
    // An output share that Prio3 has just made fits.
    static_cast<void>(prio3_.add(bucket.aggregate, output_share).ok());
    ++bucket.reports;
    dap::add(bucket.checksum, metadata.id);
}

Answered<Batches::Sum> Batches::sum(report::Interval const& batch) const {
    bool const overlaps = std::ranges::any_of(collected_, [&](report::Interval const& other) {
        return batch.start < other.end() && other.start < batch.end();
    });
    if (overlaps) return problem(ProblemType::batch_overlap, "a part of this batch was collected already");
    Sum sum{.aggregate = prio3_.empty_aggregate()};
    std::uint64_t end = 0;
    for (auto at = buckets_.lower_bound(batch.start); at != buckets_.end() && at->first < batch.end(); ++at) {
        auto const& [time, bucket] = *at;
        if (sum.reports == 0) sum.interval.start = time;
        end = time + 1;
        static_cast<void>(prio3_.add(sum.aggregate, bucket.aggregate).ok());
        sum.reports += bucket.reports;
        dap::add(sum.checksum, bucket.checksum);
    }
    if (sum.reports == 0 || sum.reports < least_)
        return problem(ProblemType::invalid_batch_size,
                       fmt::format("{} reports are too few: {} is the least", sum.reports, least_));
    sum.interval.duration = end - sum.interval.start;
    return sum;
}

bool Batches::collected(std::uint64_t time) const {
    return std::ranges::any_of(collected_,
                               [&](auto const& batch) { return batch.start <= time && time < batch.end(); });
}

Answered<report::Interval> asked_interval(CollectionJob const& job) {
    auto const interval = job.query.interval();
    if (!interval.ok() || interval->duration == 0)
        return problem(ProblemType::invalid_message, "the query is no interval of time");
    if (!job.parameter.empty())
        return problem(ProblemType::invalid_aggregation_parameter, "Prio3 takes no aggregation parameter");
    if (!job.extensions.empty())
        return problem(ProblemType::unsupported_extension, "no extension of collection jobs is known here");
    return *interval;
}

}  // namespace kindgate::dap
