// What DAP says in HTTP (draft-ietf-ppm-dap-18, 3): media types, resources, problems.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "problem.h"
#include "report/task.h"

namespace kindgate::dap {

// To another party, and its answer.
using Send = std::function<Result<HttpReply>(HttpRequest const&)>;

std::string media_type(std::string_view message);  // "application/ppm-dap;message=upload-req"

// {base}tasks/{id}/{resource}
std::string task_url(std::string const& base, report::TaskId const& id, std::string_view resource);
std::string url_below(std::string const& base, std::string_view path);

HttpReply problem_reply(Problem const& problem, report::TaskId const* task);

// POST of a message about a task, which the receiver learns from DAP-Taskprov.
HttpRequest post(report::Task const& task, std::string url, std::string_view message, Bytes body);
// The body of an answer of 2xx that holds this message. Another: unavailable, with what the answer says.
Result<Bytes> body_of(Result<HttpReply> const& reply, std::string_view message);

}  // namespace kindgate::dap
