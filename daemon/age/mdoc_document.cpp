#include "mdoc_document.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "age/cbor_writer.h"

namespace kindgate::age {

namespace {

using Kind = Cbor::Kind;

// RFC 9360, 2.
constexpr std::int64_t header_x5chain = 33;
// RFC 9053, 2.1: ES256 is -7, which CBOR writes as 6.
constexpr std::array<std::uint8_t, 3> es256_header{0xa1, 0x01, 0x26};

constexpr std::size_t most_certificates = 4;

// The CBOR that a bstr with tag 24 holds (RFC 8949, 3.4.5.1).
std::optional<ByteView> embedded(Cbor::Item const& item) {
    return item.tagged(24).bytes();
}

Reason read_sign1(Cbor::Item const& item, CoseSign1& sign1) {
    auto const header = item.at(0).bytes();
    auto const signature = item.at(3).bytes();
    if (item.size() != 4 || !header || !signature || !item.at(1).is(Kind::map)) return Reason::malformed;
    // A canonical {1: -7}; more would have to be understood.
    if (!std::ranges::equal(*header, es256_header)) return Reason::wrong_algorithm;
    if (signature->size() != sign1.signature.size()) return Reason::malformed;
    sign1.protected_header = *header;
    sign1.unprotected = item.at(1);
    std::ranges::copy(*signature, sign1.signature.begin());
    if (item.at(2).is_null()) return Reason::accepted;
    auto const payload = item.at(2).bytes();
    if (!payload) return Reason::malformed;
    sign1.payload = *payload;
    return Reason::accepted;
}

bool is_signed(CoseSign1 const& sign1, ByteView payload, crypto::PublicKey const& key) {
    CborWriter signed_bytes;
    signed_bytes.array(4).text("Signature1").bytes(sign1.protected_header).bytes({}).bytes(payload);
    return key.verify(crypto::sha256(ByteView{signed_bytes.view()}), sign1.signature);
}

// A COSE_Key on P-256 (RFC 9053, 7.1.1), its point whole.
std::optional<crypto::PublicKey> read_key(Cbor::Item const& item) {
    auto const x = item.find(-2).bytes();
    auto const y = item.find(-3).bytes();
    constexpr std::uint64_t ec2 = 2;
    constexpr std::uint64_t p256 = 1;
    if (item.find(1).number() != ec2 || item.find(-1).number() != p256 || !x || !y || x->size() != 32 ||
        y->size() != 32)
        return std::nullopt;
    std::array<std::uint8_t, 65> point{0x04};
    std::ranges::copy(*x, point.begin() + 1);
    std::ranges::copy(*y, point.begin() + 33);
    auto key = crypto::PublicKey::from_point(point);
    if (!key.ok()) return std::nullopt;
    return std::move(key).value();
}

}  // namespace

std::optional<std::chrono::sys_seconds> read_tdate(Cbor::Item const& item) {
    auto const text = item.tagged(0).text();
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
    if (!text || text->size() <= form.size() || text->back() != 'Z') return std::nullopt;
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == 'd' ? !is_digit((*text)[i]) : (*text)[i] != form[i]) return std::nullopt;
    auto const fraction = text->substr(form.size(), text->size() - form.size() - 1);
    if (!fraction.empty() &&
        (fraction.size() < 2 || fraction[0] != '.' || !std::ranges::all_of(fraction.substr(1), is_digit)))
        return std::nullopt;
    auto const number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        std::from_chars(text->data() + at, text->data() + at + size, value);
        return value;
    };
    auto const day = std::chrono::year{number(0, 4)} / number(5, 2) / number(8, 2);
    auto const hour = number(11, 2);
    auto const minute = number(14, 2);
    auto const second = number(17, 2);
    if (!day.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return std::chrono::sys_days{day} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second};
}

Reason MdocDocument::read(ByteView response, std::unique_ptr<MdocDocument>& document) {
    document.reset(new MdocDocument);
    return document->read_response(response);
}

Reason MdocDocument::read_response(ByteView response) {
    response_ = Cbor::read(response, {});
    if (!response_) return Reason::malformed;
    auto const root = response_->root();
    auto const documents = root.find("documents");
    if (root.find("version").text() != "1.0" || root.find("status").number() != std::uint64_t{0} ||
        documents.size() != 1 || !documents.is(Kind::array))
        return Reason::malformed;
    auto const document = documents.at(0);
    auto const type = document.find("docType").text();
    auto const issuer_signed = document.find("issuerSigned");
    if (!type) return Reason::malformed;
    doc_type_ = *type;
    for (auto const reason :
         {read_sign1(issuer_signed.find("issuerAuth"), issuer_auth_), read_elements(issuer_signed.find("nameSpaces"))})
        if (reason != Reason::accepted) return reason;
    if (auto const reason = read_chain(); reason != Reason::accepted) return reason;
    if (auto const reason = read_mso(); reason != Reason::accepted) return reason;
    return read_device(document.find("deviceSigned"));
}

Reason MdocDocument::read_elements(Cbor::Item const& name_spaces) {
    if (!name_spaces.is(Kind::map)) return Reason::malformed;
    auto result = Reason::accepted;
    name_spaces.each_pair([&](Cbor::Item const& key, Cbor::Item const& items) {
        auto const name_space = key.text();
        if (!name_space || !items.is(Kind::array)) result = Reason::malformed;
        if (result != Reason::accepted) return;
        items.each([&](Cbor::Item const& item) {
            if (result == Reason::accepted) result = read_element(*name_space, item);
        });
    });
    return result;
}

Reason MdocDocument::read_element(std::string_view name_space, Cbor::Item const& item) {
    auto const content = embedded(item);
    auto read = content ? Cbor::read(*content, {}) : std::nullopt;
    if (!read) return Reason::malformed;
    // In a place of its own: items point to what they are of.
    auto const& inner = inner_.emplace_back(std::make_unique<Cbor>(*std::move(read)));
    auto const root = inner->root();
    auto const id = root.find("digestID").number();
    auto const identifier = root.find("elementIdentifier").text();
    auto const random = root.find("random").bytes();
    // ISO/IEC 18013-5, 9.1.2.5: at least 16 octets, else what isn't told can be guessed from its digest.
    if (!id || !identifier || !random || random->size() < 16 || !root.find("elementValue")) return Reason::malformed;
    elements_.push_back({name_space, item.encoded(), *identifier, *id, root.find("elementValue").boolean()});
    return Reason::accepted;
}

Reason MdocDocument::read_chain() {
    auto const chain = issuer_auth_.unprotected.find(header_x5chain);
    if (auto const one = chain.bytes()) {
        chain_.push_back(*one);
    } else {
        if (chain.size() == 0 || chain.size() > most_certificates || !chain.is(Kind::array)) return Reason::malformed;
        bool good = true;
        chain.each([&](Cbor::Item const& item) {
            auto const der = item.bytes();
            good = good && der;
            if (der) chain_.push_back(*der);
        });
        if (!good) return Reason::malformed;
    }
    return Reason::accepted;
}

Reason MdocDocument::read_mso() {
    auto const payload = Cbor::read(issuer_auth_.payload, {});
    auto const content = payload ? embedded(payload->root()) : std::nullopt;
    if (!content) return Reason::malformed;
    mso_ = Cbor::read(*content, {});
    if (!mso_) return Reason::malformed;
    auto const root = mso_->root();
    if (root.find("version").text() != "1.0" || root.find("docType").text() != doc_type_) return Reason::malformed;
    if (root.find("digestAlgorithm").text() != "SHA-256") return Reason::wrong_algorithm;
    value_digests_ = root.find("valueDigests");
    auto const validity = root.find("validityInfo");
    auto const from = read_tdate(validity.find("validFrom"));
    auto const until = read_tdate(validity.find("validUntil"));
    device_key_ = read_key(root.find("deviceKeyInfo").find("deviceKey"));
    if (!from || !until || !device_key_) return Reason::malformed;
    valid_from_ = *from;
    valid_until_ = *until;
    return Reason::accepted;
}

Reason MdocDocument::read_device(Cbor::Item const& device_signed) {
    auto const name_spaces = device_signed.find("nameSpaces");
    auto const content = embedded(name_spaces);
    auto const told = content ? Cbor::read(*content, {}) : std::nullopt;
    if (!told || !told->root().is(Kind::map)) return Reason::malformed;
    device_name_spaces_ = name_spaces.encoded();
    device_tells_ = told->root().size() != 0;
    auto const auth = device_signed.find("deviceAuth");
    if (auth.find("deviceMac")) return Reason::device_mac;
    auto const reason = read_sign1(auth.find("deviceSignature"), device_signature_);
    return reason == Reason::accepted && !device_signature_.payload.empty() ? Reason::malformed : reason;
}

bool MdocDocument::issuer_signed(crypto::PublicKey const& signer) const {
    return is_signed(issuer_auth_, issuer_auth_.payload, signer);
}

bool MdocDocument::digests_hold() const {
    return std::ranges::all_of(elements_, [&](Element const& element) {
        auto const digests = value_digests_.find(element.name_space);
        auto const signed_digest = digests.find(static_cast<std::int64_t>(element.digest_id)).bytes();
        auto const digest = crypto::sha256(element.encoded);
        return element.digest_id <= INT32_MAX && signed_digest && std::ranges::equal(*signed_digest, digest);
    });
}

bool MdocDocument::device_signed(ByteView transcript) const {
    CborWriter authentication;
    authentication.array(4)
        .text("DeviceAuthentication")
        .encoded(transcript)
        .text(doc_type_)
        .encoded(device_name_spaces_);
    auto const payload = CborWriter{}.tag(24).bytes(authentication.view()).view();
    return is_signed(device_signature_, payload, *device_key_);
}

}  // namespace kindgate::age
