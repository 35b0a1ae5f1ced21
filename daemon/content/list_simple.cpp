// Plain names, hosts files, dnsmasq's configuration.
#include <array>

#include "list_lines.h"

namespace kindgate::content {

namespace {

// Without a comment that begins with # at the line's start or behind a blank; "" if the line is one.
std::string_view without_comment(std::string_view line) {
    for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return trimmed(line.substr(0, at));
    return trimmed(line);
}

// Empty lines, comments and what stands above lists of other formats.
std::string_view nothing_in(std::string_view line) {
    if (line.empty()) return "an empty line";
    if (line.starts_with('#') || line.starts_with(';') || line.starts_with('!') || line.starts_with("//"))
        return "a comment";
    if (line.starts_with('[') && line.ends_with(']') && line.find(':') == std::string_view::npos) return "a heading";
    return {};
}

// Where lists send what nobody should reach.
bool is_nowhere(std::string_view address) {
    return address == "::" || address == "::1" || address.starts_with("0.") || address.starts_with("127.");
}

}  // namespace

void PlainReader::read(std::string_view line, RuleSink& sink) {
    line = trimmed(line);
    if (auto const nothing = nothing_in(line); !nothing.empty()) return sink.pass(nothing);
    line = without_comment(line);
    if (line.find_first_of(" \t") != std::string_view::npos)
        return sink.skip("several words: a plain list has one name a line");
    if (line.find("://") != std::string_view::npos) return sink.skip("the address of a page, not a name");
    if (line.find('/') != std::string_view::npos) return sink.skip("a path or a pattern, not a name");
    bool const star = line.starts_with("*.");
    auto const name = names_.read(star ? line.substr(2) : line, FewestLabels::two);
    if (name.empty()) return sink.skip(names_.why());
    sink.block(name, star ? star_ : RuleScope::suffix);
}

void HostsReader::read(std::string_view line, RuleSink& sink) {
    line = trimmed(line);
    if (line.empty()) return sink.pass("an empty line");
    if (line.starts_with('#') || line.starts_with(';') || line.starts_with('!')) return sink.pass("a comment");
    line = without_comment(line);
    if (!is_address(next_word(line))) return sink.skip("its first word is no address");
    bool any = false;
    for (auto word = next_word(line); !word.empty() && !word.starts_with(';'); word = next_word(line)) {
        any = true;
        auto const name = names_.read(word, FewestLabels::one);
        if (name.empty()) {
            sink.skip(names_.why(), {});
        } else {
            sink.block(name, RuleScope::exact);
        }
    }
    if (!any) sink.skip("an address without a name");
}

void DnsmasqReader::read_names(std::string_view between, RuleAction action, RuleSink& sink) {
    while (!between.empty()) {
        auto const written = between.substr(0, between.find('/'));
        between.remove_prefix(std::min(between.size(), written.size() + 1));
        if (written == "#") {
            sink.skip("every name there is");
            continue;
        }
        // Both "example.com" and ".example.com" are the name and all below: dnsmasq(8), --address.
        auto const name = names_.read(written.starts_with('.') ? written.substr(1) : written, FewestLabels::one);
        if (name.empty()) {
            sink.skip(names_.why());
        } else if (action == RuleAction::block) {
            sink.block(name, RuleScope::suffix);
        } else {
            sink.allow(name, RuleScope::suffix, RuleRank::near_allow);
        }
    }
}

// dnsmasq(8), --address, --server, --local: option=/name/name/target.
void DnsmasqReader::read(std::string_view line, RuleSink& sink) {
    line = trimmed(line);
    if (line.empty()) return sink.pass("an empty line");
    if (line.starts_with('#')) return sink.pass("a comment");
    line = without_comment(line);
    auto const equals = line.find('=');
    auto const option = trimmed(line.substr(0, equals));
    auto const value = equals == std::string_view::npos ? "" : trimmed(line.substr(equals + 1));
    if (option != "address" && option != "server" && option != "local")
        return sink.skip("no address=, server= or local= with names");
    auto const last = value.rfind('/');
    if (!value.starts_with('/') || last == 0) return sink.skip("no name between slashes");
    auto const names = value.substr(1, last - 1);
    auto const target = trimmed(value.substr(last + 1));
    if (names.empty()) return sink.skip("no name between slashes");
    if (option == "address" && !target.empty() && target != "#" && !is_nowhere(target))
        return sink.skip("an answer of its own, no block");
    if (option == "address") return read_names(names, RuleAction::block, sink);
    if (target.empty()) return read_names(names, RuleAction::block, sink);
    if (target == "#") return read_names(names, RuleAction::allow, sink);  // "as all others"
    sink.skip("another server for a name, no block");
}

}  // namespace kindgate::content
