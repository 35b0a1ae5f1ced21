// Connection tracking entries by slot, through ctnetlink. Control thread only.
#pragma once

#include <memory>

#include "kernel/table.h"

namespace kindgate::kernel {

class ConntrackFlows final : public Flows {
public:
    // Opens the socket in the calling thread's network namespace. Needs CAP_NET_ADMIN.
    static Result<std::unique_ptr<ConntrackFlows>> create();
    ~ConntrackFlows() override;
    ConntrackFlows(ConntrackFlows const&) = delete;
    ConntrackFlows& operator=(ConntrackFlows const&) = delete;

    Result<std::size_t> end(std::vector<Slot> const& slots) override;
    Result<std::size_t> move(Slot from, Slot to) override;

private:
    class Impl;
    explicit ConntrackFlows(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kindgate::kernel
