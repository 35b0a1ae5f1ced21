// Netlink bytes, read with every length checked: messages in a datagram, attributes in a message. All parsers of this
// folder stand on these two; they know no socket and never read outside the span they were given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kindgate::kernel {

using Bytes = std::span<std::byte const>;

// One netlink message (include/uapi/linux/netlink.h, struct nlmsghdr). The payload is borrowed.
struct Message {
    std::uint16_t type = 0;
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t port = 0;
    Bytes payload;  // behind the header
};

// The messages of a datagram, one after another. nullopt at the end or at the first broken one.
class Messages {
public:
    explicit Messages(Bytes datagram) : rest_(datagram) {}
    std::optional<Message> next();

private:
    Bytes rest_;
};

// One attribute (struct nlattr); the flag bits are taken off the type.
struct Attribute {
    std::uint16_t type = 0;
    Bytes payload;
};

// The attributes of a message or a nest. ok() is false once something was broken: believe what was read only then.
class Attributes {
public:
    explicit Attributes(Bytes bytes) : rest_(bytes) {}
    std::optional<Attribute> next();
    bool ok() const { return ok_; }

private:
    Bytes rest_;
    bool ok_ = true;
};

// The first attribute of this type.
std::optional<Bytes> find(Bytes attributes, std::uint16_t type);

// Numbers of exactly this size: big-endian (nftables, conntrack) or the machine's order (rtnetlink, header fields).
std::optional<std::uint32_t> big32(Bytes bytes);
std::optional<std::uint64_t> big64(Bytes bytes);
std::optional<std::uint32_t> host32(Bytes bytes);
// Without the terminating zero; at the first zero it ends.
std::string_view text(Bytes bytes);

}  // namespace kindgate::kernel
