// Oblivious HTTP: the complete example of RFC 9458, Appendix A (its octets from auth48/draft-ietf-ohai-ohttp.txt in the
// repository ietf-wg-ohai/oblivious-http), and what client and gateway make of each other's messages.
#include "report/ohttp.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using crypto::Aead;
using crypto::AgreementKey;
using crypto::Curve;

Bytes octets(std::string_view digits) {
    auto const read = from_hex(digits);
    if (!read) test::fail("no hexadecimal digits");
    return *read;
}

// Gives what it is told to.
class FixedOctets final : public RandomSource {
public:
    explicit FixedOctets(Bytes octets) : octets_(std::move(octets)) {}
    void fill(std::span<std::uint8_t> place) override {
        test::equal(place.size(), octets_.size(), "octets wanted");
        std::ranges::copy(octets_, place.begin());
    }

private:
    Bytes octets_;
};

// Appendix A.
AgreementKey gateway_key() {
    return test::value(AgreementKey::from_bytes(
        Curve::x25519, octets("3c168975674b2fa8e465970b79c8dcf09f1c741626480bd4c6162fc5b6a98e1a")));
}
AgreementKey ephemeral_key() {
    return test::value(AgreementKey::from_bytes(
        Curve::x25519, octets("bc51d5e930bda26589890ac7032f70ad12e4ecb37abb1b65b1256c9c48999c73")));
}
constexpr std::string_view key_config =
    "01002031e1f05a740102115220e9af918f738674aec95f54db6e04eb705aae8e79815500080001000100010003";
constexpr std::string_view enc_request =
    "010020000100014b28f881333e7c164ffc499ad9796f877f4e1051ee6d31bad19dec96c208b4726374e469135906992e1268c594d2a10c695d"
    "85"
    "8c40a026e7965e7d86b83dd440b2c0185204b4d63525";
constexpr std::string_view response_nonce = "c789e7151fcba46158ca84b04464910d";
constexpr std::string_view enc_response = "c789e7151fcba46158ca84b04464910d86f9013e404feea014e7be4a441f234f857fbd";

std::vector<HpkeConfig> example_configs() {
    return test::value(decode_ohttp_keys(octets(fmt::format("{:04x}{}", key_config.size() / 2, key_config))));
}

// A gateway of any suite, and what a client sends it.
struct World {
    AgreementKey key;
    std::vector<HpkeConfig> offered;

    explicit World(Curve curve, Aead aead = Aead::aes_128_gcm)
        : key(AgreementKey::at_random(curve)), offered{hpke_config(7, {curve, aead}, key.public_key())} {}

    EncapsulatedRequest sent(HttpRequest const& request) const {
        return test::value(encapsulate(request, {offered[0], AgreementKey::at_random(key.curve())}));
    }
    Bytes answered(EncapsulatedRequest const& sent, HttpReply const& reply) const {
        SystemRandom random;
        auto const opened = test::value(open_request(offered, key, sent.body));
        return test::value(seal_reply(opened.state, reply, random));
    }
};

void each_suite(void (*body)(World const&)) {
    for (auto const curve : {Curve::p256, Curve::x25519})
        for (auto const aead : {Aead::aes_128_gcm, Aead::aes_256_gcm, Aead::chacha20_poly1305})
            body(World{curve, aead});
}

HttpRequest const upload{
    "POST", "https://leader.example/tasks/x/reports", {{"content-type", "application/dap-upload-req"}}, Bytes(300, 7)};
HttpReply const answer{200, {{"content-type", "application/dap-upload-resp"}}, {1, 2, 3}};

constexpr test::Test tests[] = {
    {"RFC 9458, Appendix A, the client's side",
     [] {
         auto const configs = example_configs();
         test::equal(configs.size(), 2U, "one key, two pairs of algorithms");
         test::equal(unsigned{configs[1].aead}, 3U, "ChaCha20-Poly1305 is the second");
         auto const chosen = test::value(choose(configs));
         test::check(chosen == configs[0], "the first");
         auto const sent = test::value(encapsulate({"GET", "https://example.com/"}, {chosen, ephemeral_key()}));
         test::equal(hex(sent.body), enc_request, "encapsulated request");
         test::equal(hex(sent.state.exported.view()), "62d87a6ba569ee81014c2641f52bea36", "secret");
         test::check(test::value(decapsulate(sent.state, octets(enc_response))) == HttpReply{200}, "answer");
     }},
    {"RFC 9458, Appendix A, the gateway's side",
     [] {
         auto const configs = example_configs();
         test::check(configs[0].public_key == gateway_key().public_key(), "the key's public half");
         test::equal(hex(encode_ohttp_keys(configs)), fmt::format("{:04x}{}", key_config.size() / 2, key_config),
                     "keys");
         auto const opened = test::value(open_request(configs, gateway_key(), octets(enc_request)));
         test::check(opened.request == HttpRequest{"GET", "https://example.com/"}, "request");
         FixedOctets nonce{octets(response_nonce)};
         test::equal(hex(test::value(seal_reply(opened.state, {200}, nonce))), enc_response, "encapsulated response");
     }},
    {"with every suite a request arrives, and so does its answer",
     [] {
         each_suite([](World const& world) {
             auto const sent = world.sent(upload);
             test::check(test::value(open_request(world.offered, world.key, sent.body)).request == upload, "request");
             test::check(test::value(decapsulate(sent.state, world.answered(sent, answer))) == answer, "answer");
         });
     }},
    {"requests and answers of any content arrive",
     [] {
         auto const seed = test::first_seed("ohttp");
         std::mt19937_64 random{seed};
         World const world{Curve::x25519};
         for (std::uint64_t i = 0; i < test::cases(50); ++i) {
             Bytes body(random() % 5000);
             for (auto& octet : body) octet = static_cast<std::uint8_t>(random());
             HttpRequest const request{"PUT", fmt::format("https://h{}.example/{}", random(), random()), {}, body};
             HttpReply const reply{
                 static_cast<unsigned>(200 + random() % 400), {{"x", fmt::format("{}", random())}}, body};
             auto const sent = world.sent(request);
             test::check(test::value(open_request(world.offered, world.key, sent.body)).request == request, "request");
             test::check(test::value(decapsulate(sent.state, world.answered(sent, reply))) == reply, "answer");
         }
     }},
    {"an answer that is cut, changed, longer or another request's is refused",
     [] {
         each_suite([](World const& world) {
             auto const sent = world.sent(upload);
             auto const good = world.answered(sent, answer);
             auto const refused = [&](ByteView bytes, std::string_view why) {
                 auto const reply = decapsulate(sent.state, bytes);
                 test::check(!reply.ok() && reply.error().code() == ErrorCode::invalid_input, why);
             };
             for (std::size_t size = 0; size < good.size(); ++size) refused(ByteView{good}.first(size), "cut");
             for (std::size_t at = 0; at < good.size(); ++at) {
                 auto changed = good;
                 changed[at] ^= 0x40U;
                 refused(changed, "changed");
             }
             auto longer = good;
             longer.push_back(0);
             refused(longer, "longer");
             refused(world.answered(world.sent(upload), answer), "another's");
             refused(sent.body, "the request");
         });
     }},
    {"a request that is cut, changed or for another key is refused",
     [] {
         for (auto const curve : {Curve::p256, Curve::x25519}) {
             World const world{curve};
             auto const good = world.sent(upload).body;
             auto const refused = [&](ByteView bytes, std::string_view why) {
                 auto const opened = open_request(world.offered, world.key, bytes);
                 test::check(!opened.ok() && opened.error().code() == ErrorCode::invalid_input, why);
             };
             for (std::size_t size = 0; size < good.size(); ++size) refused(ByteView{good}.first(size), "cut");
             // X25519 doesn't look at the highest bit of a public key, but HPKE hashes it.
             for (std::size_t at = 0; at < good.size(); ++at) {
                 auto changed = good;
                 changed[at] ^= 0x80U;
                 refused(changed, "changed");
             }
             refused(World{curve}.sent(upload).body, "another key of this number");
         }
     }},
    {"a gateway takes its key's other algorithms, too",
     [] {
         World world{Curve::x25519};
         world.offered.push_back(hpke_config(7, {Curve::x25519, Aead::chacha20_poly1305}, world.key.public_key()));
         auto const sent = test::value(encapsulate(upload, {world.offered[1], AgreementKey::at_random(Curve::x25519)}));
         test::check(test::value(open_request(world.offered, world.key, sent.body)).request == upload, "request");
         test::check(!open_request({world.offered.data(), 1}, world.key, sent.body).ok(), "not offered");
     }},
    {"of a gateway's keys the first is chosen that is known; those of unknown KEMs are passed over",
     [] {
         auto const p256 = World{Curve::p256, Aead::aes_256_gcm}.offered[0];
         auto unknown_aead = p256;
         unknown_aead.aead = 9;
         std::vector<HpkeConfig> const known{unknown_aead, p256, example_configs()[0], example_configs()[1]};
         auto const bytes = encode_ohttp_keys(known);
         test::check(test::value(decode_ohttp_keys(bytes)) == known, "there and back");
         test::check(test::value(choose(known)) == p256, "the first known");
         // X25519Kyber768Draft00, and whatever follows.
         auto more = octets("0005090030abcd");
         more.insert(more.end(), bytes.begin(), bytes.end());
         test::check(test::value(decode_ohttp_keys(more)) == known, "passed over");
         auto const none = choose(test::value(decode_ohttp_keys(octets("0005090030abcd"))));
         test::check(!none.ok() && none.error().code() == ErrorCode::unavailable, "none to choose");
     }},
    {"a list with anything wrong in it is refused whole",
     [] {
         auto const bytes = encode_ohttp_keys(example_configs());
         for (std::size_t size = 0; size < bytes.size(); ++size)
             test::check(!decode_ohttp_keys(ByteView{bytes}.first(size)).ok(), "cut");
         auto const with = [&](std::string_view end) {
             auto const key = octets(fmt::format("{}{}", key_config.substr(0, 70), end));
             auto list = bytes;
             list.push_back(0);
             list.push_back(static_cast<std::uint8_t>(key.size()));
             list.insert(list.end(), key.begin(), key.end());
             return decode_ohttp_keys(list).ok();
         };
         test::check(with("000400010001"), "the same, right");
         for (auto const* end : {"", "0000", "00020001", "0006000100010001", "00040001000100", "000400010001ff"})
             test::check(!with(end), end);
         test::check(!decode_ohttp_keys(octets("00020900")).ok(), "no KEM");
     }},
    {"what can't be sealed is told",
     [] {
         World const world{Curve::x25519};
         auto const refused = [&](HttpRequest const& request, HpkeConfig const& config) {
             auto const sent = encapsulate(request, {config, AgreementKey::at_random(Curve::x25519)});
             test::check(!sent.ok() && sent.error().code() == ErrorCode::invalid_input, "refused");
         };
         refused({"GET", "leader.example"}, world.offered[0]);
         auto config = world.offered[0];
         config.aead = 7;
         refused(upload, config);
         config = world.offered[0];
         config.public_key.assign(32, 0);
         refused(upload, config);
     }},
};

}  // namespace

int main() {
    return test::run("report/ohttp", tests);
}
