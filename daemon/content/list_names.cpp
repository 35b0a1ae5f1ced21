#include "list_names.h"

#include <idn2.h>
#include <libpsl.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/ip.h"
#include "content/list.h"

namespace kindgate::content {

namespace {

constexpr std::string_view blanks = " \t\r\f\v";
constexpr std::size_t longest_name = 253;  // RFC 1035, 2.3.4, as text
constexpr std::size_t longest_label = 63;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
// Names below which services hide use '_' (RFC 8552); lists have them.
bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}
bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

// What hosts files say of the machine itself; a list that starts from one must not take these names away.
constexpr std::array<std::string_view, 11> own_names{
    "localhost",    "localhost.localdomain", "localdomain",     "local",        "broadcasthost", "ip6-localhost",
    "ip6-loopback", "ip6-localnet",          "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters"};

bool is_own_name(std::string_view name) {
    return std::ranges::find(own_names, name) != own_names.end() || name == "ip6-allhosts";
}

// RFC 5890, 2.3.2.1, as far as that the label can be decoded: names with signs that IDNA no longer takes are
// registered.
bool decodes(std::string const& name) {
    char* found = nullptr;
    auto const status = idn2_to_unicode_8z8z(name.c_str(), &found, 0);
    std::unique_ptr<char, void (*)(void*)> const owned{found, idn2_free};
    return status == IDN2_OK;
}

// Half of all listed names, and libpsl takes a third of a microsecond a name: below these nobody but the registry has
// rules.
bool is_below_a_plain_zone(std::string_view name) {
    static constexpr std::array<std::string_view, 3> zones{".com", ".net", ".org"};
    return std::ranges::any_of(zones, [&](auto zone) { return name.ends_with(zone); });
}

bool is_public_suffix(std::string const& name) {
    if (is_below_a_plain_zone(name)) return false;
    return psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view next_word(std::string_view& text) {
    auto const first = std::min(text.find_first_not_of(blanks), text.size());
    text.remove_prefix(first);
    auto const word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

bool is_address(std::string_view text) {
    if (text.size() > 2 && text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    if (auto const zone = text.find('%'); zone != std::string_view::npos) text = text.substr(0, zone);
    // Only what begins like one is worth parsing.
    auto const hexadecimal = [](char c) { return is_digit(c) || c == ':' || (lower(c) >= 'a' && lower(c) <= 'f'); };
    return !text.empty() && hexadecimal(text.front()) && text.find_first_of(".:") != std::string_view::npos &&
           (is_digit(text.back()) || text.find(':') != std::string_view::npos) && IpAddress::parse(text).ok();
}

std::string_view NameReader::refuse(std::string_view why) {
    why_ = why;
    return {};
}

bool NameReader::to_ascii(std::string_view written) {
    if (std::ranges::all_of(written, is_ascii)) {
        name_.resize(written.size());
        std::ranges::transform(written, name_.begin(), lower);
        return true;
    }
    std::uint8_t* found = nullptr;
    auto const status = idn2_lookup_u8(reinterpret_cast<std::uint8_t const*>(std::string{written}.c_str()), &found,
                                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    std::unique_ptr<std::uint8_t, void (*)(void*)> const owned{found, idn2_free};
    if (status != IDN2_OK) return false;
    name_ = reinterpret_cast<char const*>(found);
    std::ranges::transform(name_, name_.begin(), lower);
    return true;
}

std::string_view NameReader::wrong_labels(FewestLabels fewest) const {
    std::size_t labels = 0;
    std::string_view label;
    for (std::size_t start = 0; start <= name_.size(); start += label.size() + 1, ++labels) {
        label = std::string_view{name_}.substr(start, name_.find('.', start) - start);
        if (label.empty()) return "a label is empty";
        if (label.size() > longest_label) return "a label is longer than 63 characters";
        if (!std::ranges::all_of(label, is_name_character)) return "a character that no name has";
    }
    if (labels < static_cast<std::size_t>(fewest)) return "a single label is no name of a site";
    if (std::ranges::all_of(label, is_digit)) return "its last label is a number";
    if (label.starts_with('-') || label.ends_with('-')) return "its last label begins or ends with a hyphen";
    return {};
}

std::string canonical_name(std::string_view written) {
    NameReader names;
    auto const name = names.read(written, FewestLabels::one, PublicSuffix::taken);
    return std::string{name.empty() ? written : name};
}

std::string_view NameReader::read(std::string_view written, FewestLabels fewest, PublicSuffix suffixes) {
    if (written.ends_with('.')) written.remove_suffix(1);
    if (written.empty()) return refuse("no name");
    if (written.size() > 4 * longest_name) return refuse("longer than 253 characters");
    if (is_address(written)) return refuse("an address, not a name");
    if (!to_ascii(written)) return refuse("no name that can be written in A-labels");
    if (name_.size() > longest_name) return refuse("longer than 253 characters");
    if (auto const wrong = wrong_labels(fewest); !wrong.empty()) return refuse(wrong);
    if (name_.find("xn--") != std::string::npos && !decodes(name_)) return refuse("a broken A-label");
    if (is_own_name(name_)) return refuse("a name of the machine itself");
    if (suffixes == PublicSuffix::refused && is_public_suffix(name_))
        return refuse("a public suffix: it would cover everybody's names below it");
    return name_;
}

}  // namespace kindgate::content
