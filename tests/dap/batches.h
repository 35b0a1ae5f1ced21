// What an aggregator keeps of a task: which reports it knows, and one sum for each of the task's time units. Common to
// leader and helper.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "messages.h"
#include "problem.h"
#include "report/prio3.h"

namespace kindgate::dap {

// How far ahead of here a client's clock may be.
inline constexpr std::chrono::minutes clock_tolerance{10};

struct Bucket {
    Bytes aggregate;
    std::uint64_t reports = 0;
    Checksum checksum{};
};

class Batches {
public:
    // A VDAF or batch mode that isn't known here: invalid_input. `least`: for tests alone, instead of a task's own.
    static Result<Batches> create(report::Task task, report::Seed const& secret, std::optional<std::uint64_t> least);

    report::Task const& task() const { return task_; }
    report::TaskId const& id() const { return id_; }
    report::Prio3 const& prio3() const { return prio3_; }
    report::VerifyKey const& verify_key() const { return verify_key_; }
    Bytes context() const { return report::vdaf_context(id_); }

    // 4.4.2 and 4.5.3.3: what speaks against a report before it is opened.
    std::optional<report::ReportError> fault(report::ReportMetadata const& metadata,
                                             std::chrono::sys_seconds now) const;
    // Another report with this id is a replay from now on.
    void remember(report::ReportId const& id) { known_.insert(id); }
    void add(report::ReportMetadata const& metadata, ByteView output_share);

    // All of a batch; empty where nothing is. What can't be collected: the problem (4.6.5).
    struct Sum {
        Bytes aggregate;
        std::uint64_t reports = 0;
        Checksum checksum{};
        report::Interval interval{};  // the shortest that has all
    };
    Answered<Sum> sum(report::Interval const& batch) const;
    // No report of this batch is taken any more, and it isn't collected for another question.
    void close(report::Interval const& batch) { collected_.push_back(batch); }

private:
    Batches(report::Task task, report::Prio3 prio3, report::Seed const& secret, std::uint64_t least);
    bool collected(std::uint64_t time) const;

    report::Task task_;
    report::TaskId id_;
    report::Prio3 prio3_;
    report::VerifyKey verify_key_;
    std::uint64_t least_;
    std::map<std::uint64_t, Bucket> buckets_;
    std::set<report::ReportId> known_;
    std::vector<report::Interval> collected_;
};

// 4.6.1: the interval that a collection job asks for; what Prio3 and this batch mode have no use for is refused.
Answered<report::Interval> asked_interval(CollectionJob const& job);

}  // namespace kindgate::dap
