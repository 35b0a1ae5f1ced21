#include "crypto/certificate.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "psa.h"
#include "x509_time.h"

namespace kindgate::crypto {

namespace {

constexpr std::size_t longest_chain = 3;
constexpr std::size_t largest_certificate = 4096;

constexpr mbedtls_x509_crt_profile accepted{
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) | MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
    0};

class Certificates {
public:
    Certificates() { mbedtls_x509_crt_init(&first_); }
    ~Certificates() { mbedtls_x509_crt_free(&first_); }
    Certificates(Certificates const&) = delete;
    Certificates& operator=(Certificates const&) = delete;

    mbedtls_x509_crt& first() { return first_; }
    // The library takes octets behind a certificate, which nobody signed, for nothing: here they are none of one.
    bool add(ByteView der) {
        if (mbedtls_x509_crt_parse_der(&first_, der.data(), der.size()) != 0) return false;
        auto const* last = &first_;
        while (last->next != nullptr) last = last->next;
        return last->raw.len == der.size();
    }

private:
    mbedtls_x509_crt first_{};
};

bool holds(mbedtls_x509_crt const& certificate, std::chrono::sys_seconds now) {
    return instant_of(certificate.valid_from) <= now && now <= instant_of(certificate.valid_to);
}

// A certificate that names no use at all is for none.
bool is_for(mbedtls_x509_crt const& certificate, ByteView use) {
    for (auto const* one = &certificate.ext_key_usage; one != nullptr; one = one->next)
        if (one->buf.p != nullptr && std::ranges::equal(ByteView{one->buf.p, one->buf.len}, use)) return true;
    return false;
}

// ecdsa-with-SHA256, -SHA384, -SHA512 (RFC 5758, 3.2).
bool is_ecdsa(mbedtls_x509_buf const& algorithm) {
    constexpr std::array<std::uint8_t, 7> stem{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03};
    ByteView const oid{algorithm.p, algorithm.len};
    return oid.size() == 8 && std::ranges::equal(oid.first(stem.size()), stem) && oid[7] >= 2 && oid[7] <= 4;
}

// Nothing else is even tried: the library would verify with a key that is as large as an attacker likes, and look only
// then whether it is accepted.
bool may_be_tried(mbedtls_x509_crt const& certificate) {
    constexpr std::size_t largest_curve = 521;
    return is_ecdsa(certificate.sig_oid) && mbedtls_pk_get_type(&certificate.pk) == MBEDTLS_PK_ECKEY &&
           mbedtls_pk_get_bitlen(&certificate.pk) <= largest_curve;
}

bool same(mbedtls_x509_crt const& one, mbedtls_x509_crt const& other) {
    return std::ranges::equal(ByteView{one.raw.p, one.raw.len}, ByteView{other.raw.p, other.raw.len});
}

bool leads_to(mbedtls_x509_crt& anchor, mbedtls_x509_crt& signer) {
    std::uint32_t flags = 0;
    auto const failed =
        mbedtls_x509_crt_verify_with_profile(&signer, &anchor, nullptr, &accepted, nullptr, &flags, nullptr, nullptr);
    // The library looks at the machine's clock; which moment counts is ours to say.
    flags &= ~std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE};
    return (failed == 0 || failed == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) && flags == 0;
}

std::optional<PublicKey> key_of(mbedtls_x509_crt& certificate) {
    // SubjectPublicKeyInfo of P-256 ends with the point.
    std::array<std::uint8_t, 128> place{};
    auto const size = mbedtls_pk_write_pubkey_der(&certificate.pk, place.data(), place.size());
    constexpr std::size_t point_size = 65;
    if (size != 91) return std::nullopt;
    auto key = PublicKey::from_point(ByteView{place}.last(point_size));
    if (!key.ok()) return std::nullopt;
    return std::move(key).value();
}

}  // namespace

std::optional<Bytes> object_identifier(std::string_view dotted) {
    std::vector<std::uint32_t> arcs;
    for (std::size_t at = 0; at <= dotted.size();) {
        auto const end = std::min(dotted.find('.', at), dotted.size());
        std::uint32_t arc = 0;
        auto const* const last = dotted.data() + end;
        auto const [stop, failed] = std::from_chars(dotted.data() + at, last, arc);
        if (failed != std::errc{} || stop != last || arc > 0x0fffffff) return std::nullopt;
        if (dotted[at] == '0' && end - at > 1) return std::nullopt;
        arcs.push_back(arc);
        at = end + 1;
    }
    if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39)) return std::nullopt;
    arcs[1] += arcs[0] * 40;
    Bytes der;
    for (std::size_t i = 1; i < arcs.size(); ++i) {
        unsigned digits = 1;
        while (digits < 5 && (arcs[i] >> (7 * digits)) != 0) ++digits;
        for (; digits > 0; --digits) {
            auto const part = arcs[i] >> (7 * (digits - 1)) & 0x7fU;
            der.push_back(static_cast<std::uint8_t>(part | (digits > 1 ? 0x80U : 0U)));
        }
    }
    return der;
}

struct Authority::Parts {
    Certificates certificates;
};

Result<Authority> Authority::from_pem(std::string_view pem) {
    Error const wrong{ErrorCode::invalid_input, "this is not one certificate in PEM"};
    auto parts = std::make_shared<Parts>();
    std::string const text{pem};  // ends with the zero that the library wants
    auto& first = parts->certificates.first();
    if (!psa_ready() ||
        mbedtls_x509_crt_parse(&first, reinterpret_cast<unsigned char const*>(text.c_str()), text.size() + 1) != 0 ||
        first.next != nullptr)
        return wrong;
    std::array<char, 256> name{};
    auto const size = mbedtls_x509_dn_gets(name.data(), name.size(), &first.subject);
    Authority authority;
    authority.subject_.assign(name.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    authority.begins_ = instant_of(first.valid_from);
    authority.ends_ = instant_of(first.valid_to);
    authority.parts_ = std::move(parts);
    return authority;
}

bool Authority::operator==(Authority const& other) const {
    return same(parts_->certificates.first(), other.parts_->certificates.first());
}

class ChainCheck {
public:
    static CheckedChain of(std::span<ByteView const> chain, Authority const& authority, ByteView use,
                           std::chrono::sys_seconds now) {
        if (chain.empty() || chain.size() > longest_chain) return {};
        Certificates certificates;
        for (auto const der : chain)
            if (der.size() > largest_certificate || !certificates.add(der)) return {};
        auto& signer = certificates.first();
        auto& anchor = authority.parts_->certificates.first();
        for (auto const* one = &signer; one != nullptr; one = one->next)
            if (!may_be_tried(*one)) return {ChainFault::untrusted};
        if (!same(signer, anchor) && !leads_to(anchor, signer)) return {ChainFault::untrusted};
        for (auto const* one = &signer; one != nullptr; one = one->next)
            if (!holds(*one, now)) return {ChainFault::dates};
        if (!holds(anchor, now)) return {ChainFault::dates};
        if (!is_for(signer, use) || mbedtls_x509_crt_check_key_usage(&signer, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0)
            return {ChainFault::use};
        auto key = key_of(signer);
        if (!key) return {};
        return {ChainFault::none, key};
    }
};

CheckedChain check_chain(std::span<ByteView const> chain, Authority const& authority, ByteView use,
                         std::chrono::sys_seconds now) {
    return ChainCheck::of(chain, authority, use, now);
}

}  // namespace kindgate::crypto
