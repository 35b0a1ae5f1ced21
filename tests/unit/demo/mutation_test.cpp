// What a gate makes of an attestation that was changed on its way, or is shown in another form: docs/age.md promises
// that each single octet counts, and that one document opens once, whatever it looks like.
#include <mbedtls/bignum.h>

#include <algorithm>

#include "attestation_scene.h"

namespace {

using namespace kindgate;
using age::Reason;
using test::Scene;

// An unprotected header with x5chain alone, before its value.
constexpr std::array<std::uint8_t, 3> x5chain{0xa1, 0x18, 0x21};

// x5chain in its two forms (RFC 9360, 2): one certificate, or an array of them. It stands in the unprotected header, so
// no signature covers which it is.
demo::Attestation with_array(demo::Attestation attestation) {
    auto const found = std::ranges::search(attestation.issuer_auth, x5chain);
    test::check(!found.empty(), "x5chain");
    attestation.issuer_auth.insert(found.end(), 0x81);
    return attestation;
}

// s of the issuer's signature, the last half of COSE_Sign1, replaced by n - s: as good, by the arithmetic of ECDSA, and
// anybody can do it.
demo::Attestation with_other_s(demo::Attestation attestation) {
    mbedtls_mpi n;
    mbedtls_mpi s;
    mbedtls_mpi_init(&n);
    mbedtls_mpi_init(&s);
    constexpr std::size_t size = 32;
    auto* const at = attestation.issuer_auth.data() + attestation.issuer_auth.size() - size;
    auto const good =
        mbedtls_mpi_read_string(&n, 16, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551") == 0 &&
        mbedtls_mpi_read_binary(&s, at, size) == 0 && mbedtls_mpi_sub_mpi(&s, &n, &s) == 0 &&
        mbedtls_mpi_write_binary(&s, at, size) == 0;
    mbedtls_mpi_free(&n);
    mbedtls_mpi_free(&s);
    test::check(good, "n - s");
    return attestation;
}

// One that is taken, in the form that this makes of it.
struct Taken {
    Scene scene;
    demo::MdocIssuer issuer = test::value(demo::MdocIssuer::create(scene.issuer));
    age::Provider provider = scene.provider(issuer);
    Bytes response;

    explicit Taken(demo::Attestation (*form)(demo::Attestation) = [](demo::Attestation one) { return one; })
        : response(scene.response(form(scene.issued(issuer)))) {
        test::equal(age::word(verdict(response).reason), age::word(Reason::accepted), "unchanged");
    }
    age::Verdict verdict(Bytes const& shown) const { return scene.check(shown, {provider}); }
};

void check_each_octet(Taken const& taken, std::size_t from, std::size_t until) {
    for (std::size_t at = from; at < until; ++at)
        for (auto const bits : {0x01, 0x20, 0xff}) {
            auto changed = taken.response;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ bits);
            test::check(!taken.verdict(changed).accepted(),
                        "octet " + std::to_string(at) + " xor " + std::to_string(bits) + " of " + hex(taken.response));
        }
}

// Which ages a document tells, what is asked, and what comes of it: 0 for too young.
struct Threshold {
    std::vector<demo::Claim> claims;
    std::uint8_t asked;
    int proved;
};

void check_threshold(Threshold const& one) {
    Scene scene;
    scene.wanted.claims = one.claims;
    scene.shown.elements.clear();
    for (auto const& claim : one.claims) scene.shown.elements.push_back(claim.name);
    scene.min_age = one.asked;
    auto const verdict = scene.verdict();
    auto const about = "asked for " + std::to_string(one.asked);
    test::equal(age::word(verdict.reason), age::word(one.proved == 0 ? Reason::too_young : Reason::accepted), about);
    test::equal(int{verdict.min_age}, one.proved, about);
}

constexpr test::Test tests[] = {
    {"each octet of an answer counts: changed, it is refused, in both forms of its certificate",
     [] {
         Taken const taken;
         check_each_octet(taken, 0, taken.response.size());
         // The other form differs in its head alone, up to where the certificate begins.
         Taken const other{with_array};
         auto const head = std::ranges::search(other.response, x5chain).begin() - other.response.begin();
         check_each_octet(other, 0, static_cast<std::size_t>(head) + 16);
     }},
    {"cut anywhere, or longer by an octet, it is refused",
     [] {
         Taken const taken;
         for (std::size_t size = 0; size < taken.response.size(); ++size)
             test::equal(
                 age::word(
                     taken.verdict({taken.response.begin(), taken.response.begin() + static_cast<std::ptrdiff_t>(size)})
                         .reason),
                 age::word(Reason::malformed), std::to_string(size));
         for (unsigned more = 0; more < 256; ++more) {
             auto longer = taken.response;
             longer.push_back(static_cast<std::uint8_t>(more));
             test::equal(age::word(taken.verdict(longer).reason), age::word(Reason::malformed), std::to_string(more));
         }
     }},
    {"ISO/IEC 18013-5, 7.2.5: of the ages that are told to be reached the nearest at or above what is asked",
     [] {
         std::vector<demo::Claim> const four{
             {"age_over_13", true}, {"age_over_16", true}, {"age_over_18", false}, {"age_over_21", false}};
         // What can't be true together: a yes above is a yes all the same, since the issuer signed it.
         std::vector<demo::Claim> const strange{{"age_over_18", false}, {"age_over_21", true}};
         Threshold const all[] = {{four, 13, 13},    {four, 14, 16},    {four, 16, 16},    {four, 17, 0},
                                  {four, 18, 0},     {four, 21, 0},     {four, 99, 0},     {four, 0, 13},
                                  {strange, 18, 21}, {strange, 21, 21}, {strange, 16, 21}, {strange, 22, 0}};
         for (auto const& one : all) check_threshold(one);
     }},
    {"of several providers each is asked, and the right one may be the last",
     [] {
         Taken const taken;
         auto const other = test::value(demo::MdocIssuer::create(taken.scene.issuer));  // of the same name
         auto const stranger = taken.scene.provider(other);
         auto const word = [&](std::vector<age::Provider> const& trusted) {
             return age::word(taken.scene.check(taken.response, trusted).reason);
         };
         test::equal(word({stranger, taken.provider}), age::word(Reason::accepted), "the second");
         test::equal(word({taken.provider, stranger}), age::word(Reason::accepted), "the first");
         test::equal(word({stranger}), age::word(Reason::untrusted_issuer), "another");
         test::equal(word({}), age::word(Reason::unknown_type), "nobody");
         auto licence = taken.provider;
         licence.doc_type = age::DocType::mobile_licence;
         test::equal(word({licence}), age::word(Reason::unknown_type), "for another kind of document");
         // What is wrong with the one that came nearest is said, not that the last isn't it.
         auto other_use = taken.provider;
         other_use.use = "1.3.130.2.0.0.1.2";
         test::equal(word({other_use, stranger}), age::word(Reason::certificate_use), "the nearest");
         test::equal(word({stranger, other_use}), age::word(Reason::certificate_use), "the nearest, as the last");
         test::equal(word({other_use, taken.provider}), age::word(Reason::accepted), "pinned for two uses");
     }},
    {"what tells more than an age is taken where the provider's line says so, and then for its age",
     [] {
         Scene scene;
         scene.wanted.claims.push_back({"given_name", std::string{"Alex"}});
         scene.shown.elements.emplace_back("given_name");
         test::equal(age::word(scene.verdict().reason), age::word(Reason::extra_elements), "not allowed");
         scene.more_elements = true;
         test::equal(int{scene.verdict().min_age}, 18, "allowed");
         scene.wanted.wrong_digest = "given_name";
         test::equal(age::word(scene.verdict().reason), age::word(Reason::wrong_digest), "its digest counts, too");
         scene.wanted.wrong_digest.clear();
         scene.shown.elements = {"given_name"};
         test::equal(age::word(scene.verdict().reason), age::word(Reason::too_young), "without an age");
     }},
    {"an age in words is no age",
     [] {
         Scene scene;
         scene.wanted.claims = {{"age_over_18", std::string{"true"}}};
         test::equal(age::word(scene.verdict().reason), age::word(Reason::extra_elements), "a text");
         scene.more_elements = true;
         test::equal(age::word(scene.verdict().reason), age::word(Reason::too_young), "and nothing where more may be");
     }},
    {"what the device itself tells is more than an age, and proves none",
     [] {
         Scene scene;
         scene.shown = {{}, {0xa1, 0x71, 'e',  'u',  '.', 'e', 'u', 'r', 'o', 'p', 'a', '.', 'e', 'c', '.', 'a', 'v',
                             '.',  '1',  0xa1, 0x6b, 'a', 'g', 'e', '_', 'o', 'v', 'e', 'r', '_', '1', '8', 0xf5}};
         test::equal(age::word(scene.verdict().reason), age::word(Reason::extra_elements), "not allowed");
         scene.more_elements = true;
         test::equal(age::word(scene.verdict().reason), age::word(Reason::too_young), "nobody vouches for it");
     }},
    {"one document is one, shown in whatever part, conversation or form; another is another",
     [] {
         Taken const taken;
         auto const issued = taken.scene.issued(taken.issuer);
         auto const digest = [&](demo::Attestation const& shown, char const* element) {
             auto scene = taken.scene;
             scene.shown.elements = {element};
             auto const verdict = scene.check(scene.response(shown), {taken.provider});
             test::equal(age::word(verdict.reason), age::word(Reason::accepted), element);
             return hex(verdict.replay_digest);
         };
         auto const first = digest(issued, "age_over_18");
         test::equal(digest(issued, "age_over_18"), first, "again");
         test::equal(digest(issued, "age_over_16"), first, "another element of it");
         test::equal(digest(with_array(issued), "age_over_18"), first, "its certificate in an array");
         test::check(digest(taken.scene.issued(taken.issuer), "age_over_18") != first, "another document");
         auto const changed = with_other_s(issued);
         test::check(changed.issuer_auth != issued.issuer_auth, "another signature");
         test::equal(digest(changed, "age_over_18"), first, "n - s: the digest is of what is signed, not of how");
     }},
};

}  // namespace

int main() {
    return test::run("demo/mutation", tests);
}
