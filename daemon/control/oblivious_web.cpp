#include "oblivious_web.h"

#include <fmt/format.h>

#include "report/ohttp.h"

namespace kindgate::control {

namespace {

// RFC 9458, 5.
constexpr std::string_view request_type = "message/ohttp-req";
constexpr std::string_view reply_type = "message/ohttp-res";

Result<report::EncapsulatedRequest> wrapped(HttpRequest const& request, policy::OhttpRelay const& relay) {
    auto const config = KG_TRY(report::choose(KG_TRY(report::decode_ohttp_keys(relay.keys))));
    return report::encapsulate(request, {config, crypto::AgreementKey::at_random(config.suite()->kem)});
}

Result<HttpReply> unwrapped(report::OhttpState const& state, HttpReply const& reply) {
    if (reply.status != 200 || field(reply.fields, "Content-Type") != reply_type)
        return Error{ErrorCode::unavailable, fmt::format("the relay answers {}", reply.status)};
    return report::decapsulate(state, reply.body);
}

}  // namespace

void ObliviousWeb::ask(HttpRequest request, std::function<void(Result<HttpReply>)> then) {
    if (!relay_) return web_.ask(std::move(request), std::move(then));
    auto inner = wrapped(request, *relay_);
    if (!inner.ok()) return then(inner.error().within("the relay's keys"));
    HttpRequest outer{
        "POST", relay_->url, {{"Content-Type", std::string{request_type}}}, std::move(inner.value().body)};
    // std::function copies what it holds, and secrets are not copied.
    auto state = std::make_shared<report::OhttpState>(std::move(inner.value().state));
    web_.ask(std::move(outer), [state, then = std::move(then)](Result<HttpReply> const& reply) {
        then(reply.ok() ? unwrapped(*state, *reply) : reply);
    });
}

}  // namespace kindgate::control
