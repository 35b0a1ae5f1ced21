#include "certificates.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "crypto/certificate.h"
#include "mbed.h"

namespace kindgate::demo {

namespace {

constexpr std::size_t largest_pem = 4096;

Error failed() {
    return {ErrorCode::invalid_input,
            "no certificate could be made of this: the name is to be a host's, the dates between 1950 and 9999"};
}

// What a certificate is made of, in the library's hands.
class Writer {
public:
    Writer() { mbedtls_x509write_crt_init(&certificate_); }
    ~Writer() { mbedtls_x509write_crt_free(&certificate_); }
    Writer(Writer const&) = delete;
    Writer& operator=(Writer const&) = delete;

    bool names(std::string const& subject, std::string const& issuer) {
        return mbedtls_x509write_crt_set_subject_name(&certificate_, subject.c_str()) == 0 &&
               mbedtls_x509write_crt_set_issuer_name(&certificate_, issuer.c_str()) == 0;
    }
    bool dates(Validity const& validity) {
        return mbedtls_x509write_crt_set_validity(&certificate_, text(validity.from).c_str(),
                                                  text(validity.until).c_str()) == 0;
    }
    bool serial() {
        std::array<std::uint8_t, 16> octets{};
        crypto::fill_at_random(octets);
        octets[0] = (octets[0] & 0x3f) | 0x40;  // positive, and of full length
        return set_serial(certificate_, octets);
    }
    void keys(Key& subject, Key& issuer) {
        mbedtls_x509write_crt_set_subject_key(&certificate_, &subject.context());
        mbedtls_x509write_crt_set_issuer_key(&certificate_, &issuer.context());
        mbedtls_x509write_crt_set_md_alg(&certificate_, MBEDTLS_MD_SHA256);
    }
    bool key_ids() {
        return mbedtls_x509write_crt_set_subject_key_identifier(&certificate_) == 0 &&
               mbedtls_x509write_crt_set_authority_key_identifier(&certificate_) == 0;
    }
    bool is_authority() {
        return mbedtls_x509write_crt_set_basic_constraints(&certificate_, 1, 0) == 0 &&
               mbedtls_x509write_crt_set_key_usage(&certificate_,
                                                   MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN) == 0;
    }
    // `use`: an object identifier's content.
    bool is_signer(Bytes const& use) {
        Bytes list{0x30, static_cast<std::uint8_t>(use.size() + 2), 0x06, static_cast<std::uint8_t>(use.size())};
        list.insert(list.end(), use.begin(), use.end());
        constexpr std::string_view id = MBEDTLS_OID_EXTENDED_KEY_USAGE;
        constexpr int critical = 1;
        return mbedtls_x509write_crt_set_key_usage(&certificate_, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0 &&
               mbedtls_x509write_crt_set_extension(&certificate_, id.data(), id.size(), critical, list.data(),
                                                   list.size()) == 0;
    }
    Result<std::string> pem() {
        Bytes place(largest_pem);
        if (mbedtls_x509write_crt_pem(&certificate_, place.data(), place.size(), random_octets, nullptr) != 0)
            return failed();
        auto const text = text_of(place);
        return std::string{text.substr(0, text.find('\0'))};
    }

private:
    static std::string text(std::chrono::sys_seconds at) { return fmt::format("{:%Y%m%d%H%M%S}", at); }

    mbedtls_x509write_cert certificate_{};
};

Result<void> read(Key& key, crypto::PrivateKey const& from) {
    if (!key.read_private(KG_TRY(from.to_pem())))
        return Error{ErrorCode::system, "the crypto library couldn't read its own key"};
    return {};
}

}  // namespace

Result<Certificates> make_certificates(MdocIssuer::Wanted const& wanted, crypto::PrivateKey const& authority,
                                       crypto::PrivateKey const& signer) {
    auto const use = crypto::object_identifier(wanted.use);
    constexpr std::size_t longest_use = 100;
    if (!use || use->size() > longest_use)
        return Error{
            ErrorCode::invalid_input,
            fmt::format("'{}' is no extended key usage: write its numbers with dots, 1.0.18013.5.1.2", wanted.use)};
    Key authority_key;
    Key signer_key;
    KG_TRY(read(authority_key, authority));
    KG_TRY(read(signer_key, signer));
    auto const authority_name = fmt::format("CN={} authority", wanted.name);
    Writer root;
    root.keys(authority_key, authority_key);
    Writer leaf;
    leaf.keys(signer_key, authority_key);
    if (!root.names(authority_name, authority_name) || !root.dates(wanted.authority) || !root.serial() ||
        !root.is_authority() || !root.key_ids() ||
        !leaf.names(fmt::format("CN={} signer", wanted.name), authority_name) || !leaf.dates(wanted.signer) ||
        !leaf.serial() || !leaf.is_signer(*use) || !leaf.key_ids())
        return failed();
    return Certificates{KG_TRY(root.pem()), KG_TRY(leaf.pem())};
}

Result<Bytes> certificate_of(std::string_view pem, crypto::PrivateKey const& key) {
    Error const wrong{ErrorCode::invalid_input, "this is not one certificate in PEM with the signer's key"};
    std::string const text{pem};  // ends with the zero that the library wants
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    std::unique_ptr<mbedtls_x509_crt, void (*)(mbedtls_x509_crt*)> const owned{&certificate, mbedtls_x509_crt_free};
    Key own;
    KG_TRY(read(own, key));
    if (mbedtls_x509_crt_parse(&certificate, reinterpret_cast<unsigned char const*>(text.c_str()), text.size() + 1) !=
            0 ||
        certificate.next != nullptr || !own.fits(certificate.pk))
        return wrong;
    return Bytes{certificate.raw.p, certificate.raw.p + certificate.raw.len};
}

}  // namespace kindgate::demo
