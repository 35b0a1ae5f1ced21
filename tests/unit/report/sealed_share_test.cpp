// A report from a measurement to the sum, by the messages that are really sent.
#include "report/upload.h"
#include "test.h"
#include "weekly_task.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using crypto::Aead;
using crypto::AgreementKey;
using crypto::Curve;

struct Server {
    AgreementKey key;
    HpkeConfig config;

    Server(std::uint8_t id, crypto::hpke::Suite suite)
        : key(AgreementKey::at_random(suite.kem)), config(hpke_config(id, suite, key.public_key())) {}
    Recipient recipient() const { return {config, AgreementKey::at_random(config.suite()->kem)}; }
};

struct World {
    Task task = test::weekly_task();
    Server leader{1, {Curve::x25519, Aead::aes_128_gcm}};
    Server helper{2, {Curve::p256, Aead::aes_256_gcm}};
    Prio3 prio3 = test::value(Prio3::create(test::value(task.vdaf.vdaf())));

    report::Report report(std::uint64_t bucket, std::uint8_t number) const {
        ReportMetadata const metadata{.id = {number}, .time = 2901, .public_extensions = {}};
        return test::value(make_report(task, {&bucket, 1}, metadata, Bytes(prio3.random_size(), number),
                                       leader.recipient(), helper.recipient()));
    }
    Bytes aad(report::Report const& report) const {
        return input_share_aad(task.id(), task, report.metadata, report.public_share);
    }
    // The output shares.
    std::vector<Bytes> verified(report::Report const& report) const {
        std::vector<Bytes> verifier_shares;
        std::vector<VerifyState> states;
        for (auto const aggregator : {Aggregator::leader, Aggregator::helper}) {
            auto const& server = aggregator == Aggregator::leader ? leader : helper;
            auto const& sealed = aggregator == Aggregator::leader ? report.leader : report.helper;
            auto const share = test::value(open(server.config, server.key, aggregator, aad(report), sealed));
            auto start =
                test::value(prio3.verify_init(Seed{9}, vdaf_context(task.id()), static_cast<std::size_t>(aggregator),
                                              report.metadata.id, report.public_share, share.payload));
            verifier_shares.push_back(std::move(start.verifier_share));
            states.push_back(std::move(start.state));
        }
        auto const message = test::value(prio3.verifier_message(vdaf_context(task.id()), verifier_shares));
        std::vector<Bytes> outputs;
        for (auto& state : states) outputs.push_back(test::value(prio3.verify_next(std::move(state), message)));
        return outputs;
    }
};

constexpr test::Test tests[] = {
    {"reports of a task are opened by both aggregators and add up",
     [] {
         World const world;
         std::vector<report::Report> reports;
         for (std::uint8_t i = 0; i < 4; ++i) reports.push_back(world.report(i == 3 ? 1 : i, i));
         std::vector<Bytes> sums(2, world.prio3.empty_aggregate());
         for (auto const& one : test::value(decode_upload(encode_upload(reports)))) {
             auto const outputs = world.verified(one);
             for (std::size_t i = 0; i < 2; ++i) test::value(world.prio3.add(sums[i], outputs[i]));
         }
         test::check(test::value(world.prio3.unshard(sums)) == std::vector<std::uint64_t>{1, 2, 1, 0, 0}, "the sum");
     }},
    {"a share opens for whom it is sealed, with what it is bound to, and for nobody else",
     [] {
         World const world;
         auto const report = world.report(3, 1);
         auto const opens = [&](Server const& server, Aggregator aggregator, Bytes const& aad,
                                HpkeCiphertext const& sealed) {
             return open(server.config, server.key, aggregator, aad, sealed).ok();
         };
         auto const aad = world.aad(report);
         test::check(opens(world.leader, Aggregator::leader, aad, report.leader), "the leader's");
         test::check(!opens(world.leader, Aggregator::helper, aad, report.leader), "in another role");
         test::check(!opens(world.leader, Aggregator::leader, aad, report.helper), "the helper's for the leader");
         test::check(!opens(Server{1, {}}, Aggregator::leader, aad, report.leader), "another server");
         auto metadata = report.metadata;
         ++metadata.time;
         test::check(!opens(world.leader, Aggregator::leader,
                            input_share_aad(world.task.id(), world.task, metadata, report.public_share), report.leader),
                     "another time");
         auto task = world.task;
         --task.min_batch_size;
         test::check(
             !opens(world.leader, Aggregator::leader,
                    input_share_aad(world.task.id(), task, report.metadata, report.public_share), report.leader),
             "another task");
         auto changed = report.leader;
         changed.payload.back() ^= 1U;
         test::check(!opens(world.leader, Aggregator::leader, aad, changed), "changed");
     }},
    {"the same randomness and keys give the same octets",
     [] {
         World const world;
         std::uint64_t const bucket = 2;
         auto const key = test::value(AgreementKey::from_bytes(Curve::x25519, Bytes(32, 5)));
         auto const other = test::value(AgreementKey::from_bytes(Curve::p256, Bytes(32, 5)));
         auto const made = [&] {
             return test::value(make_report(world.task, {&bucket, 1}, {.id = {1}, .time = 1, .public_extensions = {}},
                                            Bytes(world.prio3.random_size()), {world.leader.config, key},
                                            {world.helper.config, other}));
         };
         test::check(made() == made(), "the same");
     }},
    {"what can't be made is told: the measurement, the VDAF, the key",
     [] {
         World const world;
         auto const make = [&](Task const& task, std::uint64_t bucket, HpkeConfig const& config) {
             return make_report(task, {&bucket, 1}, {}, Bytes(world.prio3.random_size()),
                                {config, AgreementKey::at_random(Curve::x25519)}, world.helper.recipient());
         };
         test::check(make(world.task, 4, world.leader.config).ok(), "all is well");
         test::contains(make(world.task, 5, world.leader.config).error().message(), "5 is more than 4");
         auto task = world.task;
         task.vdaf.type = 6;
         test::contains(make(task, 0, world.leader.config).error().message(), "0x00000006");
         auto config = world.leader.config;
         config.public_key.assign(32, 0);
         test::check(!make(world.task, 0, config).ok(), "a key that gives no secret");
         config.kdf = 3;
         test::contains(make(world.task, 0, config).error().message(), "configuration 1 has algorithms");
     }},
};

}  // namespace

int main() {
    return test::run("report/sealed_share", tests);
}
