#include "report_courier.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace kindgate::control {

namespace {

using Kind = report::UploadVerdict::Kind;
using ledger::ReportState;

report::ReportMetadata metadata_of(ledger::ReportRecord const& record, report::Task const& task) {
    report::ReportMetadata metadata{.id = {}, .time = task.time(record.week.report_time()), .public_extensions = {}};
    std::ranges::copy_n(record.report_id.begin(),
                        static_cast<std::ptrdiff_t>(std::min(record.report_id.size(), metadata.id.size())),
                        metadata.id.begin());
    return metadata;
}

Result<report::Recipient> recipient(std::vector<report::HpkeConfig> const& list) {
    auto const config = KG_TRY(report::choose(list));
    return report::Recipient{config, crypto::AgreementKey::at_random(config.suite()->kem)};
}

}  // namespace

Result<DrawnShares> shares_of(ledger::ReportRecord const& record, report::Task const& task, std::size_t answers) {
    auto const metadata = metadata_of(record, task);
    auto const prio3 = KG_TRY(report::Prio3::create(KG_TRY(task.vdaf.vdaf())));
    auto const said = KG_TRY(report::measurement(task.vdaf, record.answer, answers));
    auto shares = KG_TRY(prio3.shard(report::vdaf_context(task.id()), said, metadata.id, record.random));
    return DrawnShares{metadata, std::move(shares.public_share), std::move(shares.input_shares[0]),
                       std::move(shares.input_shares[1])};
}

void ReportCourier::take(ledger::ReportRecord record, report::Task task, std::size_t answers, Steady::time_point now) {
    busy_ = true;
    // Keys that are given to one asker alone would tell whose the upload is.
    if (!web_.shows_address()) keys_.clear();
    errand_ = {std::move(record), std::move(task), answers, now};
    next();
}

void ReportCourier::next() {
    std::erase_if(keys_, [&](auto const& one) { return one.second.until <= errand_.now; });
    if (errand_.record.state == ReportState::sealed) return upload();
    for (auto const& aggregator : {errand_.task.leader_url, errand_.task.helper_url})
        if (!keys_.contains(aggregator)) return ask_keys(aggregator);
    if (auto const sealed = seal(); !sealed.ok()) return end({Kind::later, sealed.error().message()});
    upload();
}

void ReportCourier::ask_keys(std::string const& aggregator) {
    web_.ask(report::config_request(aggregator), [this, aggregator](Result<HttpReply> const& reply) {
        auto configs = reply.ok() ? report::read_configs(*reply) : Result<report::HpkeConfigs>{reply.error()};
        if (!configs.ok()) return end({Kind::later, fmt::format("{}: {}", aggregator, configs.error().message())});
        keys_[aggregator] = {std::move(configs->list), errand_.now + configs->good_for};
        next();
    });
}

Result<void> ReportCourier::seal() {
    auto& record = errand_.record;
    auto const said = KG_TRY(report::measurement(errand_.task.vdaf, record.answer, errand_.answers));
    auto const leader = KG_TRY(recipient(keys_[errand_.task.leader_url].list));
    auto const helper = KG_TRY(recipient(keys_[errand_.task.helper_url].list));
    auto const made = KG_TRY(
        report::make_report(errand_.task, said, metadata_of(record, errand_.task), record.random, leader, helper));
    record.message = made.encoded();
    record.state = ReportState::sealed;
    return hooks_.keep(record);
}

void ReportCourier::upload() {
    web_.ask(report::upload_request(errand_.task, errand_.record.message), [this](Result<HttpReply> const& reply) {
        if (!reply.ok()) return judge({Kind::later, reply.error().message()});
        judge(report::read_upload(*reply, metadata_of(errand_.record, errand_.task).id));
    });
}

void ReportCourier::judge(report::UploadVerdict verdict) {
    if (verdict.kind != Kind::sealed_old) return end(std::move(verdict));
    if (std::exchange(errand_.record.renewed, true)) return end({Kind::refused, std::move(verdict.note)});
    keys_.clear();
    auto const renewed = hooks_.renew(errand_.record, errand_.task);
    if (!renewed.ok()) return end({Kind::later, renewed.error().message()});
    next();
}

void ReportCourier::end(report::UploadVerdict verdict) {
    busy_ = false;
    hooks_.done(std::move(errand_.record), std::move(verdict));
}

}  // namespace kindgate::control
