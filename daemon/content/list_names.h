// From what stands in a list to a name as DNS carries it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kindgate::content {

enum class FewestLabels : std::uint8_t { one = 1, two = 2 };
// A public suffix is a name below which anybody may register: "org", "co.uk". Listed by mistake it takes the internet
// away.
enum class PublicSuffix : std::uint8_t { refused, taken };

class NameReader {
public:
    // The name in lower case and A-labels, without a dot at its end; valid until the next call. Empty: see why().
    std::string_view read(std::string_view written, FewestLabels fewest, PublicSuffix suffixes = PublicSuffix::refused);

    // Of the last read() that gave nothing; a phrase without a full stop.
    std::string_view why() const { return why_; }

private:
    std::string_view refuse(std::string_view why);
    bool to_ascii(std::string_view written);
    std::string_view wrong_labels(FewestLabels fewest) const;

    std::string name_;
    std::string_view why_;
};

// "0.0.0.0", "::1", "[::]", "fe80::1%lo0".
bool is_address(std::string_view text);

// `text` without blanks at both ends.
std::string_view trimmed(std::string_view text);
// Cuts the first word off; empty when there is none.
std::string_view next_word(std::string_view& text);

}  // namespace kindgate::content
