#include "service.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/sha2.h"

namespace kindgate::dap {

namespace {

constexpr std::size_t id_size = 16;  // of what is made: octets of its content's digest

std::optional<report::TaskId> task_id(std::string_view text) {
    auto const octets = from_base64url(text);
    report::TaskId id{};
    if (!octets || octets->size() != id.size()) return std::nullopt;
    std::ranges::copy(*octets, id.begin());
    return id;
}

}  // namespace

std::string code(report::ReportError error) {
    auto const words = report::text(error);
    return words.substr(0, words.find(':'));
}

Result<void> Service::learn(report::Task const& task) {
    if (knows(task.id())) return {};
    add(KG_TRY(Batches::create(task, setup_.secret, setup_.least)));
    log(fmt::format("task {}", base64url_unpadded(task.id())));
    return {};
}

HttpReply Service::answer(HttpRequest const& request, Caller const& caller) {
    if (keys_.rotate_once(caller.faults.rotate)) {
        log(fmt::format("key {}", keys_.newest().config.id));
        if (setup_.keep_keys) setup_.keep_keys(keys_.text());
    }
    // Whatever stands before is the path of the aggregator's own URL.
    std::string_view const path{request.url};
    if (path.ends_with("/hpke_config"))
        return request.method == "GET" ? configurations(caller.faults)
                                       : problem_reply({ProblemType::none, "only GET", 405}, nullptr);
    constexpr std::string_view tasks = "/tasks/";
    auto const start = path.find(tasks);
    if (start == std::string_view::npos) return problem_reply({ProblemType::none, "no such resource", 404}, nullptr);
    auto const of_task = path.substr(start + tasks.size());
    auto const id = task_id(of_task.substr(0, of_task.find('/')));
    auto reply = this->of_task(of_task, request, caller);
    return reply ? *reply : problem_reply(reply.error(), id ? &*id : nullptr);
}

HttpReply Service::configurations(Faults const& faults) const {
    auto config = keys_.newest().config;
    if (faults.wrong_key) config.public_key = nobodys_.config.public_key;
    return {200,
            {{"Content-Type", media_type("hpke-config-list")},
             {"Cache-Control", fmt::format("max-age={}", setup_.max_age.count())}},
            report::encode({&config, 1})};
}

// `path`: behind /tasks/.
Answered<HttpReply> Service::of_task(std::string_view path, HttpRequest const& request, Caller const& caller) {
    auto const slash = std::min(path.find('/'), path.size());
    auto const id = task_id(path.substr(0, slash));
    if (!id) return problem(ProblemType::none, "no such resource", 404);
    if (auto const header = field(request.fields, "DAP-Taskprov"); !header.empty()) {
        auto const task = report::read_taskprov_header(header);
        if (!task.ok()) return problem(ProblemType::invalid_message, task.error().message());
        if (task->id() != *id) return problem(ProblemType::unrecognized_task, "DAP-Taskprov has another task");
        if (auto const learned = learn(*task); !learned.ok())
            return problem(ProblemType::invalid_message, learned.error().message());
    }
    if (!knows(*id)) return problem(ProblemType::unrecognized_task, "this task is not known here");
    auto const resource = path.substr(std::min(slash + 1, path.size()));
    if (request.method == "GET") {
        auto const found = made_.find(std::string{path});
        if (found == made_.end()) return problem(ProblemType::none, "no such resource", 404);
        auto reply = found->second;
        reply.status = 200;
        return reply;
    }
    if (request.method != "POST") return problem(ProblemType::none, "only GET and POST", 405);
    return makes(resource) ? made(*id, resource, request, caller) : post(*id, resource, request, caller);
}

// 3.2: asked for the same again, a server does it once.
Answered<HttpReply> Service::made(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                                  Caller const& caller) {
    auto const digest = crypto::sha256(ByteView{request.body});
    auto const path =
        fmt::format("{}/{}/{}", base64url_unpadded(id), resource, base64url_unpadded(ByteView{digest}.first(id_size)));
    if (auto const found = made_.find(path); found != made_.end()) return found->second;
    auto reply = post(id, resource, request, caller);
    if (!reply) return reply;
    reply->status = 201;
    reply->fields.emplace_back("Location", fmt::format("/tasks/{}", path));
    made_.emplace(path, *reply);
    return reply;
}

}  // namespace kindgate::dap
