#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "content/list.h"
#include "list_lines.h"

namespace kindgate::content {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t longest_line = 64 << 10;  // no format needs more; binary bytes may have no line end at all

constexpr std::array<std::pair<std::string_view, ListFormat>, 7> formats{{{"auto", ListFormat::automatic},
                                                                          {"plain", ListFormat::plain},
                                                                          {"wildcard", ListFormat::wildcard},
                                                                          {"hosts", ListFormat::hosts},
                                                                          {"dnsmasq", ListFormat::dnsmasq},
                                                                          {"adblock", ListFormat::adblock},
                                                                          {"rpz", ListFormat::rpz}}};

std::unique_ptr<LineReader> reader_of(ListFormat format, std::string_view text) {
    switch (format) {
        case ListFormat::automatic:
        case ListFormat::plain: return std::make_unique<PlainReader>(RuleScope::subdomains);
        case ListFormat::wildcard: return std::make_unique<PlainReader>(RuleScope::suffix);
        case ListFormat::hosts: return std::make_unique<HostsReader>();
        case ListFormat::dnsmasq: return std::make_unique<DnsmasqReader>();
        case ListFormat::adblock: return std::make_unique<AdblockReader>(text);
        case ListFormat::rpz: return std::make_unique<RpzReader>();
    }
    return nullptr;
}

bool is_binary(std::string_view line) {
    for (char const c : line)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\f') || c == 0x7f) return true;
    return false;
}

void read_line(LineReader& reader, std::string_view line, RuleSink& sink) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > longest_line) return sink.skip("a line longer than 64 KiB");
    if (is_binary(line)) return sink.skip("a control character in it");
    reader.read(line, sink);
}

}  // namespace

void RuleSink::block(std::string_view domain, RuleScope scope, RuleRank rank) {
    ++summary_.blocks;
    each_({summary_.lines, RuleAction::block, domain, scope, rank, {}, false});
}

void RuleSink::allow(std::string_view domain, RuleScope scope, RuleRank rank, std::string_view reason) {
    ++summary_.allows;
    each_({summary_.lines, RuleAction::allow, domain, scope, rank, reason, false});
}

void RuleSink::skip(std::string_view reason, std::string_view domain) {
    ++summary_.skipped;
    each_({summary_.lines, RuleAction::skip, domain, RuleScope::exact, RuleRank::block, reason, false});
}

void RuleSink::pass(std::string_view what) {
    each_({summary_.lines, RuleAction::skip, {}, RuleScope::exact, RuleRank::block, what, true});
}

ListSummary read_list(std::string_view text, ListFormat format, std::function<void(Rule const&)> const& each) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    ListSummary summary;
    summary.format = format == ListFormat::automatic ? detect_format(text) : format;
    auto const reader = reader_of(summary.format, text);
    RuleSink sink{each, summary};
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        sink.begin_line();
        read_line(*reader, line, sink);
    }
    reader->end(sink);
    return summary;
}

std::optional<ListFormat> format_named(std::string_view name) {
    for (auto const& [word, format] : formats)
        if (word == name) return format;
    return std::nullopt;
}

std::string_view name_of(ListFormat format) {
    for (auto const& [word, known] : formats)
        if (known == format) return word;
    return {};
}

std::string_view name_of(RuleAction action) {
    switch (action) {
        case RuleAction::block: return "BLOCK";
        case RuleAction::allow: return "ALLOW";
        case RuleAction::skip: return "SKIP";
    }
    return {};
}

std::string_view name_of(RuleScope scope) {
    switch (scope) {
        case RuleScope::suffix: return "SUFFIX";
        case RuleScope::exact: return "EXACT";
        case RuleScope::subdomains: return "SUBDOMAINS";
    }
    return {};
}

}  // namespace kindgate::content
