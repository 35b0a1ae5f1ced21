// `kindgate report status`, `on`, `off` and `send`: the house's part in statistics.
#include <algorithm>
#include <ostream>
#include <ranges>

#include <fmt/format.h>

#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "report_show.h"
#include "text.h"

namespace kindgate::cli {

namespace {

constexpr int most_records = 20;  // that people are shown; --json has all

void show_switch(v1::ReportStatus const& status, GateClock const& clock, Surroundings const& around) {
    auto const when = status.switched().empty() ? std::string{", and never were on"}
                                                : fmt::format(" since {}, switched by {}",
                                                              clock.local(status.switched()), status.switched_by());
    around.out << painted(status.on() ? "Reports are on" : "Reports are off", Paint::heading, around.colour)
               << printable(when) << ".\n";
}

void show_house(v1::ReportStatus const& status, Surroundings const& around) {
    paragraph(status.keep_days() == 0
                  ? std::string{"Nothing is counted of the house."}
                  : fmt::format("What is counted of the house stays in it, for {}: `kindgate report figures`.",
                                counted(status.keep_days(), "day")),
              around);
    if (!status.week().empty())
        paragraph(fmt::format("A week's answers may tell ε {} together; {} of it is left for {}.", status.epsilon(),
                              status.epsilon_left(), status.week()),
                  around);
    if (status.surveys_size() == 0)
        paragraph("The policy takes part in no survey, so nothing leaves this house.", around);
    else if (status.relay().empty())
        paragraph("There is no relay: aggregators see the house's address, but no answer.", around);
    else
        paragraph(fmt::format("Answers go through {}: aggregators don't see the house's address.", status.relay()),
                  around);
}

void show_survey(v1::ReportSurvey const& survey, GateClock const& clock, Surroundings const& around) {
    around.out << '\n';
    heading(survey.table(), survey.question(), around);
    fact("leader", fmt::format("{}, {}", survey.leader(), survey.leader_url()), around);
    fact("helper", fmt::format("{}, {}", survey.helper(), survey.helper_url()), around);
    fact("tells", survey.epsilon().empty() ? "?" : fmt::format("ε {} a week", survey.epsilon()), around);
    fact("added up", fmt::format("of {} households or more", survey.min_batch_size()), around);
    fact("ends", survey.ends().empty() ? "it doesn't say" : clock.local(survey.ends()), around);
    fact("task", survey.task(), around);
    if (!survey.refused().empty()) fact("refused", survey.refused(), around);
}

Paint paint_of(std::string_view state) {
    if (state == "sent") return Paint::good;
    if (state == "failed" || state == "lost") return Paint::bad;
    return Paint::none;
}

void show_records(v1::ReportStatus const& status, GateClock const& clock, Surroundings const& around) {
    if (status.records_size() == 0) {
        around.out << "Nothing was answered yet.\n";
        return;
    }
    int const shown = std::min(status.records_size(), most_records);
    Table table{{"WEEK", "SURVEY", "STATE", "WHEN"}};
    for (auto const& record : status.records() | std::views::take(shown)) {
        auto const when = record.due().empty() ? clock.local(record.changed()) : "leaves " + clock.local(record.due());
        table.row({record.week(), record.table(), {record.state(), paint_of(record.state())}, when});
    }
    table.print(around.out, around.colour);
    for (auto const& record : status.records() | std::views::take(shown))
        if (!record.note().empty())
            paragraph(fmt::format("{} {}: {}", record.week(), record.table(), record.note()), around);
    if (status.records_size() > most_records)
        around.out << fmt::format("and {} before these: --json has them\n", status.records_size() - most_records);
}

void show(v1::ReportStatus const& status, GateClock const& clock, Surroundings const& around) {
    show_switch(status, clock, around);
    show_house(status, around);
    for (auto const& survey : status.surveys()) show_survey(survey, clock, around);
    around.out << '\n';
    show_records(status, clock, around);
    troubles(status.warnings(), around);
}

void say_on(v1::ReportStatus const& status, Surroundings const& around) {
    auto const taken = std::ranges::count_if(status.surveys(), [](auto const& one) { return one.refused().empty(); });
    around.out << painted("Reports are on.", Paint::heading, around.colour) << '\n';
    paragraph(taken == 0
                  ? std::string{"The policy takes part in no survey, so nothing leaves this house all the same."}
                  : fmt::format("Once a week this house answers {}: each answer is blurred by chance, split between "
                                "two who add up. All answers of a week tell at most ε {}.",
                                counted(static_cast<std::size_t>(taken), "survey"), status.epsilon()),
              around);
    paragraph("The children's page says that reports are on.", around);
    paragraph("What leaves: kindgate report preview. To end it: kindgate report off.", around);
    troubles(status.warnings(), around);
}

void say_off(v1::ReportStatus const& status, Surroundings const& around) {
    auto const withdrawn = std::ranges::count_if(status.records(), [&](auto const& one) {
        return one.state() == "withdrawn" && one.changed() == status.switched();
    });
    around.out << painted("Reports are off: nothing leaves this house any more.", Paint::heading, around.colour)
               << '\n';
    if (withdrawn != 0)
        paragraph(fmt::format("{} that waited will never be sent. What was sent before can't be taken back.",
                              counted(static_cast<std::size_t>(withdrawn), "answer")),
                  around);
    paragraph("The children's page says nothing of reports any more.", around);
    if (status.keep_days() != 0)
        paragraph(fmt::format("The house's own figures are still counted, and forgotten after {}.",
                              counted(status.keep_days(), "day")),
                  around);
}

Result<std::string> switched(bool on, Options const& options) {
    v1::SwitchReports request;
    request.set_on(on);
    return std::move(KG_TRY(ask(options.socket, {Method::put, "/v1/report", to_json(request), {}})).body);
}

// The API's answer, or what `say` makes of it.
template <typename Say>
Outcome told(std::string const& body, Options const& options, Surroundings const& around, Say say) {
    if (options.form == Form::json)
        print_body(body, around);
    else
        say(KG_TRY(read_json<v1::ReportStatus>(body)), around);
    return 0;
}

}  // namespace

Outcome report_status(Options const& options, Surroundings const& around) {
    auto const body = KG_TRY(ask(options.socket, {Method::get, "/v1/report", {}, {}})).body;
    if (options.form == Form::json) {
        print_body(body, around);
        return 0;
    }
    show(KG_TRY(read_json<v1::ReportStatus>(body)), KG_TRY(gate_clock(options)), around);
    return 0;
}

Outcome report_on(Options const& options, Surroundings const& around) {
    return told(KG_TRY(switched(true, options)), options, around, say_on);
}

Outcome report_off(Options const& options, Surroundings const& around) {
    return told(KG_TRY(switched(false, options)), options, around, say_off);
}

Outcome report_send(Options const& options, Surroundings const& around) {
    if (options.hour != Hour::now)
        return Error{ErrorCode::invalid_input,
                     "answers leave by themselves at a random hour, so that nobody learns anything from the time: "
                     "on the lab board alone, where nobody's answers are sent, write kindgate report send --now"};
    auto const body = KG_TRY(ask(options.socket, {Method::post, "/v1/report/send", {}, {}})).body;
    if (options.form == Form::json) {
        print_body(body, around);
        return 0;
    }
    show_records(KG_TRY(read_json<v1::ReportStatus>(body)), KG_TRY(gate_clock(options)), around);
    return 0;
}

}  // namespace kindgate::cli
