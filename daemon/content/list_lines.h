// The readers of each format, and where they say what they found.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "content/list.h"
#include "list_names.h"

namespace kindgate::content {

// Passes rules on and counts them.
class RuleSink {
public:
    RuleSink(std::function<void(Rule const&)> const& each, ListSummary& summary) : each_(each), summary_(summary) {}

    void begin_line() { ++summary_.lines; }
    void block(std::string_view domain, RuleScope scope, RuleRank rank = RuleRank::block);
    void allow(std::string_view domain, RuleScope scope, RuleRank rank = RuleRank::allow, std::string_view reason = {});
    void skip(std::string_view reason, std::string_view domain = {});
    // Nothing is lost by it: a comment, a heading.
    void pass(std::string_view what);

private:
    std::function<void(Rule const&)> const& each_;
    ListSummary& summary_;
};

// One line, without its end, is given at a time. Each says at least one thing to the sink.
class LineReader {
public:
    virtual ~LineReader() = default;
    virtual void read(std::string_view line, RuleSink& sink) = 0;
    // Behind the last line.
    virtual void end(RuleSink&) {}
};

class PlainReader final : public LineReader {
public:
    explicit PlainReader(RuleScope star) : star_(star) {}
    void read(std::string_view line, RuleSink& sink) override;

private:
    NameReader names_;
    RuleScope star_;  // of *.name
};

class HostsReader final : public LineReader {
public:
    void read(std::string_view line, RuleSink& sink) override;

private:
    NameReader names_;
};

class DnsmasqReader final : public LineReader {
public:
    void read(std::string_view line, RuleSink& sink) override;

private:
    void read_names(std::string_view between, RuleAction action, RuleSink& sink);

    NameReader names_;
};

class AdblockReader final : public LineReader {
public:
    // The whole text first: a $badfilter line cancels rules that stand before it.
    explicit AdblockReader(std::string_view text);
    void read(std::string_view line, RuleSink& sink) override;

private:
    struct Modifiers;
    struct Pattern;

    void find_cancelled(std::string_view text);
    void read_rule(std::string_view rule, RuleSink& sink);
    Modifiers read_modifiers(std::string_view text);
    Pattern read_pattern(std::string_view pattern, Modifiers const& modifiers);
    void say(RuleAction action, Pattern const& pattern, Modifiers const& modifiers, RuleSink& sink);

    NameReader names_;
    HostsReader hosts_;
    std::string reason_;
    std::vector<std::string> cancelled_;  // sorted; see key() in list_adblock.cpp
};

// RFC 1035, 5.1 as far as policy zones use it; the meaning: draft-vixie-dnsop-dns-rpz.
class RpzReader final : public LineReader {
public:
    void read(std::string_view line, RuleSink& sink) override;
    void end(RuleSink& sink) override;

private:
    void read_directive(std::string_view line, RuleSink& sink);
    void read_record(std::string_view owner, std::string_view record, RuleSink& sink);
    void read_cname(std::string_view target, RuleSink& sink);
    std::string_view without_origin(std::string_view owner) const;

    NameReader names_;
    std::string origin_;  // lower case, with a dot at its end; empty: not said
    std::string owner_;   // of the record before, for lines that begin with a blank
    bool in_brackets_ = false;
};

}  // namespace kindgate::content
