#include "page_text.h"

#include <fmt/format.h>

namespace kindgate::control {

namespace {

// For text and for attributes in double quotes.
std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string title_of(PageFacts const& facts) {
    if (facts.passes) return "This page should open now";
    if (facts.mode == policy::Mode::off) return "The internet is off";
    if (facts.mode == policy::Mode::learning) return "Learning time";
    return facts.name.empty() ? "The internet is open" : fmt::format("{} is closed", facts.name);
}

std::string helpline_item(policy::Helpline const& line) {
    auto item = "<li><b>" + escaped(line.name) + "</b>";
    if (!line.telephone.empty()) item += fmt::format(" <a href=\"tel:{0}\">{0}</a>", escaped(line.telephone));
    if (!line.domains.empty())
        item += fmt::format(" <a href=\"https://{0}/\">{0}</a>", escaped(line.domains[0].text()));
    if (!line.about.empty()) item += "<br>" + escaped(line.about);
    return item + "</li>";
}

constexpr std::string_view style =
    "body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "h1{font-size:1.5em}ul{padding-left:1.2em}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#222}a{color:#9cf}}";

}  // namespace

std::string page_html(PageFacts const& facts) {
    auto const title = escaped(title_of(facts));
    auto page = fmt::format(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>{0}</title><style>{1}</style></head><body><h1>{0}</h1>",
        title, style);
    if (facts.passes) page += "<p>Nothing is closed any more: load it again.</p>";
    page += fmt::format("<p>{}{}.</p>", escaped(facts.because), facts.until.empty() ? "" : ", " + escaped(facts.until));
    if (!facts.device.empty()) page += fmt::format("<p>This device: {}.</p>", escaped(facts.device));
    if (!facts.contact.empty())
        page += fmt::format("<p>Is this wrong? <a href=\"{0}\">Ask</a> ({0}).</p>", escaped(facts.contact));
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
