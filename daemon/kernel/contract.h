// Table `inet kindgate` without its elements: sets, chains and rules of docs/kernel-contract.md, as netlink messages.
// The one place that knows them; the skeleton of a dumped table is compared with what this builds.
#pragma once

#include <array>
#include <cstdint>

#include "base/ip.h"
#include "message.h"

struct nlmsghdr;

namespace kindgate::kernel {

class Batch;

namespace contract {

inline constexpr char const* table = "kindgate";
inline constexpr char const* lan = "lan";
inline constexpr char const* slots = "slots";
inline constexpr char const* access = "access";
inline constexpr char const* learning = "learning";
inline constexpr char const* asked = "asked";
inline constexpr char const* limited = "limited";
inline constexpr char const* granted = "granted";
inline constexpr char const* lan_index = "lan_index";
// The front's: address leases. Nobody else reads or writes their elements.
inline constexpr char const* resolved4 = "resolved4";
inline constexpr char const* resolved6 = "resolved6";
inline constexpr std::uint32_t resolved_size = 131072;  // elements, each
inline char const* resolved_map(IpAddress const& address) {
    return address.family() == IpAddress::Family::v4 ? resolved4 : resolved6;
}

// The sets and maps whose elements kernel::Wanted tells.
inline constexpr std::array wanted_sets = {lan, slots, access, learning, asked, limited, granted, lan_index};

// The connection mark: bits 0-13 slot, 14-19 category. Later: 20 cut.
inline constexpr std::uint32_t slot_mask = 0x3fff;
inline constexpr std::uint32_t category_mask = 0xfc000;

// The messages that delete the table if it is there and make it anew, without elements.
void install(Batch& batch);
// Deletes the table; the batch fails with ENOENT if there is none.
void remove(Batch& batch);
// A table of another name with one set like `access`, without chains: to find out what this kernel can. It is the
// socket's (NFT_TABLE_F_OWNER, Linux 5.12): nothing stays of it.
void install_scratch(Batch& batch, char const* name);
void remove(Batch& batch, char const* name);

}  // namespace contract

}  // namespace kindgate::kernel
