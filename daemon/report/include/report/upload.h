// Reports on their way to the leader (draft-ietf-ppm-dap-18, 4.4.2): the shares sealed for one aggregator each, so that
// the leader, who gets both, can't read the helper's. And what the leader answers.
#pragma once

#include "report/hpke_config.h"
#include "report/prio3.h"
#include "report/task.h"

namespace kindgate::report {

using ReportId = Nonce;

struct ReportMetadata {
    ReportId id{};           // fresh; also the nonce of the shares
    std::uint64_t time = 0;  // Task::time()
    std::vector<Extension> public_extensions;
    bool operator==(ReportMetadata const&) const = default;
};

struct HpkeCiphertext {
    std::uint8_t config_id = 0;
    Bytes encapsulated;  // not empty, as the payload
    Bytes payload;
    bool operator==(HpkeCiphertext const&) const = default;
};

// What is sealed.
struct PlaintextInputShare {
    std::vector<Extension> private_extensions;
    Bytes payload;  // not empty
    bool operator==(PlaintextInputShare const&) const = default;

    Bytes encoded() const;
    static Result<PlaintextInputShare> decode(ByteView bytes);
};

struct Report {
    ReportMetadata metadata;
    Bytes public_share;
    HpkeCiphertext leader;
    HpkeCiphertext helper;
    bool operator==(Report const&) const = default;

    Bytes encoded() const;
    static Result<Report> decode(ByteView bytes);
};

// The body of an upload: reports one after the other.
Bytes encode_upload(std::span<Report const> reports);
Result<std::vector<Report>> decode_upload(ByteView bytes);

// InputShareAad: what a sealed share is bound to.
Bytes input_share_aad(TaskId const& id, Task const& task, ReportMetadata const& metadata, ByteView public_share);

enum class Aggregator : std::uint8_t { leader = 0, helper = 1 };  // as Prio3 counts them

// A report of a measurement. `random`: Prio3::random_size() fresh octets. What the task's VDAF doesn't take, or a key
// that is none: invalid_input.
Result<Report> make_report(Task const& task, std::span<std::uint64_t const> measurement, ReportMetadata metadata,
                           ByteView random, Recipient const& leader, Recipient const& helper);

Result<HpkeCiphertext> seal(Recipient const& recipient, Aggregator aggregator, ByteView aad,
                            PlaintextInputShare const& share);
// With the private key of this configuration. Sealed for another, or changed: invalid_input.
Result<PlaintextInputShare> open(HpkeConfig const& config, crypto::AgreementKey const& key, Aggregator aggregator,
                                 ByteView aad, HpkeCiphertext const& sealed);

// Why a report was not taken, 4.1. Others exist.
enum class ReportError : std::uint8_t {
    reserved = 0,
    batch_collected = 1,
    report_replayed = 2,
    report_dropped = 3,
    hpke_unknown_config_id = 4,
    hpke_decrypt_error = 5,
    vdaf_verify_error = 6,
    task_expired = 7,
    invalid_message = 8,
    report_too_early = 9,
    task_not_started = 10,
    outdated_config = 11,
};

std::string text(ReportError error);  // "outdated_config (11): …"
// A new report, for the configurations that the aggregators have now, may be taken. Once.
bool wants_new_configs(ReportError error);

struct RefusedReport {
    ReportId id{};
    ReportError error = ReportError::reserved;
    bool operator==(RefusedReport const&) const = default;
};

// The body of an answer to an upload of which not all was taken.
Bytes encode_upload_errors(std::span<RefusedReport const> refused);
Result<std::vector<RefusedReport>> decode_upload_errors(ByteView bytes);

}  // namespace kindgate::report
