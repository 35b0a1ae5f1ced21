// Address leases: every address that the front answers to a device is in the kernel (maps resolved4, resolved6) before
// the answer leaves. `AddressLeases` is what tests fake.
#pragma once

#include <chrono>
#include <span>

#include "base/category.h"
#include "base/ids.h"
#include "base/ip.h"
#include "base/result.h"

namespace kindgate::kernel {

struct AddressGrant {
    Slot slot;
    IpAddress address;
    CategoryId category = category_unremarkable;
    std::chrono::seconds lifetime{};  // 0: take the lease back
    bool operator==(AddressGrant const&) const = default;
};

// Data thread only.
class AddressLeases {
public:
    virtual ~AddressLeases() = default;
    // One atomic batch, acknowledged by the kernel: on an error nothing of it is in force. Later grants of the same
    // slot and address replace earlier ones, whatever their category.
    virtual Result<void> grant(std::span<AddressGrant const> grants) = 0;
};

}  // namespace kindgate::kernel
