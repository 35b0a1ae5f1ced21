// `kindgate age`: proofs of age checked offline, whom a policy trusts for them, and closing what one has opened.
#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "age/mdoc.h"
#include "age/token.h"
#include "base/json_string.h"
#include "commands.h"
#include "files.h"
#include "json.h"
#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"
#include "remote.h"
#include "text.h"

namespace kindgate::cli {

namespace {

constexpr std::size_t shown_id = 8;  // octets of a key's id

Error wrong(std::string sentence) {
    return {ErrorCode::invalid_input, std::move(sentence)};
}

Result<Bytes> base64_option(std::string_view option, std::string const& text) {
    auto bytes = from_base64url(text);
    if (!bytes || bytes->empty())
        return wrong(fmt::format("{} is not base64url: write it with A-Z, a-z, 0-9, - and _, padding or not", option));
    return *std::move(bytes);
}

int show(age::Verdict const& verdict, Options const& options, Surroundings const& around) {
    bool const good = verdict.accepted();
    std::string_view const decision = good ? "ACCEPT" : "REFUSE";
    auto const text = std::string{age::sentence(verdict.reason)};
    if (options.form == Form::json)
        around.out << fmt::format(R"({{"verdict":"{}","reason":"{}","min_age":{},"text":{}}})"
                                  "\n",
                                  decision, age::word(verdict.reason), verdict.min_age, json_string(text));
    else
        around.out << fmt::format("{} {}: {}{}\n", painted(decision, good ? Paint::good : Paint::bad, around.colour),
                                  age::word(verdict.reason), text,
                                  verdict.min_age == 0 ? "" : fmt::format(", for {} years", verdict.min_age));
    return good ? 0 : 1;
}

// What a policy's trust makes of a token that holds: its issuer's name has to be the challenge's (RFC 9577, 2.1.1).
age::Verdict by_trust(age::Trust const& trust, age::TokenKey const& key, ByteView challenge) {
    auto const* const issuer = trust.issuer_of(key.id());
    if (issuer == nullptr) return age::refused(age::Reason::unknown_key);
    auto const asked = age::TokenChallenge::decode(challenge);
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (!asked.ok() || !std::ranges::equal(asked->issuer_name, issuer->name, {}, lower))
        return age::refused(age::Reason::wrong_challenge);
    return {.reason = age::Reason::accepted, .min_age = issuer->min_age};
}

// A DeviceResponse as it is, or written in hexadecimal digits or base64url: none of these begins like another.
Bytes response_bytes(std::string const& content) {
    auto const end = content.find_last_not_of(" \r\n");
    auto const text = std::string_view{content}.substr(0, end == std::string::npos ? 0 : end + 1);
    if (auto bytes = from_hex(text)) return *std::move(bytes);
    if (auto bytes = from_base64url(text)) return *std::move(bytes);
    return {content.begin(), content.end()};
}

std::string opens(policy::Policy const& policy, std::uint8_t proved, age::Kind kind) {
    std::vector<std::string> all;
    for (auto const& profile : policy.profiles)
        for (auto const& gate : profile.content.age_gates)
            if (gate.takes(kind) && gate.min_age <= proved)
                all.push_back(fmt::format("{} for {}", gate.category, profile.id));
    return all.empty() ? "nothing" : fmt::format("{}", fmt::join(all, ", "));
}

void print_trust(policy::Policy const& policy, Surroundings const& around, policy::Instant now) {
    auto const& trust = policy.age_trust;
    if (trust.issuers.empty() && trust.providers.empty()) {
        around.out << "Nobody: the policy has no age_trust, so no proof of age opens anything\n";
        return;
    }
    Table table{{"WHOM", "PROVES", "BY", "UNTIL", "OPENS"}};
    for (auto const& issuer : trust.issuers)
        for (auto const& key : issuer.keys)
            table.row({issuer.name, fmt::format("{} years", issuer.min_age),
                       fmt::format("token key {}", hex(ByteView{key.id()}.first(shown_id))), "the policy changes",
                       opens(policy, issuer.min_age, age::Kind::token)});
    for (auto const& provider : trust.providers) {
        bool const over = provider.authority.ends() < now;
        table.row({provider.name,
                   "the age it says",
                   fmt::format("{} signed below {}", age::text(provider.doc_type), provider.authority.subject()),
                   {over ? "EXPIRED" : policy::rfc3339(provider.authority.ends()), over ? Paint::bad : Paint::none},
                   opens(policy, 120, age::Kind::mdoc)});
    }
    table.print(around.out, around.colour);
}

std::string trust_json(policy::Policy const& policy) {
    std::vector<std::string> issuers;
    for (auto const& issuer : policy.age_trust.issuers) {
        std::vector<std::string> keys;
        for (auto const& key : issuer.keys) keys.push_back(json_string(hex(key.id())));
        issuers.push_back(fmt::format(R"({{"name":{},"min_age":{},"token_key_ids":[{}]}})", json_string(issuer.name),
                                      issuer.min_age, fmt::join(keys, ",")));
    }
    std::vector<std::string> providers;
    for (auto const& provider : policy.age_trust.providers)
        providers.push_back(
            fmt::format(R"({{"name":{},"doc_type":"{}","eku":"{}","authority":{},"until":"{}","more_elements":{}}})",
                        json_string(provider.name), age::text(provider.doc_type), provider.use,
                        json_string(provider.authority.subject()), policy::rfc3339(provider.authority.ends()),
                        provider.more_elements));
    std::vector<std::string> gates;
    for (auto const& profile : policy.profiles)
        for (auto const& gate : profile.content.age_gates)
            gates.push_back(fmt::format(R"({{"profile":"{}","category":"{}","min_age":{},"minutes":{}}})", profile.id,
                                        gate.category, gate.min_age, gate.opens.count()));
    return fmt::format(R"({{"issuers":[{}],"providers":[{}],"gates":[{}]}})"
                       "\n",
                       fmt::join(issuers, ","), fmt::join(providers, ","), fmt::join(gates, ","));
}

Result<std::shared_ptr<policy::Policy const>> policy_in_force(Options const& options) {
    auto const answer = KG_TRY(ask(options.socket, {Method::get, "/v1/policy", {}, {}}));
    return load_text(answer.body, "the gate's policy");
}

}  // namespace

Outcome age_check_token(Options const& options, Surroundings const& around) {
    auto const token = KG_TRY(base64_option("--token", options.token));
    auto const challenge = KG_TRY(base64_option("--challenge", options.challenge));
    auto const key_bytes = KG_TRY(base64_option("--token-key", options.token_key));
    // Keys of other types have other forms: a token of such a type is refused for its type.
    if (auto const decoded = age::decode_token(token); decoded.fault == age::Reason::unknown_type)
        return show(age::refused(decoded.fault), options, around);
    auto const key = age::TokenKey::from_spki(key_bytes);
    if (!key.ok()) return key.error().within("--token-key");
    age::Verdict verdict{.reason = age::check_token(token, challenge, *key)};
    if (verdict.accepted() && !options.policy.empty())
        verdict = by_trust(KG_TRY(load_file(options.policy))->age_trust, *key, challenge);
    return show(verdict, options, around);
}

Outcome age_check_mdoc(Options const& options, Surroundings const& around) {
    auto const policy = KG_TRY(load_file(options.policy));
    auto const transcript = from_hex(options.transcript);
    if (!transcript || transcript->empty()) return wrong("--transcript is not hexadecimal: write two digits an octet");
    auto const at = options.at.empty() ? around.now() : KG_TRY(policy::parse_instant(options.at, *policy->zone));
    auto const response = response_bytes(KG_TRY(read_file(options.files.at(0))));
    age::MdocProof const proof{response, *transcript};
    auto const min_age = static_cast<std::uint8_t>(options.min_age);
    return show(proof.check(policy->age_trust, {min_age, at}), options, around);
}

Outcome age_trust(Options const& options, Surroundings const& around) {
    auto const policy = KG_TRY(options.policy.empty() ? policy_in_force(options) : load_file(options.policy));
    if (options.form == Form::json)
        around.out << trust_json(*policy);
    else
        print_trust(*policy, around, around.now());
    return 0;
}

Outcome age_close(Options const& options, Surroundings const& around) {
    auto target = "/v1/age/opened?who=" + url_word(options.who);
    if (!options.category.empty()) target += "&category=" + url_word(options.category);
    auto const answer = KG_TRY(ask(options.socket, {Method::remove, target, {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const closed = KG_TRY(read_json<v1::CategoriesClosed>(answer.body));
    for (auto const& one : closed.closed())
        around.out << fmt::format("{} is closed for {}: another proof may open it again\n", printable(one.category()),
                                  printable(one.device()));
    if (closed.closed_size() == 0)
        around.out << fmt::format("No proof of age has opened {} for {} now.\n",
                                  options.category.empty() ? "anything" : printable(options.category),
                                  printable(options.who));
    return 0;
}

Outcome age_demo(Options const&, Surroundings const& around) {
    return around.age_demo();
}

}  // namespace kindgate::cli
