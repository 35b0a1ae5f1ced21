#include "content/dns_name.h"

#include <charconv>

namespace kindgate::content::dns {

namespace {

constexpr std::size_t max_pointers = 64;

bool letter(std::byte byte) {
    auto const folded = std::to_integer<unsigned>(byte) | 0x20U;
    return folded >= 'a' && folded <= 'z';
}

// One character of a label: plain, \X or \DDD. Moves `text` on; nullopt for a cut or impossible escape.
std::optional<std::byte> unescape(std::string_view& text) {
    char const first = text.front();
    text.remove_prefix(1);
    if (first != '\\') return static_cast<std::byte>(first);
    if (text.empty()) return std::nullopt;
    if (text.front() < '0' || text.front() > '9') {
        char const plain = text.front();
        text.remove_prefix(1);
        return static_cast<std::byte>(plain);
    }
    unsigned value = 0;
    auto const digits = text.substr(0, 3);
    auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + 3 || value > 255) return std::nullopt;
    text.remove_prefix(3);
    return static_cast<std::byte>(value);
}

}  // namespace

std::optional<Name> Name::from_text(std::string_view text) {
    Name name;
    if (text == "." || text.empty()) return name;
    std::array<std::byte, max_label> label{};
    std::size_t size = 0;
    while (!text.empty()) {
        if (text.front() == '.') {
            if (size == 0 || !name.append(Bytes{label}.first(size))) return std::nullopt;
            text.remove_prefix(1);
            size = 0;
            continue;
        }
        auto const byte = unescape(text);
        if (!byte || size == max_label) return std::nullopt;
        label[size++] = *byte;
    }
    if (size > 0 && !name.append(Bytes{label}.first(size))) return std::nullopt;
    return name;
}

std::string Name::text() const {
    if (root()) return ".";
    std::string text;
    for (std::size_t at = 0; bytes_[at] != std::byte{0};) {
        auto const length = std::to_integer<std::size_t>(bytes_[at]);
        if (at != 0) text += '.';
        for (auto const byte : bytes().subspan(at + 1, length)) {
            auto const c = std::to_integer<unsigned char>(byte);
            if (c > 0x20 && c < 0x7f && c != '.' && c != '\\') {
                text += static_cast<char>(c);
            } else {
                text += '\\';
                for (unsigned const part : {100U, 10U, 1U}) text += static_cast<char>('0' + c / part % 10);
            }
        }
        at += 1 + length;
    }
    return text;
}

void Name::fold() {
    for (std::size_t i = 0; i < size_; ++i) {
        auto const c = std::to_integer<unsigned>(bytes_[i]);
        bytes_[i] = static_cast<std::byte>(c | (c - 'A' < 26U ? 0x20U : 0U));
    }
}

void Name::set_case(std::uint64_t bits) {
    for (std::size_t i = 0; i < size_; ++i) {
        if (!letter(bytes_[i])) continue;
        bytes_[i] = (bytes_[i] & std::byte{0xdf}) | ((bits & 1) != 0 ? std::byte{0x20} : std::byte{0});
        bits = bits >> 1 | bits << 63;
    }
}

bool Name::append(Bytes label) {
    if (label.empty() || label.size() > max_label || max_size - size_ < label.size() + 1) return false;
    bytes_[size_ - 1U] = static_cast<std::byte>(label.size());
    std::memcpy(bytes_.data() + size_, label.data(), label.size());
    size_ = static_cast<std::uint8_t>(size_ + label.size() + 1);
    bytes_[size_ - 1U] = std::byte{0};
    return true;
}

// RFC 1035, 4.1.4. Calls label(position, length) for each; false from it ends the walk as failed.
template <typename Label>
std::optional<std::size_t> NameReader::walk(std::size_t at, Label&& label) {
    std::optional<std::size_t> end;  // where the name ends in its own place: behind its first pointer
    std::size_t part = at;           // where the part that we are in began
    std::size_t pointers = 0;
    std::size_t size = 1;
    for (;;) {
        if (at >= message_.size() || ++spent_ > budget) return std::nullopt;
        auto const length = std::to_integer<std::size_t>(message_[at]);
        if (length == 0) return end ? end : at + 1;
        if (length <= Name::max_label) {
            if (message_.size() - at <= length) return std::nullopt;
            size += length + 1;
            if (size > Name::max_size || !label(at + 1, length)) return std::nullopt;
            at += 1 + length;
            continue;
        }
        if (length < 0xc0 || message_.size() - at < 2 || ++pointers > max_pointers) return std::nullopt;
        auto const target = (length & 0x3f) << 8 | std::to_integer<std::size_t>(message_[at + 1]);
        if (target >= part || target < header_size) return std::nullopt;
        if (!end) end = at + 2;
        at = part = target;
    }
}

std::optional<std::size_t> NameReader::read(std::size_t at, Name& name) {
    std::size_t size = 0;
    auto const end = walk(at, [&](std::size_t position, std::size_t length) {
        std::memcpy(name.bytes_.data() + size, message_.data() + position - 1, length + 1);
        size += length + 1;
        return true;
    });
    if (!end) size = 0;
    name.bytes_[size] = std::byte{0};
    name.size_ = static_cast<std::uint8_t>(size + 1);
    return end;
}

std::optional<std::size_t> NameReader::skip(std::size_t at) {
    return walk(at, [](std::size_t, std::size_t) { return true; });
}

}  // namespace kindgate::content::dns
