// Which format a text has: every line that could only be of one format is a vote for it.
#include <algorithm>
#include <array>
#include <cctype>

#include "content/list.h"
#include "list_names.h"

namespace kindgate::content {

namespace {

constexpr std::size_t enough_lines = 2000;
constexpr std::size_t enough_to_see_a_page = 4096;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_word(std::string_view text, std::string_view lower_case) {
    return text.size() >= lower_case.size() &&
           std::ranges::equal(text.substr(0, lower_case.size()), lower_case, {}, lower);
}

bool is_adblock(std::string_view line) {
    return line.starts_with("||") || line.starts_with("@@") || line.starts_with("[Adblock") ||
           line.starts_with("[uBlock") || line.find("##") != std::string_view::npos ||
           line.find("#@#") != std::string_view::npos;
}

bool is_dnsmasq(std::string_view line) {
    return line.starts_with("address=/") || line.starts_with("server=/") || line.starts_with("local=/");
}

bool is_hosts(std::string_view line) {
    auto const first = next_word(line);
    return is_address(first) && !trimmed(line).empty();
}

// NAME [TTL] [IN] CNAME TARGET, and what only zone files have.
bool is_rpz(std::string_view line) {
    if (line.starts_with("$TTL") || line.starts_with("$ORIGIN")) return true;
    next_word(line);
    for (int words = 0; words < 3; ++words) {
        auto const word = next_word(line);
        if (starts_with_word(word, "cname") || starts_with_word(word, "soa")) return !trimmed(line).empty();
    }
    return false;
}

}  // namespace

ListFormat detect_format(std::string_view text) {
    std::size_t adblock = 0;
    std::size_t dnsmasq = 0;
    std::size_t hosts = 0;
    std::size_t rpz = 0;
    for (std::size_t lines = 0; lines < enough_lines && !text.empty(); ++lines) {
        auto const whole = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), whole.size() + 1));
        auto const line = trimmed(whole);
        if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
        if (is_dnsmasq(line)) {
            ++dnsmasq;
        } else if (is_rpz(line)) {
            ++rpz;
        } else if (is_hosts(line)) {
            ++hosts;
        } else if (is_adblock(line)) {
            ++adblock;
        }
    }
    auto const most = std::max({adblock, dnsmasq, hosts, rpz});
    if (most == 0) return ListFormat::plain;
    if (most == adblock) return ListFormat::adblock;
    if (most == hosts) return ListFormat::hosts;
    return most == dnsmasq ? ListFormat::dnsmasq : ListFormat::rpz;
}

std::optional<std::string> not_a_list(std::string_view text) {
    auto const head = trimmed(text.substr(0, enough_to_see_a_page));
    if (text.starts_with("\x1f\x8b")) return "it is compressed (gzip)";
    if (text.starts_with("PK\x03\x04")) return "it is compressed (zip)";
    auto const first = head.find_first_not_of("\r\n\t \xef\xbb\xbf");
    auto const words = head.substr(std::min(first, head.size()));
    for (std::string_view const page : {"<!doctype", "<html", "<head", "<?xml", "<body"})
        if (starts_with_word(words, page)) return "it is a web page";
    if (head.find('\0') != std::string_view::npos) return "it has binary bytes";
    return std::nullopt;
}

}  // namespace kindgate::content
