#include "messages.h"

#include "test.h"

namespace kindgate::dap {

namespace {

report::HpkeCiphertext ciphertext(std::uint8_t id) {
    return {.config_id = id, .encapsulated = Bytes(4, 0x31), .payload = Bytes(3, 0x32)};
}

VerifyInit init(std::uint8_t id) {
    report::ReportMetadata metadata{.id = {id}, .time = 7, .public_extensions = {{.type = 9, .data = {1, 2}}}};
    return {{std::move(metadata), Bytes(5, 0x33), ciphertext(id)}, ping_pong(PingPong::initialize, Bytes(6, 0x34))};
}

CollectionJob collection_job() {
    return {.query = Batch::of({54321, 12345}), .parameter = {}, .extensions = {{.type = 1, .data = {3}}}};
}

// What is left of a message is none, nor is one with something behind it.
template <typename Message>
void survives(Message const& message, Result<Message> (*decode)(ByteView), Bytes encoded) {
    test::check(test::value(decode(encoded)) == message, "comes back as it was");
    for (std::size_t size = 0; size < encoded.size(); ++size)
        test::check(!decode(ByteView{encoded}.first(size)).ok(), "cut at " + std::to_string(size));
    encoded.push_back(0);
    test::check(!decode(encoded).ok(), "with an octet behind it");
}

// A list without a length: what is left of it is none, or a shorter list.
template <typename Message, typename Encode>
void survives_as_list(Message const& message, Result<Message> (*decode)(ByteView), Encode encode) {
    Bytes const encoded = encode(message);
    test::check(test::value(decode(encoded)) == message, "comes back as it was");
    std::size_t taken = 0;
    for (std::size_t size = 0; size < encoded.size(); ++size) {
        auto const rest = decode(ByteView{encoded}.first(size));
        if (!rest.ok()) continue;
        ++taken;
        test::check(encode(*rest) == Bytes(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(size)),
                    "nothing is made up");
    }
    test::equal(taken, std::size_t{2}, "cuts between the list's elements");
}

constexpr test::Test tests[] = {
    {"an aggregation job comes back, and nothing is made up of a part of it",
     [] {
         AggregationJob const job{3, {1}, {{.type = 2, .data = {4}}}, {init(1), init(2)}};
         survives_as_list<AggregationJob>(job, AggregationJob::decode, [](auto const& one) { return one.encoded(); });
     }},
    {"the answers to an aggregation job come back, and nothing is made up of a part of them",
     [] {
         std::vector<VerifyResponse> const answers{
             {.id = {1}, .step = Step::proceed, .payload = ping_pong(PingPong::finish, Bytes{5})},
             {.id = {2}, .step = Step::reject, .error = report::ReportError::vdaf_verify_error}};
         survives_as_list<std::vector<VerifyResponse>>(answers, decode_verify_responses,
                                                       [](auto const& some) { return encode(some); });
         auto wrong = encode(answers);
         wrong[16] = 3;
         test::check(!decode_verify_responses(wrong).ok(), "a step that isn't known");
     }},
    {"what the collector and the aggregators ask and answer comes back, cut it is refused",
     [] {
         survives(collection_job(), CollectionJob::decode, collection_job().encoded());
         Collection const collection{23, {5, 2}, ciphertext(1), ciphertext(2)};
         survives(collection, Collection::decode, collection.encoded());
         AggregateShareRequest const request{collection_job(), Batch::of({5, 2}), 439, Checksum{1, 2, 3}};
         survives(request, AggregateShareRequest::decode, request.encoded());
         survives(ciphertext(4), decode_aggregate_share, encode(ciphertext(4)));
     }},
    {"the octets are those of the draft",
     [] {
         CollectionJob const job{.query = Batch::of({54321, 12345})};
         test::equal(hex(job.encoded()), std::string{"010010000000000000d4310000000000003039000000000000"}, "job");
         test::equal(hex(ping_pong(PingPong::initialize, bytes_of("012345"))), std::string{"0000000006303132333435"},
                     "initialize");
         test::equal(hex(ping_pong(PingPong::finish, {})), std::string{"0200000000"}, "finish");
         std::vector<VerifyResponse> const answers{
             {.id = {0xff}, .step = Step::reject, .error = report::ReportError::vdaf_verify_error}};
         test::equal(hex(encode(answers)), std::string{"ff0000000000000000000000000000000206"}, "reject");
     }},
    {"turns of another kind, cut or with something behind them are none",
     [] {
         auto const turn = ping_pong(PingPong::finish, Bytes(3, 1));
         test::check(test::value(read_ping_pong(PingPong::finish, turn)) == Bytes(3, 1), "comes back");
         test::check(!read_ping_pong(PingPong::initialize, turn).ok(), "another kind");
         for (std::size_t size = 0; size < turn.size(); ++size)
             test::check(!read_ping_pong(PingPong::finish, ByteView{turn}.first(size)).ok(), std::to_string(size));
     }},
    {"an aggregate share opens for who it is from, and for what was asked",
     [] {
         auto const key = crypto::AgreementKey::at_random(crypto::Curve::x25519);
         auto const config =
             report::hpke_config(7, {crypto::Curve::x25519, crypto::Aead::aes_128_gcm}, key.public_key());
         report::Task task;
         task.info = {1};
         task.leader_url = task.helper_url = "https://one.example/";
         auto const job = collection_job();
         auto const sealed =
             test::value(seal_aggregate_share(config, report::Aggregator::leader, task, job, Bytes{1, 2, 3}));
         auto const open = [&](report::Aggregator from, report::Task const& of, CollectionJob const& asked) {
             return open_aggregate_share(config, key, from, of, asked, sealed);
         };
         test::check(test::value(open(report::Aggregator::leader, task, job)) == Bytes{1, 2, 3}, "opens");
         test::check(!open(report::Aggregator::helper, task, job).ok(), "from another");
         test::check(!open(report::Aggregator::leader, task, {.query = Batch::of({1, 1})}).ok(), "another question");
         auto other = task;
         other.info = {2};
         test::check(!open(report::Aggregator::leader, other, job).ok(), "another task");
     }},
};

}  // namespace

}  // namespace kindgate::dap

int main() {
    return kindgate::test::run("dap/messages", kindgate::dap::tests);
}
