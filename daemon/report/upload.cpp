#include "report/upload.h"

#include <fmt/format.h>

#include "upload_pieces.h"

namespace kindgate::report {

namespace {

Report read_report(Reader& reader) {
    Report report;
    report.metadata = read_metadata(reader);
    report.public_share = copied(reader.counted(4));
    report.leader = read_ciphertext(reader);
    report.helper = read_ciphertext(reader);
    return report;
}

void write(Writer& writer, Report const& report) {
    write(writer, report.metadata);
    writer.counted(report.public_share, 4);
    write(writer, report.leader);
    write(writer, report.helper);
}

Error no_report() {
    return {ErrorCode::invalid_input, "this is no report (DAP-18, 4.4.2)"};
}

struct Words {
    std::string_view name;
    std::string_view words;
};

Words words_of(ReportError error) {
    switch (error) {
        case ReportError::reserved: break;
        case ReportError::batch_collected:
            return {"batch_collected", "the reports of its time were added up already: it came too late"};
        case ReportError::report_replayed:
            return {"report_replayed", "a report with its id was taken already: nothing is to be done"};
        case ReportError::report_dropped: return {"report_dropped", "the leader doesn't take it and doesn't say why"};
        case ReportError::hpke_unknown_config_id:
            return {"hpke_unknown_config_id", "an aggregator doesn't have its key: fetch the configurations anew"};
        case ReportError::hpke_decrypt_error:
            return {"hpke_decrypt_error", "an aggregator can't open it: its task or its keys are others than here"};
        case ReportError::vdaf_verify_error:
            return {"vdaf_verify_error", "its proof doesn't hold there: the aggregators speak another version"};
        case ReportError::task_expired: return {"task_expired", "the task has ended: take it out of the policy"};
        case ReportError::invalid_message:
            return {"invalid_message", "the leader can't read it: it speaks another version"};
        case ReportError::report_too_early:
            return {"report_too_early", "its time is in the leader's future: look at the clock"};
        case ReportError::task_not_started: return {"task_not_started", "the task has not begun: try again later"};
        case ReportError::outdated_config:
            return {"outdated_config", "it is sealed for a key that is too old: fetch the configurations anew"};
    }
    return {"unknown", "this version doesn't know this error"};
}

}  // namespace

ReportMetadata read_metadata(Reader& reader) {
    ReportMetadata metadata{.id = reader.array<ReportId>(), .time = reader.number(8), .public_extensions = {}};
    metadata.public_extensions = read_extensions(reader);
    return metadata;
}

void write(Writer& writer, ReportMetadata const& metadata) {
    writer.put(metadata.id).number(metadata.time, 8);
    write(writer, metadata.public_extensions);
}

HpkeCiphertext read_ciphertext(Reader& reader) {
    HpkeCiphertext ciphertext{
        .config_id = static_cast<std::uint8_t>(reader.number(1)), .encapsulated = {}, .payload = {}};
    ciphertext.encapsulated = copied(reader.counted(2, 1));
    ciphertext.payload = copied(reader.counted(4, 1));
    return ciphertext;
}

void write(Writer& writer, HpkeCiphertext const& ciphertext) {
    writer.number(ciphertext.config_id, 1).counted(ciphertext.encapsulated, 2).counted(ciphertext.payload, 4);
}

Bytes PlaintextInputShare::encoded() const {
    Writer writer;
    write(writer, private_extensions);
    return writer.counted(payload, 4).bytes();
}

Result<PlaintextInputShare> PlaintextInputShare::decode(ByteView bytes) {
    Reader reader{bytes};
    PlaintextInputShare share{.private_extensions = read_extensions(reader), .payload = {}};
    share.payload = copied(reader.counted(4, 1));
    if (!reader.ended()) return Error{ErrorCode::invalid_input, "this is no input share (DAP-18, 4.4.2)"};
    return share;
}

Bytes Report::encoded() const {
    return encode_upload({this, 1});
}

Result<Report> Report::decode(ByteView bytes) {
    Reader reader{bytes};
    auto report = read_report(reader);
    if (!reader.ended()) return no_report();
    return report;
}

Bytes encode_upload(std::span<Report const> reports) {
    Writer writer;
    for (auto const& report : reports) write(writer, report);
    return writer.bytes();
}

Result<std::vector<Report>> decode_upload(ByteView bytes) {
    Reader reader{bytes};
    std::vector<Report> reports;
    while (!reader.empty()) reports.push_back(read_report(reader));
    if (!reader.good()) return no_report();
    return reports;
}

Bytes input_share_aad(TaskId const& id, Task const& task, ReportMetadata const& metadata, ByteView public_share) {
    Writer writer;
    writer.put(id).put(task.encoded());
    write(writer, metadata);
    return writer.counted(public_share, 4).bytes();
}

std::string text(ReportError error) {
    auto const [name, words] = words_of(error);
    return fmt::format("{} ({}): {}", name, static_cast<unsigned>(error), words);
}

bool wants_new_configs(ReportError error) {
    return error == ReportError::outdated_config || error == ReportError::hpke_unknown_config_id;
}

Bytes encode_upload_errors(std::span<RefusedReport const> refused) {
    Writer writer;
    for (auto const& one : refused) writer.put(one.id).number(static_cast<std::uint8_t>(one.error), 1);
    return writer.bytes();
}

Result<std::vector<RefusedReport>> decode_upload_errors(ByteView bytes) {
    Reader reader{bytes};
    std::vector<RefusedReport> refused;
    while (!reader.empty())
        refused.push_back({reader.array<ReportId>(), ReportError{static_cast<std::uint8_t>(reader.number(1))}});
    if (!reader.good()) return Error{ErrorCode::invalid_input, "this is no list of upload errors (DAP-18, 4.4.2)"};
    return refused;
}

}  // namespace kindgate::report
