#include "page_text.h"

#include <fmt/format.h>

#include "base/json_string.h"
#include "base/markup.h"
#include "policy/calendar.h"

namespace kindgate::control {

namespace {

std::string title_of(PageFacts const& facts) {
    if (facts.passes) return "This page should open now";
    if (facts.mode == policy::Mode::off) return "The internet is off";
    if (facts.mode == policy::Mode::learning) return "Learning time";
    return facts.name.empty() ? "The internet is open" : fmt::format("{} is closed", facts.name);
}

std::string helpline_item(policy::Helpline const& line) {
    auto item = "<li><b>" + escaped_markup(line.name) + "</b>";
    if (!line.telephone.empty()) item += fmt::format(" <a href=\"tel:{0}\">{0}</a>", escaped_markup(line.telephone));
    if (!line.domains.empty())
        item += fmt::format(" <a href=\"https://{0}/\">{0}</a>", escaped_markup(line.domains[0].text()));
    if (!line.about.empty()) item += "<br>" + escaped_markup(line.about);
    return item + "</li>";
}

constexpr std::string_view style =
    "body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "h1{font-size:1.5em}ul{padding-left:1.2em}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#222}a{color:#9cf}}";

// `title` is escaped.
std::string head_html(std::string_view title) {
    return fmt::format(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>{0}</title><style>{1}</style></head><body><h1>{0}</h1>",
        title, style);
}

std::string gate_item(GateFacts const& gate, std::string_view site) {
    if (gate.open())
        return fmt::format("<p>{} is open, {}.</p>", escaped_markup(gate.category), escaped_markup(gate.until_text));
    return fmt::format("<p>{0} is open to who is {1}: <a href=\"{2}/age/{0}\">show a proof</a>.</p>",
                       escaped_markup(gate.category), gate.min_age, escaped_markup(site));
}

std::string wallet_html(WalletFacts const& wallet, std::string const& qr) {
    auto page = fmt::format("<p><a href=\"{}\">Open my wallet</a>: it tells the gate this age, and nothing else.</p>",
                            escaped_markup(wallet.link));
    if (!qr.empty()) page += "<p>On another phone: scan this. Whoever scans it answers for this device.</p>" + qr;
    return page;
}

}  // namespace

std::string GateFacts::text() const {
    if (open()) return fmt::format("The category {} is open, {}", category, until_text);
    if (reason) return std::string{age::sentence(*reason)};
    return fmt::format("The category {} opens with a proof of age: {} years", category, min_age);
}

std::string gate_html(GateFacts const& facts, WalletFacts const* wallet, std::string const& qr) {
    auto page = head_html(facts.open() ? fmt::format("{} is open", escaped_markup(facts.category))
                          : facts.min_age == 0
                              ? std::string{"Nothing to open here"}
                              : fmt::format("{} is open to who is {}", escaped_markup(facts.category), facts.min_age));
    page += fmt::format("<p>{}.</p>", escaped_markup(facts.text()));
    if (facts.open() || facts.min_age == 0) return page + "</body></html>\n";
    if (wallet != nullptr)
        page += wallet_html(*wallet, qr);
    else if (facts.wallet)
        page +=
            fmt::format("<p><a href=\"/age/{}/wallet\">Show it from a wallet</a>.</p>", escaped_markup(facts.category));
    if (!facts.challenges.empty())
        page += fmt::format(
            "<p>A program that has a code of an issuer shows a token by itself. Or put one in here:</p>"
            "<form method=\"post\" action=\"/age/{}\"><textarea name=\"token\" rows=\"4\" cols=\"40\" "
            "aria-label=\"Token\"></textarea><br><button>Show it</button></form>",
            escaped_markup(facts.category));
    return page +
           "<p>The gate learns that somebody here is old enough: not who, and not from whom.</p></body></html>\n";
}

std::string gate_json(GateFacts const& facts) {
    return fmt::format(R"({{"verdict":"{}","reason":"{}","min_age":{},"text":{},"until":"{}","until_text":{}}})"
                       "\n",
                       facts.open() ? "ACCEPT" : "REFUSE", facts.word(), facts.min_age, json_string(facts.text()),
                       facts.until ? policy::rfc3339(*facts.until) : "", json_string(facts.until_text));
}

std::string page_html(PageFacts const& facts) {
    auto page = head_html(escaped_markup(title_of(facts)));
    if (facts.passes) page += "<p>Nothing is closed any more: load it again.</p>";
    page += fmt::format("<p>{}{}.</p>", escaped_markup(facts.because),
                        facts.until.empty() ? "" : ", " + escaped_markup(facts.until));
    if (facts.mode == policy::Mode::open || !facts.name.empty())
        for (auto const& gate : facts.gates) page += gate_item(gate, facts.site);
    if (!facts.device.empty()) page += fmt::format("<p>This device: {}.</p>", escaped_markup(facts.device));
    if (facts.reports)
        page +=
            "<p>This house takes part in statistics: once a week it answers a few questions about itself, each blurred "
            "by chance before it leaves. They name no page, and don't say who did what.</p>";
    if (!facts.contact.empty())
        page += fmt::format("<p>Is this wrong? <a href=\"{0}\">Ask</a> ({0}).</p>", escaped_markup(facts.contact));
    if (!facts.helplines.empty()) {
        page += "<h2>Somebody to talk to, at any time</h2><ul>";
        for (auto const& line : facts.helplines) page += helpline_item(line);
        page += "</ul>";
    }
    return page + "</body></html>\n";
}

std::string portal_json(PortalFacts const& facts, std::string_view page) {
    auto const remaining = !facts.captive && facts.remaining
                               ? fmt::format(",\"seconds-remaining\":{}", facts.remaining->count())
                               : std::string{};
    return fmt::format("{{\"captive\":{},\"user-portal-url\":\"{}\"{}}}\n", facts.captive, page, remaining);
}

}  // namespace kindgate::control
