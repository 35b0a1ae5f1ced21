#include "demo/attestation.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "age/cbor_writer.h"
#include "cbor_items.h"
#include "certificates.h"
#include "cose_sign.h"
#include "crypto/secret.h"

namespace kindgate::demo {

namespace {

using age::Cbor;
using age::CborWriter;

constexpr std::int64_t header_x5chain = 33;  // RFC 9360, 2
constexpr std::uint64_t tag_embedded = 24;   // RFC 8949, 3.4.5.1

Error no_attestation() {
    return {ErrorCode::invalid_input,
            "this is no age attestation (IssuerSigned of ISO/IEC 18013-5 with one name space)"};
}

Bytes embedded(Bytes const& item) {
    return CborWriter{}.tag(tag_embedded).bytes(item).view();
}

void add_date(CborWriter& to, std::string_view name, std::chrono::sys_seconds at) {
    to.text(name).tag(0).text(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", at));
}

// IssuerSignedItemBytes (ISO/IEC 18013-5, 8.3.2.1.2.2).
Bytes make_item(std::size_t id, Claim const& claim) {
    Bytes random(32);  // so that what isn't shown can't be guessed from its digest
    crypto::fill_at_random(random);
    CborWriter item;
    item.map(4).text("digestID").number(static_cast<std::int64_t>(id)).text("random").bytes(random);
    item.text("elementIdentifier").text(claim.name).text("elementValue");
    if (auto const* const value = std::get_if<bool>(&claim.value))
        item.boolean(*value);
    else
        item.text(std::get<std::string>(claim.value));
    return embedded(item.view());
}

// A COSE_Key (RFC 9053, 7.1.1).
void add_key(CborWriter& to, crypto::PublicKey const& key) {
    constexpr std::int64_t ec2 = 2;
    constexpr std::int64_t p256 = 1;
    ByteView const point{key.point()};
    to.map(4).number(1).number(ec2).number(-1).number(p256);
    to.number(-2).bytes(point.subspan(1, 32)).number(-3).bytes(point.subspan(33, 32));
}

// MobileSecurityObject (ISO/IEC 18013-5, 9.1.2.4).
Bytes make_mso(AttestationWanted const& wanted, Attestation const& attestation) {
    CborWriter mso;
    mso.map(6).text("version").text("1.0").text("digestAlgorithm").text(wanted.digest_algorithm);
    mso.text("docType").text(attestation.doc_type);
    mso.text("valueDigests").map(1).text(attestation.name_space).map(attestation.elements.size());
    std::int64_t id = 0;
    for (auto const& element : attestation.elements) {
        auto digest = crypto::sha256(ByteView{element.item});
        if (element.name == wanted.wrong_digest) digest[0] ^= 1;
        mso.number(id++).bytes(digest);
    }
    mso.text("deviceKeyInfo").map(1).text("deviceKey");
    add_key(mso, wanted.device);
    mso.text("validityInfo").map(3);
    add_date(mso, "signed", wanted.validity.from);
    add_date(mso, "validFrom", wanted.validity.from);
    add_date(mso, "validUntil", wanted.validity.until);
    return embedded(mso.view());
}

Result<Attestation::Element> read_element(Cbor::Item const& item) {
    auto const content = item.tagged(tag_embedded).bytes();
    auto const read = content ? Cbor::read(*content, {}) : std::nullopt;
    if (!read) return no_attestation();
    auto const name = read->root().find("elementIdentifier").text();
    if (!name) return no_attestation();
    auto const whole = item.encoded();
    return Attestation::Element{
        std::string{*name}, read->root().find("elementValue").boolean(), {whole.begin(), whole.end()}};
}

// What the issuer signed says of which kind the document is.
std::optional<std::string> doc_type_of(Cbor::Item const& issuer_auth) {
    auto const payload = issuer_auth.at(2).bytes();
    auto const outer = payload ? Cbor::read(*payload, {}) : std::nullopt;
    auto const content = outer ? outer->root().tagged(tag_embedded).bytes() : std::nullopt;
    auto const mso = content ? Cbor::read(*content, {}) : std::nullopt;
    auto const type = mso ? mso->root().find("docType").text() : std::nullopt;
    return type ? std::optional{std::string{*type}} : std::nullopt;
}

}  // namespace

Bytes Attestation::encoded() const {
    CborWriter issuer_signed;
    issuer_signed.map(2).text("nameSpaces").map(1).text(name_space).array(elements.size());
    for (auto const& element : elements) issuer_signed.encoded(element.item);
    return issuer_signed.text("issuerAuth").encoded(issuer_auth).view();
}

Result<Attestation> Attestation::decode(ByteView issuer_signed) {
    auto const read = Cbor::read(issuer_signed, {});
    if (!read) return no_attestation();
    auto const name_spaces = read->root().find("nameSpaces");
    auto const issuer_auth = read->root().find("issuerAuth");
    auto type = doc_type_of(issuer_auth);
    if (name_spaces.size() != 1 || !type) return no_attestation();
    Attestation attestation{*std::move(type), {}, {}, {}};
    attestation.issuer_auth.assign(issuer_auth.encoded().begin(), issuer_auth.encoded().end());
    bool good = true;
    name_spaces.each_pair([&](Cbor::Item const& key, Cbor::Item const& items) {
        attestation.name_space = key.text().value_or("");
        items.each([&](Cbor::Item const& item) {
            auto element = read_element(item);
            good = good && element.ok();
            if (element.ok()) attestation.elements.push_back(std::move(element).value());
        });
    });
    if (!good || attestation.elements.empty()) return no_attestation();
    return attestation;
}

Result<MdocIssuer> MdocIssuer::create(Wanted const& wanted) {
    auto const authority = crypto::PrivateKey::at_random();
    auto const signer = crypto::PrivateKey::at_random();
    auto const made = KG_TRY(make_certificates(wanted, authority, signer));
    return load(made.authority, made.signer, KG_TRY(signer.to_pem()));
}

Result<MdocIssuer> MdocIssuer::load(std::string_view ca_pem, std::string_view signer_pem, std::string_view key_pem) {
    auto key = KG_TRY(crypto::PrivateKey::from_pem(key_pem));
    auto der = KG_TRY(certificate_of(signer_pem, key));
    return MdocIssuer{std::string{ca_pem}, std::string{signer_pem}, std::move(der), key};
}

Result<Attestation> MdocIssuer::issue(AttestationWanted const& wanted) const {
    Attestation attestation{
        std::string{age::text(wanted.doc_type)}, std::string{age::name_space(wanted.doc_type)}, {}, {}};
    for (auto const& claim : wanted.claims) {
        auto const* const told = std::get_if<bool>(&claim.value);
        attestation.elements.push_back({claim.name, told != nullptr ? std::optional{*told} : std::nullopt,
                                        make_item(attestation.elements.size(), claim)});
    }
    auto const chain = CborWriter{}.map(1).number(header_x5chain).bytes(signer_der_).view();
    attestation.issuer_auth = KG_TRY(cose_sign1(key_, chain, make_mso(wanted, attestation), Payload::inside));
    return attestation;
}

}  // namespace kindgate::demo
