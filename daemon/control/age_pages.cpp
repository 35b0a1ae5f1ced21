#include "age_pages.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "age/form.h"
#include "age/http_auth.h"
#include "base/json_string.h"
#include "page_text.h"
#include "qr_code.h"

namespace kindgate::control {

namespace {

using Method = WebRequest::Method;

constexpr char const* html = "text/html; charset=utf-8";
constexpr char const* json = "application/json";

// RFC 9110, 15.
unsigned status_of(GateFacts const& facts) {
    using age::Reason;
    if (facts.open()) return 200;
    if (!facts.reason) return 401;
    switch (*facts.reason) {
        case Reason::not_allowed: return facts.min_age == 0 ? 404 : 403;
        case Reason::not_now: return 403;
        case Reason::too_often: return 429;
        case Reason::clock_untrusted:
        case Reason::unavailable: return 503;
        default: return 401;
    }
}

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_found: return 404;
        case ErrorCode::forbidden: return 403;
        case ErrorCode::conflict: return 429;  // too often
        default: return 503;
    }
}

WebAnswer gate_answer(GateFacts const& facts, WebRequest const& request) {
    WebAnswer answer{.status = status_of(facts),
                     .type = request.wants_json ? json : html,
                     .body = request.wants_json ? gate_json(facts) : gate_html(facts, nullptr, {})};
    // RFC 9110, 15.5.2: a 401 says how.
    if (answer.status != 401) return answer;
    if (auto challenge = age::www_authenticate(facts.challenges); !challenge.empty())
        answer.headers.emplace_back("WWW-Authenticate", std::move(challenge));
    else
        answer.status = 403;
    return answer;
}

WebAnswer plain_text(unsigned status, std::string text) {
    return {.status = status, .type = "text/plain; charset=utf-8", .body = std::move(text)};
}

bool is_own(std::string_view host, AgeSite const& site) {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return host.empty() || std::ranges::equal(host, site.name, {}, lower);
}

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        auto const part = path.substr(0, path.find('/'));
        parts.push_back(part);
        path.remove_prefix(std::min(part.size() + 1, path.size()));
    }
    return parts;
}

// The token of a form; none: nothing of use was sent.
std::optional<Bytes> pasted_token(WebRequest const& request) {
    auto const form = age::read_form(request.body);
    auto const* const field = form ? age::find(*form, "token") : nullptr;
    if (field == nullptr) return std::nullopt;
    std::string token;
    for (char const c : *field)
        if (c != ' ' && c != '\r' && c != '\n') token += c;
    return token.empty() ? std::nullopt : from_base64url(token);
}

WebAnswer at_gate(Service& service, Slot slot, std::string_view category, WebRequest const& request) {
    std::optional<Bytes> token;
    bool const shows = request.method == Method::post || !request.authorization.empty();
    if (request.method == Method::post)
        token = pasted_token(request);
    else if (shows)
        token = age::read_authorization(request.authorization);
    if (!shows) return gate_answer(service.gate(slot, category), request);
    if (token) return gate_answer(service.show_token(slot, category, *token), request);
    auto facts = service.gate(slot, category);
    if (facts.min_age != 0) facts.reason = age::Reason::malformed;
    return gate_answer(facts, request);
}

WebAnswer wallet_answer(Service& service, Slot slot, std::string_view category, WebRequest const& request) {
    bool const encrypted = request.query == "mode=direct_post.jwt";
    auto const asked = service.ask_wallet(slot, category, encrypted);
    if (!asked.ok()) {
        return plain_text(status_of(asked.error().code()), asked.error().message() + ".\n");
    }
    if (request.wants_json)
        return {.status = 200,
                .type = json,
                .body = fmt::format("{{\"link\":{},\"request\":{},\"request_uri\":{}}}\n", json_string(asked->link),
                                    asked->request, json_string(asked->request_uri))};
    auto const qr = asked->reference_link.empty() ? std::string{} : qr_svg(asked->reference_link);
    return {.status = 200, .type = html, .body = gate_html(service.gate(slot, category), &*asked, qr)};
}

// OpenID4VP, 8.2: the wallet gets 200 and JSON if its answer was understood, whatever came of it.
WebAnswer document_answer(Service& service, Slot slot, std::string_view id, WebRequest const& request) {
    auto const facts = service.show_document(slot, id, request.body);
    return {.status = facts.reason == age::Reason::malformed ? 400U : 200U, .type = json, .body = gate_json(facts)};
}

WebAnswer request_answer(Service& service, std::string_view id) {
    auto object = service.wallet_request(id);
    if (!object) return plain_text(404, "There is no such request, or it is over: open the gate's page again.\n");
    return {.status = 200, .type = "application/oauth-authz-req+jwt", .body = *std::move(object)};
}

}  // namespace

std::optional<WebAnswer> age_answer(Service& service, Slot slot, WebRequest const& request, AgeSite const& site) {
    if (!request.path.starts_with(proofs_path) || !is_own(request.name, site)) return std::nullopt;
    auto const parts = parts_of(std::string_view{request.path}.substr(proofs_path.size()));
    // A wallet may be a web page of its own; its answer has a secret in its path.
    bool const answers = parts.size() == 2 && parts[0] == "response";
    if (request.cross_site && !answers)
        return plain_text(403, "Open the gate's own page: another site's page may not do this.\n");
    if (parts.size() == 1) return at_gate(service, slot, parts[0], request);
    if (parts.size() != 2) return std::nullopt;
    if (site.transport == Transport::plain)
        return plain_text(404, "Wallets are asked by TLS alone, at the gate's own name.\n");
    if (parts[1] == "wallet") return wallet_answer(service, slot, parts[0], request);
    if (parts[0] == "request") return request_answer(service, parts[1]);
    if (parts[0] == "response" && request.method == Method::post)
        return document_answer(service, slot, parts[1], request);
    return std::nullopt;
}

}  // namespace kindgate::control
