#include "age/mdoc.h"

#include "age/cbor_writer.h"
#include "age/session_transcript.h"
#include "mdoc_document.h"
#include "vectors.h"

namespace {

using namespace kindgate;
using age::Reason;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using test::hex_bytes;
using test::Json;

crypto::PublicKey key_of(Json const& one) {
    Bytes point{4};
    for (auto const* const part : {"issuer_x", "issuer_y"}) {
        auto const half = hex_bytes(one, part);
        point.insert(point.end(), half.begin(), half.end());
    }
    return test::value(crypto::PublicKey::from_point(point));
}

std::string pem_of(ByteView der) {
    auto text = base64url(der);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
}

sys_seconds instant(std::string const& text) {
    Bytes encoded{0xc0, 0x78, static_cast<std::uint8_t>(text.size())};
    encoded.insert(encoded.end(), text.begin(), text.end());
    auto const read = age::Cbor::read(encoded, {});
    auto const at = age::read_tdate(read->root());
    test::check(at.has_value(), text);
    return *at;
}

// The signer's own certificate pinned, for the use that it names.
age::Provider provider_for(ByteView response, age::DocType type) {
    std::unique_ptr<age::MdocDocument> document;
    test::check(age::MdocDocument::read(response, document) == Reason::accepted, "read");
    auto const der = document->chain()[0];
    age::Provider provider{"pinned", test::value(crypto::Authority::from_pem(pem_of(der))), "", type};
    for (auto const* const use : {"1.0.18013.5.1.2", "1.3.130.2.0.0.1.2"}) {
        auto const fault = crypto::check_chain(document->chain(), provider.authority, *crypto::object_identifier(use),
                                               provider.authority.begins())
                               .fault;
        if (fault == crypto::ChainFault::none) provider.use = use;
    }
    return provider;
}

bool told(age::MdocDocument const& document, std::string const& element, std::string const& value) {
    return std::ranges::any_of(document.elements(), [&](age::Element const& one) {
        return one.identifier == element && (!one.value || (*one.value ? "True" : "False") == value);
    });
}

void check_response(Json const& one, std::string const& about) {
    auto const response = hex_bytes(one, "device_response");
    auto const transcript = hex_bytes(one, "session_transcript");
    std::unique_ptr<age::MdocDocument> document;
    test::check(age::MdocDocument::read(response, document) == Reason::accepted, about + ": read");
    auto const& expect = one.at("expect");
    test::equal(std::string{document->doc_type()}, one.at("doc_type").get<std::string>(), about);
    test::equal(document->digests_hold(), expect.at("digests").get<bool>(), about + ": digests");
    test::equal(document->device_signed(transcript), expect.at("device_signature").get<bool>(), about + ": device");
    if (one.contains("issuer_x"))
        test::equal(document->issuer_signed(key_of(one)), expect.at("issuer_signature").get<bool>(),
                    about + ": issuer");
    auto const& validity = expect.at("validity_info");
    test::check(document->valid_from() == instant(validity.at("validFrom").get<std::string>()), about + ": from");
    test::check(document->valid_until() == instant(validity.at("validUntil").get<std::string>()), about + ": until");
    test::equal(document->elements().size(), expect.at("elements").size(), about + ": elements");
    for (auto const& [element, value] : expect.at("elements").items())
        test::check(told(*document, element, value.get<std::string>()), about + ": " + element);
}

// What an issuer made, as a wallet would show it, but for the device's signature.
Bytes presented(Json const& vector) {
    auto const type = vector.at("doc_type").get<std::string>();
    return age::CborWriter{}
        .map(3)
        .text("version")
        .text("1.0")
        .text("documents")
        .array(1)
        .map(3)
        .text("docType")
        .text(type)
        .text("issuerSigned")
        .encoded(hex_bytes(vector, "issuer_signed"))
        .text("deviceSigned")
        .map(2)
        .text("nameSpaces")
        .tag(24)
        .bytes(Bytes{0xa0})
        .text("deviceAuth")
        .map(1)
        .text("deviceSignature")
        .array(4)
        .bytes(Bytes{0xa1, 0x01, 0x26})
        .map(0)
        .null()
        .bytes(Bytes(64, 1))
        .text("status")
        .number(0)
        .view();
}

// What the whole check says of it with its signer pinned: an age, or the reason that the sources' notes lead to.
Reason expected(age::MdocDocument const& document, ByteView transcript, crypto::Authority const& pinned,
                sys_seconds now) {
    if (!age::is_known_transcript(transcript)) return Reason::unknown_handover;
    if (!age::doc_type(document.doc_type())) return Reason::unknown_type;
    if (now < pinned.begins() || now > pinned.ends()) return Reason::certificate_dates;
    if (document.elements().size() != 1 || document.elements()[0].identifier != "age_over_18")
        return Reason::extra_elements;
    return *document.elements()[0].value ? Reason::accepted : Reason::too_young;
}

constexpr test::Test tests[] = {
    {"device responses of others: both signatures, digests, dates and elements, whatever the order of keys",
     [] {
         std::size_t count = 0;
         for (auto const& file : test::vector_files("mdoc", "device-responses"))
             for (auto const& one : file.content) {
                 check_response(one, file.name + " " + std::to_string(one.at("index").get<int>()));
                 ++count;
             }
         test::check(count >= 19, "so many");
     }},
    {"the whole check of these: the first of what is wrong with each",
     [] {
         for (auto const& file : test::vector_files("mdoc", "device-responses"))
             for (auto const& one : file.content) {
                 auto const about = file.name + " " + std::to_string(one.at("index").get<int>());
                 auto const response = hex_bytes(one, "device_response");
                 auto const transcript = hex_bytes(one, "session_transcript");
                 std::unique_ptr<age::MdocDocument> document;
                 test::check(age::MdocDocument::read(response, document) == Reason::accepted, about);
                 auto const type = age::doc_type(document->doc_type()).value_or(age::DocType::mobile_licence);
                 auto const provider = provider_for(response, type);
                 age::Trust const trust{{}, {provider}};
                 auto const now = instant(one.at("now").get<std::string>());
                 auto const verdict = age::MdocProof{response, transcript}.check(trust, {18, now});
                 auto const reason = expected(*document, transcript, provider.authority, now);
                 test::equal(age::word(verdict.reason), age::word(reason), about);
             }
     }},
    {"a document that tells more is taken where the policy lets it",
     [] {
         for (auto const& file : test::vector_files("mdoc", "device-responses"))
             for (auto const& one : file.content) {
                 if (one.at("index") != 9) continue;
                 auto const response = hex_bytes(one, "device_response");
                 auto provider = provider_for(response, age::DocType::eu_age_verification);
                 provider.more_elements = true;
                 // Its handover is of an older kind: refused for that alone, so the steps are asked one by one.
                 std::unique_ptr<age::MdocDocument> document;
                 test::check(age::MdocDocument::read(response, document) == Reason::accepted, "read");
                 test::equal(document->elements().size(), 2U, "elements");
                 test::check(document->digests_hold(), "digests");
             }
     }},
    {"ISO/IEC 18013-5, annex D: a MAC where a signature has to be is refused",
     [] {
         for (auto const& file : test::vector_files("mdoc", "iso18013-5-annex-d.json")) {
             auto const response = hex_bytes(file.content, "device_response");
             auto const transcript = age::dc_api_transcript("https://gate.example", "nonce", {});
             age::MdocProof const proof{response, transcript};
             test::check(proof.check({}, {18, {}}).reason == Reason::device_mac, "a MAC");
         }
     }},
    {"the EU profile's response: issuer's signature, digest, a status that nobody knows is left alone",
     [] {
         for (auto const& file : test::vector_files("mdoc", "eu-av-annex-a-dcapi")) {
             auto const response = hex_bytes(file.content, "device_response");
             std::unique_ptr<age::MdocDocument> document;
             test::check(age::MdocDocument::read(response, document) == Reason::accepted, "read");
             test::check(document->digests_hold(), "digest");
             auto const provider = provider_for(response, age::DocType::eu_age_verification);
             auto const checked = crypto::check_chain(document->chain(), provider.authority,
                                                      *crypto::object_identifier(provider.use), document->valid_from());
             test::check(checked.fault == crypto::ChainFault::none, "certificate");
             test::check(document->issuer_signed(*checked.signer), "issuer's signature");
             test::equal(provider.use, "1.3.130.2.0.0.1.2", "use");
             auto const transcript = age::iso_mdoc_transcript(file.content.at("encryptionInfo").get<std::string>(),
                                                              "https://unknown.example");
             auto const verdict =
                 age::MdocProof{response, transcript}.check({{}, {provider}}, {18, document->valid_from()});
             test::equal(age::word(verdict.reason), age::word(Reason::wrong_device), "the origin isn't known");
         }
     }},
    {"the EU profile's attestation, as issued: signature, digest, dates and what it tells",
     [] {
         for (auto const& file : test::vector_files("mdoc", "eu-av-annex-a-attestation")) {
             auto const& expect = file.content.at("expect");
             auto const response = presented(file.content);
             std::unique_ptr<age::MdocDocument> document;
             test::check(age::MdocDocument::read(response, document) == Reason::accepted, "read");
             test::equal(document->digests_hold(), expect.at("digests").get<bool>(), "digests");
             auto const provider = provider_for(response, age::DocType::eu_age_verification);
             auto const checked = crypto::check_chain(document->chain(), provider.authority,
                                                      *crypto::object_identifier(provider.use), document->valid_from());
             test::check(checked.fault == crypto::ChainFault::none, "certificate");
             test::equal(document->issuer_signed(*checked.signer), expect.at("issuer_signature").get<bool>(), "issuer");
             auto const& validity = expect.at("validity_info");
             test::check(document->valid_until() == instant(validity.at("validUntil").get<std::string>()), "until");
             test::equal(document->elements().size(), expect.at("elements").size(), "elements");
             for (auto const& [element, value] : expect.at("elements").items())
                 test::check(told(*document, element, value.get<bool>() ? "True" : "False"), element);
         }
     }},
    {"the sessions of ISO/IEC 18013-5, annex D, are for proximity: no conversation of theirs is taken",
     [] {
         for (auto const& file : test::vector_files("mdoc", "iso18013-5-annex-d")) {
             auto const bytes = hex_bytes(file.content, "session_transcript_bytes");
             auto const read = age::Cbor::read(bytes, {});
             test::check(read.has_value(), file.name);
             auto const transcript = read->root().tagged(24).bytes();
             test::check(transcript && !age::is_known_transcript(*transcript), file.name);
         }
     }},
    {"every file of mdoc vectors is of a kind that is read here",
     [] {
         for (auto const& file : test::vector_files("mdoc"))
             test::check(
                 std::ranges::any_of(std::array{"device-responses", "iso18013-5-annex-d", "eu-av-annex-a-dcapi",
                                                "eu-av-annex-a-attestation", "openid4vp-session-transcript"},
                                     [&](std::string_view kind) { return file.name.find(kind) != std::string::npos; }),
                 file.name + " is read by no test");
     }},
    {"session transcripts are those of OpenID4VP's annex B, and no others are taken",
     [] {
         auto const thumbprint = [](Json const& jwk) {
             Bytes point{4};
             for (auto const* const part : {"x", "y"}) {
                 auto const half = *from_base64url(jwk.at(part).get<std::string>());
                 point.insert(point.end(), half.begin(), half.end());
             }
             return age::key_thumbprint(point);
         };
         auto const text = [](Json const& of, char const* member) { return of.at(member).get<std::string>(); };
         for (auto const& file : test::vector_files("mdoc", "openid4vp-session-transcript")) {
             auto const& one = file.content;
             auto const made =
                 one.contains("origin")
                     ? age::dc_api_transcript(text(one, "origin"), text(one, "nonce"), thumbprint(one["jwk"]))
                     : age::redirect_transcript(text(one, "client_id"), text(one, "nonce"), thumbprint(one["jwk"]),
                                                text(one, "response_uri"));
             test::equal(hex(made), text(one, "session_transcript"), file.name);
             test::check(age::is_known_transcript(made), file.name);
         }
         test::check(age::is_known_transcript(age::iso_mdoc_transcript("e30", "https://gate.example")), "org-iso-mdoc");
         for (auto const* const other : {"", "80", "83f6f6f6", "83f6f68161", "83f6f6826164f6", "a0"})
             test::check(!age::is_known_transcript(hex_bytes(std::string{other})), other);
     }},
    {"dates: with a fraction, a leap second; not without Z, not 30 February",
     [] {
         test::check(instant("2024-02-29T23:59:59Z") ==
                         sys_days{std::chrono::year{2024} / 2 / 29} + std::chrono::hours{24} - std::chrono::seconds{1},
                     "a leap day");
         test::check(instant("2024-02-29T12:00:00.123Z") == instant("2024-02-29T12:00:00Z"), "a fraction");
         for (std::string const wrong :
              {"2024-02-30T00:00:00Z", "2024-02-29T24:00:00Z", "2024-02-29T12:00:00", "2024-02-29T12:00:00.Z",
               "2024-02-29 12:00:00Z", "2024-02-29T12:00:00+01:00", "x", "2024-2-29T12:00:00.0Z"}) {
             Bytes encoded{0xc0, 0x78, static_cast<std::uint8_t>(wrong.size())};
             encoded.insert(encoded.end(), wrong.begin(), wrong.end());
             auto const read = age::Cbor::read(encoded, {});
             test::check(!age::read_tdate(read->root()).has_value(), wrong);
         }
     }},
};

}  // namespace

int main() {
    return test::run("age/mdoc", tests);
}
