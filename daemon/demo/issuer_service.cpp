#include "demo/issuer_service.h"

#include <algorithm>

#include <fmt/format.h>

#include "demo/issuer_directory.h"
#include "foreign_json.h"

namespace kindgate::demo {

namespace {

constexpr std::string_view request_path = "/token-request";
constexpr std::string_view attestation_path = "/attestation";
constexpr std::size_t most_ages = 16;
// At most three months, says the EU's profile (3.4).
constexpr std::chrono::days attestation_life{30};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

IssuerAnswer refusal(unsigned status, std::string why) {
    return {status, IssuerAnswer{}.type, std::move(why) + '\n'};
}

// The code in an Authorization header; "": none.
std::string_view code_in(std::string_view authorization) {
    constexpr std::string_view scheme = "Code ";
    return same(authorization.substr(0, scheme.size()), scheme) ? authorization.substr(scheme.size()) : "";
}

struct WantedDocument {
    crypto::PublicKey device;
    std::vector<std::uint8_t> ages;
};

std::optional<WantedDocument> read_wanted(std::string const& body) {
    auto const said = read_json(body);
    auto const point = from_base64url(text_member(said, "device_key").value_or(""));
    auto const key = crypto::PublicKey::from_point(point.value_or(Bytes{}));
    auto const& ages = member(said, "ages");
    if (!key.ok() || !ages.is_array() || ages.empty() || ages.size() > most_ages) return std::nullopt;
    WantedDocument wanted{*key, {}};
    for (auto const& one : ages) {
        auto const* const age = one.get_ptr<std::uint64_t const*>();
        if (age == nullptr || *age == 0 || *age > 99) return std::nullopt;
        wanted.ages.push_back(static_cast<std::uint8_t>(*age));
    }
    return wanted;
}

}  // namespace

IssuerAnswer IssuerService::answer(IssuerRequest const& request, std::chrono::sys_seconds now) {
    auto const wrong_method = [](std::string_view right) {
        return refusal(405, fmt::format("this is asked with {}", right));
    };
    if (request.target == attestation_path)
        return request.method == "POST" ? attestation(request, now) : wrong_method("POST");
    bool const is_directory = request.target == IssuerDirectory::path;
    if (!is_directory && request.target != request_path) return refusal(404, "there is no such page here");
    auto const issuer = std::ranges::find_if(parts_.tokens, [&](auto const& one) {
        return same(request.host, fmt::format("age{}.{}", one.first, parts_.name));
    });
    if (issuer == parts_.tokens.end())
        return refusal(421, fmt::format("'{}' is no issuer here: its name is ageNN.{}", request.host, parts_.name));
    if (is_directory) return request.method == "GET" ? directory(issuer->second) : wrong_method("GET");
    return request.method == "POST" ? token(issuer->first, issuer->second, request) : wrong_method("POST");
}

IssuerAnswer IssuerService::directory(TokenIssuer const& issuer) const {
    IssuerDirectory const directory{std::string{request_path}, issuer.keys()};
    return {200, std::string{IssuerDirectory::media_type}, directory.text()};
}

// RFC 9578, 6.2.
IssuerAnswer IssuerService::token(std::uint8_t age, TokenIssuer const& issuer, IssuerRequest const& request) {
    if (!same(request.content_type, "application/private-token-request"))
        return refusal(415, "send application/private-token-request");
    // Signed before the code is used up: what is malformed costs nothing.
    auto const response = issuer.answer(bytes_of(request.body));
    if (!response.ok()) return refusal(422, response.error().message());
    if (auto const refused = take_code(request.authorization, age)) return *refused;
    return {200, "application/private-token-response", std::string{text_of(*response)}};
}

IssuerAnswer IssuerService::attestation(IssuerRequest const& request, std::chrono::sys_seconds now) {
    auto const wanted = read_wanted(request.body);
    if (!wanted)
        return refusal(422, R"(send {"device_key": "base64url of a point of P-256", "ages": [16, 18]}, ages 1 to 99)");
    if (auto const refused = take_code(request.authorization, 0)) return *refused;
    auto const reached = parts_.codes.age_of(code_in(request.authorization)).value_or(0);
    // By days: the hour would tell documents apart.
    auto const today = std::chrono::floor<std::chrono::days>(now);
    AttestationWanted document{.claims = {}, .validity = {today, today + attestation_life}, .device = wanted->device};
    for (auto const age : wanted->ages) document.claims.push_back({fmt::format("age_over_{:02}", age), reached >= age});
    auto const issued = parts_.documents.issue(document);
    if (!issued.ok()) return refusal(500, issued.error().message());
    return {200, "application/cbor", std::string{text_of(issued->encoded())}};
}

std::optional<IssuerAnswer> IssuerService::take_code(std::string const& authorization, std::uint8_t age) {
    auto const code = code_in(authorization);
    if (code.empty()) return refusal(401, "show a code: Authorization: Code 16-K7QM-3XPD-9TRW");
    switch (parts_.codes.take(code, age)) {
        case CodeBook::Taken::good: break;
        case CodeBook::Taken::unknown: return refusal(403, "this code isn't one of ours: is it written right?");
        case CodeBook::Taken::too_young: return refusal(403, fmt::format("this code is for people under {}", age));
        case CodeBook::Taken::used_up: return refusal(403, "this code is used up: ask for another");
    }
    if (!parts_.keep_used(parts_.codes.used_text()).ok())
        return refusal(503, "the issuer can't write down that the code was used: try again later");
    return std::nullopt;
}

}  // namespace kindgate::demo
