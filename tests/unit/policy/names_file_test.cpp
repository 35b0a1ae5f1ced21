// Safe search and helplines: what their texts mean, in which words they are refused, and what the shipped files hold.
#include "policy/names_file.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "load_texts.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;

using Kind = SafeSearchEngine::Kind;

SafeSearch safe_search_of(std::string const& text) {
    auto loaded = load_safe_search(text, "safesearch.textproto");
    test::equal(told(loaded.errors), "", text);
    test::check(loaded.safe_search.has_value(), "neither engines nor error");
    return *std::move(loaded.safe_search);
}

Helplines helplines_of(std::string const& text) {
    auto loaded = load_helplines(text, "helplines.textproto");
    test::equal(told(loaded.errors), "", text);
    test::check(loaded.helplines.has_value(), "neither helplines nor error");
    return *std::move(loaded.helplines);
}

void refused_engines(std::initializer_list<Case> cases) {
    for (auto const& [text, errors] : cases) {
        auto const loaded = load_safe_search(text, "safesearch.textproto");
        test::equal(told(loaded.errors), errors, text);
        test::check(!loaded.safe_search, "engines beside errors");
    }
}

void refused_helplines(std::initializer_list<Case> cases) {
    for (auto const& [text, errors] : cases) {
        auto const loaded = load_helplines(text, "helplines.textproto");
        test::equal(told(loaded.errors), errors, text);
        test::check(!loaded.helplines, "helplines beside errors");
    }
}

std::string engine(std::string_view said) {
    return fmt::format("engines {{ name: \"Example\" domains: \"search.example\" target: \"safe.example\"\n{} }}",
                       said);
}

std::string helpline(std::string_view said) {
    return fmt::format("helplines {{ country: \"DE\" name: \"Example\" domains: \"help.example\"\n{} }}", said);
}

void reads_engines() {
    auto const engines = safe_search_of(R"(
engines { name: "Example" domains: ["WWW.Search.example", "suche.müller.example"] suffixes: "all.example" target: "Safe.example" }
engines { name: "Moderate" kind: YOUTUBE_MODERATE domains: "video.example" target: "moderate.example" }
engines { name: "Strict" kind: YOUTUBE_STRICT domains: "video.example" addresses: ["192.0.2.1", "2001:db8::1"] }
)")
                             .engines;
    test::equal(engines.size(), 3U, "engines");
    test::equal(engines[0].name, "Example", "name");
    test::check(engines[0].kind == Kind::search && engines[1].kind == Kind::youtube_moderate &&
                    engines[2].kind == Kind::youtube_strict,
                "kinds");
    test::equal(engines[0].domains.size(), 3U, "domains");
    test::equal(engines[0].domains[0].name.text(), "www.search.example", "folded");
    test::equal(engines[0].domains[1].name.text(), "suche.xn--mller-kva.example", "as DNS carries it");
    test::check(engines[0].domains[0].scope == NameScope::exact && engines[0].domains[2].scope == NameScope::suffix,
                "scopes");
    test::equal(engines[0].target.value().text(), "safe.example", "target");
    test::check(engines[0].addresses.empty() && !engines[2].target, "a target or addresses");
    test::equal(engines[2].addresses.at(1).text(), "2001:db8::1", "addresses");
}

void refuses_engines() {
    refused_engines({
        {"", "1:1: the file has no engine: write engines { … } with a name, domains and a target"},
        {"engine {}", "1:1: SafeSearchFile has no field 'engine': did you mean 'engines'?"},
        {"engines { name: \"A\" kind: STRICT }",
         "1:27: 'STRICT' is not a value of 'kind': write SEARCH, YOUTUBE_MODERATE or YOUTUBE_STRICT"},
        {engine("kind: 7"), "2:1: 7 is not a value of 'kind': write SEARCH, YOUTUBE_MODERATE or YOUTUBE_STRICT"},
        {"engines { }",
         "1:1: the engine has no name: write name: and 1 to 64 characters\n"
         "1:1: the engine '' has no domains: write domains: and one like \"www.example.org\"\n"
         "1:1: the engine '' has neither target nor addresses: write one of them"},
        {engine("addresses: \"192.0.2.1\""), "1:1: the engine 'Example' has a target and addresses: write one of them"},
        {"engines { name: \"A\" domains: \"a.example\"\naddresses: [\"192.0.2.1\", \"192.0.2.1\"] }",
         "2:26: the address '192.0.2.1' stands there twice: keep one of the two"},
        {engine("domains: [\"https://a.example/\", \"SEARCH.example\"]"),
         "2:11: 'https://a.example/' is the address of a page: write only the host name, 'a.example'\n"
         "2:33: 'search.example' stands in line 1 already: a name has one answer: keep one of the two"},
        {engine("suffixes: \"search.example\""),
         "2:1: 'search.example' stands in line 1 already: a name has one answer: keep one of the two"},
        {engine("} engines { name: \"Example\" kind: YOUTUBE_STRICT domains: \"search.example\" target: \"b.example\""),
         "2:13: the engine 'Example' stands in line 1 already: keep one of the two\n"
         "2:50: 'search.example' stands in line 1 already: a name has one answer: keep one of the two"},
    });
}

void refuses_loops() {
    refused_engines({
        {"engines { name: \"A\" domains: \"a.example\"\ntarget: \"A.example\" }",
         "2:1: the target 'a.example' is answered otherwise itself, by line 1: write a target that no engine answers"},
        {"engines { name: \"A\" suffixes: \"a.example\"\ntarget: \"safe.a.example\" }",
         "2:1: the target 'safe.a.example' is answered otherwise itself, by line 1: write a target that no engine "
         "answers"},
        {"engines { name: \"A\" domains: \"a.example\" target: \"b.example\" }\n"
         "engines { name: \"B\" kind: YOUTUBE_STRICT domains: \"b.example\" target: \"c.example\" }",
         "1:42: the target 'b.example' is answered otherwise itself, by line 2: write a target that no engine answers"},
    });
    safe_search_of("engines { name: \"A\" domains: \"a.example\" target: \"safe.a.example\" }");
}

void reads_helplines() {
    auto const read = helplines_of(R"(
helplines { country: "DE" name: "Nummer" telephone: "116 111" about: "Hört zu." domains: ["Help.example"] }
helplines { country: "AT" name: "Nummer" telephone: "+43 (1) 116-111" domains: "help.example" }
time_servers: ["Time.example", "pool.example"]
)");
    test::equal(read.helplines.size(), 2U, "helplines");
    auto const& first = read.helplines[0];
    test::equal(first.country + first.name + first.telephone + first.about, "DENummer116 111Hört zu.", "as it stands");
    test::equal(first.domains.at(0).text(), "help.example", "folded");
    test::equal(read.time_servers.size(), 2U, "time servers");
    test::equal(read.time_servers[0].text(), "time.example", "folded");
}

void refuses_helplines() {
    refused_helplines({
        {"time_servers: \"time.example\"",
         "1:1: the file has no helpline: write helplines { … } with a country and a name"},
        {"helplines { }",
         "1:1: the helpline has no country: write country: and two letters like \"DE\"\n"
         "1:1: the helpline has no name: write name: and 1 to 64 characters\n"
         "1:1: nothing says how to reach '': write telephone: or domains:, or both"},
        {"helplines { country: \"uk\" name: \"A\" telephone: \"call us\" }",
         "1:13: 'uk' is not a country: write \"GB\"\n"
         "1:37: 'call us' is not a telephone number: write it as it is dialled, like \"116 111\""},
        {helpline("about: \"two\\nlines\""),
         "2:1: the about 'two?lines' has a control character: write it in one line "
         "of text"},
        {helpline("about: \"" + std::string(201, 'a') + "\""), "2:1: the about has 201 characters: write at most 200"},
        {helpline("domains: [\"192.0.2.1\", \"help.example\"]"),
         "2:11: '192.0.2.1' is an address: write a domain like \"example.org\"\n"
         "2:24: 'help.example' stands in line 1 already: keep one of the two"},
        {helpline("") + "\n" + helpline(""),
         "3:27: 'Example' of DE stands in line 1 already: keep one of the two\n"
         "3:43: 'help.example' stands in line 1 already: keep one of the two"},
        {"helplines { country: \"\\007\" name: \"A\" telephone: \"1\" }\n"
         "helplines { country: \"\\007\" name: \"A\" telephone: \"1\" }",
         "1:13: '?' is not a country: write its two letters of ISO 3166-1, like \"DE\"\n"
         "2:13: '?' is not a country: write its two letters of ISO 3166-1, like \"DE\"\n"
         "2:29: 'A' of ? stands in line 1 already: keep one of the two"},
        {helpline("about: \"\xff\""), "2:9: the byte 0xff is not UTF-8: save the file as UTF-8"},
        {helpline("") + " time_servers: [\"a.example\", \"A.example\"]",
         "2:32: 'a.example' stands in line 2 already: keep one of the two"},
    });
}

SafeSearch const& shipped_engines() {
    static auto const shipped = safe_search_of(test::source_text("policies/safesearch.textproto"));
    return shipped;
}

Helplines const& shipped_helplines() {
    static auto const shipped = helplines_of(test::source_text("policies/helplines.textproto"));
    return shipped;
}

SafeSearchEngine const& shipped_engine(std::string_view name) {
    auto const& engines = shipped_engines().engines;
    auto const found = std::ranges::find(engines, name, &SafeSearchEngine::name);
    if (found == engines.end()) test::fail(fmt::format("no engine {}", name));
    return *found;
}

void ships_engines() {
    struct Shipped {
        std::string_view name, target, domain;
        std::size_t least;
        Kind kind = Kind::search;
    };
    for (auto const& c :
         {Shipped{"Google", "forcesafesearch.google.com", "www.google.co.uk", 360},
          {"YouTube, moderate", "restrictmoderate.youtube.com", "m.youtube.com", 5, Kind::youtube_moderate},
          {"YouTube, strict", "restrict.youtube.com", "youtubei.googleapis.com", 5, Kind::youtube_strict},
          {"Bing", "strict.bing.com", "www.bing.com", 2},
          {"DuckDuckGo", "safe.duckduckgo.com", "duckduckgo.com", 1},
          {"Yandex", "", "www.xn--d1acpjx3f.xn--p1ai", 40},
          {"Brave Search", "forcesafe.search.brave.com", "search.brave.com", 1},
          {"Qwant", "safeapi.qwant.com", "api.qwant.com", 1},
          {"Ecosia", "strict-safe-search.ecosia.org", "www.ecosia.org", 1},
          {"Startpage", "safe.startpage.com", "www.startpage.com", 1},
          {"Pixabay", "safesearch.pixabay.com", "pixabay.com", 1}}) {
        auto const& engine = shipped_engine(c.name);
        test::equal(engine.target ? engine.target->text() : "", c.target, c.name);
        test::check(engine.kind == c.kind, c.name);
        test::check(engine.domains.size() >= c.least, c.name);
        auto const text = [](SafeSearchDomain const& domain) { return domain.name.text(); };
        test::check(std::ranges::find(engine.domains, c.domain, text) != engine.domains.end(), c.domain);
    }
    test::equal(shipped_engine("Yandex").addresses.at(0).text(), "213.180.193.56", "an address instead");
}

// As the view's table finds them: one answer for a name, none for a target.
void ships_no_loops() {
    for (auto const kind : {Kind::youtube_moderate, Kind::youtube_strict}) {
        std::vector<NamedRule> rules;
        for (auto const& engine : shipped_engines().engines)
            if (engine.kind == Kind::search || engine.kind == kind)
                for (auto const& domain : engine.domains)
                    rules.push_back({domain.name, {.kind = RuleKind::safe_search, .scope = domain.scope}});
        NameTable const table{rules};
        auto const answers = [&](content::dns::Name const& name) {
            int count = 0;
            table.find(name, [&](NameRule const&) { ++count; });
            return count;
        };
        for (auto const& rule : rules) test::equal(answers(rule.name), 1, rule.name.text());
        for (auto const& engine : shipped_engines().engines)
            if (engine.target) test::equal(answers(*engine.target), 0, engine.target->text());
    }
}

void ships_helplines() {
    std::set<std::string> called;
    for (auto const& helpline : shipped_helplines().helplines)
        if (!helpline.telephone.empty()) called.insert(helpline.country);
    for (auto const* country : {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
                                "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"})
        test::check(called.contains(country), country);
    test::check(called.size() >= 30, "30 countries");
    for (auto const& helpline : shipped_helplines().helplines)
        test::check(!helpline.about.empty() && helpline.about.ends_with("。") != helpline.about.ends_with('.'),
                    helpline.name + ": a sentence");
}

void ships_time_servers() {
    std::vector<std::string> names;
    for (auto const& name : shipped_helplines().time_servers) names.push_back(name.text());
    for (auto const* name : {"pool.ntp.org", "time.android.com", "time4.google.com", "time.apple.com",
                             "time.windows.com", "time.cloudflare.com"})
        test::check(std::ranges::find(names, name) != names.end(), name);
}

constexpr test::Test tests[] = {
    {"an engine's names and answers are read, folded", reads_engines},
    {"what an engine lacks or says twice is told with its place", refuses_engines},
    {"a target that is answered otherwise itself is refused", refuses_loops},
    {"helplines and time servers are read, folded", reads_helplines},
    {"what a helpline lacks or says twice is told with its place", refuses_helplines},
    {"the shipped file answers each engine's names safely", ships_engines},
    {"of the shipped engines each name has one answer, and no target is answered otherwise", ships_no_loops},
    {"the shipped helplines cover the European Union and others", ships_helplines},
    {"the time servers of common devices are shipped", ships_time_servers},
};

}  // namespace

int main() {
    return test::run("policy/names_file", tests);
}
