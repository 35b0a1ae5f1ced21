// A network that says what the test says.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kernel/neighbours.h"
#include "test.h"

namespace kindgate::test {

class FakeNeighbours final : public kernel::Neighbours {
public:
    Result<void> start(std::vector<std::string> interfaces, Callbacks callbacks) override {
        callbacks_ = std::move(callbacks);
        for (std::uint32_t index = 1; auto const& interface : interfaces) callbacks_.link({interface, true, index++});
        callbacks_.resynced(at_start);
        return {};
    }
    int event_descriptor() const override { return -1; }
    void read_events() override {}

    void tell(kernel::Neighbour const& neighbour) { callbacks_.neighbour(neighbour); }
    void appears(std::string_view mac, std::string_view address, std::string interface = "lan0") {
        tell({std::move(interface), value(Mac::parse(mac)), value(IpAddress::parse(address)), true});
    }
    void leaves(std::string_view mac, std::string_view address, std::string interface = "lan0") {
        tell({std::move(interface), value(Mac::parse(mac)), value(IpAddress::parse(address)), false});
    }
    void resync(std::vector<kernel::Neighbour> const& all) { callbacks_.resynced(all); }
    void link(kernel::Link const& link) { callbacks_.link(link); }

    std::vector<kernel::Neighbour> at_start;

private:
    Callbacks callbacks_;
};

}  // namespace kindgate::test
