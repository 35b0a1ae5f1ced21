// Usage by ctnetlink: a dump of the flows and their counters. Flows older than the accounting count nothing; what a
// flow moved after the last dump and before it was forgotten goes uncounted (the kernel remembers a closed connection
// for ten seconds to two minutes).
#pragma once

#include <memory>

#include "kernel/usage.h"

namespace kindgate::kernel {

class ConntrackUsage final : public Usage {
public:
    // Opens the socket in the calling thread's network namespace. Needs CAP_NET_ADMIN.
    static Result<std::unique_ptr<ConntrackUsage>> create();
    ~ConntrackUsage() override;
    ConntrackUsage(ConntrackUsage const&) = delete;
    ConntrackUsage& operator=(ConntrackUsage const&) = delete;

    void on_answer(Answer answer) override;
    Result<void> ask() override;
    int event_descriptor() const override;
    void read_events() override;

private:
    class Impl;
    explicit ConntrackUsage(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kindgate::kernel
