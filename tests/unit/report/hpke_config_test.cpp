#include "report/hpke_config.h"

#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using crypto::Aead;
using crypto::Curve;

HpkeConfig config(std::uint8_t id, Curve curve, Aead aead) {
    return hpke_config(id, {curve, aead}, Bytes(curve == Curve::p256 ? 65 : 32));
}

constexpr test::Test tests[] = {
    {"what is known goes to numbers and back",
     [] {
         for (auto const curve : {Curve::p256, Curve::x25519})
             for (auto const aead : {Aead::aes_128_gcm, Aead::aes_256_gcm, Aead::chacha20_poly1305}) {
                 auto const suite = config(1, curve, aead).suite();
                 test::check(suite && suite->kem == curve && suite->aead == aead, "the same suite");
             }
         test::equal(config(1, Curve::x25519, Aead::aes_128_gcm).kem, 0x20U, "X25519");
         test::equal(config(1, Curve::p256, Aead::aes_128_gcm).kem, 0x10U, "P-256");
         test::equal(config(1, Curve::p256, Aead::aes_128_gcm).aead, 1U, "AES-128-GCM");
     }},
    {"the first is taken whose algorithms are known and whose key has their form",
     [] {
         auto unknown_kem = config(1, Curve::x25519, Aead::aes_128_gcm);
         unknown_kem.kem = 0x21;
         auto unknown_kdf = config(2, Curve::x25519, Aead::aes_128_gcm);
         unknown_kdf.kdf = 2;
         auto export_only = config(3, Curve::x25519, Aead::aes_128_gcm);
         export_only.aead = 0xffff;
         auto no_aead = config(4, Curve::x25519, Aead::aes_128_gcm);
         no_aead.aead = 0;
         auto short_key = config(5, Curve::p256, Aead::aes_128_gcm);
         short_key.public_key.pop_back();
         std::vector<HpkeConfig> list{unknown_kem, unknown_kdf, export_only, no_aead, short_key};
         auto const none = choose(list);
         test::check(!none.ok() && none.error().code() == ErrorCode::unavailable, "none of these");
         test::contains(none.error().message(), "X25519 or P-256");
         list.push_back(config(6, Curve::p256, Aead::aes_256_gcm));
         list.push_back(config(7, Curve::x25519, Aead::aes_128_gcm));
         test::equal(unsigned{test::value(choose(list)).id}, 6U, "the first that is known");
         test::check(test::value(decode_hpke_configs(encode(list))) == list, "all there and back");
     }},
    {"an empty list is read, and has nothing to choose from",
     [] {
         auto const list = test::value(decode_hpke_configs(Bytes{0, 0}));
         test::check(list.empty() && !choose(list).ok(), "nothing");
         test::check(!decode_hpke_configs({}).ok(), "no list");
     }},
};

}  // namespace

int main() {
    return test::run("report/hpke_config", tests);
}
