#include "demo/blind_rsa.h"

#include <mbedtls/rsa.h>

#include "crypto/ecdsa.h"
#include "crypto/rsa_pss.h"
#include "mbed.h"
#include "vectors.h"

namespace {

using namespace kindgate;
using demo::BlindKey;
using demo::BlindSigner;
using demo::Number;
using test::hex_bytes;
using test::Json;

// Vectors write a number with a zero octet before it, or without.
Bytes number(Json const& of, char const* member) {
    auto bytes = hex_bytes(of, member);
    if (bytes.size() % 2 == 1 && bytes[0] == 0) bytes.erase(bytes.begin());
    return bytes;
}

BlindSigner signer_of(Json const& one) {
    demo::Key key;
    Number const p{number(one, "p")};
    Number const q{number(one, "q")};
    Number const e{hex_bytes(one, "e")};
    test::check(mbedtls_pk_setup(&key.context(), mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0, "setup");
    test::check(mbedtls_rsa_import(&key.rsa(), nullptr, p.raw(), q.raw(), nullptr, e.raw()) == 0, "import");
    test::check(mbedtls_rsa_complete(&key.rsa()) == 0, "complete");
    Bytes pem(8192);
    test::check(mbedtls_pk_write_key_pem(&key.context(), pem.data(), pem.size()) == 0, "pem");
    auto const text = text_of(pem);
    return test::value(BlindSigner::from_pem(text.substr(0, text.find('\0'))));
}

BlindKey key_of(BlindSigner const& signer) {
    return test::value(BlindKey::from_pkcs1(signer.pkcs1()));
}

// The factor whose inverse is given.
Bytes factor_of(Json const& one) {
    Number const inverse{number(one, "inv")};
    Number const n{number(one, "n")};
    Number factor;
    test::check(mbedtls_mpi_inv_mod(factor.raw(), inverse.raw(), n.raw()) == 0, "an inverse");
    return factor.octets(number(one, "n").size());
}

void check_vector(Json const& one, std::string const& about) {
    auto const signer = signer_of(one);
    auto const key = key_of(signer);
    auto const message = hex_bytes(one, "input_msg");
    auto const salt = hex_bytes(one, "salt");
    auto const blinded = test::value(key.blind(message, {salt, factor_of(one)}));
    test::equal(hex(blinded.message), one.at("blinded_msg").get<std::string>(), about + ": blinded");
    test::equal(hex(blinded.inverse), hex(number(one, "inv")), about + ": inverse");
    auto const blind_signature = test::value(signer.sign(blinded.message));
    test::equal(hex(blind_signature), one.at("blind_sig").get<std::string>(), about + ": blind signature");
    auto const signature = test::value(key.finish(message, blinded, blind_signature));
    test::equal(hex(signature), one.at("sig").get<std::string>(), about + ": signature");
    test::check(key.verify(message, signature, salt.size()), about + ": verifies");
    test::check(!key.verify(message, signature, 48 - salt.size()), about + ": with a salt of another size");
    test::check(!key.verify(hex_bytes(one, "salt"), signature, salt.size()), about + ": another message");
}

constexpr test::Test tests[] = {
    {"RFC 9474: blinded message, blind signature and signature of each variant, from salt and factor",
     [] {
         std::size_t count = 0;
         for (auto const& file : test::vector_files("blindrsa", "rfc9474"))
             for (auto const& one : file.content) {
                 check_vector(one, file.name + ", " + one.at("name").get<std::string>());
                 ++count;
             }
         test::check(count >= 4, "so many");
     }},
    {"partially blind signatures are refused: they hold under a key that is changed by their metadata",
     [] {
         // The drafts' signatures are PSS over the message with a length and the metadata before it, by an exponent
         // that is derived from the metadata. Who knows the plain key only, as a gate does, must not take them.
         std::size_t count = 0;
         for (auto const& file : test::vector_files("blindrsa", "partially"))
             for (auto const& one : file.content) {
                 auto const signer = signer_of(one);
                 auto const signature = hex_bytes(one, "sig");
                 auto const message = hex_bytes(one, "msg");
                 auto const info = hex_bytes(one, "info");
                 Bytes extended{'m', 's', 'g', 0, 0, 0, static_cast<std::uint8_t>(info.size())};
                 extended.insert(extended.end(), info.begin(), info.end());
                 extended.insert(extended.end(), message.begin(), message.end());
                 auto const plain = test::value(crypto::RsaPublicKey::from_pkcs1(signer.pkcs1()));
                 for (auto const& said : {message, extended}) {
                     test::check(!key_of(signer).verify(said, signature, 48), file.name);
                     test::check(!plain.verify_pss_sha384(said, signature), file.name);
                 }
                 ++count;
             }
         test::check(count >= 4, "so many");
     }},
    {"a new key signs what is blinded at random, twice differently, and the gate's verifier takes both",
     [] {
         auto const signer = test::value(BlindSigner::generate());
         auto const token_key = test::value(signer.token_key());
         test::equal(token_key.spki().size(), 342U, "SubjectPublicKeyInfo");
         test::check(test::value(age::TokenKey::from_spki(token_key.spki())) == token_key, "read again");
         auto const again = test::value(BlindSigner::from_pem(signer.pem()));
         test::equal(hex(again.pkcs1()), hex(signer.pkcs1()), "the key from its PEM");
         auto const key = test::value(BlindKey::of(token_key));
         auto const message = bytes_of("a token");
         auto const one = test::value(key.blind(message, key.chance()));
         auto const other = test::value(key.blind(message, key.chance()));
         test::check(one.message != other.message, "two blindings");
         for (auto const& blinded : {one, other}) {
             auto const signature =
                 test::value(key.finish(message, blinded, test::value(signer.sign(blinded.message))));
             test::check(token_key.verify(message, signature), "a gate verifies");
         }
         auto const crossed = key.finish(message, one, test::value(signer.sign(other.message)));
         test::check(!crossed.ok() && crossed.error().code() == ErrorCode::invalid_input, "another's answer");
     }},
    {"what can't be blinded or signed is refused: lengths, numbers past the modulus, keys of other kinds and sizes",
     [] {
         auto const signer = test::value(BlindSigner::generate());
         auto const key = key_of(signer);
         auto const good = key.chance();
         test::check(!key.blind({}, {good.salt, Bytes(255, 1)}).ok(), "a short factor");
         test::check(!key.blind({}, {good.salt, Bytes(256, 0xff)}).ok(), "a factor past the modulus");
         test::check(!key.blind({}, {good.salt, Bytes(256)}).ok(), "zero");
         test::check(!signer.sign(Bytes(255, 1)).ok(), "a short message");
         test::check(!signer.sign(Bytes(256, 0xff)).ok(), "a message past the modulus");
         auto const blinded = test::value(key.blind({}, good));
         test::check(!key.finish({}, blinded, {}).ok(), "no answer");
         test::check(!key.verify({}, {}, 48), "no signature");
         test::check(!BlindSigner::from_pem("nonsense").ok(), "no key");
         test::check(!BlindSigner::from_pem(test::value(crypto::PrivateKey::at_random().to_pem())).ok(), "an EC key");
         test::check(!BlindKey::from_pkcs1(ByteView{signer.pkcs1()}.first(100)).ok(), "cut");
     }},
    {"a key of 4,096 bits signs, and is no token key",
     [] {
         for (auto const& file : test::vector_files("blindrsa", "rfc9474.json")) {
             auto const signer = signer_of(file.content[0]);
             test::check(!signer.token_key().ok(), "2,048 bits only (RFC 9578, 6.5)");
         }
     }},
};

}  // namespace

int main() {
    return test::run("demo/blind_rsa", tests);
}
