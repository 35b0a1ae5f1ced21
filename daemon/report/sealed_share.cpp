// Input shares sealed and opened (draft-ietf-ppm-dap-18, 4.4.2.1 and 4.5.3.3), and a whole report.
#include <fmt/format.h>

#include "crypto/hpke.h"
#include "hpke_pieces.h"
#include "report/upload.h"
#include "wire.h"

namespace kindgate::report {

namespace {

// Roles, 4.1: from the client, for an aggregator.
Bytes info(Aggregator aggregator) {
    return Writer{}
        .put(bytes_of(dap_version))
        .put(bytes_of(" input share"))
        .number(1, 1)
        .number(aggregator == Aggregator::leader ? 2 : 3, 1)
        .bytes();
}

}  // namespace

Result<HpkeCiphertext> seal(Recipient const& recipient, Aggregator aggregator, ByteView aad,
                            PlaintextInputShare const& share) {
    auto const& config = recipient.config;
    auto const suite = KG_TRY(suite_of(config));
    auto sender = KG_TRY(crypto::hpke::set_up_sender(suite, config.public_key, info(aggregator), recipient.ephemeral));
    auto payload = sender.context.seal(aad, share.encoded());
    return HpkeCiphertext{config.id, std::move(sender.encapsulated), std::move(payload)};
}

Result<PlaintextInputShare> open(HpkeConfig const& config, crypto::AgreementKey const& key, Aggregator aggregator,
                                 ByteView aad, HpkeCiphertext const& sealed) {
    if (sealed.config_id != config.id)
        return Error{ErrorCode::invalid_input,
                     fmt::format("the share is sealed for HPKE configuration {}, not {}", sealed.config_id, config.id)};
    auto const suite = KG_TRY(suite_of(config));
    auto context = KG_TRY(crypto::hpke::set_up_receiver(suite, sealed.encapsulated, key, info(aggregator)));
    return PlaintextInputShare::decode(KG_TRY(context.open(aad, sealed.payload)));
}

Result<Report> make_report(Task const& task, std::span<std::uint64_t const> measurement, ReportMetadata metadata,
                           ByteView random, Recipient const& leader, Recipient const& helper) {
    auto const prio3 = KG_TRY(Prio3::create(KG_TRY(task.vdaf.vdaf())));
    auto const id = task.id();
    auto shares = KG_TRY(prio3.shard(vdaf_context(id), measurement, metadata.id, random));
    auto const aad = input_share_aad(id, task, metadata, shares.public_share);
    auto const sealed = [&](Recipient const& recipient, Aggregator aggregator) {
        return seal(recipient, aggregator, aad,
                    {{}, std::move(shares.input_shares[static_cast<std::size_t>(aggregator)])});
    };
    auto for_leader = KG_TRY(sealed(leader, Aggregator::leader));
    auto for_helper = KG_TRY(sealed(helper, Aggregator::helper));
    return Report{std::move(metadata), std::move(shares.public_share), std::move(for_leader), std::move(for_helper)};
}

}  // namespace kindgate::report
