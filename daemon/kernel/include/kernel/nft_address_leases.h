// Address leases in a real kernel, by netlink: elements of resolved4 and resolved6 of table `inet kindgate`
// (docs/kernel-contract.md). Data thread only; NftTable leaves these two maps alone.
#pragma once

#include <memory>

#include "kernel/address_leases.h"
#include "kernel/nft_table.h"

namespace kindgate::kernel {

class NftAddressLeases final : public AddressLeases {
public:
    // Opens a socket of its own in the calling thread's network namespace. `extension`: what NftTable found out about
    // this kernel. Needs CAP_NET_ADMIN.
    static Result<std::unique_ptr<NftAddressLeases>> create(Extension extension);
    ~NftAddressLeases() override;
    NftAddressLeases(NftAddressLeases const&) = delete;
    NftAddressLeases& operator=(NftAddressLeases const&) = delete;

    // Errors: `invalid_input`, a grant that no kernel could take; `unavailable`, there is no table (it may come back at
    // any moment), or a map is full.
    Result<void> grant(std::span<AddressGrant const> grants) override;

private:
    class Impl;
    explicit NftAddressLeases(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kindgate::kernel
