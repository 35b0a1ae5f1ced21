// The awkward lines of corpora/lists/cases.tsv, gathered from other programs' own tests: each must be read as its row
// says.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "content/list.h"
#include "pack_help.h"
#include "test.h"

namespace {

using namespace kindgate;
using content::RuleAction;

struct Row {
    std::string id;
    std::string format;
    std::string text;  // the line, decoded
    std::string action;
    std::vector<std::string> names;
    std::string scope;
    std::vector<std::string> must_match;
    std::vector<std::string> must_not_match;
};

// Other programs have regular expressions, patterns and types of records; a pack holds whole names. These lines have to
// be skipped, and with a reason.
std::map<std::string, std::string_view> const inexpressible{
    {"L086", "a pattern"},  // ||ex*.org^
    {"L106", "a regular expression"},
    {"L107", "a regular expression"},
    {"L108", "a regular expression"},
    {"L111", "$dnstype=AAAA"},        // would have to leave the name's other addresses alone
    {"L129", "every name there is"},  // * CNAME .
    {"L154", "a regular expression"},
    {"L155", "a pattern"},  // exam*.com
};

std::vector<std::string> split(std::string const& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, separator);)
        if (part != "-") parts.push_back(part);
    return parts;
}

void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

std::string decode(std::string const& json) {
    std::string out;
    for (std::size_t i = 1; i + 1 < json.size(); ++i) {
        if (json[i] != '\\') {
            out += json[i];
            continue;
        }
        switch (json[++i]) {
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'r': out += '\r'; break;
            case 'u':
                append_utf8(out, static_cast<unsigned>(std::stoul(json.substr(i + 1, 4), nullptr, 16)));
                i += 4;
                break;
            default: out += json[i];
        }
    }
    return out;
}

std::vector<Row> rows() {
    std::istringstream in{test::data_text("corpora/lists/cases.tsv")};
    std::vector<Row> all;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::vector<std::string> cells;
        std::istringstream fields{line};
        for (std::string cell; std::getline(fields, cell, '\t');) cells.push_back(cell);
        all.push_back({cells.at(0), cells.at(1), decode(cells.at(2)), cells.at(3), split(cells.at(4), '|'), cells.at(5),
                       split(cells.at(6), '|'), split(cells.at(7), '|')});
    }
    return all;
}

content::ListFormat format_of(Row const& row) {
    return content::format_named(row.format == "adblock-list" ? "adblock" : row.format).value();
}

std::string lower(std::string_view text) {
    std::string all{text};
    for (char& c : all) c = static_cast<char>(std::tolower(c));
    return all;
}

struct Said {
    std::set<RuleAction> actions;
    std::set<std::string> names;
    std::set<std::string> scopes;
    std::string reasons;
};

Said read(Row const& row) {
    Said said;
    content::read_list(row.text + "\n", format_of(row), [&](content::Rule const& rule) {
        said.actions.insert(rule.action);
        if (rule.action == RuleAction::skip) {
            test::check(!rule.reason.empty(), row.id + ": skipped without a reason");
            said.reasons += std::string{rule.reason} + "; ";
        } else {
            said.names.insert(std::string{rule.domain});
            said.scopes.insert(lower(content::name_of(rule.scope)));
        }
    });
    return said;
}

// "example.com. (AAAA)" as a look-up gets it.
std::string plain(std::string name) {
    name = name.substr(0, name.find(' '));
    if (name.ends_with('.')) name.pop_back();
    return name;
}

void check_matches(Row const& row) {
    // A text without a name that blocks makes no pack.
    auto const bytes = test::gathered({{"list", row.text, format_of(row)}}).build({});
    auto const matches = [&](std::string const& name) {
        return bytes.ok() && test::opened(*bytes).look_up(name).categories != 0;
    };
    for (auto const& name : row.must_not_match)
        test::check(!matches(plain(name)), fmt::format("{}: {} must not match", row.id, name));
    if (inexpressible.contains(row.id) || (row.action != "block" && row.action != "mixed")) return;
    for (auto const& name : row.must_match)
        test::check(matches(plain(name)), fmt::format("{}: {} must match", row.id, name));
}

constexpr test::Test tests[] = {
    {"there are 158 rows", [] { test::equal(rows().size(), 158U, "rows"); }},
    {"a line that blocks, blocks, and names what its row names",
     [] {
         for (auto const& row : rows()) {
             if (row.action != "block" || inexpressible.contains(row.id)) continue;
             auto const said = read(row);
             test::check(said.actions.contains(RuleAction::block), row.id + " does not block: " + said.reasons);
             for (auto const& name : row.names) {
                 // The machine's own name is never taken away.
                 auto const plain = name.starts_with("*.") ? name.substr(2) : name;
                 test::check(said.names.contains(plain) || plain == "localhost", row.id + " does not name " + plain);
             }
         }
     }},
    {"a line that allows, allows",
     [] {
         for (auto const& row : rows())
             if (row.action == "allow" && !inexpressible.contains(row.id))
                 test::check(read(row).actions == std::set{RuleAction::allow}, row.id + " does not allow");
     }},
    {"a line that must be skipped says nothing but why",
     [] {
         for (auto const& row : rows())
             if (row.action == "skip")
                 test::check(read(row).actions == std::set{RuleAction::skip}, row.id + " says more than a skip");
     }},
    {"a line that says something else about names neither blocks nor allows",
     [] {
         for (auto const& row : rows())
             if (row.action == "other")
                 test::check(read(row).actions == std::set{RuleAction::skip}, row.id + " says more than a skip");
     }},
    {"a name is meant alone, with what is below, or only what is below, as the row says",
     [] {
         for (auto const& row : rows()) {
             bool const has_scope = row.scope == "exact" || row.scope == "suffix" || row.scope == "subdomains";
             // A plain list's publisher means the site: docs/decisions/0011.
             bool const plain = row.format == "plain" && row.scope == "exact";
             if (!has_scope || plain || row.action == "other" || inexpressible.contains(row.id)) continue;
             test::check(read(row).scopes == std::set{row.scope}, row.id + " isn't of the scope " + row.scope);
         }
     }},
    {"a line that no pack can express is skipped for that reason",
     [] {
         for (auto const& row : rows()) {
             auto const found = inexpressible.find(row.id);
             if (found == inexpressible.end()) continue;
             auto const said = read(row);
             test::contains(said.reasons, found->second);
             test::check(!said.actions.contains(RuleAction::block), row.id + " blocks something");
         }
     }},
    {"a pack made of the lines matches what must match, and what must not it doesn't",
     [] {
         for (auto const& row : rows()) check_matches(row);
     }},
};

}  // namespace

int main() {
    return test::run("content/list_corpus", tests);
}
