// What an aggregator answers, without sockets: its HPKE configurations, and what is asked about a task. Leader and
// helper are told apart in leader_service.h and helper_service.h. One thread at a time.
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "batches.h"
#include "faults.h"
#include "http_pieces.h"
#include "key_ring.h"

namespace kindgate::dap {

struct Setup {
    report::Seed secret{};               // that leader and helper share
    std::optional<std::uint64_t> least;  // for tests alone: the least batch, instead of a task's own
    std::optional<report::HpkeConfig> collector;
    std::chrono::seconds max_age{86400};                  // of the HPKE configurations
    std::function<void(std::string const&)> log;          // a line
    std::function<void(std::string const&)> keep_keys{};  // KeyRing::text(), when it changes; may be missing
};

class Service {
public:
    Service(Setup setup, KeyRing keys) : setup_(std::move(setup)), keys_(std::move(keys)) {}
    virtual ~Service() = default;
    Service(Service const&) = delete;
    Service& operator=(Service const&) = delete;

    // Learns it, if it is new. invalid_input: it isn't one that can be worked on.
    Result<void> learn(report::Task const& task);
    // `request.url`: the target alone, "/tasks/…". What the faults ask of the connection is the caller's.
    HttpReply answer(HttpRequest const& request, Caller const& caller);

protected:
    Setup const& setup() const { return setup_; }
    KeyRing const& keys() const { return keys_; }
    void log(std::string const& line) const { setup_.log(line); }

    virtual bool knows(report::TaskId const& id) const = 0;
    virtual void add(Batches batches) = 0;
    // POST to a resource of a task that is known.
    virtual Answered<HttpReply> post(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                                     Caller const& caller) = 0;
    // What such a request makes has a name of its own, by which it can be asked for again.
    virtual bool makes(std::string_view resource) const = 0;

private:
    HttpReply configurations(Faults const& faults) const;
    Answered<HttpReply> of_task(std::string_view path, HttpRequest const& request, Caller const& caller);
    Answered<HttpReply> made(report::TaskId const& id, std::string_view resource, HttpRequest const& request,
                             Caller const& caller);

    Setup setup_;
    KeyRing keys_;
    OwnKey nobodys_ = OwnKey::at_random(0);
    std::map<std::string, HttpReply> made_{};  // by path
};

// The message in the body, if the media type says that it's this one.
template <typename Message>
Answered<Message> message_of(HttpRequest const& request, std::string_view name, Result<Message> (*decode)(ByteView)) {
    if (field(request.fields, "Content-Type") != media_type(name))
        return problem(ProblemType::none, "the body has to be " + media_type(name), 415);
    auto message = decode(request.body);
    if (!message.ok()) return problem(ProblemType::invalid_message, message.error().message());
    return std::move(message).value();
}

// "outdated_config (11)"
std::string code(report::ReportError error);

}  // namespace kindgate::dap
