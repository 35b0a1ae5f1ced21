#include "demo/jwe.h"

#include <algorithm>
#include <array>

#include "crypto/aead.h"
#include "foreign_json.h"
#include "test.h"

namespace {

using namespace kindgate;
using demo::Encryption;

Bytes part_bytes(std::string_view text) {
    auto const bytes = from_base64url(text);
    test::check(bytes.has_value(), "base64url");
    return *bytes;
}

std::array<std::string_view, 5> parts_of(std::string_view jwe) {
    std::array<std::string_view, 5> parts;
    for (auto& part : parts) {
        part = jwe.substr(0, jwe.find('.'));
        jwe.remove_prefix(std::min(part.size() + 1, jwe.size()));
    }
    test::check(jwe.empty(), "five parts");
    return parts;
}

Bytes point_of(Json const& jwk) {
    Bytes point{0x04};
    for (auto const* const half : {"x", "y"})
        std::ranges::copy(part_bytes(jwk.at(half).get<std::string>()), std::back_inserter(point));
    return point;
}

// As a receiver does it.
std::string opened(std::string_view jwe, crypto::AgreementKey const& key, Encryption encryption) {
    auto const parts = parts_of(jwe);
    auto const header = read_json(text_of(part_bytes(parts[0])));
    test::equal(header.at("alg").get<std::string>(), "ECDH-ES", "alg");
    test::equal(header.at("enc").get<std::string>(), demo::text(encryption), "enc");
    test::check(parts[1].empty(), "no encrypted key");
    auto const aead = encryption == Encryption::a128gcm ? crypto::Aead::aes_128_gcm : crypto::Aead::aes_256_gcm;
    auto const shared = test::value(key.agree(point_of(header.at("epk"))));
    auto const secret = demo::concat_kdf(shared, demo::text(encryption), "", "", crypto::key_size(aead));
    crypto::AeadNonce nonce{};
    std::ranges::copy(part_bytes(parts[2]), nonce.begin());
    auto sealed = part_bytes(parts[3]);
    std::ranges::copy(part_bytes(parts[4]), std::back_inserter(sealed));
    return std::string{text_of(test::value(crypto::open(aead, secret.view(), nonce, bytes_of(parts[0]), sealed)))};
}

constexpr test::Test tests[] = {
    {"the key is derived as in RFC 7518, appendix C",
     [] {
         auto const alice = test::value(crypto::AgreementKey::from_bytes(
             crypto::Curve::p256, part_bytes("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")));
         auto const bob = read_json(R"({"x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
                                              "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"})");
         auto const shared = test::value(alice.agree(point_of(bob)));
         auto const key = demo::concat_kdf(shared, "A128GCM", "Alice", "Bob", 16);
         test::equal(base64url_unpadded(key.view()), "VqqN6vgjbSBcIijNcacQGg", "derived");
     }},
    {"its receiver alone opens an answer, of both encryptions, and each is another",
     [] {
         auto const key = crypto::AgreementKey::at_random(crypto::Curve::p256);
         for (auto const encryption : {Encryption::a128gcm, Encryption::a256gcm}) {
             demo::JweReceiver const receiver{key.public_key(), "gate-1", encryption};
             auto const jwe = test::value(demo::encrypt_jwe(receiver, bytes_of("an answer")));
             test::equal(opened(jwe, key, encryption), "an answer", demo::text(encryption));
             auto const header = read_json(text_of(part_bytes(parts_of(jwe)[0])));
             test::equal(header.at("kid").get<std::string>(), "gate-1", "kid");
             test::check(jwe != test::value(demo::encrypt_jwe(receiver, bytes_of("an answer"))), "another");
         }
     }},
    {"what is no key of P-256 gets no answer",
     [] {
         Bytes off_the_curve(65, 7);
         off_the_curve[0] = 4;
         for (auto const& point : {Bytes{}, Bytes(65), off_the_curve})
             test::check(!demo::encrypt_jwe({point, "", Encryption::a128gcm}, {}).ok(), "refused");
         test::check(!demo::encryption("A192GCM") && demo::encryption("A256GCM") == Encryption::a256gcm, "names");
     }},
};

}  // namespace

int main() {
    return test::run("demo/jwe", tests);
}
