#include "api_routes.h"

#include <algorithm>
#include <exception>
#include <vector>

#include <fmt/format.h>

#include "api_answers.h"

namespace kindgate::control {

namespace {

constexpr std::size_t json_limit = 64U << 10U;
constexpr std::size_t policy_limit = 4U << 20U;

using enum ApiRight;

constexpr ApiRoute routes[] = {
    {"GET", "/v1/status", "", read, 0, get_status},
    {"GET", "/v1/devices", "", read, 0, get_devices},
    {"PUT", "/v1/devices/{mac}", "", change, json_limit, put_device},
    {"GET", "/v1/leases", "", read, 0, get_leases},
    {"GET", "/v1/explain", "device profile at domain", read, 0, get_explain},
    {"GET", "/v1/timeline", "device profile from to", read, 0, get_timeline},
    {"GET", "/v1/overrides", "", read, 0, get_overrides},
    {"POST", "/v1/overrides", "", change, json_limit, post_override},
    {"DELETE", "/v1/overrides", "who", change, 0, delete_overrides_of},
    {"DELETE", "/v1/overrides/{id}", "", change, 0, delete_override},
    {"GET", "/v1/policy", "", read, 0, get_policy},
    {"PUT", "/v1/policy", "", change, policy_limit, put_policy},
    {"GET", "/v1/policy/revisions", "", read, 0, get_revisions},
    {"GET", "/v1/policy/revisions/{revision}", "", read, 0, get_revision},
    {"POST", "/v1/policy/validate", "", read, policy_limit, post_validate},
    {"GET", "/v1/age/gate", "device category", read, 0, get_age_gate},
    {"DELETE", "/v1/age/opened", "who category", change, 0, delete_age_opened},
    {"POST", "/v1/age/proof", "", change, json_limit, post_age_proof},
    {"GET", "/v1/report", "", read, 0, get_report},
    {"PUT", "/v1/report", "", change, json_limit, put_report},
    {"GET", "/v1/report/preview", "", change, 0, get_report_preview},
    {"GET", "/v1/report/figures", "from to", change, 0, get_report_figures},
    {"POST", "/v1/report/summary", "", change, json_limit, post_report_summary},
    {"POST", "/v1/report/send", "", change, json_limit, post_report_send},
    {"GET", "/v1/events", "", read, 0, nullptr},
    {"POST", "/v1/release", "", change, json_limit, post_release},
    {"POST", "/v1/clock", "", change, json_limit, post_clock},
};

// The argument ("" if the path has none); nothing if it is another path.
std::optional<std::string> match_path(std::string_view path, std::vector<std::string> const& segments) {
    std::string argument;
    std::size_t i = 0;
    for (path.remove_prefix(1); !path.empty(); ++i) {
        auto const end = std::min(path.find('/'), path.size());
        auto const part = path.substr(0, end);
        if (i == segments.size()) return std::nullopt;
        if (part.starts_with('{'))
            argument = segments[i];
        else if (part != segments[i])
            return std::nullopt;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    if (i != segments.size()) return std::nullopt;
    return argument;
}

bool takes(ApiRoute const& route, std::string_view field) {
    auto const position = fmt::format(" {} ", route.query).find(fmt::format(" {} ", field));
    return !field.empty() && field.find(' ') == std::string_view::npos && position != std::string::npos;
}

ApiResponse no_such_path(ApiTarget const& target) {
    std::vector<std::string_view> paths;
    for (auto const& route : routes)
        if (paths.empty() || paths.back() != route.path) paths.push_back(route.path);
    return error_response(404, fmt::format("there is no {}; there are: {}", target.path(), fmt::join(paths, ", ")));
}

ApiResponse wrong_method(std::string_view method, ApiTarget const& target, std::string const& allowed) {
    auto response =
        error_response(405, fmt::format("{} doesn't take {}; it takes: {}", target.path(), method, allowed));
    response.headers.emplace_back("Allow", allowed);
    return response;
}

// Why this route doesn't take the request, if so.
std::optional<ApiResponse> refuse(ApiRoute const& route, ApiTarget const& target, Caller const& caller) {
    if (route.right == change && !caller.may_change)
        return error_response(403, fmt::format("{} may only read, and no figures of the house: root, the "
                                               "daemon's user and members of the board's admin_groups may do more",
                                               caller.user));
    for (auto const& [name, value] : target.query)
        if (!takes(route, name))
            return error_response(400, fmt::format("{} {} doesn't take '{}'; it takes: {}", route.method, route.path,
                                                   name, route.query.empty() ? "nothing" : route.query));
    return std::nullopt;
}

}  // namespace

std::span<ApiRoute const> api_routes() {
    return routes;
}

ApiMatch match_route(std::string_view method, ApiTarget const& target, Caller const& caller) {
    std::string allowed;
    for (auto const& route : routes) {
        auto argument = match_path(route.path, target.segments);
        if (!argument) continue;
        if (route.method == method) {
            auto refusal = refuse(route, target, caller);
            if (refusal) return {nullptr, "", *std::move(refusal)};
            return {&route, *std::move(argument), {}};
        }
        allowed += (allowed.empty() ? "" : ", ") + std::string{route.method};
    }
    return {nullptr, "", allowed.empty() ? no_such_path(target) : wrong_method(method, target, allowed)};
}

ApiResponse answer(ApiRoute const& route, Service& service, ApiRequest const& request) {
    try {
        auto response = route.answer(service, request);
        return response.ok() ? std::move(response).value() : error_response(response.error());
    } catch (std::exception const& failure) {
        return error_response(500, fmt::format("{} {} failed: {}", route.method, route.path, failure.what()));
    }
}

}  // namespace kindgate::control
