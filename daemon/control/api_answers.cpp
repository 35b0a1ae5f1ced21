#include "api_answers.h"

#include <malloc.h>

#include <charconv>

#include <fmt/format.h>

#include "age/http_auth.h"
#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"

namespace kindgate::control {

namespace {

Error wrong(std::string message) {
    return {ErrorCode::invalid_input, std::move(message)};
}

Result<Who> who_of(ApiTarget const& target) {
    Who who{std::string{target.field("device")}, std::string{target.field("profile")}};
    if (who.device.empty() == who.profile.empty())
        return wrong(fmt::format("{}: say device=ID or profile=ID, one of the two", target.path()));
    return who;
}

Result<void> require(ApiTarget const& target, std::string_view field) {
    if (target.field(field).empty()) return wrong(fmt::format("{}: '{}' is missing", target.path(), field));
    return {};
}

Result<std::uint64_t> override_id(std::string_view text) {
    std::uint64_t id = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size())
        return wrong(fmt::format("'{}' is not an override's id: GET /v1/overrides lists them", text));
    return id;
}

// The schema's enums are open: a number that is no mode would pass.
Result<void> check_mode(v1::GiveOverride const& request) {
    if (!v1::Mode_IsValid(request.mode()) || request.mode() == v1::MODE_UNSPECIFIED)
        return wrong("'mode' is missing: OPEN, LEARNING or OFF");
    return {};
}

Result<ApiResponse> verdict_response(PolicyVerdict const& verdict, unsigned conflict_status) {
    if (!verdict.error.empty()) {
        auto const status = verdict.code == ErrorCode::conflict ? conflict_status : status_of(verdict.code);
        return error_response(status, verdict.error, verdict.details);
    }
    v1::PolicyAnswer answer;
    answer.set_revision(verdict.revision);
    for (auto const& warning : verdict.warnings) answer.add_warnings(warning);
    return json_response(answer);
}

std::string quoted(std::string_view revision) {
    return fmt::format("\"{}\"", revision);
}

v1::AgeGateAnswer message_of(GateFacts const& facts) {
    v1::AgeGateAnswer answer;
    answer.set_verdict(facts.open() ? "ACCEPT" : "REFUSE");
    answer.set_reason(std::string{facts.word()});
    answer.set_min_age(facts.min_age);
    answer.set_text(facts.text());
    if (facts.until) answer.set_until(policy::rfc3339(*facts.until));
    answer.set_until_text(facts.until_text);
    answer.set_challenge(age::www_authenticate(facts.challenges));
    return answer;
}

ApiResponse text_response(PolicyText policy) {
    return {.content_type = "text/plain; charset=utf-8",
            .body = std::move(policy.text),
            .headers = {{"ETag", quoted(policy.revision)}}};
}

}  // namespace

Result<ApiResponse> get_status(Service& service, ApiRequest const&) {
    return json_response(service.status());
}

Result<ApiResponse> get_devices(Service& service, ApiRequest const&) {
    return json_response(service.devices());
}

Result<ApiResponse> put_device(Service& service, ApiRequest const& request) {
    auto const mac = KG_TRY(Mac::parse(request.argument));
    v1::PlaceDevice place;
    KG_TRY(from_json(request.body, place));
    return json_response(KG_TRY(service.place(mac, place, request.caller)));
}

Result<ApiResponse> get_leases(Service& service, ApiRequest const&) {
    return json_response(service.leases());
}

Result<ApiResponse> get_explain(Service& service, ApiRequest const& request) {
    auto const who = KG_TRY(who_of(request.target));
    return json_response(KG_TRY(service.explain(who, request.target.field("at"), request.target.field("domain"))));
}

Result<ApiResponse> get_timeline(Service& service, ApiRequest const& request) {
    auto const who = KG_TRY(who_of(request.target));
    for (auto const* field : {"from", "to"}) KG_TRY(require(request.target, field));
    return json_response(KG_TRY(service.timeline(who, request.target.field("from"), request.target.field("to"))));
}

Result<ApiResponse> get_overrides(Service& service, ApiRequest const&) {
    return json_response(service.overrides());
}

Result<ApiResponse> post_override(Service& service, ApiRequest const& request) {
    v1::GiveOverride give;
    KG_TRY(from_json(request.body, give));
    KG_TRY(check_mode(give));
    return json_response(KG_TRY(service.give(give, request.caller)));
}

Result<ApiResponse> delete_overrides_of(Service& service, ApiRequest const& request) {
    KG_TRY(require(request.target, "who"));
    return json_response(KG_TRY(service.end_overrides_of(request.target.field("who"), request.caller)));
}

Result<ApiResponse> delete_override(Service& service, ApiRequest const& request) {
    auto const id = KG_TRY(override_id(request.argument));
    return json_response(KG_TRY(service.end_override(id, request.caller)));
}

Result<ApiResponse> get_policy(Service& service, ApiRequest const&) {
    return text_response(KG_TRY(service.policy()));
}

Result<ApiResponse> get_revisions(Service& service, ApiRequest const&) {
    return json_response(KG_TRY(service.policy_revisions()));
}

Result<ApiResponse> get_revision(Service& service, ApiRequest const& request) {
    return text_response(KG_TRY(service.policy_revision(request.argument)));
}

Result<ApiResponse> put_policy(Service& service, ApiRequest const& request) {
    if (!request.if_match)
        return error_response(428,
                              "PUT /v1/policy needs If-Match with the ETag of the GET that it changes, so that "
                              "nobody's change is lost; * replaces whatever is there");
    auto const tag = parse_if_match(*request.if_match);
    if (!tag.ok()) return tag.error();
    auto const verdict = service.replace_policy(request.body, *tag == "*" ? "" : *tag, request.caller);
    auto response = KG_TRY(verdict_response(verdict, 412));
    if (verdict.error.empty()) response.headers.emplace_back("ETag", quoted(verdict.revision));
    return response;
}

// Checking takes the gate's own time: from who may only read, no more of it than a school's policy needs.
constexpr std::size_t readers_policy = std::size_t{512} * 1024;

Result<ApiResponse> post_validate(Service& service, ApiRequest const& request) {
    if (!request.caller.may_change && request.body.size() > readers_policy)
        return error_response(413, fmt::format("who may not change the policy may have {} KiB of it checked here: "
                                               "check it with kindgate policy check FILE",
                                               readers_policy / 1024));
    auto response = verdict_response(service.validate(request.body), 409);
    // A large policy that is only checked must not make the daemon larger for ever.
    static_cast<void>(malloc_trim(0));
    return response;
}

Result<ApiResponse> get_age_gate(Service& service, ApiRequest const& request) {
    for (auto const* field : {"device", "category"}) KG_TRY(require(request.target, field));
    auto const slot = KG_TRY(service.slot_of(request.target.field("device")));
    return json_response(message_of(service.gate(slot, request.target.field("category"))));
}

Result<ApiResponse> delete_age_opened(Service& service, ApiRequest const& request) {
    auto const& target = request.target;
    KG_TRY(require(target, "who"));
    return json_response(KG_TRY(service.close_opened(target.field("who"), target.field("category"), request.caller)));
}

Result<ApiResponse> post_age_proof(Service& service, ApiRequest const& request) {
    v1::ShowProof show;
    KG_TRY(from_json(request.body, show));
    auto const token = from_base64url(show.token());
    if (!token || token->empty()) return wrong("'token' is not base64url");
    auto const slot = KG_TRY(service.slot_of(show.device()));
    return json_response(message_of(service.show_token(slot, show.category(), *token)));
}

Result<ApiResponse> get_report(Service& service, ApiRequest const&) {
    return json_response(service.report_status());
}

Result<ApiResponse> put_report(Service& service, ApiRequest const& request) {
    v1::SwitchReports to;
    KG_TRY(from_json(request.body, to));
    if (!to.has_on()) return wrong("'on' is missing: true or false");
    return json_response(KG_TRY(service.switch_reports(to.on(), request.caller)));
}

Result<ApiResponse> get_report_preview(Service& service, ApiRequest const&) {
    return json_response(service.report_preview());
}

Result<ApiResponse> get_report_figures(Service& service, ApiRequest const& request) {
    return json_response(KG_TRY(service.report_figures(request.target.field("from"), request.target.field("to"))));
}

Result<ApiResponse> post_report_summary(Service& service, ApiRequest const& request) {
    v1::MakeSummary asked;
    KG_TRY(from_json(request.body, asked));
    return json_response(KG_TRY(service.report_summary(asked)));
}

Result<ApiResponse> post_report_send(Service& service, ApiRequest const& request) {
    return json_response(KG_TRY(service.send_reports(request.caller)));
}

Result<ApiResponse> post_release(Service& service, ApiRequest const& request) {
    KG_TRY(service.release(request.caller));
    return ApiResponse{.body = "{}\n"};
}

Result<ApiResponse> post_clock(Service& service, ApiRequest const& request) {
    v1::MoveClock move;
    KG_TRY(from_json(request.body, move));
    return json_response(KG_TRY(service.move_clock(move, request.caller)));
}

}  // namespace kindgate::control
