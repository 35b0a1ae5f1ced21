#include "oblivious.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "report/ohttp.h"

namespace kindgate::dap {

namespace {

constexpr std::string_view keys_type = "application/ohttp-keys";
constexpr std::string_view request_type = "message/ohttp-req";
constexpr std::string_view response_type = "message/ohttp-res";

HttpReply with(unsigned status, std::string_view type, Bytes body) {
    return {status, {{"Content-Type", std::string{type}}}, std::move(body)};
}

// RFC 9458, 5.3: the client fetches the keys anew.
HttpReply unknown_key() {
    static constexpr std::string_view said =
        R"({"type":"https://iana.org/assignments/http-problem-types#ohttp-key","title":"key identifier unknown"})";
    auto const bytes = bytes_of(said);
    return with(400, "application/problem+json", {bytes.begin(), bytes.end()});
}

std::string_view id_of(KeyRing const& keys, ByteView body) {
    return !body.empty() && body.front() == keys.newest().config.id ? "a request that doesn't open" : "an unknown key";
}

}  // namespace

HttpReply Gateway::answer(HttpRequest const& request, Caller const& caller) {
    if (keys_.rotate_once(caller.faults.rotate)) {
        setup_.log(fmt::format("key {}", keys_.newest().config.id));
        if (setup_.keep_keys) setup_.keep_keys(keys_.text());
    }
    bool const asks_keys = request.url.ends_with("/ohttp-keys") || request.url.ends_with("/.well-known/ohttp-gateway");
    if (request.method == "GET" && asks_keys) return keys(caller.faults);
    if (request.method != "POST") return problem_reply({ProblemType::none, "no such resource", 404}, nullptr);
    if (field(request.fields, "Content-Type") != request_type)
        return problem_reply({ProblemType::none, "the body has to be message/ohttp-req", 415}, nullptr);
    auto const& [key, config] = keys_.newest();
    auto opened = report::open_request({&config, 1}, key, request.body);
    if (!opened.ok()) {
        setup_.log(fmt::format("refused {} from {}", id_of(keys_, request.body), caller.address));
        return unknown_key();
    }
    report::SystemRandom random;
    auto const sealed = report::seal_reply(opened->state, ask(std::move(opened->request)), random);
    return sealed.ok() ? with(200, response_type, *sealed)
                       : problem_reply({ProblemType::none, sealed.error().message(), 500}, nullptr);
}

HttpReply Gateway::keys(Faults const& faults) const {
    auto config = keys_.newest().config;
    if (faults.wrong_key) config.public_key = nobodys_.config.public_key;
    return with(200, keys_type, report::encode_ohttp_keys({&config, 1}));
}

HttpReply Gateway::ask(HttpRequest request) const {
    setup_.log(fmt::format("asks {} {}", request.method, request.url));
    bool const may = setup_.targets.empty() || std::ranges::any_of(setup_.targets, [&](auto const& target) {
                         return request.url.starts_with(target);
                     });
    if (!may) return problem_reply({ProblemType::none, "this gateway doesn't ask there", 403}, nullptr);
    auto reply = setup_.send(request);
    if (!reply.ok()) return problem_reply({ProblemType::none, reply.error().message(), 504}, nullptr);
    // Of the connection, not of the answer (RFC 9292, 3.6, RFC 9110, 7.6.1).
    std::erase_if(reply->fields, [](auto const& one) {
        static constexpr std::array of_connection{"connection", "content-length", "transfer-encoding", "keep-alive"};
        return std::ranges::any_of(of_connection, [&](auto name) { return !field({one}, name).empty(); });
    });
    return std::move(reply).value();
}

HttpReply Relay::answer(HttpRequest const& request, Caller const& caller) const {
    auto const said = [&](std::size_t answered) {
        log_(fmt::format("relayed {} octets from {}, {} back", request.body.size(), caller.address, answered));
    };
    if (request.method != "POST" || field(request.fields, "Content-Type") != request_type)
        return problem_reply({ProblemType::none, "only POST of message/ohttp-req", 415}, nullptr);
    auto reply = send_({"POST", gateway_, {{"Content-Type", std::string{request_type}}}, request.body});
    said(reply.ok() ? reply->body.size() : 0);
    if (!reply.ok()) return problem_reply({ProblemType::none, "the gateway doesn't answer", 502}, nullptr);
    return with(reply->status, field(reply->fields, "Content-Type"), std::move(reply->body));
}

Send oblivious(std::string relay, report::HpkeConfig gateway, Send send) {
    return [relay = std::move(relay), gateway = std::move(gateway),
            send = std::move(send)](HttpRequest const& request) -> Result<HttpReply> {
        auto const suite = gateway.suite();
        if (!suite) return Error{ErrorCode::invalid_input, "the gateway's key has unknown algorithms"};
        report::Recipient const to{gateway, crypto::AgreementKey::at_random(suite->kem)};
        auto sealed = KG_TRY(report::encapsulate(request, to));
        auto const reply =
            KG_TRY(send({"POST", relay, {{"Content-Type", std::string{request_type}}}, std::move(sealed.body)}));
        if (reply.status != 200 || field(reply.fields, "Content-Type") != response_type)
            return Error{ErrorCode::unavailable, fmt::format("the relay answers {}", reply.status)};
        return report::decapsulate(sealed.state, reply.body);
    };
}

Result<report::HpkeConfig> fetched_gateway(Result<HttpReply> const& reply) {
    if (!reply.ok()) return reply.error();
    if (reply->status != 200 || field(reply->fields, "Content-Type") != keys_type)
        return Error{ErrorCode::unavailable, fmt::format("the gateway answers {} instead of keys", reply->status)};
    return report::choose(KG_TRY(report::decode_ohttp_keys(reply->body)));
}

}  // namespace kindgate::dap
