// Whose proofs of age are believed.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "load_content.h"
#include "load_words.h"

namespace kindgate::policy {

namespace {

struct KeyUse {
    std::uint32_t min_age;
    std::size_t line;
};
using KeyUses = std::map<std::string, KeyUse>;  // by key

// RFC 4648, 5; padding may be left out.
std::optional<Complaint> wrong_key(std::string_view text) {
    auto const padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    auto const digits = text.substr(0, text.size() - padding);
    auto const is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    bool const padded = padding == 0 || (padding <= 2 && text.size() % 4 == 0);
    if (!digits.empty() && digits.size() % 4 != 1 && padded && std::ranges::all_of(digits, is_digit))
        return std::nullopt;
    return Complaint{fmt::format("{} is not base64url", quoted(text)),
                     "write the issuer's token key with A-Z, a-z, 0-9, - and _"};
}

// An OID in dotted form: 0 to 2, then numbers without leading zeros.
bool is_oid(std::string_view text) {
    std::size_t parts = 0;
    for (std::size_t start = 0; start <= text.size(); ++parts) {
        auto const end = std::min(text.find('.', start), text.size());
        auto const part = text.substr(start, end - start);
        if (part.empty() || (part.size() > 1 && part[0] == '0')) return false;
        if (!std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; })) return false;
        if (parts == 0 && (part.size() > 1 || part[0] > '2')) return false;
        start = end + 1;
    }
    return parts >= 2;
}

void check_keys(v1::Issuer const& said, Places const& places, KeyUses& uses, Report& report) {
    for (int i = 0; i < said.token_keys_size(); ++i) {
        auto const at = places.of(v1::Issuer::kTokenKeysFieldNumber, i).at;
        auto key = said.token_keys(i);
        report.error(at, wrong_key(key));
        key.erase(key.find_last_not_of('=') + 1);
        if (said.min_age() == 0) continue;
        auto const [use, is_new] = uses.emplace(key, KeyUse{said.min_age(), at.line});
        if (!is_new && use->second.min_age != said.min_age())
            report.error(at, Complaint{fmt::format("this key proves {} years in line {} and {} here",
                                                   use->second.min_age, use->second.line, said.min_age()),
                                       "ask the issuer for one key an age"});
    }
}

void check_issuer(v1::Issuer const& said, Places const& places, KeyUses& uses, Report& report) {
    if (said.name().empty()) {
        report.error(places.at, Complaint{"the issuer has no name", "write name: and its host name"});
    } else {
        report.take(places.of(v1::Issuer::kNameFieldNumber).at, read_domain(said.name()));
    }
    if (said.min_age() == 0) {
        report.error(places.at, Complaint{"the issuer has no min_age", "write min_age: and years, 1 to 120"});
    } else if (said.min_age() > 120) {
        report.error(places.of(v1::Issuer::kMinAgeFieldNumber).at,
                     Complaint{fmt::format("nobody is {} years old", said.min_age()), "write 1 to 120"});
    }
    check_keys(said, places, uses, report);
}

void check_provider(v1::Provider const& said, Places const& places, Report& report) {
    using Provider = v1::Provider;
    auto const require = [&](std::string const& text, std::string_view field, std::string_view like) {
        if (text.empty())
            report.error(places.at, Complaint{fmt::format("the provider has no {}", field),
                                              fmt::format("write {}: and {}", field, like)});
        return !text.empty();
    };
    if (require(said.name(), "name", "what people know it by"))
        report.error(places.of(Provider::kNameFieldNumber).at, wrong_name("name", said.name()));
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    if (require(said.ca_pem(), "ca_pem", "its authority's certificate in PEM") &&
        (said.ca_pem().find(begin) == std::string::npos || said.ca_pem().find(end) == std::string::npos))
        report.error(
            places.of(Provider::kCaPemFieldNumber).at,
            Complaint{"ca_pem is not a certificate in PEM", fmt::format("write all lines from {} to {}", begin, end)});
    if (require(said.eku(), "eku", "an object identifier") && !is_oid(said.eku()))
        report.error(places.of(Provider::kEkuFieldNumber).at,
                     Complaint{fmt::format("{} is not an object identifier", quoted(said.eku())),
                               "write numbers with dots, like \"1.0.18013.5.1.2\""});
    if (require(said.doc_type(), "doc_type", "its documents' type, like \"eu.europa.ec.av.1\""))
        report.error(places.of(Provider::kDocTypeFieldNumber).at, wrong_name("doc_type", said.doc_type()));
}

}  // namespace

void check_age_trust(v1::AgeTrust const& trust, Places const& places, Report& report) {
    KeyUses uses;
    for (int i = 0; i < trust.issuers_size(); ++i)
        check_issuer(trust.issuers(i), places.of(v1::AgeTrust::kIssuersFieldNumber, i), uses, report);
    for (int i = 0; i < trust.providers_size(); ++i)
        check_provider(trust.providers(i), places.of(v1::AgeTrust::kProvidersFieldNumber, i), report);
}

}  // namespace kindgate::policy
