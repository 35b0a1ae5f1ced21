// A kernel that takes every address lease, or refuses when told to. Called by the data thread, asked by the test's.
#pragma once

#include <mutex>
#include <vector>

#include "kernel/address_leases.h"

namespace kindgate::test {

class FakeLeases final : public kernel::AddressLeases {
public:
    Result<void> grant(std::span<kernel::AddressGrant const> grants) override {
        std::scoped_lock const lock{mutex_};
        if (refusing_) return Error{ErrorCode::unavailable, "the kernel refuses"};
        batches_.emplace_back(grants.begin(), grants.end());
        return {};
    }

    void refuse(bool refusing) {
        std::scoped_lock const lock{mutex_};
        refusing_ = refusing;
    }
    std::vector<std::vector<kernel::AddressGrant>> batches() {
        std::scoped_lock const lock{mutex_};
        return batches_;
    }

private:
    std::mutex mutex_;
    bool refusing_ = false;
    std::vector<std::vector<kernel::AddressGrant>> batches_;
};

}  // namespace kindgate::test
