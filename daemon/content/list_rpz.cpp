#include <algorithm>
#include <array>
#include <utility>

#include "list_lines.h"

namespace kindgate::content {

namespace {

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

// Without a comment, and whether a bracket is open behind it; what is quoted or escaped is neither.
struct Line {
    std::string_view text;
    bool in_brackets;
};
Line scan(std::string_view line, bool in_brackets) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\') {
            ++i;
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == ';' && !quoted) {
            return {line.substr(0, i), in_brackets};
        } else if ((line[i] == '(' || line[i] == ')') && !quoted) {
            in_brackets = line[i] == '(';
        }
    }
    return {line, in_brackets};
}

bool is_time(std::string_view word) {  // "300", "1h30m"
    return !word.empty() && word.front() >= '0' && word.front() <= '9' && std::ranges::all_of(word, [](char c) {
        return std::string_view{"0123456789smhdwSMHDW"}.find(c) != std::string_view::npos;
    });
}

bool is_class(std::string const& word) {
    return word == "in" || word == "ch" || word == "hs";
}

// Triggers that are no names a device asks for: the asker's address, the answer's, name servers.
bool is_other_trigger(std::string_view owner) {
    static constexpr std::array<std::string_view, 4> ends{".rpz-client-ip", ".rpz-ip", ".rpz-nsdname", ".rpz-nsip"};
    return std::ranges::any_of(ends, [&](auto end) { return owner.ends_with(end); });
}

}  // namespace

std::string_view RpzReader::without_origin(std::string_view owner) const {
    if (!owner.ends_with('.')) return owner;
    if (origin_.empty()) return owner;
    if (owner == origin_) return "@";
    auto const dotted = "." + origin_;
    return owner.ends_with(dotted) ? owner.substr(0, owner.size() - dotted.size()) : std::string_view{};
}

void RpzReader::read_directive(std::string_view line, RuleSink& sink) {
    auto const word = lower_case(next_word(line));
    if (word == "$origin") {
        origin_ = lower_case(next_word(line));
        if (!origin_.empty() && !origin_.ends_with('.')) origin_ += '.';
        return sink.pass("the zone's name");
    }
    if (word == "$ttl") return sink.pass("a time");
    sink.skip("a directive that lists have no use for");
}

void RpzReader::read(std::string_view line, RuleSink& sink) {
    auto [text, open] = scan(line, in_brackets_);
    if (trimmed(text).empty()) return sink.pass(trimmed(line).empty() ? "an empty line" : "a comment");
    bool const inside = std::exchange(in_brackets_, open);
    if (inside) return sink.pass("the record above goes on");
    if (text.starts_with('$')) return read_directive(text, sink);
    bool const same_owner = text.front() == ' ' || text.front() == '\t';
    auto const written = same_owner ? std::string_view{} : next_word(text);
    if (!same_owner) owner_ = lower_case(written);
    if (owner_.empty()) return sink.skip("a record without a name");
    read_record(owner_, text, sink);
}

void RpzReader::end(RuleSink& sink) {
    if (in_brackets_) sink.skip("a bracket further up is never closed: all lines behind it went by as one record");
}

void RpzReader::read_record(std::string_view owner, std::string_view record, RuleSink& sink) {
    auto type = lower_case(next_word(record));
    while (is_class(type) || is_time(type)) type = lower_case(next_word(record));
    if (type == "soa" && origin_.empty() && owner.ends_with('.')) origin_ = owner;
    if (type == "soa" || type == "ns") return sink.pass("the zone's own record");
    if (type.empty()) return sink.skip("a line without a record");
    if (type != "cname") return sink.skip("an answer of its own, no block");
    read_cname(lower_case(next_word(record)), sink);
}

void RpzReader::read_cname(std::string_view target, RuleSink& sink) {
    auto owner = without_origin(owner_);
    if (owner.empty()) return sink.skip("a name outside of the zone");
    if (owner == "@") return sink.skip("the zone's own name");
    if (is_other_trigger(owner)) return sink.skip("speaks of an address or a name server, not of a name");
    auto const allow = target == "rpz-passthru." || target == "rpz-passthru";
    // NXDOMAIN, NODATA, no answer: all of them say that nobody should get there.
    auto const block = target == "." || target == "*." || target == "rpz-drop." || target == "rpz-drop";
    if (target == "rpz-tcp-only." || target == "rpz-tcp-only") return sink.skip("asks for TCP, no block");
    if (!allow && !block) return sink.skip("another name in its place, no block");
    if (owner == "*") return sink.skip("every name there is");
    bool const star = owner.starts_with("*.");
    auto const scope = star ? RuleScope::subdomains : RuleScope::exact;
    auto const name = names_.read(star ? owner.substr(2) : owner, FewestLabels::one);
    if (name.empty()) return sink.skip(names_.why());
    if (allow) {
        sink.allow(name, scope, RuleRank::near_allow);
    } else {
        sink.block(name, scope);
    }
}

}  // namespace kindgate::content
