// kindgate-age-demo client: how a client gets a token for a gate's challenge and redeems it (RFC 9577).
#include <algorithm>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "age/http_auth.h"
#include "base/whole_file.h"
#include "commands.h"
#include "demo/issuer_directory.h"
#include "demo/issuer_folder.h"
#include "demo/token_issuance.h"
#include "foreign_json.h"
#include "http_client.h"

namespace kindgate::demo {

namespace {

// A challenge that may be answered, and its issuer's key.
struct Chosen {
    Bytes challenge;
    age::TokenKey key;
    std::string issuer;
    std::string request_url;
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 9577, 2.1.3: a token is only for who is named in it.
bool is_for(std::string_view origin_info, std::string_view origin) {
    if (origin_info.empty()) return true;
    while (!origin_info.empty()) {
        auto const name = origin_info.substr(0, origin_info.find(','));
        if (std::ranges::equal(name, origin, {}, lower, lower)) return true;
        origin_info.remove_prefix(std::min(name.size() + 1, origin_info.size()));
    }
    return false;
}

Result<std::vector<age::AuthChallenge>> challenges_of(std::string const& page, Options const& options) {
    tell(fmt::format("asking the gate what it wants: {}", page));
    auto const reply =
        KG_TRY(ask({.url = page, .headers = {{"Accept", "application/json"}}, .authorities = options.authorities}));
    auto challenges = age::read_www_authenticate(reply.header("WWW-Authenticate"));
    if (reply.status == 401 && !challenges.empty()) return challenges;
    return Error{ErrorCode::unavailable,
                 fmt::format("the gate asks for no token: does its policy take proofs of age for this device and "
                             "category? It answers {}",
                             reply.told())};
}

// The directory's own key only: another one would tell this client from others (RFC 9577, 5.1; RFC 9578, 8.2).
Result<Chosen> choose(age::AuthChallenge const& offered, Options const& options, std::string const& origin) {
    auto const challenge = KG_TRY(age::TokenChallenge::decode(offered.challenge));
    if (!is_for(challenge.origin_info, origin))
        return Error{ErrorCode::forbidden,
                     fmt::format("the challenge is for '{}', and this gate is '{}' (--origin says otherwise)",
                                 challenge.origin_info, origin)};
    auto const base = fmt::format("http://{}", challenge.issuer_name);
    tell(fmt::format("asking the issuer for its keys: {}", challenge.issuer_name));
    auto const reply = KG_TRY(ask({.url = fmt::format("{}{}", base, IssuerDirectory::path), .at = options.issuer_at}));
    auto const directory = KG_TRY(IssuerDirectory::read(reply.body));
    auto const key =
        std::ranges::find_if(directory.keys, [&](age::TokenKey const& one) { return one.spki() == offered.token_key; });
    if (key == directory.keys.end())
        return Error{ErrorCode::forbidden, fmt::format("{} doesn't have the key that the gate names: ask the gate's "
                                                       "owner for the issuer's keys of today",
                                                       challenge.issuer_name)};
    bool const whole = !directory.request_uri.starts_with('/');
    return Chosen{offered.challenge, *key, challenge.issuer_name,
                  whole ? directory.request_uri : base + directory.request_uri};
}

Result<Bytes> issued(Chosen const& chosen, Options const& options) {
    auto const request = KG_TRY(TokenRequest::create(chosen.challenge, chosen.key));
    tell(fmt::format("asking {} to sign a token that it can't see, with the code", chosen.issuer));
    auto const reply = KG_TRY(ask({.method = "POST",
                                   .url = chosen.request_url,
                                   .headers = {{"Content-Type", "application/private-token-request"},
                                               {"Accept", "application/private-token-response"},
                                               {"Authorization", "Code " + options.code}},
                                   .body = std::string{text_of(request.encoded())},
                                   .authorities = options.authorities,
                                   .at = options.issuer_at}));
    if (reply.status != 200)
        return Error{ErrorCode::forbidden, fmt::format("{} answers {}", chosen.issuer, reply.told())};
    auto const token = KG_TRY(request.finish(bytes_of(reply.body)));
    tell("the issuer signed; the token is made visible here and nowhere else");
    return token.encoded();
}

// Of several challenges the first that works: a code may be good for one age and not for another.
Result<Bytes> obtain(std::string const& page, Options const& options) {
    auto const url = KG_TRY(Url::parse(options.gate));
    auto const& origin = options.origin.empty() ? url.host : options.origin;
    std::string complaints;
    for (auto const& one : KG_TRY(challenges_of(page, options))) {
        auto chosen = choose(one, options, origin);
        auto token = chosen.ok() ? issued(*chosen, options) : Result<Bytes>{chosen.error()};
        if (token.ok()) return token;
        complaints += fmt::format("{}{}", complaints.empty() ? "" : "; ", token.error().message());
    }
    return Error{ErrorCode::forbidden, fmt::format("no token could be had: {}", complaints)};
}

Result<Bytes> kept(std::string const& file) {
    constexpr std::size_t largest = 4096;
    auto const token = from_base64url(KG_TRY(read_file(file, largest)));
    if (!token) return Error{ErrorCode::invalid_input, fmt::format("{} has no token in base64url", file)};
    return *token;
}

}  // namespace

Result<int> client(Options const& options) {
    KG_TRY(Url::parse(options.gate));
    auto const gate = options.gate.ends_with('/') ? options.gate.substr(0, options.gate.size() - 1) : options.gate;
    auto const page = fmt::format("{}/age/{}", gate, options.category);
    auto const token = KG_TRY(options.token_file.empty() ? obtain(page, options) : kept(options.token_file));
    if (!options.keep_file.empty()) {
        KG_TRY(keep_secret(options.keep_file, base64url(token)));
        tell(fmt::format("kept in {}: redeem it with --token {}", options.keep_file, options.keep_file));
        return 0;
    }
    tell("showing the token to the gate");
    auto const reply =
        KG_TRY(ask({.url = page,
                    .headers = {{"Accept", "application/json"}, {"Authorization", age::authorization(token)}},
                    .authorities = options.authorities}));
    return show_verdict(reply, options);
}

}  // namespace kindgate::demo
