// Who answers devices' questions for names, as control sees it: main.cpp gives the DNS front, tests fake it.
#pragma once

#include <memory>

#include "policy/view.h"

namespace kindgate::control {

class NamesFront {
public:
    virtual ~NamesFront() = default;
    // Holds from the next question on. Never null.
    virtual void publish(std::shared_ptr<policy::View const> view) = 0;
    // The kernel's table was installed anew: the leases of addresses are gone.
    virtual void reinstall_leases() = 0;
};

}  // namespace kindgate::control
