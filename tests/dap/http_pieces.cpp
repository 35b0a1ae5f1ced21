#include "http_pieces.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_string.h"

namespace kindgate::dap {

std::string media_type(std::string_view message) {
    return fmt::format("application/ppm-dap;message={}", message);
}

std::string url_below(std::string const& base, std::string_view path) {
    return fmt::format("{}{}{}", base, base.ends_with('/') ? "" : "/", path);
}

std::string task_url(std::string const& base, report::TaskId const& id, std::string_view resource) {
    return url_below(base, fmt::format("tasks/{}/{}", base64url_unpadded(id), resource));
}

HttpReply problem_reply(Problem const& problem, report::TaskId const* task) {
    std::string json = "{";
    if (problem.type != ProblemType::none)
        json += fmt::format(R"("type":"urn:ietf:params:ppm:dap:error:{}",)", text(problem.type));
    if (task != nullptr) json += fmt::format(R"("taskid":"{}",)", base64url_unpadded(*task));
    json += fmt::format(R"("status":{},"detail":{}}})", problem.status, json_string(problem.detail));
    auto const bytes = bytes_of(json);
    return {problem.status, {{"Content-Type", "application/problem+json"}}, {bytes.begin(), bytes.end()}};
}

HttpRequest post(report::Task const& task, std::string url, std::string_view message, Bytes body) {
    return {"POST",
            std::move(url),
            {{"Content-Type", media_type(message)}, {"DAP-Taskprov", report::taskprov_header(task)}},
            std::move(body)};
}

Result<Bytes> body_of(Result<HttpReply> const& reply, std::string_view message) {
    if (!reply.ok()) return reply.error();
    auto const type = field(reply->fields, "Content-Type");
    if (reply->status / 100 == 2 && type == media_type(message)) return reply->body;
    constexpr std::size_t most = 300;
    return Error{ErrorCode::unavailable,
                 fmt::format("no {} but {} {} {}", message, reply->status, type,
                             type.starts_with("application/problem+json")
                                 ? text_of(reply->body).substr(0, std::min(reply->body.size(), most))
                                 : std::string_view{})};
}

}  // namespace kindgate::dap
