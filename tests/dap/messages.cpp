#include "messages.h"

#include <fmt/format.h>

#include "upload_pieces.h"

namespace kindgate::dap {

using report::Reader;
using report::Writer;

namespace {

Error no_message(std::string_view which) {
    return {ErrorCode::invalid_input, fmt::format("this is no {} (DAP-18)", which)};
}

ReportShare read_share(Reader& reader) {
    ReportShare share;
    share.metadata = report::read_metadata(reader);
    share.public_share = report::copied(reader.counted(4));
    share.sealed = report::read_ciphertext(reader);
    return share;
}

void write(Writer& writer, ReportShare const& share) {
    report::write(writer, share.metadata);
    writer.counted(share.public_share, 4);
    report::write(writer, share.sealed);
}

VerifyResponse read_response(Reader& reader) {
    VerifyResponse response{.id = reader.array<report::ReportId>()};
    auto const step = reader.number(1);
    if (step > static_cast<std::uint64_t>(Step::reject)) reader.fail();
    response.step = static_cast<Step>(step);
    if (response.step == Step::proceed) response.payload = report::copied(reader.counted(4, 1));
    if (response.step == Step::reject)
        response.error = report::ReportError{static_cast<std::uint8_t>(reader.number(1))};
    return response;
}

Batch read_batch(Reader& reader) {
    Batch batch{.mode = report::BatchMode{static_cast<std::uint8_t>(reader.number(1))}, .config = {}};
    batch.config = report::copied(reader.counted(2));
    return batch;
}

void write(Writer& writer, Batch const& batch) {
    writer.number(static_cast<std::uint8_t>(batch.mode), 1).counted(batch.config, 2);
}

CollectionJob read_job(Reader& reader) {
    CollectionJob job{.query = read_batch(reader)};
    job.parameter = report::copied(reader.counted(4));
    job.extensions = report::read_extensions(reader);
    return job;
}

void write(Writer& writer, CollectionJob const& job) {
    write(writer, job.query);
    writer.counted(job.parameter, 4);
    report::write(writer, job.extensions);
}

// Roles, 4.1: from the aggregator, for the collector.
Bytes info(report::Aggregator from) {
    return Writer{}
        .put(bytes_of(report::dap_version))
        .put(bytes_of(" aggregate share"))
        .number(from == report::Aggregator::leader ? 2 : 3, 1)
        .number(0, 1)
        .bytes();
}

Bytes aad(report::Task const& task, CollectionJob const& job) {
    return Writer{}.put(task.id()).put(task.encoded()).put(job.encoded()).bytes();
}

}  // namespace

Bytes AggregationJob::encoded() const {
    Writer writer;
    writer.number(verification_key, 1).counted(parameter, 4);
    report::write(writer, extensions);
    for (auto const& init : inits) {
        write(writer, init.share);
        writer.counted(init.payload, 4);
    }
    return writer.bytes();
}

Result<AggregationJob> AggregationJob::decode(ByteView bytes) {
    Reader reader{bytes};
    AggregationJob job;
    job.verification_key = static_cast<std::uint8_t>(reader.number(1));
    job.parameter = report::copied(reader.counted(4));
    job.extensions = report::read_extensions(reader);
    while (!reader.empty()) {
        auto& init = job.inits.emplace_back();
        init.share = read_share(reader);
        init.payload = report::copied(reader.counted(4, 1));
    }
    if (!reader.good()) return no_message("aggregation job");
    return job;
}

Bytes encode(std::span<VerifyResponse const> responses) {
    Writer writer;
    for (auto const& response : responses) {
        writer.put(response.id).number(static_cast<std::uint8_t>(response.step), 1);
        if (response.step == Step::proceed) writer.counted(response.payload, 4);
        if (response.step == Step::reject) writer.number(static_cast<std::uint8_t>(response.error), 1);
    }
    return writer.bytes();
}

Result<std::vector<VerifyResponse>> decode_verify_responses(ByteView bytes) {
    Reader reader{bytes};
    std::vector<VerifyResponse> responses;
    while (!reader.empty()) responses.push_back(read_response(reader));
    if (!reader.good()) return no_message("answer to an aggregation job");
    return responses;
}

Bytes ping_pong(PingPong kind, ByteView content) {
    return Writer{}.number(static_cast<std::uint8_t>(kind), 1).counted(content, 4).bytes();
}

Result<Bytes> read_ping_pong(PingPong kind, ByteView bytes) {
    Reader reader{bytes};
    bool const right = reader.number(1) == static_cast<std::uint64_t>(kind);
    auto content = report::copied(reader.counted(4));
    if (!right || !reader.ended()) return no_message("turn of two aggregators");
    return content;
}

Batch Batch::of(report::Interval const& interval) {
    return {report::BatchMode::time_interval, Writer{}.number(interval.start, 8).number(interval.duration, 8).bytes()};
}

Result<report::Interval> Batch::interval() const {
    Reader reader{config};
    auto const interval = report::read_interval(reader);
    if (mode != report::BatchMode::time_interval || !reader.ended()) return no_message("interval of a batch");
    return interval;
}

Bytes CollectionJob::encoded() const {
    Writer writer;
    write(writer, *this);
    return writer.bytes();
}

Result<CollectionJob> CollectionJob::decode(ByteView bytes) {
    Reader reader{bytes};
    auto job = read_job(reader);
    if (!reader.ended()) return no_message("collection job");
    return job;
}

Bytes Collection::encoded() const {
    Writer writer;
    writer.number(reports, 8).number(interval.start, 8).number(interval.duration, 8);
    report::write(writer, leader);
    report::write(writer, helper);
    return writer.bytes();
}

Result<Collection> Collection::decode(ByteView bytes) {
    Reader reader{bytes};
    Collection collection;
    collection.reports = reader.number(8);
    collection.interval = report::read_interval(reader);
    collection.leader = report::read_ciphertext(reader);
    collection.helper = report::read_ciphertext(reader);
    if (!reader.ended()) return no_message("collection");
    return collection;
}

Bytes AggregateShareRequest::encoded() const {
    Writer writer;
    write(writer, job);
    write(writer, batch);
    return writer.number(reports, 8).put(checksum).bytes();
}

Result<AggregateShareRequest> AggregateShareRequest::decode(ByteView bytes) {
    Reader reader{bytes};
    AggregateShareRequest request;
    request.job = read_job(reader);
    request.batch = read_batch(reader);
    request.reports = reader.number(8);
    request.checksum = reader.array<Checksum>();
    if (!reader.ended()) return no_message("request for an aggregate share");
    return request;
}

Bytes encode(report::HpkeCiphertext const& share) {
    Writer writer;
    report::write(writer, share);
    return writer.bytes();
}

Result<report::HpkeCiphertext> decode_aggregate_share(ByteView bytes) {
    Reader reader{bytes};
    auto share = report::read_ciphertext(reader);
    if (!reader.ended()) return no_message("aggregate share");
    return share;
}

Result<report::HpkeCiphertext> seal_aggregate_share(report::HpkeConfig const& collector, report::Aggregator from,
                                                    report::Task const& task, CollectionJob const& job,
                                                    ByteView share) {
    auto const suite = collector.suite();
    if (!suite) return Error{ErrorCode::invalid_input, "the collector's HPKE configuration has unknown algorithms"};
    auto sender = KG_TRY(crypto::hpke::set_up_sender(*suite, collector.public_key, info(from)));
    auto payload = sender.context.seal(aad(task, job), share);
    return report::HpkeCiphertext{collector.id, std::move(sender.encapsulated), std::move(payload)};
}

Result<Bytes> open_aggregate_share(report::HpkeConfig const& config, crypto::AgreementKey const& key,
                                   report::Aggregator from, report::Task const& task, CollectionJob const& job,
                                   report::HpkeCiphertext const& sealed) {
    auto const suite = config.suite();
    if (!suite || sealed.config_id != config.id)
        return Error{ErrorCode::invalid_input, "the aggregate share is sealed for another key"};
    auto context = KG_TRY(crypto::hpke::set_up_receiver(*suite, sealed.encapsulated, key, info(from)));
    return context.open(aad(task, job), sealed.payload);
}

}  // namespace kindgate::dap
