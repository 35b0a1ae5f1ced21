// Table `inet kindgate` without its elements: sets, chains and rules of docs/kernel-contract.md, as netlink messages.
// The one place that knows them; the skeleton of a dumped table is compared with what this builds.
#pragma once

#include <cstdint>

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

// The connection mark: bits 0-13 slot. Later: 14-19 category, 20 cut.
inline constexpr std::uint32_t slot_mask = 0x3fff;

// The messages that delete the table if it is there and make it anew, without elements.
void install(Batch& batch);
// Deletes the table; the batch fails with ENOENT if there is none.
void remove(Batch& batch);
// A table of another name with one set like `access`, without chains: to find out what this kernel can.
void install_scratch(Batch& batch, char const* name);
void remove(Batch& batch, char const* name);

}  // namespace contract

}  // namespace kindgate::kernel
