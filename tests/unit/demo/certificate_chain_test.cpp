// crypto::check_chain() with certificates as people make them, right and wrong. They are made here, since crypto/ makes
// none and demo/certificates.h only right ones.
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>

#include "certificates.h"
#include "crypto/certificate.h"
#include "mbed.h"
#include "test.h"

namespace {

using namespace kindgate;
using crypto::ChainFault;
using std::chrono::days;
using std::chrono::sys_seconds;

constexpr sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
constexpr char const* use = "1.0.18013.5.1.2";
constexpr char const* other_use = "1.3.130.2.0.0.1.2";

enum class KeyKind : std::uint8_t { p256, p384, rsa };

struct Pair : demo::Key {
    explicit Pair(KeyKind kind = KeyKind::p256) {
        auto const type = kind == KeyKind::rsa ? MBEDTLS_PK_RSA : MBEDTLS_PK_ECKEY;
        auto const curve = kind == KeyKind::p384 ? MBEDTLS_ECP_DP_SECP384R1 : MBEDTLS_ECP_DP_SECP256R1;
        bool const made =
            mbedtls_pk_setup(&context(), mbedtls_pk_info_from_type(type)) == 0 &&
            (kind == KeyKind::rsa
                 ? mbedtls_rsa_gen_key(&rsa(), demo::random_octets, nullptr, 1024, 65537) == 0
                 : mbedtls_ecp_gen_key(curve, mbedtls_pk_ec(context()), demo::random_octets, nullptr) == 0);
        test::check(made, "a key");
    }
};

enum class Is : std::uint8_t { signer, authority };

// What a certificate says.
struct Says {
    std::string subject;
    std::string issuer;
    Is is = Is::signer;
    int path = -1;                    // of an authority: how many may stand between it and a signer; -1: any number
    std::vector<std::string> uses{};  // extended key usages; none: it names none
    std::optional<unsigned> key_usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    demo::Validity dates{now - days{10}, now + days{10}};
    std::size_t padding = 0;  // octets of an extension that nobody knows
    int padding_critical = 0;
    mbedtls_md_type_t digest = MBEDTLS_MD_SHA256;
};

void add_uses(mbedtls_x509write_cert& to, std::vector<std::string> const& uses) {
    Bytes list;
    for (auto const& one : uses) {
        auto const der = crypto::object_identifier(one).value();
        list.insert(list.end(), {0x06, static_cast<std::uint8_t>(der.size())});
        list.insert(list.end(), der.begin(), der.end());
    }
    list.insert(list.begin(), {0x30, static_cast<std::uint8_t>(list.size())});
    constexpr std::string_view id = MBEDTLS_OID_EXTENDED_KEY_USAGE;
    test::check(mbedtls_x509write_crt_set_extension(&to, id.data(), id.size(), 1, list.data(), list.size()) == 0,
                "uses");
}

void add_padding(mbedtls_x509write_cert& to, Says const& says) {
    auto const id = crypto::object_identifier("1.3.6.1.4.1.99999.1").value();
    Bytes const text(says.padding, 'x');
    test::check(mbedtls_x509write_crt_set_extension(&to, reinterpret_cast<char const*>(id.data()), id.size(),
                                                    says.padding_critical, text.data(), text.size()) == 0,
                "padding");
}

void add_dates(mbedtls_x509write_cert& to, demo::Validity const& dates) {
    auto const text = [](sys_seconds at) {
        std::chrono::year_month_day const date{std::chrono::floor<days>(at)};
        auto const number = static_cast<int>(date.year()) * 10000U + static_cast<unsigned>(date.month()) * 100 +
                            static_cast<unsigned>(date.day());
        return std::to_string(number) + "000000";
    };
    test::check(mbedtls_x509write_crt_set_validity(&to, text(dates.from).c_str(), text(dates.until).c_str()) == 0,
                "dates");
}

// In DER.
Bytes certificate(Says const& says, Pair& subject, Pair& issuer) {
    mbedtls_x509write_cert made;
    mbedtls_x509write_crt_init(&made);
    std::unique_ptr<mbedtls_x509write_cert, void (*)(mbedtls_x509write_cert*)> const owned{&made,
                                                                                           mbedtls_x509write_crt_free};
    mbedtls_x509write_crt_set_subject_key(&made, &subject.context());
    mbedtls_x509write_crt_set_issuer_key(&made, &issuer.context());
    mbedtls_x509write_crt_set_md_alg(&made, says.digest);
    Bytes serial{1};
    bool good = demo::set_serial(made, serial) &&
                mbedtls_x509write_crt_set_subject_name(&made, ("CN=" + says.subject).c_str()) == 0 &&
                mbedtls_x509write_crt_set_issuer_name(&made, ("CN=" + says.issuer).c_str()) == 0;
    if (says.is == Is::authority) good = good && mbedtls_x509write_crt_set_basic_constraints(&made, 1, says.path) == 0;
    if (says.key_usage) good = good && mbedtls_x509write_crt_set_key_usage(&made, *says.key_usage) == 0;
    add_dates(made, says.dates);
    if (!says.uses.empty()) add_uses(made, says.uses);
    if (says.padding != 0) add_padding(made, says);
    Bytes place(16384);
    auto const size = mbedtls_x509write_crt_der(&made, place.data(), place.size(), demo::random_octets, nullptr);
    test::check(good && size > 0, "a certificate");
    return {place.end() - size, place.end()};  // written from the end
}

Says root() {
    return {"root", "root", Is::authority, -1, {}, MBEDTLS_X509_KU_KEY_CERT_SIGN};
}
Says middle(char const* name = "middle", char const* issuer = "root") {
    return {name, issuer, Is::authority, -1, {}, MBEDTLS_X509_KU_KEY_CERT_SIGN};
}
Says leaf(char const* issuer = "root") {
    return {"leaf", issuer, Is::signer, -1, {use}};
}

std::string pem_of(ByteView der) {
    auto text = base64url(der);
    for (auto& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
}

crypto::CheckedChain check(std::vector<Bytes> const& chain, Bytes const& pinned) {
    std::vector<ByteView> const views{chain.begin(), chain.end()};
    return crypto::check_chain(views, test::value(crypto::Authority::from_pem(pem_of(pinned))),
                               crypto::object_identifier(use).value(), now);
}

std::string_view word(ChainFault fault) {
    switch (fault) {
        case ChainFault::none: return "none";
        case ChainFault::malformed: return "malformed";
        case ChainFault::untrusted: return "untrusted";
        case ChainFault::dates: return "dates";
        case ChainFault::use: return "use";
    }
    return "";
}

void expect(std::vector<Bytes> const& chain, Bytes const& pinned, ChainFault fault, std::string_view about) {
    auto const checked = check(chain, pinned);
    test::equal(word(checked.fault), word(fault), about);
    test::equal(checked.signer.has_value(), fault == ChainFault::none, about);
}

// A root, an authority between, a signer.
struct Three {
    Pair root_key{};
    Pair middle_key{};
    Pair leaf_key{};
    Bytes pinned = certificate(root(), root_key, root_key);
    Bytes between = certificate(middle(), middle_key, root_key);
    Bytes signer = certificate(leaf("middle"), leaf_key, middle_key);
};

struct OneCase {
    char const* about;
    ChainFault fault;
    void (*change)(Says& root, Says& leaf);
};

constexpr OneCase of_one[] = {
    {"as it should be", ChainFault::none, [](Says&, Says&) {}},
    {"among other uses", ChainFault::none, [](Says&, Says& l) { l.uses = {other_use, use}; }},
    {"SHA-384", ChainFault::none, [](Says&, Says& l) { l.digest = MBEDTLS_MD_SHA384; }},
    {"an extension that nobody knows", ChainFault::none, [](Says&, Says& l) { l.padding = 9; }},
    {"a critical one", ChainFault::malformed,
     [](Says&, Says& l) {
         l.padding = 9;
         l.padding_critical = 1;
     }},
    {"more than 4,096 octets", ChainFault::malformed, [](Says&, Says& l) { l.padding = 4096; }},
    {"SHA-1", ChainFault::untrusted, [](Says&, Says& l) { l.digest = MBEDTLS_MD_SHA1; }},
    {"another issuer's name", ChainFault::untrusted, [](Says&, Says& l) { l.issuer = "another"; }},
    {"an authority that is none", ChainFault::untrusted, [](Says& r, Says&) { r.is = Is::signer; }},
    {"an authority whose key isn't for certificates", ChainFault::untrusted,
     [](Says& r, Says&) { r.key_usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE; }},
    {"an expired signer", ChainFault::dates, [](Says&, Says& l) { l.dates = {now - days{9}, now - days{1}}; }},
    {"a signer that isn't valid yet", ChainFault::dates,
     [](Says&, Says& l) { l.dates = {now + days{1}, now + days{9}}; }},
    {"an expired authority", ChainFault::dates, [](Says& r, Says&) { r.dates = {now - days{9}, now - days{1}}; }},
    {"an authority that isn't valid yet", ChainFault::dates,
     [](Says& r, Says&) { r.dates = {now + days{1}, now + days{9}}; }},
    {"the first and the last second", ChainFault::none,
     [](Says& r, Says& l) {
         l.dates.from = now;
         r.dates.until = now;
     }},
    {"no use at all", ChainFault::use, [](Says&, Says& l) { l.uses.clear(); }},
    {"another use", ChainFault::use, [](Says&, Says& l) { l.uses = {other_use}; }},
    {"any use (RFC 5280, 4.2.1.12) isn't this one", ChainFault::use, [](Says&, Says& l) { l.uses = {"2.5.29.37.0"}; }},
    {"a longer use that begins like it", ChainFault::use, [](Says&, Says& l) { l.uses = {"1.0.18013.5.1.2.1"}; }},
    {"a key that isn't for signatures", ChainFault::use,
     [](Says&, Says& l) { l.key_usage = MBEDTLS_X509_KU_KEY_AGREEMENT; }},
    {"a key that is for anything", ChainFault::none, [](Says&, Says& l) { l.key_usage.reset(); }},
    {"a signer that is an authority, too", ChainFault::none, [](Says&, Says& l) { l.is = Is::authority; }},
};

constexpr test::Test tests[] = {
    {"one certificate below the pinned one: what is taken, and what is wrong with the others",
     [] {
         Pair root_key;
         Pair leaf_key;
         for (auto const& one : of_one) {
             auto above = root();
             auto below = leaf();
             one.change(above, below);
             expect({certificate(below, leaf_key, root_key)}, certificate(above, root_key, root_key), one.fault,
                    one.about);
         }
     }},
    {"the signer's key is the one in its certificate",
     [] {
         auto const authority = crypto::PrivateKey::at_random();
         auto const signer = crypto::PrivateKey::at_random();
         demo::Validity const dates{now - days{1}, now + days{1}};
         auto const made =
             test::value(demo::make_certificates({"issuer.example", use, dates, dates}, authority, signer));
         auto const der = test::value(demo::certificate_of(made.signer, signer));
         auto const checked =
             crypto::check_chain(std::vector<ByteView>{der}, test::value(crypto::Authority::from_pem(made.authority)),
                                 crypto::object_identifier(use).value(), now);
         test::equal(word(checked.fault), word(ChainFault::none), "fault");
         test::check(checked.signer == test::value(signer.public_key()), "key");
     }},
    {"an authority between: where it is shown, also two of them, each before who vouches for it (RFC 9360, 2)",
     [] {
         Three const three;
         expect({three.signer, three.between}, three.pinned, ChainFault::none, "between");
         expect({three.signer, three.between, three.pinned}, three.pinned, ChainFault::none, "with the pinned one");
         expect({three.signer}, three.pinned, ChainFault::untrusted, "not shown");
         expect({three.signer}, three.between, ChainFault::none, "pinned itself");
         Pair root_key;
         Pair first;
         Pair second;
         Pair signer;
         auto const pinned = certificate(root(), root_key, root_key);
         auto const upper = certificate(middle("upper"), first, root_key);
         auto const lower = certificate(middle("lower", "upper"), second, first);
         auto const end = certificate(leaf("lower"), signer, second);
         expect({end, lower, upper}, pinned, ChainFault::none, "two");
         expect({end, upper, lower}, pinned, ChainFault::untrusted, "the other way round");
         expect({end, lower}, pinned, ChainFault::untrusted, "one is missing");
     }},
    {"who comes first is the signer: an authority there is for no use",
     [] {
         Three const three;
         expect({three.between, three.signer}, three.pinned, ChainFault::use, "wrong order");
         expect({three.pinned}, three.pinned, ChainFault::use, "the authority itself");
         expect({}, three.pinned, ChainFault::malformed, "none");
         expect({Bytes{}}, three.pinned, ChainFault::malformed, "an empty one");
     }},
    // Mbed TLS takes what follows a certificate for nothing. x5chain is signed by nobody, so a document could be shown
    // in as many forms as somebody likes.
    {"a certificate that was cut, or has octets behind it, is malformed, wherever it stands",
     [] {
         Three const three;
         for (std::size_t size = 0; size < three.signer.size(); ++size)
             expect({{three.signer.begin(), three.signer.begin() + static_cast<std::ptrdiff_t>(size)}, three.between},
                    three.pinned, ChainFault::malformed, "cut");
         auto const longer = [](Bytes der) {
             der.push_back(0);
             return der;
         };
         expect({longer(three.signer), three.between}, three.pinned, ChainFault::malformed, "the signer's");
         expect({three.signer, longer(three.between)}, three.pinned, ChainFault::malformed, "between");
         expect({three.signer, three.between, longer(three.pinned)}, three.pinned, ChainFault::malformed, "the last");
         expect({longer(three.signer)}, three.signer, ChainFault::malformed, "pinned itself");
     }},
    {"four are too many, three are not; each has to hold, even one that vouches for nothing here",
     [] {
         Three const three;
         Pair key;
         auto const bystander = certificate(middle("bystander"), key, key);
         auto expired_says = middle("bystander");
         expired_says.dates = {now - days{9}, now - days{1}};
         auto const expired = certificate(expired_says, key, key);
         expect({three.signer, three.between, bystander}, three.pinned, ChainFault::none, "three");
         expect({three.signer, three.between, bystander, bystander}, three.pinned, ChainFault::malformed, "four");
         expect({three.signer, three.between, expired}, three.pinned, ChainFault::dates, "an expired bystander");
     }},
    {"an authority between has to hold, to be one, and to be let",
     [] {
         struct Case {
             char const* about;
             ChainFault fault;
             void (*change)(Says& root, Says& middle);
         };
         constexpr Case all[] = {
             {"expired", ChainFault::dates, [](Says&, Says& m) { m.dates = {now - days{9}, now - days{1}}; }},
             {"not an authority", ChainFault::untrusted, [](Says&, Says& m) { m.is = Is::signer; }},
             {"a key that isn't for certificates", ChainFault::untrusted,
              [](Says&, Says& m) { m.key_usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE; }},
             {"a root that lets none stand between", ChainFault::untrusted, [](Says& r, Says&) { r.path = 0; }},
             {"a root that lets one stand between", ChainFault::none, [](Says& r, Says&) { r.path = 1; }},
             {"one that lets none stand below it but signers", ChainFault::none, [](Says&, Says& m) { m.path = 0; }},
         };
         Pair root_key;
         Pair middle_key;
         Pair leaf_key;
         for (auto const& one : all) {
             auto above = root();
             auto between = middle();
             one.change(above, between);
             expect({certificate(leaf("middle"), leaf_key, middle_key), certificate(between, middle_key, root_key)},
                    certificate(above, root_key, root_key), one.fault, one.about);
         }
     }},
    {"a signer can't vouch for another signer: its certificate is no authority's",
     [] {
         Pair root_key;
         Pair signer_key;
         Pair thief_key;
         expect({certificate(leaf("leaf"), thief_key, signer_key), certificate(leaf(), signer_key, root_key)},
                certificate(root(), root_key, root_key), ChainFault::untrusted, "below a signer");
     }},
    {"another authority with the pinned one's name is another",
     [] {
         Pair root_key;
         Pair thief_key;
         Pair leaf_key;
         auto const pinned = certificate(root(), root_key, root_key);
         auto const forged = certificate(root(), thief_key, thief_key);
         auto const signer = certificate(leaf(), leaf_key, thief_key);
         expect({signer}, pinned, ChainFault::untrusted, "signed by another key");
         expect({signer, forged}, pinned, ChainFault::untrusted, "and shown with it");
     }},
    {"documents are signed with P-256; authorities may have P-384, and nobody RSA",
     [] {
         Pair root_key;
         Pair p384{KeyKind::p384};
         Pair rsa{KeyKind::rsa};
         Pair leaf_key;
         auto const pinned = certificate(root(), root_key, root_key);
         expect({certificate(leaf(), p384, root_key)}, pinned, ChainFault::malformed, "a signer with P-384");
         expect({certificate(leaf(), rsa, root_key)}, pinned, ChainFault::untrusted, "a signer with RSA");
         expect({certificate(leaf(), leaf_key, p384)}, certificate(root(), p384, p384), ChainFault::none,
                "an authority with P-384");
         expect({certificate(leaf(), leaf_key, rsa)}, certificate(root(), rsa, rsa), ChainFault::untrusted,
                "an authority with RSA");
         // Pinned itself nothing vouches for it, so its key alone refuses it.
         auto const large = certificate(leaf("leaf"), p384, p384);
         expect({large}, large, ChainFault::malformed, "P-384, pinned itself");
         auto const other = certificate(leaf("leaf"), rsa, rsa);
         expect({other}, other, ChainFault::untrusted, "RSA, pinned itself");
     }},
    {"a signer that is pinned itself needs nobody else, but its dates and its use count",
     [] {
         Pair key;
         Pair other;
         auto says = leaf("somebody");
         auto const signer = certificate(says, key, other);
         expect({signer}, signer, ChainFault::none, "pinned");
         says.dates = {now - days{9}, now - days{1}};
         auto const expired = certificate(says, key, other);
         expect({expired}, expired, ChainFault::dates, "expired");
         says = leaf("somebody");
         says.uses = {other_use};
         auto const another = certificate(says, key, other);
         expect({another}, another, ChainFault::use, "for another use");
         expect({signer}, another, ChainFault::untrusted, "another with its key is another certificate");
     }},
    {"object identifiers in numbers with dots, and what is none",
     [] {
         struct Case {
             char const* dotted;
             char const* der;  // "": none
         };
         for (auto const& [dotted, der] : {Case{"1.0.18013.5.1.2", "28818c5d050102"},
                                           {"1.3.130.2.0.0.1.2", "2b81020200000102"},
                                           {"2.5.29.37.0", "551d2500"},
                                           {"0.0", "00"},
                                           {"1.39", "4f"},
                                           {"2.40", "78"},
                                           {"2.999.3", "883703"},
                                           {"2.100.127.128", "81347f8100"},
                                           {"1.2.268435455", "2affffff7f"},
                                           {"1.2.268435456", ""},
                                           {"1.2.4294967296", ""},
                                           {"", ""},
                                           {"1", ""},
                                           {"1.", ""},
                                           {".1", ""},
                                           {"1..2", ""},
                                           {"1.40", ""},
                                           {"3.1", ""},
                                           {"1.02", ""},
                                           {"01.2", ""},
                                           {"1.2.x", ""},
                                           {"1.-2", ""},
                                           {"1.+2", ""},
                                           {" 1.2", ""},
                                           {"1.2 ", ""},
                                           {"1,2", ""}})
             test::equal(hex(crypto::object_identifier(dotted).value_or(Bytes{})), der, dotted);
         test::check(!crypto::object_identifier("1.40").has_value(), "none, not an empty one");
     }},
};

}  // namespace

int main() {
    return test::run("demo/certificate_chain", tests);
}
