#include "crypto/ecdh.h"
#include "crypto/ecdsa.h"
#include "crypto/rsa_pss.h"
#include "vectors.h"

namespace {

using namespace kindgate;
using test::hex_bytes;
using test::Json;

void check_agreement(crypto::Curve curve, Json const& one, std::string const& about) {
    auto const result = one.at("result").get<std::string>();
    auto const shared = hex_bytes(one, "shared");
    auto private_key = hex_bytes(one, "private");
    // Numbers are written with a leading zero, or without leading zeros.
    while (private_key.size() > 32 && private_key.front() == 0) private_key.erase(private_key.begin());
    while (private_key.size() < 32) private_key.insert(private_key.begin(), 0);
    auto const key = crypto::AgreementKey::from_bytes(curve, private_key);
    test::check(key.ok(), about + ": the private key");
    auto const agreed = key->agree(hex_bytes(one, "public"));
    bool const zero = std::ranges::all_of(shared, [](std::uint8_t byte) { return byte == 0; });
    // Mbed TLS 2.28 reads no compressed points, and none of our protocols has them.
    bool const compressed = one.at("comment") == "compressed public key";
    bool const refused = result == "invalid" || (result == "acceptable" && (zero || compressed));
    test::equal(agreed.ok(), !refused, about + ": " + one.at("comment").get<std::string>());
    if (agreed.ok()) test::equal(hex(agreed->view()), hex(shared), about);
}

constexpr test::Test tests[] = {
    {"ECDH on P-256: Wycheproof",
     [] {
         test::each_wycheproof("ecdh-p256", [](Json const&, Json const& one, std::string const& about) {
             check_agreement(crypto::Curve::p256, one, about);
         });
     }},
    {"X25519: Wycheproof, and secrets of zeros are refused",
     [] {
         test::each_wycheproof("x25519", [](Json const&, Json const& one, std::string const& about) {
             check_agreement(crypto::Curve::x25519, one, about);
         });
     }},
    {"ECDSA on P-256 over SHA-256, r and s side by side: Wycheproof",
     [] {
         test::each_wycheproof("ecdsa", [](Json const& group, Json const& one, std::string const& about) {
             auto const key =
                 test::value(crypto::PublicKey::from_point(hex_bytes(group.at("publicKey"), "uncompressed")));
             auto const bytes = hex_bytes(one, "sig");
             crypto::Signature signature{};
             bool good = bytes.size() == signature.size();
             if (good) std::ranges::copy(bytes, signature.begin());
             good = good && key.verify(crypto::sha256(hex_bytes(one, "msg")), signature);
             test::equal(good, one.at("result") == "valid", about + ": " + one.at("comment").get<std::string>());
         });
     }},
    {"RSASSA-PSS, SHA-384, salt 48: Wycheproof",
     [] {
         test::each_wycheproof("rsapss", [](Json const& group, Json const& one, std::string const& about) {
             auto const key = test::value(crypto::RsaPublicKey::from_pkcs1(hex_bytes(group, "publicKeyAsn")));
             bool const good = key.verify_pss_sha384(hex_bytes(one, "msg"), hex_bytes(one, "sig"));
             test::equal(good, one.at("result") == "valid", about + ": " + one.at("comment").get<std::string>());
         });
     }},
};

}  // namespace

int main() {
    return test::run("crypto/wycheproof", tests);
}
