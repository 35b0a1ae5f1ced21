// Lists of several lines: which of them decides about a name, what one line does to others, and which format a text
// has.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "content/list.h"
#include "pack_help.h"
#include "test.h"

namespace {

using namespace kindgate;
using content::ListFormat;

struct Case {
    char const* about;
    ListFormat format;
    char const* text;
    std::vector<std::string_view> in;
    std::vector<std::string_view> out;
};

std::vector<Case> const cases{
    {"RPZ: a trigger nearer to the name than what passes",
     ListFormat::rpz,
     "*.example.com CNAME rpz-passthru.\nbad.example.com CNAME .\n*.bad.example.com CNAME .\n",
     {"bad.example.com", "x.bad.example.com"},
     {"good.example.com", "example.com"}},
    {"RPZ: what passes nearer to the name than a trigger",
     ListFormat::rpz,
     "*.example.com CNAME .\ngood.example.com CNAME rpz-passthru.\n",
     {"bad.example.com", "x.good.example.com"},
     {"good.example.com"}},
    {"dnsmasq: the more specific server= or local= holds",
     ListFormat::dnsmasq,
     "server=/example.com/#\nlocal=/bad.example.com/\nserver=/good.bad.example.com/#\n",
     {"bad.example.com", "x.bad.example.com"},
     {"example.com", "good.bad.example.com"}},
    {"adblock: @@ holds wherever it stands, but against $important",
     ListFormat::adblock,
     "@@||example.com^\n||bad.example.com^\n||worse.example.com^$important\n",
     {"worse.example.com"},
     {"bad.example.com", "example.com"}},
    {"adblock: a $badfilter line with a comment behind it",
     ListFormat::adblock,
     "||a.example^\n||a.example^$badfilter # was wrong\n||b.example^\n",
     {"b.example"},
     {"a.example"}},
    {"adblock: a $badfilter line for one with $denyallow",
     ListFormat::adblock,
     "||b.example^$denyallow=x.b.example\n||b.example^$denyallow=x.b.example,badfilter\n||c.example^\n",
     {"c.example"},
     {"b.example"}},
    {"adblock: a $badfilter line doesn't cancel what has another $denyallow",
     ListFormat::adblock,
     "||b.example^$denyallow=x.b.example\n||b.example^$denyallow=y.b.example,badfilter\n",
     {"b.example"},
     {"x.b.example"}},
    {"RPZ: a bracket in quotes is none",
     ListFormat::rpz,
     "x.example TXT \"call us :(\"\nbad.example CNAME .\n",
     {"bad.example"},
     {"x.example"}},
    {"RPZ: a record in brackets over several lines",
     ListFormat::rpz,
     "@ SOA a. b. ( 1 ; first\n 2 3\n 4 5 )\nbad.example CNAME .\n",
     {"bad.example"},
     {}},
    {"dnsmasq: an answer of its own is no block",
     ListFormat::dnsmasq,
     "address=/nas.home.example/192.168.1.5\naddress=/a.example/0.0.0.0\naddress=/b.example/127.0.0.1\n"
     "address=/c.example/::\naddress=/d.example/::1\naddress=/e.example/\naddress=/f.example/#\n",
     {"a.example", "b.example", "c.example", "d.example", "e.example", "f.example"},
     {"nas.home.example"}},
    {"automatic: comments with ! make no adblock list of plain names",
     ListFormat::automatic,
     "! Title: x\n! Expires: 1 day\nplain.example\n*.star.example\n",
     {"plain.example", "below.plain.example", "x.star.example"},
     {"star.example"}},
};

void check_case(Case const& one) {
    auto const bytes = test::gathered({{"list", one.text, one.format}}).build({});
    test::check(bytes.ok(), fmt::format("{}: nothing blocks", one.about));
    auto const pack = test::opened(*bytes);
    for (auto const name : one.in)
        test::check(pack.look_up(name).categories != 0, fmt::format("{}: {} isn't in", one.about, name));
    for (auto const name : one.out)
        test::check(pack.look_up(name).categories == 0, fmt::format("{}: {} is in", one.about, name));
}

constexpr test::Test tests[] = {
    {"which line decides, and what it does to others",
     [] {
         for (auto const& one : cases) check_case(one);
     }},
    {"RPZ: a bracket that is never closed is told",
     [] {
         std::string reasons;
         auto const summary = content::read_list("@ SOA a. b. ( 1\nbad.example CNAME .\n", ListFormat::rpz,
                                                 [&](content::Rule const& rule) {
                                                     if (rule.action == content::RuleAction::skip && !rule.silent)
                                                         reasons += rule.reason;
                                                 });
         test::equal(summary.skipped, 1U, "skipped");
         test::contains(reasons, "never closed");
     }},
};

}  // namespace

int main() {
    return test::run("content/list_precedence", tests);
}
