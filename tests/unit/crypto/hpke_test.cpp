#include "crypto/hpke.h"

#include "crypto/hmac.h"
#include "vectors.h"

namespace {

using namespace kindgate;
namespace hpke = crypto::hpke;
using test::hex_bytes;
using test::Json;

void check_vector(Json const& vector, std::string const& about) {
    test::equal(vector.at("mode").get<int>(), 0, about + ": mode");
    test::equal(vector.at("kdf_id").get<int>(), 1, about + ": KDF");
    hpke::Suite const suite{vector.at("kem_id") == 0x10 ? crypto::Curve::p256 : crypto::Curve::x25519,
                            static_cast<crypto::Aead>(vector.at("aead_id").get<int>() - 1)};
    auto const receiver = test::value(hpke::derive_key(suite.kem, hex_bytes(vector, "ikmR")));
    auto const ephemeral = test::value(hpke::derive_key(suite.kem, hex_bytes(vector, "ikmE")));
    test::equal(hex(receiver.key()), vector.at("skRm").get<std::string>(), about + ": private key");
    test::equal(hex(receiver.public_key()), vector.at("pkRm").get<std::string>(), about + ": public key");
    auto sender = test::value(hpke::set_up_sender(suite, receiver.public_key(), hex_bytes(vector, "info"), ephemeral));
    test::equal(hex(sender.encapsulated), vector.at("enc").get<std::string>(), about + ": enc");
    auto context = test::value(hpke::set_up_receiver(suite, sender.encapsulated, receiver, hex_bytes(vector, "info")));
    for (auto const& one : vector.at("exports"))
        test::equal(hex(context.exported(hex_bytes(one, "exporter_context"), one.at("L").get<std::size_t>()).view()),
                    one.at("exported_value").get<std::string>(), about + ": export");
    // The file has messages from some number on: those before are sealed and opened all the same.
    auto const first = vector.value("first_sequence_number", 0);
    auto const& messages = vector.at("encryptions");
    for (int i = 0; i < first; ++i) test::value(context.open({}, sender.context.seal({}, {})));
    for (auto const& message : messages) {
        auto sealed = sender.context.seal(hex_bytes(message, "aad"), hex_bytes(message, "pt"));
        test::equal(hex(sealed), message.at("ct").get<std::string>(), about + ": message");
        sealed[sealed.size() / 2] ^= 1;
        test::check(!context.open(hex_bytes(message, "aad"), sealed).ok(), about + ": a changed message");
        sealed[sealed.size() / 2] ^= 1;
        test::equal(hex(test::value(context.open(hex_bytes(message, "aad"), sealed))),
                    message.at("pt").get<std::string>(), about + ": opened");
    }
}

constexpr test::Test tests[] = {
    {"HKDF is that of RFC 5869, A.1 to A.3",
     [] {
         Bytes const material(22, 0x0b);
         Bytes salt;
         for (std::uint8_t i = 0; i < 13; ++i) salt.push_back(i);
         auto const info = hex_bytes("f0f1f2f3f4f5f6f7f8f9");
         auto const key = crypto::hkdf_extract(salt, material);
         test::equal(hex(key.view()), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5", "PRK");
         test::equal(hex(crypto::hkdf_expand(key.view(), info, 42).view()),
                     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865", "OKM");
         test::equal(hex(crypto::hkdf_expand(crypto::hkdf_extract({}, material).view(), {}, 42).view()),
                     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
                     "without salt and info");
     }},
    {"HMAC-SHA-256 is that of RFC 4231, 4.3 and 4.7, in pieces, too",
     [] {
         test::equal(
             hex(crypto::hmac_sha256(bytes_of("Jefe"), {bytes_of("what do ya want "), bytes_of("for nothing?")})),
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "a short key");
         test::equal(hex(crypto::hmac_sha256(Bytes(131, 0xaa),
                                             {bytes_of("Test Using Larger Than Block-Size Key - Hash Key First")})),
                     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", "a key longer than a block");
     }},
    {"HPKE in mode base is that of RFC 9180's vectors, and changed messages are refused",
     [] {
         for (auto const& file : test::vector_files("hpke"))
             for (std::size_t i = 0; i < file.content.size(); ++i)
                 check_vector(file.content[i], file.name + "[" + std::to_string(i) + "]");
     }},
    {"comparing secrets: equal, other, shorter",
     [] {
         crypto::Secret const one{bytes_of("secret")};
         test::check(one == crypto::Secret{bytes_of("secret")}, "equal");
         test::check(!(one == crypto::Secret{bytes_of("Secret")}), "other");
         test::check(!(one == crypto::Secret{bytes_of("secre")}), "shorter");
         Bytes wiped{1, 2, 3};
         crypto::wipe(wiped);
         test::equal(hex(wiped), "000000", "wiped");
     }},
};

}  // namespace

int main() {
    return test::run("crypto/hpke", tests);
}
