// The second of the three steps of every change: from a list of changes to the bytes of one atomic netlink batch.
#pragma once

#include <memory>
#include <vector>

#include "difference.h"
#include "kernel/address_leases.h"
#include "message.h"

struct nlmsghdr;

namespace kindgate::kernel {

// A batch under construction, then finished. Movable; its bytes don't change but for the timeouts.
class Batch {
public:
    // Messages are numbered from here; numbers of one socket must not come twice within its memory.
    explicit Batch(std::uint32_t first_sequence);

    // The header of a further message, with room for 64 KiB of attributes; close(message) appends it to the batch.
    nlmsghdr* open(std::uint16_t type, std::uint16_t flags);
    void close(nlmsghdr* message);
    // Remembers that the eight bytes at `value`, in the open message, hold the milliseconds to `end`.
    void note_timeout(void const* value, Steady::time_point end);
    // Asks for the acknowledgement and ends the batch: nothing may follow.
    void finish();

    Bytes bytes() const { return bytes_; }
    std::uint32_t first_sequence() const { return first_; }
    std::uint32_t last_sequence() const { return next_ - 1; }
    // The message that is acknowledged: the last one before the batch's end.
    std::uint32_t acknowledged_sequence() const { return next_ - 2; }

    // Sets every timeout as counted from `now`. False if an end has passed: the batch must be built anew.
    bool count_timeouts_from(Steady::time_point now);

private:
    struct Timeout {
        std::size_t offset;  // in bytes_
        Steady::time_point end;
    };
    void append(nlmsghdr const* message);

    std::uint32_t first_;
    std::uint32_t next_;
    std::size_t last_message_ = 0;  // offset
    std::unique_ptr<char[]> page_;
    std::vector<std::byte> bytes_;
    std::vector<Timeout> timeouts_;
};

// The whole batch for these changes, finished; timeouts are counted from `now`.
Batch build(Changes const& changes, Steady::time_point now, std::uint32_t first_sequence);

// One element of a lease set, in a message of its own (the scratch table's probe).
enum class IfPresent { refuse, keep_or_extend };
void add_lease(Batch& batch, char const* table, Lease const& lease, Steady::time_point now, IfPresent if_present);

// One element of resolved4 or resolved6, in a message of its own: a refusal then tells which it was.
void add_address(Batch& batch, AddressGrant const& grant, IfPresent if_present);
void remove_address(Batch& batch, AddressGrant const& grant);

}  // namespace kindgate::kernel
