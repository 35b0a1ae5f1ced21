#include "message.h"

#include <linux/netlink.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace kindgate::kernel {

namespace {

template <typename T>
T load(Bytes bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

// Netlink pads messages and attributes to four bytes; the last one of a buffer may lack its padding.
std::size_t padded(std::size_t length, std::size_t available) {
    auto const pad = (4 - length % 4) % 4;
    return pad <= available - length ? length + pad : available;
}

}  // namespace

std::optional<Message> Messages::next() {
    if (rest_.size() < sizeof(nlmsghdr)) return std::nullopt;
    auto const header = load<nlmsghdr>(rest_, 0);
    if (header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > rest_.size()) return std::nullopt;
    Message message{header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq, header.nlmsg_pid,
                    rest_.subspan(sizeof(nlmsghdr), header.nlmsg_len - sizeof(nlmsghdr))};
    rest_ = rest_.subspan(padded(header.nlmsg_len, rest_.size()));
    return message;
}

std::optional<Attribute> Attributes::next() {
    if (rest_.empty()) return std::nullopt;
    if (rest_.size() < sizeof(nlattr)) {
        ok_ = false;
        rest_ = {};
        return std::nullopt;
    }
    auto const header = load<nlattr>(rest_, 0);
    if (header.nla_len < sizeof(nlattr) || header.nla_len > rest_.size()) {
        ok_ = false;
        rest_ = {};
        return std::nullopt;
    }
    Attribute attribute{static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                        rest_.subspan(sizeof(nlattr), header.nla_len - sizeof(nlattr))};
    rest_ = rest_.subspan(padded(header.nla_len, rest_.size()));
    return attribute;
}

std::optional<Bytes> find(Bytes attributes, std::uint16_t type) {
    Attributes all{attributes};
    while (auto const attribute = all.next())
        if (attribute->type == type) return attribute->payload;
    return std::nullopt;
}

std::optional<std::uint32_t> host32(Bytes bytes) {
    if (bytes.size() != sizeof(std::uint32_t)) return std::nullopt;
    return load<std::uint32_t>(bytes, 0);
}

std::optional<std::uint32_t> big32(Bytes bytes) {
    auto value = host32(bytes);
    if (value && std::endian::native == std::endian::little) value = std::byteswap(*value);
    return value;
}

std::optional<std::uint64_t> big64(Bytes bytes) {
    if (bytes.size() != sizeof(std::uint64_t)) return std::nullopt;
    auto const value = load<std::uint64_t>(bytes, 0);
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

std::string_view text(Bytes bytes) {
    auto const end = std::ranges::find(bytes, std::byte{0});
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
    return {reinterpret_cast<char const*>(bytes.data()), static_cast<std::size_t>(end - bytes.begin())};
}

}  // namespace kindgate::kernel
