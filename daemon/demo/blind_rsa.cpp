#include "demo/blind_rsa.h"

#include <mbedtls/rsa.h>

#include <algorithm>
#include <array>

#include "crypto/sha2.h"
#include "mbed.h"

namespace kindgate::demo {

namespace {

constexpr std::size_t hash_size = std::tuple_size_v<crypto::Digest384>;
constexpr std::size_t pss_salt = 48;
constexpr int token_bits = 2048;
constexpr int exponent = 65537;

bool is_known_size(std::size_t octets) {
    return octets == 256 || octets == 384 || octets == 512;
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

// RFC 8017, B.2.1, MGF1 with SHA-384, laid over the bytes.
void mask(std::span<std::uint8_t> bytes, ByteView seed) {
    for (std::size_t at = 0; at < bytes.size(); at += hash_size) {
        Bytes counted{seed.begin(), seed.end()};
        auto const counter = static_cast<std::uint8_t>(at / hash_size);  // of four octets
        append(counted, std::array<std::uint8_t, 4>{0, 0, 0, counter});
        auto const piece = crypto::sha384(counted);
        for (std::size_t i = 0; i < hash_size && at + i < bytes.size(); ++i) bytes[at + i] ^= piece[i];
    }
}

// RFC 8017, 9.1.1, EMSA-PSS-ENCODE with SHA-384, one bit shorter than `size` octets.
Bytes pss_encoded(ByteView message, ByteView salt, std::size_t size) {
    Bytes salted(8);
    append(salted, crypto::sha384(message));
    append(salted, salt);
    auto const hash = crypto::sha384(salted);
    Bytes encoded(size - hash_size - 1 - salt.size() - 1);
    encoded.push_back(1);
    append(encoded, salt);
    mask(encoded, hash);
    encoded[0] &= 0x7f;
    append(encoded, hash);
    encoded.push_back(0xbc);
    return encoded;
}

// Modulus and exponent.
struct PublicNumbers {
    Number n;
    Number e;
};

bool read(PublicNumbers& numbers, ByteView der) {
    Key key;
    return key.read_public(der) && key.is_rsa() &&
           mbedtls_rsa_export(&key.rsa(), numbers.n.raw(), nullptr, nullptr, nullptr, numbers.e.raw()) == 0;
}

bool multiply(Number& product, Number const& one, Number const& other, Number const& modulus) {
    return mbedtls_mpi_mul_mpi(product.raw(), one.raw(), other.raw()) == 0 &&
           mbedtls_mpi_mod_mpi(product.raw(), product.raw(), modulus.raw()) == 0;
}

// RSAPublicKey, of a private key, too.
Bytes public_der(Key& key) {
    std::array<std::uint8_t, 1024> place{};
    // What is written stands at the end of the place.
    auto* at = place.data() + place.size();
    auto const size = mbedtls_pk_write_pubkey(&at, place.data(), &key.context());
    return size > 0 ? Bytes{at, at + size} : Bytes{};
}

Error no_signature() {
    return {ErrorCode::invalid_input,
            "what the issuer answered is no blind signature by its key: ask again, and if it stays so it signs with "
            "another key than it publishes"};
}

}  // namespace

Result<BlindKey> BlindKey::from_pkcs1(ByteView der) {
    Key key;
    if (!key.read_public(der) || !key.is_rsa() || !is_known_size(mbedtls_rsa_get_len(&key.rsa())))
        return Error{ErrorCode::invalid_input, "no RSA public key of 2,048, 3,072 or 4,096 bits"};
    return BlindKey{der, mbedtls_rsa_get_len(&key.rsa())};
}

Result<BlindKey> BlindKey::of(age::TokenKey const& key) {
    return from_pkcs1(key.pkcs1());
}

Chance BlindKey::chance() const {
    Chance chance{Bytes(pss_salt), Bytes(size_)};
    crypto::fill_at_random(chance.salt);
    crypto::fill_at_random(chance.factor);
    // Less than the modulus, whose first bit is set; and as good as never zero or of a common divisor.
    chance.factor[0] &= 0x7f;
    return chance;
}

Result<Blinded> BlindKey::blind(ByteView message, Chance const& chance) const {
    PublicNumbers key;
    Number const encoded{pss_encoded(message, chance.salt, size_)};
    Number const factor{chance.factor};
    Number inverse;
    Number power;
    Number product;
    if (chance.factor.size() != size_ || !read(key, der_) || mbedtls_mpi_cmp_mpi(factor.raw(), key.n.raw()) >= 0 ||
        mbedtls_mpi_inv_mod(inverse.raw(), factor.raw(), key.n.raw()) != 0)
        return Error{ErrorCode::invalid_input, "this is no factor to blind with: take another"};
    if (mbedtls_mpi_exp_mod(power.raw(), factor.raw(), key.e.raw(), key.n.raw(), nullptr) != 0 ||
        !multiply(product, encoded, power, key.n))
        return Error{ErrorCode::system, "the crypto library couldn't blind"};
    return Blinded{product.octets(size_), inverse.octets(size_), chance.salt.size()};
}

Result<Bytes> BlindKey::finish(ByteView message, Blinded const& blinded, ByteView blind_signature) const {
    PublicNumbers key;
    Number product;
    if (blind_signature.size() != size_ || !read(key, der_) ||
        !multiply(product, Number{blind_signature}, Number{blinded.inverse}, key.n))
        return no_signature();
    auto signature = product.octets(size_);
    if (!verify(message, signature, blinded.salt_size)) return no_signature();
    return signature;
}

bool BlindKey::verify(ByteView message, ByteView signature, std::size_t salt_size) const {
    Key key;
    if (signature.size() != size_ || !key.read_public(der_)) return false;
    auto const hash = crypto::sha384(message);
    mbedtls_pk_rsassa_pss_options const options{MBEDTLS_MD_SHA384, static_cast<int>(salt_size)};
    return mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, &key.context(), MBEDTLS_MD_SHA384, hash.data(),
                                 hash.size(), signature.data(), signature.size()) == 0;
}

Result<BlindSigner> BlindSigner::generate() {
    Key key;
    Bytes pem(4096);
    auto const* const kind = mbedtls_pk_info_from_type(MBEDTLS_PK_RSA);
    if (mbedtls_pk_setup(&key.context(), kind) != 0 ||
        mbedtls_rsa_gen_key(&key.rsa(), random_octets, nullptr, token_bits, exponent) != 0 ||
        mbedtls_pk_write_key_pem(&key.context(), pem.data(), pem.size()) != 0)
        return Error{ErrorCode::system, "the crypto library couldn't make a key"};
    auto const text = text_of(pem);
    return from_pem(text.substr(0, text.find('\0')));
}

Result<BlindSigner> BlindSigner::from_pem(std::string_view pem) {
    Key key;
    if (!key.read_private(pem) || !key.is_rsa() || !is_known_size(mbedtls_rsa_get_len(&key.rsa())))
        return Error{ErrorCode::invalid_input, "no RSA private key of 2,048, 3,072 or 4,096 bits in PEM"};
    return BlindSigner{std::string{pem}, public_der(key)};
}

Result<age::TokenKey> BlindSigner::token_key() const {
    return age::TokenKey::from_pkcs1(public_der_);
}

Result<Bytes> BlindSigner::sign(ByteView blinded) const {
    Key key;
    if (!key.read_private(pem_)) return Error{ErrorCode::system, "the crypto library couldn't read its own key"};
    auto& rsa = key.rsa();
    Bytes signature(mbedtls_rsa_get_len(&rsa));
    // The library refuses what isn't less than the modulus. It blinds its arithmetic, too: against who measures time.
    if (blinded.size() != signature.size() ||
        mbedtls_rsa_private(&rsa, random_octets, nullptr, blinded.data(), signature.data()) != 0)
        return Error{ErrorCode::invalid_input, "this is no message that was blinded for this key"};
    // RFC 9474, 4.3: a signature that was computed wrongly would tell the key.
    Bytes check(signature.size());
    if (mbedtls_rsa_public(&rsa, signature.data(), check.data()) != 0 || !std::ranges::equal(check, blinded))
        return Error{ErrorCode::system, "the signature was computed wrongly: this machine can't be trusted to sign"};
    return signature;
}

}  // namespace kindgate::demo
