// A DNS front that keeps what it was told last.
#pragma once

#include <utility>

#include "control/names_front.h"

namespace kindgate::test {

class FakeFront final : public control::NamesFront {
public:
    void publish(std::shared_ptr<policy::View const> next) override { view = std::move(next); }
    void reinstall_leases() override { ++reinstalled; }

    std::shared_ptr<policy::View const> view;
    int reinstalled = 0;
};

}  // namespace kindgate::test
