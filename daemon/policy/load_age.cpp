// Whose proofs of age are believed.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.h"
#include "load_content.h"
#include "load_words.h"

namespace kindgate::policy {

namespace {

struct KeyUse {
    std::uint32_t min_age;
    std::size_t line;
};
using KeyUses = std::map<crypto::Digest, KeyUse>;  // by key id

Read<age::TokenKey> read_key(std::string_view text) {
    auto const der = from_base64url(text);
    if (!der || der->empty())
        return std::unexpected{Complaint{fmt::format("{} is not base64url", quoted(text)),
                                         "write the issuer's token key with A-Z, a-z, 0-9, - and _"}};
    auto key = age::TokenKey::from_spki(*der);
    if (!key.ok()) return std::unexpected{complaint(key.error())};
    return std::move(key).value();
}

std::vector<age::TokenKey> read_keys(v1::Issuer const& said, Places const& places, KeyUses& uses, Report& report) {
    std::vector<age::TokenKey> keys;
    for (int i = 0; i < said.token_keys_size(); ++i) {
        auto const at = places.of(v1::Issuer::kTokenKeysFieldNumber, i).at;
        auto key = report.take(at, read_key(said.token_keys(i)));
        if (!key) continue;
        auto const [use, is_new] = uses.emplace(key->id(), KeyUse{said.min_age(), at.line});
        if (!is_new && use->second.min_age != said.min_age())
            report.error(at, Complaint{fmt::format("this key proves {} years in line {} and {} here",
                                                   use->second.min_age, use->second.line, said.min_age()),
                                       "ask the issuer for one key an age"});
        else if (!is_new)
            report.error(at, Complaint{fmt::format("this key stands in line {} already", use->second.line),
                                       "leave it out here: a key belongs to one issuer"});
        keys.push_back(*std::move(key));
    }
    return keys;
}

age::Issuer read_issuer(v1::Issuer const& said, Places const& places, KeyUses& uses, Report& report) {
    age::Issuer issuer;
    if (said.name().empty()) {
        report.error(places.at, Complaint{"the issuer has no name", "write name: and its host name"});
    } else {
        auto const name = report.take(places.of(v1::Issuer::kNameFieldNumber).at, read_domain(said.name()));
        if (name) issuer.name = name->text();
    }
    if (said.min_age() == 0) {
        report.error(places.at, Complaint{"the issuer has no min_age", "write min_age: and years, 1 to 120"});
    } else if (said.min_age() > 120) {
        report.error(places.of(v1::Issuer::kMinAgeFieldNumber).at,
                     Complaint{fmt::format("nobody is {} years old", said.min_age()), "write 1 to 120"});
    }
    issuer.min_age = static_cast<std::uint8_t>(said.min_age());
    issuer.keys = read_keys(said, places, uses, report);
    return issuer;
}

Complaint no_certificate() {
    return {"ca_pem is not a certificate in PEM",
            "write all lines from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, of one"};
}

std::optional<age::Provider> read_provider(v1::Provider const& said, Places const& places, Report& report) {
    using Said = v1::Provider;
    auto const require = [&](std::string const& text, std::string_view field, std::string_view like) {
        if (text.empty())
            report.error(places.at, Complaint{fmt::format("the provider has no {}", field),
                                              fmt::format("write {}: and {}", field, like)});
        return !text.empty();
    };
    if (require(said.name(), "name", "what people know it by"))
        report.error(places.of(Said::kNameFieldNumber).at, wrong_name("name", said.name()));
    auto authority = crypto::Authority::from_pem(said.ca_pem());
    if (require(said.ca_pem(), "ca_pem", "its authority's certificate in PEM") && !authority.ok())
        report.error(places.of(Said::kCaPemFieldNumber).at, no_certificate());
    if (require(said.eku(), "eku", "an object identifier") && !crypto::object_identifier(said.eku()))
        report.error(places.of(Said::kEkuFieldNumber).at,
                     Complaint{fmt::format("{} is not an object identifier", quoted(said.eku())),
                               "write numbers with dots, like \"1.0.18013.5.1.2\""});
    auto const type = age::doc_type(said.doc_type());
    if (require(said.doc_type(), "doc_type", "its documents' type, like \"eu.europa.ec.av.1\"") && !type)
        report.error(places.of(Said::kDocTypeFieldNumber).at,
                     Complaint{fmt::format("documents of type {} are not taken", quoted(said.doc_type())),
                               "write \"eu.europa.ec.av.1\" or \"org.iso.18013.5.1.mDL\""});
    if (!authority.ok() || !type) return std::nullopt;
    return age::Provider{said.name(), std::move(authority).value(), said.eku(), *type, said.more_elements()};
}

}  // namespace

age::Trust read_age_trust(v1::AgeTrust const& said, Places const& places, Report& report) {
    age::Trust trust;
    KeyUses uses;
    for (int i = 0; i < said.issuers_size(); ++i)
        trust.issuers.push_back(
            read_issuer(said.issuers(i), places.of(v1::AgeTrust::kIssuersFieldNumber, i), uses, report));
    for (int i = 0; i < said.providers_size(); ++i)
        if (auto provider = read_provider(said.providers(i), places.of(v1::AgeTrust::kProvidersFieldNumber, i), report))
            trust.providers.push_back(*std::move(provider));
    return trust;
}

namespace {

bool can_open(AgeGate const& gate, age::Trust const& trust) {
    auto const proves = [&](age::Issuer const& issuer) {
        return issuer.min_age >= gate.min_age && !issuer.keys.empty();
    };
    // age_over_NN has two digits.
    bool const told = gate.documents && gate.min_age <= 99 && !trust.providers.empty();
    return told || (gate.tokens && std::ranges::any_of(trust.issuers, proves));
}

}  // namespace

void warn_of_shut_gates(v1::Policy const& said, Places const& places, Policy const& policy, Report& report) {
    for (int i = 0; i < said.profiles_size(); ++i) {
        auto const& content = places.of(v1::Policy::kProfilesFieldNumber, i).of(v1::Profile::kContentFieldNumber);
        auto const& rules = policy.profiles[static_cast<std::size_t>(i)].content;
        for (int j = 0; j < said.profiles(i).content().age_gates_size(); ++j) {
            auto const& gate = rules.age_gates[static_cast<std::size_t>(j)];
            auto const at = content.of(v1::Content::kAgeGatesFieldNumber, j).at;
            if (rules.blocks(gate.category))
                report.warn(at, {fmt::format("no proof opens {}: it is blocked, too", quoted(gate.category)),
                                 "leave out the block or the gate"});
            else if (!can_open(gate, policy.age_trust))
                report.warn(at, {fmt::format("no proof opens {}: age_trust trusts nobody for {} years",
                                             quoted(gate.category), gate.min_age),
                                 "add an issuer or a provider; until then it stays closed"});
        }
    }
}

}  // namespace kindgate::policy
