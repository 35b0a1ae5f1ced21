// The API's paths: a table, and what each answers by asking the Service. Knows neither sockets nor HTTP's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api_json.h"
#include "api_target.h"
#include "base/result.h"
#include "control/service.h"

namespace kindgate::control {

struct ApiRequest {
    std::string method;  // "GET"
    ApiTarget target;
    std::string argument;                 // what stands where the route's path has {…}
    std::optional<std::string> if_match;  // the header as it came
    std::string body;
    Caller caller;
};

enum class ApiRight : std::uint8_t { read, change };

struct ApiRoute {
    std::string_view method;
    std::string_view path;   // "/v1/devices/{mac}"
    std::string_view query;  // fields that it takes: "device profile at"
    ApiRight right = ApiRight::read;
    std::size_t body_limit = 0;  // bytes
    // nullptr: the stream of events.
    Result<ApiResponse> (*answer)(Service& service, ApiRequest const& request) = nullptr;
};

std::span<ApiRoute const> api_routes();

// The route, or why there is none: a path or method that isn't there, a query field that it doesn't take, a caller that
// may not. Decided before a body is read.
struct ApiMatch {
    ApiRoute const* route = nullptr;
    std::string argument;
    ApiResponse refusal;  // without a route
};
ApiMatch match_route(std::string_view method, ApiTarget const& target, Caller const& caller);

// Never throws: what a handler throws becomes status 500.
ApiResponse answer(ApiRoute const& route, Service& service, ApiRequest const& request);

}  // namespace kindgate::control
