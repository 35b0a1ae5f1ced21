// Adblock rules as far as they speak of names: ||name^, |name^, ://name, a bare name; @@ in front allows.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "list_lines.h"

namespace kindgate::content {

struct AdblockReader::Modifiers {
    bool important = false;
    bool badfilter = false;
    std::string_view denyallow;  // names between '|'
    std::string_view unknown;    // the first that names can't honour
};

struct AdblockReader::Pattern {
    std::string name;  // empty: see why
    RuleScope scope = RuleScope::suffix;
    std::string_view why;
};

namespace {

// Rules for a page's elements and scripts: their line names sites that are not to be blocked.
bool is_cosmetic(std::string_view line) {
    static constexpr std::array<std::string_view, 8> marks{"##", "#@#", "#?#", "#$#", "#%#", "#@?#", "#$?#", "$$"};
    return std::ranges::any_of(marks, [&](auto mark) { return line.find(mark) != std::string_view::npos; });
}

std::string_view without_comment(std::string_view line) {
    for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
        if (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '\t')) return trimmed(line.substr(0, at));
    return line;
}

// By which a $badfilter line names the rule that it cancels.
std::string key(RuleAction action, std::string_view name, RuleScope scope, bool important, std::string_view denyallow) {
    return fmt::format("{}{}{}{} {}", static_cast<int>(action), static_cast<int>(scope), important ? '!' : '.', name,
                       denyallow);
}

std::string_view cut(std::string_view& rest, char separator) {
    auto const part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    return part;
}

// "||example.org^$important": what stands before and behind the first '$'.
struct Halves {
    std::string_view pattern;
    std::string_view modifiers;
};
Halves halves(std::string_view rule) {
    auto const dollar = rule.find('$');
    return {rule.substr(0, dollar), dollar == std::string_view::npos ? "" : rule.substr(dollar + 1)};
}

}  // namespace

AdblockReader::AdblockReader(std::string_view text) {
    if (text.find("badfilter") != std::string_view::npos) find_cancelled(text);
}

void AdblockReader::find_cancelled(std::string_view text) {
    while (!text.empty()) {
        auto const line = without_comment(trimmed(cut(text, '\n')));
        if (line.find("badfilter") == std::string_view::npos || is_cosmetic(line)) continue;
        auto const action = line.starts_with("@@") ? RuleAction::allow : RuleAction::block;
        auto const [pattern, words] = halves(action == RuleAction::allow ? line.substr(2) : line);
        auto const modifiers = read_modifiers(words);
        if (!modifiers.badfilter || !modifiers.unknown.empty()) continue;
        auto const read = read_pattern(pattern, modifiers);
        if (!read.name.empty())
            cancelled_.push_back(key(action, read.name, read.scope, modifiers.important, modifiers.denyallow));
    }
    std::ranges::sort(cancelled_);
}

AdblockReader::Modifiers AdblockReader::read_modifiers(std::string_view text) {
    Modifiers modifiers;
    while (!text.empty()) {
        auto const word = trimmed(cut(text, ','));
        if (word == "important") {
            modifiers.important = true;
        } else if (word == "badfilter") {
            modifiers.badfilter = true;
        } else if (word.starts_with("denyallow=")) {
            modifiers.denyallow = word.substr(word.find('=') + 1);
        } else if (word == "all" || word == "document" || word == "doc") {
            // The whole site, which is what a name can say.
        } else if (modifiers.unknown.empty()) {
            modifiers.unknown = word;
        }
    }
    return modifiers;
}

AdblockReader::Pattern AdblockReader::read_pattern(std::string_view pattern, Modifiers const& modifiers) {
    auto const wrong = [](std::string_view why) { return Pattern{{}, RuleScope::exact, why}; };
    Pattern read;
    if (pattern.starts_with("||")) {
        pattern.remove_prefix(2);
    } else {
        read.scope = RuleScope::exact;
        if (pattern.starts_with('|')) pattern.remove_prefix(1);
        for (std::string_view const scheme : {"https://", "http://", "://"})
            if (pattern.starts_with(scheme)) {
                pattern.remove_prefix(scheme.size());
                break;
            }
    }
    for (std::string_view const end : {"^*", "^|", "^", "|"})
        if (pattern.ends_with(end)) {
            pattern.remove_suffix(end.size());
            break;
        }
    if (pattern.starts_with("*.") && read.scope == RuleScope::suffix) {
        read.scope = RuleScope::subdomains;
        pattern.remove_prefix(2);
    }
    if (pattern.ends_with('.')) return wrong("the beginning of a name");
    if (pattern.starts_with('.')) return wrong("the end of a name");
    if (pattern.find_first_of("/?=&") != std::string_view::npos)
        return wrong("a path or a pattern: names can't tell pages apart");
    if (pattern.find('*') != std::string_view::npos) return wrong("a pattern: a pack holds whole names");
    if (pattern.find_first_of(" \t") != std::string_view::npos) return wrong("several words");
    bool const limited = read.scope == RuleScope::subdomains && !modifiers.denyallow.empty();
    read.name = names_.read(pattern, FewestLabels::one, limited ? PublicSuffix::taken : PublicSuffix::refused);
    read.why = names_.why();
    return read;
}

void AdblockReader::say(RuleAction action, Pattern const& pattern, Modifiers const& modifiers, RuleSink& sink) {
    if (!modifiers.denyallow.empty()) {
        sink.block(pattern.name, pattern.scope, RuleRank::wide_block);
        for (auto rest = modifiers.denyallow; !rest.empty();) {
            auto const name = names_.read(cut(rest, '|'), FewestLabels::one);
            if (name.empty()) {
                sink.skip(names_.why());
            } else {
                sink.allow(name, RuleScope::suffix, RuleRank::wide_exception, "from $denyallow");
            }
        }
    } else if (action == RuleAction::block) {
        sink.block(pattern.name, pattern.scope, modifiers.important ? RuleRank::important_block : RuleRank::block);
    } else {
        sink.allow(pattern.name, pattern.scope, modifiers.important ? RuleRank::important_allow : RuleRank::allow);
    }
}

void AdblockReader::read_rule(std::string_view rule, RuleSink& sink) {
    auto const action = rule.starts_with("@@") ? RuleAction::allow : RuleAction::block;
    if (action == RuleAction::allow) rule.remove_prefix(2);
    // "/ads/" and "/ads/$option" are regular expressions.
    if (rule.size() > 1 && rule.starts_with('/') && (rule.ends_with('/') || rule.find("/$") != std::string_view::npos))
        return sink.skip("a regular expression: a pack holds whole names");
    auto const [text, words] = halves(rule);
    auto const modifiers = read_modifiers(words);
    if (!modifiers.unknown.empty()) {
        reason_ = fmt::format("${} can't be honoured by names", modifiers.unknown);
        return sink.skip(reason_);
    }
    auto const pattern = read_pattern(text, modifiers);
    if (pattern.name.empty()) return sink.skip(pattern.why);
    if (modifiers.badfilter) return sink.skip("$badfilter: cancels the rule without it", pattern.name);
    if (!modifiers.denyallow.empty() && (action == RuleAction::allow || modifiers.important))
        return sink.skip("$denyallow together with @@ or $important", pattern.name);
    if (std::ranges::binary_search(cancelled_,
                                   key(action, pattern.name, pattern.scope, modifiers.important, modifiers.denyallow)))
        return sink.skip("cancelled by a $badfilter line", pattern.name);
    say(action, pattern, modifiers, sink);
}

void AdblockReader::read(std::string_view line, RuleSink& sink) {
    line = trimmed(line);
    if (line.empty()) return sink.pass("an empty line");
    if (line.starts_with('!')) return sink.pass("a comment");
    if (line.starts_with('[') && line.ends_with(']')) return sink.pass("a heading");
    if (is_cosmetic(line)) return sink.skip("a rule for parts of a page, not for a name");
    if (line.starts_with('#')) return sink.pass("a comment");
    line = without_comment(line);
    auto rest = line;
    if (is_address(next_word(rest)) && !trimmed(rest).empty()) return hosts_.read(line, sink);
    read_rule(line, sink);
}

}  // namespace kindgate::content
