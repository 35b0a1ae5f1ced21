#include "demo/attestation.h"

#include "attestation_scene.h"

namespace {

using namespace kindgate;
using age::DocType;
using age::Reason;
using demo::MdocIssuer;
using std::chrono::days;
using test::now;
using test::Scene;

struct Case {
    std::string_view about;
    Reason reason;
    void (*change)(Scene&);
};

constexpr Case refusals[] = {
    {"expired", Reason::expired, [](Scene& s) { s.wanted.validity = {now - days{30}, now - days{1}}; }},
    {"not yet valid", Reason::not_yet_valid, [](Scene& s) { s.wanted.validity = {now + days{1}, now + days{30}}; }},
    {"wrong digest", Reason::wrong_digest, [](Scene& s) { s.wanted.wrong_digest = "age_over_18"; }},
    {"another digest algorithm", Reason::wrong_algorithm, [](Scene& s) { s.wanted.digest_algorithm = "SHA-512"; }},
    {"another device", Reason::wrong_device, [](Scene& s) { s.presenting = crypto::PrivateKey::at_random(); }},
    {"another conversation", Reason::wrong_device, [](Scene& s) { s.transcript = Scene::transcript_for("other"); }},
    {"a name is shown, too", Reason::extra_elements,
     [](Scene& s) {
         s.wanted.claims.push_back({"given_name", std::string{"Alex"}});
         s.shown.elements.emplace_back("given_name");
     }},
    {"the device tells something", Reason::extra_elements,
     [](Scene& s) { s.shown.device_name_spaces = {0xa1, 0x61, 'x', 0xa1, 0x61, 'y', 0xf5}; }},
    {"an age that isn't reached", Reason::too_young, [](Scene& s) { s.shown.elements = {"age_over_21"}; }},
    {"less than is asked", Reason::too_young,
     [](Scene& s) {
         s.shown.elements = {"age_over_16"};
         s.min_age = 18;
     }},
    {"an authority that nobody trusts", Reason::untrusted_issuer,
     [](Scene& s) { s.pinned = test::value(MdocIssuer::create(s.issuer)).ca_pem(); }},
    {"a signer for another use", Reason::certificate_use, [](Scene& s) { s.pinned_use = "1.3.130.2.0.0.1.2"; }},
    {"a signer that has expired", Reason::certificate_dates,
     [](Scene& s) { s.issuer.signer = {now - days{50}, now - days{1}}; }},
    {"an authority that has expired", Reason::certificate_dates,
     [](Scene& s) { s.issuer.authority = {now - days{100}, now - days{1}}; }},
};

constexpr test::Test tests[] = {
    {"what is issued and presented is taken, of each kind of document, and shows one element only",
     [] {
         for (auto const type : {DocType::eu_age_verification, DocType::mobile_licence}) {
             Scene scene;
             scene.wanted.doc_type = type;
             auto const verdict = scene.verdict();
             test::equal(age::word(verdict.reason), age::word(Reason::accepted), age::text(type));
             test::equal(int{verdict.min_age}, 18, "years");
             test::check(verdict.dies == scene.wanted.validity.until, "until");
         }
     }},
    {"the EU examples' use is as good where it is pinned",
     [] {
         Scene scene;
         scene.issuer.use = scene.pinned_use = "1.3.130.2.0.0.1.2";
         test::check(scene.verdict().accepted(), "accepted");
     }},
    {"each thing that is wrong is refused for its reason",
     [] {
         for (auto const& one : refusals) {
             Scene scene;
             one.change(scene);
             test::equal(age::word(scene.verdict().reason), age::word(one.reason), one.about);
         }
     }},
    {"what isn't shown isn't in the answer",
     [] {
         Scene const scene;
         auto wanted = scene.wanted;
         wanted.claims.push_back({"given_name", std::string{"Alex"}});
         auto const issued = test::value(test::value(MdocIssuer::create(scene.issuer)).issue(wanted));
         auto const response = test::value(demo::present(issued, scene.device, scene.transcript, scene.shown));
         auto const text = std::string{text_of(response)};
         test::contains(text, "age_over_18");
         for (auto const* const hidden : {"age_over_16", "age_over_21", "given_name", "Alex"})
             test::check(text.find(hidden) == std::string::npos, hidden);
         auto const missing = demo::present(issued, scene.device, scene.transcript, {{"age_over_99"}});
         test::check(!missing.ok() && missing.error().code() == ErrorCode::not_found, "what isn't there");
     }},
    {"the nearest age at or above what is asked, of those that are reached",
     [] {
         Scene const scene;
         auto const issued = test::value(test::value(MdocIssuer::create(scene.issuer)).issue(scene.wanted));
         struct Asked {
             std::uint8_t years;
             std::string_view element;
         };
         for (auto const& [years, element] : {Asked{13, "age_over_16"}, Asked{16, "age_over_16"},
                                              Asked{17, "age_over_18"}, Asked{19, ""}, Asked{21, ""}})
             test::equal(demo::nearest_age(issued, years).value_or(""), element, std::to_string(years));
     }},
    {"an issuer is loaded again from its files; with another's key or certificate it isn't",
     [] {
         Scene const scene;
         auto const made = test::value(MdocIssuer::create(scene.issuer));
         auto const key = test::value(made.key_pem());
         auto const loaded = test::value(MdocIssuer::load(made.ca_pem(), made.signer_pem(), key));
         test::check(loaded.ca_pem() == made.ca_pem() && test::value(loaded.key_pem()) == key, "the same");
         auto const other = test::value(MdocIssuer::create(scene.issuer));
         test::check(!MdocIssuer::load(made.ca_pem(), other.signer_pem(), key).ok(), "another's certificate");
         test::check(!MdocIssuer::load(made.ca_pem(), made.signer_pem() + made.ca_pem(), key).ok(), "two");
         test::check(!MdocIssuer::load(made.ca_pem(), "nonsense", key).ok(), "none");
         auto wrong = scene.issuer;
         wrong.use = "one.two";
         test::check(!MdocIssuer::create(wrong).ok(), "no use");
     }},
    {"an attestation that was cut or is something else isn't kept",
     [] {
         Scene const scene;
         auto const whole = test::value(test::value(MdocIssuer::create(scene.issuer)).issue(scene.wanted)).encoded();
         test::equal(hex(test::value(demo::Attestation::decode(whole)).encoded()), hex(whole), "the same again");
         for (std::size_t size = 0; size < whole.size(); ++size)
             test::check(!demo::Attestation::decode(ByteView{whole}.first(size)).ok(), "cut");
         test::check(!demo::Attestation::decode(Bytes{0xa0}).ok(), "an empty map");
     }},
};

}  // namespace

int main() {
    return test::run("demo/attestation", tests);
}
