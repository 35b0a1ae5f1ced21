// The kernel's neighbours and links, through libnl. Control thread only.
#pragma once

#include <memory>

#include "kernel/neighbours.h"

namespace kindgate::kernel {

class NlNeighbours final : public Neighbours {
public:
    // Opens the sockets in the calling thread's network namespace.
    static Result<std::unique_ptr<NlNeighbours>> create();
    ~NlNeighbours() override;
    NlNeighbours(NlNeighbours const&) = delete;
    NlNeighbours& operator=(NlNeighbours const&) = delete;

    Result<void> start(std::vector<std::string> interfaces, Callbacks callbacks) override;
    int event_descriptor() const override;
    void read_events() override;

private:
    class Impl;
    explicit NlNeighbours(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kindgate::kernel
