// `kindgate report preview`: what leaves the house about a week, before it does.
#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "report_show.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

constexpr std::size_t digits_a_line = 64;

std::string said_instead(v1::ReportAnswer const& answer, bool on) {
    auto const& state = answer.state();
    if (!answer.answer().empty())
        return fmt::format("\"{}\"{}", answer.answer(), state == "sealed" ? "; it could not be sent yet" : "");
    if (state == "sent") return "it is sent; the gate keeps no longer what it said";
    if (state == "lost") return "nothing: a power cut came before it was drawn, and it is never drawn twice";
    if (state == "withdrawn") return "nothing: reports were switched off";
    if (state == "failed") return "nothing: it could not be sent, `kindgate report status` says why";
    if (answer.leader().empty()) return "nothing: nobody asks";
    return on ? "not drawn yet: once, when the week is over" : "not drawn: reports are off";
}

// Answers leave in the week that follows the one that they are about.
Result<std::string> when_it_leaves(v1::ReportAnswer const& answer, v1::ReportPreview const& preview,
                                   GateClock const& clock) {
    if (!answer.due().empty()) return fmt::format("{}, or as soon as it can be sent then", clock.local(answer.due()));
    if (answer.state() != "example") return std::string{"not any more"};
    auto const ends = KG_TRY(policy::parse_instant_or_date(preview.to(), *clock.zone, policy::Edge::end));
    auto const last = KG_TRY(policy::parse_instant_or_date(preview.to(), *clock.zone, policy::Edge::start));
    auto const date = [&](policy::Instant at) { return local_text(*clock.zone, at).substr(0, 10); };
    return fmt::format("{}at a random hour, {} at the earliest and {} at the latest",
                       preview.on() ? "" : "if it did: ", date(ends), date(last + std::chrono::weeks{1}));
}

void hex_lines(std::string_view name, std::string_view digits, Surroundings const& around) {
    if (digits.empty()) return;
    around.out << fmt::format("    {}, {}:\n", name, counted(digits.size() / 2, "octet"));
    for (; !digits.empty(); digits.remove_prefix(std::min(digits_a_line, digits.size())))
        around.out << fmt::format("      {}\n", printable(digits.substr(0, digits_a_line)));
}

void show_bytes(v1::ReportAnswer const& answer, Surroundings const& around) {
    fact(
        "bytes",
        answer.state() == "example" ? "of an answer that was drawn to show them, and is thrown away" : "of this answer",
        around);
    hex_lines("the report's id", answer.report_id(), around);
    if (answer.time() != 0)
        around.out << fmt::format("    when it says that it was made: {}, in units of the survey's precision\n",
                                  answer.time());
    hex_lines("what both get", answer.public_share(), around);
    hex_lines("what only the leader can open", answer.leader_share(), around);
    hex_lines("what only the helper can open", answer.helper_share(), around);
    hex_lines("the whole as it is uploaded, sealed", answer.upload(), around);
    if (answer.upload().empty() && answer.upload_octets() != 0)
        around.out << fmt::format("    the whole as it is uploaded: it will have {}, once it is sealed\n",
                                  counted(answer.upload_octets(), "octet"));
}

Result<void> show(v1::ReportAnswer const& answer, v1::ReportPreview const& preview, GateClock const& clock,
                  Options const& options, Surroundings const& around) {
    around.out << '\n';
    heading(answer.table(), answer.question(), around);
    fact("this house", fmt::format("\"{}\"; it stays here", answer.truth()), around);
    fact("it says", said_instead(answer, preview.on()), around);
    fact("by chance",
         fmt::format("what is true {} of the time, each other answer {}", answer.truth_chance(), answer.other_chance()),
         around);
    fact("answers", fmt::format("{}", fmt::join(answer.choices(), " | ")), around);
    if (!answer.leader().empty()) {
        fact("who gets it",
             fmt::format("{} and {}, each a half that says nothing alone", answer.leader(), answer.helper()), around);
        fact("leaves", KG_TRY(when_it_leaves(answer, preview, clock)), around);
    }
    fact("at most", fmt::format("{} (ε {})", answer.epsilon_text(), answer.epsilon()), around);
    if (options.detail == Detail::bytes) show_bytes(answer, around);
    return {};
}

bool somebody_asks(v1::ReportPreview const& preview) {
    return std::ranges::any_of(preview.answers(), [](auto const& one) { return !one.leader().empty(); });
}

void show_head(v1::ReportPreview const& preview, Surroundings const& around) {
    around.out << painted(preview.on() ? "Reports are on." : "Reports are off: nothing leaves this house.",
                          Paint::heading, around.colour)
               << '\n';
    if (preview.week().empty()) {
        if (preview.warnings_size() == 0)
            paragraph("The gate doesn't know the time yet, so there is no week to tell of: ask again later.", around);
        return;
    }
    bool const asked = somebody_asks(preview);
    if (!asked) paragraph("The policy takes part in no survey. These are the questions that there are.", around);
    paragraph(fmt::format("{} about the week {}, {} to {}:", preview.on() && asked ? "What leaves" : "What would leave",
                          preview.week(), preview.from(), preview.to()),
              around);
}

}  // namespace

Outcome report_preview(Options const& options, Surroundings const& around) {
    auto const body = KG_TRY(ask(options.socket, {Method::get, "/v1/report/preview", {}, {}})).body;
    if (options.form == Form::json) {
        print_body(body, around);
        return 0;
    }
    auto const preview = KG_TRY(read_json<v1::ReportPreview>(body));
    auto const clock = KG_TRY(gate_clock(options));
    show_head(preview, around);
    for (auto const& answer : preview.answers()) KG_TRY(show(answer, preview, clock, options, around));
    if (preview.answers_size() != 0) {
        around.out << '\n';
        paragraph(fmt::format("{}: {} (ε {}).", somebody_asks(preview) ? "All together" : "If all of them were asked",
                              preview.epsilon_text(), preview.epsilon()),
                  around);
    }
    troubles(preview.warnings(), around);
    return 0;
}

}  // namespace kindgate::cli
