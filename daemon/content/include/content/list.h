// Lists of names as people publish them, read line by line. Pure: text in, rules out.
//
// A line means one thing or is skipped with a reason. Nothing is guessed wider than it was written: a path, a pattern
// in the middle of a name or a modifier that names can't honour would block whole sites that nobody meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kindgate::content {

enum class ListFormat : std::uint8_t {
    automatic,  // told by the lines themselves
    plain,      // a name a line: it and all below; *.name: all below
    wildcard,   // as plain, but *.name means the name too: some publishers' way to write "and all below"
    hosts,      // an address and names, each exactly
    dnsmasq,    // address=/name/…, server=/name/, local=/name/: the name and all below
    adblock,    // ||name^ with @@ and $important, $badfilter, $denyallow
    rpz,        // a response policy zone: CNAME . and its kind
};

enum class RuleAction : std::uint8_t { block, allow, skip };
enum class RuleScope : std::uint8_t {
    suffix,      // the name and all below
    exact,       // the name alone
    subdomains,  // all below, without the name
};

// Which rule wins where several of one list cover a name: the highest. Between equals the nearest to the name, and at
// one name the one that allows. `block` and `near_allow` count as equals. Blocks are even.
enum class RuleRank : std::uint8_t {
    wide_block = 0,      // a whole public suffix, with $denyallow
    wide_exception = 1,  // what $denyallow takes out of it
    block = 2,
    near_allow = 3,       // RPZ and dnsmasq: a block nearer to the name holds
    allow = 5,            // adblock's @@, wherever it stands
    important_block = 6,  // $important
    important_allow = 7,
};

// What a line says about one name; a hosts line says several. The views live as long as the call that gets them.
struct Rule {
    std::size_t line = 0;  // from 1
    RuleAction action = RuleAction::skip;
    std::string_view domain{};  // lower case, A-labels, no dot at the end; empty where a skipped line has none
    RuleScope scope = RuleScope::suffix;
    RuleRank rank = RuleRank::block;
    std::string_view reason{};  // why it was skipped; of $denyallow, what it belongs to
    bool silent = false;        // an empty line, a comment or a heading: nothing that anybody would miss
};

// How many of each; silent lines are not counted as skipped.
struct ListSummary {
    ListFormat format = ListFormat::plain;  // as it was read
    std::size_t lines = 0;
    std::size_t blocks = 0;
    std::size_t allows = 0;
    std::size_t skipped = 0;
};

// Reads text of any bytes; `each` hears every line in order, at least once.
ListSummary read_list(std::string_view text, ListFormat format, std::function<void(Rule const&)> const& each);

// Which format the text has, by its first lines.
ListFormat detect_format(std::string_view text);

// Why the whole text is no list: a web page, compressed or other binary bytes. Such a download must not replace a list.
std::optional<std::string> not_a_list(std::string_view text);

// A name that a person wrote, as lists have it: lower case, A-labels, no dot at its end; as it is where it is no name.
std::string canonical_name(std::string_view written);

// "plain", "hosts", …; nothing for another word.
std::optional<ListFormat> format_named(std::string_view name);
std::string_view name_of(ListFormat format);

// "BLOCK" and "SUFFIX", as `kindgate list read` says them.
std::string_view name_of(RuleAction action);
std::string_view name_of(RuleScope scope);

}  // namespace kindgate::content
