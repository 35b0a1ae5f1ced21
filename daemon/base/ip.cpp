#include "base/ip.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace kindgate {

Result<IpAddress> IpAddress::parse(std::string_view text) {
    std::string const terminated{text};
    if (terminated.size() == text.size() && terminated.find('\0') == std::string::npos) {
        std::array<std::uint8_t, 4> v4{};
        if (inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return IpAddress{v4};
        std::array<std::uint8_t, 16> v6{};
        if (inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return IpAddress{v6};
    }
    return Error{ErrorCode::invalid_input,
                 fmt::format("'{}' is not an IP address: write one like 192.168.1.7 or fd00::7", text)};
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(family_ == Family::v4 ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size());
    return buffer.data();
}

namespace {

// The first `length` bits kept, the others zero.
IpAddress masked(IpAddress const& address, std::uint8_t length) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < address.bytes().size(); ++i) {
        auto const left = static_cast<int>(length) - static_cast<int>(8 * i);
        auto const mask = left >= 8 ? 0xffU : left <= 0 ? 0U : 0xffU << (8 - left) & 0xffU;
        bytes[i] = static_cast<std::uint8_t>(address.bytes()[i] & mask);
    }
    if (address.family() == IpAddress::Family::v6) return IpAddress{bytes};
    return IpAddress{std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]}};
}

}  // namespace

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
    auto const slash = text.find('/');
    auto const address = KG_TRY(IpAddress::parse(text.substr(0, slash)));
    auto const bits = static_cast<std::uint8_t>(8 * address.bytes().size());
    if (slash == std::string_view::npos) return IpPrefix{address, bits};
    auto const digits = text.substr(slash + 1);
    std::uint8_t length = 0;
    auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (failure != std::errc{} || end != digits.data() + digits.size() || length > bits)
        return Error{ErrorCode::invalid_input, fmt::format("'{}' is not a prefix length: write 0 to {}", digits, bits)};
    auto const network = masked(address, length);
    if (network != address)
        return Error{ErrorCode::invalid_input, fmt::format("'{}' has bits set behind its prefix length: write {}/{}",
                                                           text, network.text(), length)};
    return IpPrefix{address, length};
}

bool IpPrefix::contains(IpAddress const& address) const {
    return address.family() == address_.family() && masked(address, length_) == address_;
}

std::string IpPrefix::text() const {
    return fmt::format("{}/{}", address_.text(), length_);
}

}  // namespace kindgate
