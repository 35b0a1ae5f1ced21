// The table `inet kindgate` in a real kernel, by netlink (libnftnl and libmnl; no nft process). docs/kernel-contract.md
// says what the table holds. Control thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "kernel/table.h"

namespace kindgate::kernel {

// How a lease gets another end.
enum class Extension : std::uint8_t {
    in_place,  // Linux 6.12 and later: adding the element again changes its timeout
    replace,   // before: deleted and added in one batch
};

class NftTable final : public Table {
public:
    struct Options {
        // What this kernel can is found out by a scratch table without hooks; tests force the path of older kernels.
        std::optional<Extension> extension;
    };

    // Opens the sockets (in the calling thread's network namespace) and finds out what the kernel can. The table itself
    // is neither read nor changed yet. Needs CAP_NET_ADMIN.
    static Result<std::unique_ptr<NftTable>> create(Options options);
    ~NftTable() override;
    NftTable(NftTable const&) = delete;
    NftTable& operator=(NftTable const&) = delete;

    Extension extension() const;

    // Installs the table without a lease, unless it is there already. True: it was installed.
    Result<bool> close_if_missing(std::set<std::string> lan);

    Result<Applied> apply(Wanted const& wanted) override;
    Result<void> prepare(Wanted const& wanted) override;
    Result<Applied> send_prepared() override;
    Result<void> resync() override;
    Result<void> remove() override;
    void on_foreign_change(std::function<void()> callback) override;
    int event_descriptor() const override;
    void read_events() override;

private:
    class Impl;
    explicit NftTable(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kindgate::kernel
