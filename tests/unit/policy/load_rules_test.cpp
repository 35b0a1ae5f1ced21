// Each rule of the schema with a text that breaks it, at its exact place and in its exact words.
#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "age_keys.h"
#include "base/bytes.h"
#include "load_texts.h"
#include "report/ohttp.h"
#include "report/weekly_task.h"
#include "test.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;

void refuses_wrong_policies() {
    std::string const long_name(65, 'x');
    constexpr std::string_view no_profile =
        "1:1: the policy has no profile: write at least one, like profiles { id: \"children\" }";
    auto const zone = [](std::string_view name) {
        return fmt::format("profiles {{ id: \"a\" }}\n time_zone: \"{}\"", name);
    };
    refused({
        {"name: \"a\"",
         fmt::format("1:1: the policy has no time_zone: write time_zone: and its name, like \"Europe/Berlin\"\n{}",
                     no_profile)},
        {"time_zone: \"UTC\"", std::string{no_profile}},
        {zone("Europe/Berln"), "2:2: unknown time zone 'Europe/Berln': did you mean Europe/Berlin?"},
        {zone("europe/berlin"), "2:2: unknown time zone 'europe/berlin': did you mean Europe/Berlin?"},
        {zone("Berlin"), "2:2: unknown time zone 'Berlin': did you mean Europe/Berlin?"},
        {zone("Europe/New York"), "2:2: unknown time zone 'Europe/New York': did you mean America/New_York?"},
        {zone("summer time"), "2:2: unknown time zone 'summer time': write its IANA name, like Europe/Berlin"},
        {beside("name: \"" + long_name + "\""), "3:1: the name has 65 characters: write at most 64"},
        {beside("name: \"a\\nb\""), "3:1: the name 'a?b' has a control character: write it in one line of text"},
        {beside("name: \"a\u0085b\""), "3:1: the name 'a?b' has a control character: write it in one line of text"},
        {beside("name: \"a\u2028b\""), "3:1: the name 'a?b' has a control character: write it in one line of text"},
        {beside("day_starts: \"24:00\""),
         "3:1: '24:00' is not a time of day: write hours and minutes with two digits each, 00:00 to 23:59"},
        {beside("newcomer_profile: \"guests\""),
         "3:1: newcomers have the profile 'guests', which is not here: add a profile with this id, or write one of: a"},
        {beside("packs: [\"ok\", \"Not ok\"]"),
         "3:15: 'Not ok' can't be the name of a pack: write 1 to 32 of a-z, 0-9 and -"},
        {beside("packs: \"ok\"\npacks: \"\""), "4:1: the pack has no name: write 1 to 32 of a-z, 0-9 and -"},
    });
    accepted(beside("name: \"" + std::string("ü") + std::string(63, 'x') + "\""));  // characters, not bytes
}

void refuses_wrong_profiles() {
    std::string const ids = "write 1 to 32 of a-z, 0-9 and -";
    auto const second = [](std::string_view said) { return beside(fmt::format("profiles {{ {} }}", said)); };
    refused({
        {second(""), "3:1: the profile has no id: write id: and 1 to 32 of a-z, 0-9 and -"},
        {second("id: \"Teen\""), "3:12: 'Teen' can't be the id of a profile: " + ids},
        {second("id: \"" + std::string(33, 'x') + "\""),
         fmt::format("3:12: '{}' can't be the id of a profile: {}", std::string(33, 'x'), ids)},
        {second("id: \"all\""),
         "3:12: a profile can't be called 'all': choose another id: commands mean everybody by it"},
        {second("id: \"02-00-5e-10-00-01\""),
         "3:12: the id '02-00-5e-10-00-01' reads like a hardware address: choose another id"},
        {second("display_name: \"A\" id: \"a\""), "3:30: there is a profile 'a' already, in line 2: choose another id"},
        {within("display_name: \"\\033[31m\""),
         "3:1: the display_name '?[31m' has a control character: write it in one line of text"},
        {within(
             "display_name: \"\u202egnp.exe\" windows { mode: OFF days: \"daily\" from: \"20:00\" to: \"21:00\" label: "
             "\"a\u2066b\" }"),
         "3:1: the display_name '?gnp.exe' has a character that turns the direction of writing: write it without, "
         "right-to-left text needs none\n"
         "3:88: the label 'a?b' has a character that turns the direction of writing: write it without, right-to-left "
         "text needs none"},
        {within("age: 121"), "3:1: nobody is 121 years old: write 0 to 120"},
        {within("default_mode: 4"), "3:1: 4 is not a mode: write OPEN, LEARNING or OFF"},
        {within("visibility: 4"), "3:1: 4 is not a value of 'visibility': write NOTHING, CATEGORIES or DOMAINS"},
        {within("ends_on: \"2030-02-29\""),
         "3:1: '2030-02-29' is a date that no calendar has: write the year, the month and the day, like 2026-12-23"},
        {within("ends_on: \"1.5.2031\""),
         "3:1: '1.5.2031' is not a date: write the year, the month and the day, like 2026-12-23"},
    });
    accepted(within("age: 120 ends_on: \"2032-02-29\" extends: \"\""));
    accepted(beside("profiles { id: \"" + std::string(32, '-') + "\" }"));
}

void refuses_wrong_windows() {
    constexpr std::string_view until_23_59 = "write hours and minutes with two digits each, 00:00 to 23:59";
    auto const days = [](std::string_view text) {
        return in_window(fmt::format("from: \"08:00\" to: \"09:00\" mode: OFF days: \"{}\"", text));
    };
    auto const from = [](std::string_view text) {
        return in_window(fmt::format("days: \"mon\" to: \"09:00\" mode: OFF from: \"{}\"", text));
    };
    auto const not_days = [](std::string_view text) {
        return fmt::format(
            "3:47: '{}' does not name days: write them like \"mon-fri\", \"sat,sun\", \"fri-mon\" or \"daily\"", text);
    };
    for (auto const* text :
         {"Mon", "mon,,tue", "mon,", ",", "mon - fri", "mon-", "-fri", "monday", "daily,mon", "mon-tue-wed", "mo"})
        refused(days(text), not_days(text));
    for (auto const* text :
         {"7:30", "07:60", "24:00", "25:00", "07.30", "0730", "07:3", "+7:30", "07:30:00", "7:30 ", "ab:cd"})
        refused(from(text), fmt::format("3:45: '{}' is not a time of day: {}", text, until_23_59));
    refused({
        {days("mon-mon"), "3:47: 'mon-mon' may mean one day or all: write \"mon\" or \"daily\""},
        {in_window("from: \"08:00\" to: \"24:01\" mode: OFF days: \"mon\""),
         "3:25: '24:01' is not a time of day: write hours and minutes with two digits each, 00:00 to 24:00"},
        {in_window(""),
         "3:1: the window has no days: write days: and when it is, like \"mon-fri\"\n"
         "3:1: the window has no 'from': write from: and a time of day, like \"21:00\"\n"
         "3:1: the window has no 'to': write to: and a time of day, like \"21:00\"\n"
         "3:1: the window has no mode: write mode: OPEN, LEARNING or OFF"},
        {in_window("days: \"mon\" from: \"08:00\" to: \"09:00\" mode: 4"),
         "3:49: 4 is not a mode: write OPEN, LEARNING or OFF"},
        {in_window(
             "days: \"mon\" from: \"08:00\" to: \"09:00\" mode: LEARNING categories: [\"games\", \"my games\", \"\"]"),
         "3:49: a window for categories can't be LEARNING: write mode: OFF, or leave the categories out\n"
         "3:86: 'my games' can't be the name of a category: write 1 to 32 of a-z, 0-9, - and _, like \"games\"\n"
         "3:98: a category without a name: write one like \"games\""},
        {in_window("days: \"mon\" from: \"08:00\" to: \"09:00\" mode: OFF label: \"" + std::string(65, 'x') + "\""),
         "3:59: the label has 65 characters: write at most 64"},
    });
    for (auto const* text : {"mon", "mon-fri", "sat,sun", "fri-mon", "mon-wed,fri", "mon,mon", "daily", "sun-sat"})
        accepted(days(text));
}

void refuses_too_many() {
    constexpr std::string_view window = "windows { days: \"mon\" from: \"08:00\" to: \"09:00\" mode: OFF }";
    constexpr std::string_view exception = "exceptions { from_date: \"2026-01-01\" }";
    accepted(within(many(window, 256)));
    accepted(within(many(exception, 256)));
    refused(within(many(window, 257)), "259:1: 257 windows are too many: write at most 256");
    refused(within(many(exception, 258)), "259:1: 258 exceptions are too many: write at most 256");
    refused(
        in_exception("from_date: \"2026-01-01\"\n" + many("windows { from: \"08:00\" to: \"09:00\" mode: OFF }", 257)),
        "260:1: 257 windows are too many: write at most 256");
    std::string profiles = "time_zone: \"UTC\"\n";
    for (int i = 0; i < 4096; ++i) profiles += fmt::format("profiles {{ id: \"p{}\" }}\n", i);
    accepted(profiles);
    refused(profiles + "profiles { id: \"one\" }", "4098:1: 4097 profiles are too many: write at most 4096");
    // 256 windows in each of four exceptions, inherited 256 times, are more than anybody needs and much memory.
    auto inherited = within(many("exceptions { from_date: \"2026-01-01\" " +
                                     many("windows { from: \"08:00\" to: \"09:00\" mode: OFF }", 255) + "}",
                                 4)) +
                     "\n";
    auto const line = std::count(inherited.begin(), inherited.end(), '\n') + 1;
    for (int i = 0; i < 256; ++i) inherited += fmt::format("profiles {{ id: \"p{}\" extends: \"a\" }}\n", i);
    refused(
        inherited,
        fmt::format("{}:1: up to profile 'p255' the profiles have 263168 windows and exceptions together: let fewer "
                    "profiles extend large ones: 262144 are taken",
                    line + 255));
}

void refuses_wrong_exceptions() {
    refused({
        {in_exception(""), "3:1: the exception has no from_date: write from_date: and a date, like \"2026-12-23\""},
        {in_exception("from_date: \"23.12.2026\""),
         "3:14: '23.12.2026' is not a date: write the year, the month and the day, like 2026-12-23"},
        {in_exception("from_date: \"2026-12-23\" to_date: \"2027-1-6\""),
         "3:38: '2027-1-6' is not a date: write the year, the month and the day, like 2026-12-23"},
        {in_exception("from_date: \"2026-12-23\" to_date: \"2026-13-01\""),
         "3:38: '2026-13-01' is a date that no calendar has: write the year, the month and the day, like 2026-12-23"},
        {in_exception("from_date: \"2026-12-23\" to_date: \"2026-12-22\""),
         "3:38: the exception ends on '2026-12-22', before it begins: write a date from 2026-12-23 on"},
        {in_exception("from_date: \"2026-12-23\" label: \"" + std::string(65, 'x') + "\""),
         "3:38: the label has 65 characters: write at most 64"},
        {in_exception("from_date: \"2026-12-23\" windows { from: \"8:00\" to: \"09:00\" }"),
         "3:38: the window has no mode: write mode: OPEN, LEARNING or OFF\n"
         "3:48: '8:00' is not a time of day: write hours and minutes with two digits each, 00:00 to 23:59"},
    });
    accepted(in_exception("from_date: \"2026-12-23\" to_date: \"2026-12-23\""));
}

void refuses_wrong_devices() {
    auto const device = [](std::string_view said) { return beside(fmt::format("devices {{ {} }}", said)); };
    constexpr std::string_view mac = "macs: \"02:00:5e:10:00:01\"";
    auto const with = [&](std::string_view said) { return device(fmt::format("{} {}", said, mac)); };
    refused({
        {device(""),
         "3:1: the device has no id: write id: and 1 to 32 of a-z, 0-9 and -\n"
         "3:1: the device '' has no hardware address: write macs: and one like \"02:00:5e:10:00:01\"\n"
         "3:1: the device '' has no profile: write profile: and the id of one"},
        {with("profile: \"a\" id: \"My Phone\""),
         "3:24: 'My Phone' can't be the id of a device: write 1 to 32 of a-z, 0-9 and -"},
        {with("profile: \"a\" id: \"all\""),
         "3:24: a device can't be called 'all': choose another id: commands mean everybody by it"},
        {with("profile: \"a\" id: \"a\""), "3:24: there is a profile 'a' already, in line 2: choose another id"},
        {with("profile: \"a\" id: \"d\"") + "\ndevices { id: \"d\" macs: \"02:00:5e:10:00:02\" profile: \"a\" }",
         "4:11: there is a device 'd' already, in line 3: choose another id"},
        {with("id: \"d\" profile: \"b\""),
         "3:19: the device 'd' has the profile 'b', which is not here: add a profile with this id, or write one of: a"},
        {with("id: \"d\" profile: \"a\" display_name: \"" + std::string(65, 'x') + "\""),
         "3:32: the display_name has 65 characters: write at most 64"},
        {device("id: \"d\" profile: \"a\" macs: [\"02:00:5e:10:00:01\", \"02:00:5e:10:00\"]"),
         "3:60: '02:00:5e:10:00' is not a hardware address: write six pairs like 02:00:5e:10:00:01"},
        {device("id: \"d\" profile: \"a\" macs: \"01:00:5e:10:00:01\""),
         "3:32: '01:00:5e:10:00:01' is a group address, which no device has of its own: the second digit is even"},
        {device("id: \"d\" profile: \"a\" macs: [\"02:00:5e:10:00:01\", \"02-00-5E-10-00-01\"]"),
         "3:60: the hardware address 02:00:5e:10:00:01 belongs to device 'd' already, in line 3: keep it in one place"},
        {with("profile: \"a\" id: \"d\"") + "\n\ndevices { id: \"e\" profile: \"a\" macs: \"02:00:5e:10:00:01\" }",
         "5:32: the hardware address 02:00:5e:10:00:01 belongs to device 'd' already, in line 3: keep it in one place"},
    });
}

void refuses_wrong_networks() {
    auto const network = [](std::string_view said) { return beside(fmt::format("networks {{ {} }}", said)); };
    refused({
        {network(""),
         "3:1: the network has neither cidr nor interface: write at least one of them\n"
         "3:1: the network has no profile: write profile: and the id of one"},
        {network("profile: \"a\" cidr: \"10.7.3.0/16\""),
         "3:25: '10.7.3.0/16' has bits set behind its prefix length: write 10.7.0.0/16"},
        {network("profile: \"a\" cidr: \"fd00::/129\""), "3:25: '129' is not a prefix length: write 0 to 128"},
        {network("profile: \"a\" cidr: \"home\""),
         "3:25: 'home' is not an IP address: write one like 192.168.1.7 or fd00::7"},
        {network("interface: \"br-lan\" profile: \"b\""),
         "3:32: the network has the profile 'b', which is not here: add a profile with this id, or write one of: a"},
    });
    for (auto const* name : {"a/b", "a b", "a:b", ".", "..", "sixteen-letters-"})
        refused(network(fmt::format("profile: \"a\" interface: \"{}\"", name)),
                fmt::format(
                    "3:25: '{}' can't be the name of a network interface: write 1 to 15 characters as `ip link` shows "
                    "them, like br-lan",
                    name));
}

void refuses_wrong_budgets() {
    refused({
        {within("budgets { }"), "3:1: the budget has no minutes: write daily { … } or weekly_minutes:, or both"},
        {within("budgets { weekly_minutes: 10081 }"), "3:11: 10081 minutes are more than a week has: write 0 to 10080"},
        {within("budgets { weekly_minutes: 1 category: \"My\" }"),
         "3:29: 'My' can't be the name of a category: write 1 to 32 of a-z, 0-9, - and _, like \"games\""},
        {within("budgets { daily { minutes: 3 } }"),
         "3:11: the daily minutes have no days: write days: and when they are, like \"mon-fri\""},
        {within("budgets { daily { days: \"mon-fry\" minutes: 1441 } }"),
         "3:19: 'mon-fry' does not name days: write them like \"mon-fri\", \"sat,sun\", \"fri-mon\" or \"daily\"\n"
         "3:35: 1441 minutes are more than a day has: write 0 to 1440"},
    });
    accepted(within("budgets { daily { days: \"daily\" } } budgets { category: \"games\" weekly_minutes: 10080 }"));
}

void refuses_wrong_content() {
    constexpr std::string_view category =
        "can't be the name of a category: write 1 to 32 of a-z, 0-9, - and _, like \"games\"";
    refused({
        {in_content("block_categories: \"A\""), fmt::format("3:11: 'A' {}", category)},
        {in_content("learning_categories: [\"a\", \"B\"]"), fmt::format("3:38: 'B' {}", category)},
        {in_content("allow_domains: \"x y\""),
         "3:11: 'x y' is not a domain ('x y' can't be a part of one): write one like \"example.org\""},
        {in_content("learning_domains: \"\""), "3:11: a domain without a name: write one like \"example.org\""},
        {in_content("youtube: 4"),
         "3:11: 4 is not a value of 'youtube': write YOUTUBE_OFF, YOUTUBE_MODERATE or YOUTUBE_STRICT"},
        {in_content("age_gates { }"),
         "3:11: the age gate has no category: write category: and its name, like \"social\"\n"
         "3:11: the age gate has no min_age: write min_age: and years, 1 to 120"},
        {in_content("age_gates { category: \"?\" min_age: 121 minutes: 1441 }"),
         fmt::format("3:23: '?' {}\n3:37: nobody is 121 years old: write 1 to 120\n"
                     "3:50: a proof can't open for 1441 minutes: write 1 to 1440",
                     category)},
        {in_content("age_gates { category: \"a\" min_age: 16 times_a_day: 1001 proofs: [TOKEN, 3] }"),
         "3:49: 1001 times a day are too many: write 1 to 1000\n3:83: 3 is not a kind of proof: write TOKEN or MDOC"},
        {in_content("age_gates { category: \"a\" min_age: 16 } age_gates { category: \"a\" min_age: 18 }"),
         "3:51: there is an age gate for 'a' already: write one for each category"},
    });
}

void refuses_wrong_domains() {
    auto const domain = [](std::string_view text) { return in_content(fmt::format("block_domains: \"{}\"", text)); };
    struct Wrong {
        std::string text, told;
    };
    std::string const letters(63, 'x');
    for (auto const& c : {
             Wrong{"*.example.org",
                   "starts with a wildcard: it stands for all below it anyway, so write only the host name, "
                   "'example.org'"},
             Wrong{".example.org",
                   "starts with a wildcard: it stands for all below it anyway, so write only the host name, "
                   "'example.org'"},
             Wrong{"ads*.example.org",
                   "has a wildcard: a domain stands for all below it, so write the part behind the *"},
             Wrong{"https://example.org/x?y", "is the address of a page: write only the host name, 'example.org'"},
             Wrong{"https://", "is the address of a page: write one like \"example.org\""},
             Wrong{"example.org/x", "is the address of a page: write only the host name, 'example.org'"},
             Wrong{"example.org:443", "has a port: write only the host name, 'example.org'"},
             Wrong{"me@example.org", "is not a domain: write only the host name, 'example.org'"},
             Wrong{"192.0.2.7", "is an address: write a domain like \"example.org\""},
             Wrong{"2001:db8::7", "is an address: write a domain like \"example.org\""},
             Wrong{"10.0.0.0/8", "is an address: write a domain like \"example.org\""},
             Wrong{"example.org.", "ends with a dot: write only the host name, 'example.org'"},
             Wrong{"a..b", "is not a domain (two dots in a row): write one like \"example.org\""},
             Wrong{"-a.org", "is not a domain ('-a' can't be a part of one): write one like \"example.org\""},
             Wrong{"a_b.org", "is not a domain ('a_b' can't be a part of one): write one like \"example.org\""},
             Wrong{"xn--a.org", "is not a domain ('xn--a' can't be a part of one): write one like \"example.org\""},
             Wrong{"☃☃☃☃☃_.org", "is not a domain ('☃☃☃☃☃_' can't be a part of one): write one like \"example.org\""},
             Wrong{"1.2.3", "is not a domain (its last part is a number): write one like \"example.org\""},
         })
        refused(domain(c.text), fmt::format("3:11: '{}' {}", c.text, c.told));
    auto const four = fmt::format("{0}.{0}.{0}.{0}", letters);
    refused(
        domain(four),
        fmt::format("3:11: '{}…' is not a domain (it is longer than 253 characters): write one like \"example.org\"",
                    four.substr(0, 80)));
    for (auto const* text : {"example.org", "EXAMPLE.org", "org", "müller.example", "例え.テスト",
                             "xn--mller-kva.example", "3com.com", "r3---sn-4g5e6nze.googlevideo.com"})
        accepted(domain(text));
    accepted(domain(letters + "." + letters + "." + letters + "." + letters.substr(0, 61)));
}

void refuses_wrong_lists() {
    auto const reachable = [](std::string_view said) { return beside(fmt::format("always_reachable {{ {} }}", said)); };
    refused({
        {beside("domain_lists { }"),
         "3:1: the domain list has no name: write 1 to 32 of a-z, 0-9 and -\n"
         "3:1: the domain list '' has no domains: write domains: and one like \"example.org\""},
        {beside("domain_lists { domains: \"a.example\" name: \"My_list\" }"),
         "3:37: 'My_list' can't be the name of a domain list: write 1 to 32 of a-z, 0-9 and -"},
        {beside("domain_lists { name: \"l\" domains: \"a.example\" }\ndomain_lists { name: \"l\" domains: "
                "[\"b.example\", \"c/\"] }"),
         "4:16: there is a domain list 'l' already, in line 3: choose another name, or put the domains into one list\n"
         "4:49: 'c/' is the address of a page: write only the host name, 'c'"},
        {reachable("domains: \"*\""),
         "3:20: '*' has a wildcard: a domain stands for all below it, so write the part behind the *"},
        {reachable("helpline_countries: [\"DE\", \"de\"]"), "3:47: 'de' is not a country: write \"DE\""},
        {reachable("helpline_countries: \"UK\""), "3:20: 'UK' is not a country: write \"GB\""},
        {reachable("helpline_countries: \"XX\""),
         "3:20: 'XX' is not a country: write its two letters of ISO 3166-1, like \"DE\""},
        {reachable("helpline_countries: \"\""),
         "3:20: '' is not a country: write its two letters of ISO 3166-1, like \"DE\""},
    });
}

void refuses_wrong_age_trust() {
    auto const issuer = [](std::string_view said) {
        return beside(fmt::format("age_trust {{ issuers {{ {} }} }}", said));
    };
    auto const provider = [](std::string_view said) {
        return beside(fmt::format("age_trust {{ providers {{ {} }} }}", said));
    };
    constexpr std::string_view key = "is not base64url: write the issuer's token key with A-Z, a-z, 0-9, - and _";
    std::string pem = "ca_pem:";
    for (std::string_view rest = test::age_authority; !rest.empty();) {
        auto const line = rest.substr(0, rest.find('\n'));
        pem += fmt::format(" \"{}\\n\"", line);
        rest.remove_prefix(line.size() + 1);
    }
    accepted(provider(fmt::format("name: \"p\" doc_type: \"org.iso.18013.5.1.mDL\" eku: \"1.0.18013.5.1.2\" {}", pem)));
    for (auto const* text : {"", "A", "AA=", "A+B/", "AAAA=", "===="})
        refused(issuer(fmt::format("name: \"i.example\" min_age: 18 token_keys: \"{}\"", text)),
                fmt::format("3:53: '{}' {}", text, key));
    refused(
        issuer("name: \"i.example\" min_age: 18 token_keys: \"AAAA\""),
        "3:53: this is not a token key: it has to be a SubjectPublicKeyInfo of 342 octets with id-RSASSA-PSS, SHA-384, "
        "MGF1 with SHA-384, a salt of 48 and 2,048 bits (RFC 9578, 6.5)");
    auto const one_key = test::token_key(1);
    accepted(issuer(fmt::format("name: \"i.example\" min_age: 18 token_keys: \"{}\"", one_key)));
    accepted(issuer(
        fmt::format("name: \"i.example\" min_age: 18 token_keys: \"{}\"", one_key.substr(0, one_key.find('=')))));
    refused({
        {issuer(""),
         "3:13: the issuer has no name: write name: and its host name\n"
         "3:13: the issuer has no min_age: write min_age: and years, 1 to 120"},
        {issuer("name: \"i example\" min_age: 121"),
         "3:23: 'i example' is not a domain ('i example' can't be a part of one): write one like \"example.org\"\n"
         "3:41: nobody is 121 years old: write 1 to 120"},
        {beside(fmt::format("age_trust {{\nissuers {{ name: \"i\" min_age: 16 token_keys: \"{0}\" }}\nissuers {{ name: "
                            "\"j\" min_age: 18 token_keys: \"{0}\" }} }}",
                            one_key)),
         "5:33: this key proves 16 years in line 4 and 18 here: ask the issuer for one key an age"},
        {beside(fmt::format("age_trust {{\nissuers {{ name: \"i\" min_age: 16 token_keys: \"{0}\" }}\nissuers {{ name: "
                            "\"j\" min_age: 16 token_keys: \"{0}\" }} }}",
                            one_key)),
         "5:33: this key stands in line 4 already: leave it out here: a key belongs to one issuer"},
        {provider(""),
         "3:13: the provider has no name: write name: and what people know it by\n"
         "3:13: the provider has no ca_pem: write ca_pem: and its authority's certificate in PEM\n"
         "3:13: the provider has no eku: write eku: and an object identifier\n"
         "3:13: the provider has no doc_type: write doc_type: and its documents' type, like \"eu.europa.ec.av.1\""},
        {provider("name: \"p\" doc_type: \"d\" eku: \"1.2\" ca_pem: \"x\""),
         "3:35: documents of type 'd' are not taken: write \"eu.europa.ec.av.1\" or \"org.iso.18013.5.1.mDL\"\n"
         "3:60: ca_pem is not a certificate in PEM: write all lines from -----BEGIN CERTIFICATE----- to -----END "
         "CERTIFICATE-----, of one"},
    });
    for (auto const* oid : {"1", "1.", "1..2", "3.1", "1.40", "1.02", "a.b", "1.2x"})
        refused(provider(fmt::format("name: \"p\" doc_type: \"eu.europa.ec.av.1\" eku: \"{}\" {}", oid, pem)),
                fmt::format("3:65: '{}' is not an object identifier: write numbers with dots, like \"1.0.18013.5.1.2\"",
                            oid));
}

// What the survey's author publishes.
std::string configuration(report::Task const& task) {
    auto const header = report::taskprov_header(task);
    return header.substr(1, header.size() - 2);
}

constexpr std::string_view two_aggregators =
    "aggregators { name: \"Town\" url: \"https://leader.example/\" }\n"
    "aggregators { name: \"Uni\" url: \"https://helper.example/\" }\n";

// `said` stands in line 6.
std::string in_reports(std::string_view said) {
    return beside(fmt::format("reports {{\n{}{}\n}}", two_aggregators, said));
}

std::string task_text(report::Task const& task, std::string_view table = "screen-time") {
    return fmt::format("tasks {{ table: \"{}\" leader: \"Town\" helper: \"Uni\" configuration: \"{}\" }}", table,
                       configuration(task));
}

void refuses_wrong_reports() {
    auto const good = test::weekly_task();
    auto const loaded = accepted(in_reports(task_text(good)));
    auto const& reports = loaded.policy->reports;
    test::equal(reports.keep.count(), 30, "kept");
    test::equal(reports.epsilon_thousandths, 4000U, "budget");
    test::check(reports.tasks.size() == 1 && reports.tasks[0].task == good, "the task");
    test::equal(reports.tasks[0].leader, "Town", "leader");
    accepted(beside("reports { keep_days: 0 }"));
    refused({
        {in_reports("keep_days: 401"), "6:1: keep_days is 401: write 0 to 400"},
        {in_reports("epsilon: \"0\""),
         "6:1: '0' is no ε: write a number from 0.001 to 20 with at most 3 decimals, like \"4\""},
        {in_reports("min_batch_size: 999"), "6:1: min_batch_size is 999: write 1000 to 1000000000"},
        {in_reports("longest_days: 4000"), "6:1: longest_days is 4000: write 1 to 3660"},
        {in_reports("aggregators { }"),
         "6:1: the aggregator has no name: write name: and what people know it by\n"
         "6:1: the aggregator has no url: write url: and its https address"},
        {in_reports("aggregators { name: \"Town\" url: \"http://a.example/\" }"),
         "6:15: the aggregator 'Town' stands in line 4 already: keep one of the two\n"
         "6:28: 'http://a.example/' is no https address: write one like \"https://leader.example/\", of at most 253 "
         "characters"},
        {in_reports("tasks { }"),
         "6:1: the task has no table: write table: and its id in report.textproto\n"
         "6:1: the task has no leader: write leader: and the name of an aggregator\n"
         "6:1: the task has no helper: write helper: and the name of an aggregator\n"
         "6:1: the task has no configuration: write configuration: and what the survey's author publishes"},
        {in_reports("tasks { table: \"t\" leader: \"Town\" helper: \"State\" configuration: \"!\" }"),
         "6:35: there is no aggregator 'State': write one of: Town or Uni\n"
         "6:51: this is no task configuration: it is not base64: write all of what the survey's author publishes"},
        {in_reports(task_text(good) + "\n" + task_text(good)),
         "7:9: a task for 'screen-time' stands in line 6 already: keep one of the two"},
        {in_reports("keep_days: 13\n" + task_text(good)),
         "6:1: a week is forgotten before its answers are drawn: write keep_days: 14 or more, or leave it out"},
        {in_reports("relay { }"),
         "6:1: the relay has no url: write url: and its https address\n"
         "6:1: the relay has no keys: write keys: and those of its gateway"},
    });
    auto few = good;
    few.min_batch_size = 100;
    auto const told = load(in_reports(task_text(few)), "home.textproto").errors;
    test::equal(told.size(), 1U, "errors");
    test::equal(told[0].line, 6U, "its line");
    test::contains(told[0].what, "as few as 100 households, 1000 are the least");
    test::contains(told[0].advice, "ask its author to change it");
    accepted(in_reports(task_text([&] {
                            auto many = good;
                            many.min_batch_size = 5000;
                            return many;
                        }()) +
                        "\nmin_batch_size: 5000"));
    test::contains(load(in_reports(task_text(good) + "\nmin_batch_size: 5000"), "h").errors.at(0).what,
                   "5000 are the least");

    auto const key = crypto::AgreementKey::at_random(crypto::Curve::x25519);
    auto const config = report::hpke_config(1, {crypto::Curve::x25519, crypto::Aead::aes_128_gcm}, key.public_key());
    auto const relay = [](ByteView keys) {
        auto text = base64url(keys);
        std::ranges::replace(text, '-', '+');
        std::ranges::replace(text, '_', '/');
        return in_reports(fmt::format("relay {{ url: \"https://relay.example/gateway\" keys: \"{}\" }}", text));
    };
    test::equal(accepted(relay(report::encode_ohttp_keys({&config, 1}))).policy->reports.relay->url,
                "https://relay.example/gateway", "relay");
    test::contains(load(relay(Bytes{1, 2, 3}), "h").errors.at(0).what, "keys is of no use");
}

constexpr test::Test tests[] = {
    {"policies: name, time zone, start of the day, newcomers, packs", refuses_wrong_policies},
    {"profiles: ids, names, age, modes, end", refuses_wrong_profiles},
    {"windows: days, times, mode, categories, label", refuses_wrong_windows},
    {"windows, exceptions and profiles have limits", refuses_too_many},
    {"exceptions: dates, label, windows", refuses_wrong_exceptions},
    {"devices: ids, hardware addresses, profile", refuses_wrong_devices},
    {"networks: prefix, interface, profile", refuses_wrong_networks},
    {"budgets: minutes, days, category", refuses_wrong_budgets},
    {"content: categories, domains, YouTube, age gates", refuses_wrong_content},
    {"domains are host names, and what else people write gets advice", refuses_wrong_domains},
    {"domain lists, and what is always reachable", refuses_wrong_lists},
    {"age trust: issuers, keys for one age, providers", refuses_wrong_age_trust},
    {"reports: what is kept, aggregators, tasks within limits, a relay", refuses_wrong_reports},
};

}  // namespace

int main() {
    return test::run("policy/load_rules", tests);
}
