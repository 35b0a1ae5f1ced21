#include "show.h"

#include <ostream>
#include <set>

#include <fmt/format.h>

#include "bars.h"
#include "json.h"
#include "kindgate/v1/api.pb.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

using policy::Mode;

Result<Mode> read_mode(std::string_view name) {
    for (auto const mode : {Mode::open, Mode::learning, Mode::off})
        if (policy::name(mode) == name) return mode;
    return Error{ErrorCode::unavailable, fmt::format("kindgated speaks of a mode '{}' that this command doesn't know: "
                                                     "use the kindgate command of the version that runs",
                                                     printable(name))};
}

template <typename Message>
void say_because(policy::Decision const& decision, Message& message) {
    auto& because = *message.add_because();
    because.set_rule(decision.because.rule);
    because.set_text(decision.because.text);
}

template <typename Message>
Result<policy::Decision> read_decision(Message const& message) {
    policy::Decision decision{KG_TRY(read_mode(message.mode())), {}};
    if (message.because_size() > 0) decision.because = {message.because(0).rule(), message.because(0).text()};
    return decision;
}

// One time may stand twice on the clock within the span: then the zone's abbreviation tells them apart.
bool offset_changes(date::time_zone const& zone, std::vector<policy::Stretch> const& stretches) {
    std::set<std::chrono::seconds> offsets;
    for (auto const& stretch : stretches)
        for (auto const at : {stretch.when.from, stretch.when.to})
            offsets.insert(policy::zone_stretch(zone, at).offset);
    return offsets.size() > 1;
}

std::string stretch_time(date::time_zone const& zone, policy::Instant at, bool with_zone) {
    auto const text = local_text(zone, at);
    return with_zone ? fmt::format("{} {}", text, policy::zone_stretch(zone, at).abbreviation) : text;
}

}  // namespace

std::string_view decision_name(bool allows) {
    return allows ? "ALLOW" : "BLOCK";
}

Told answer_of(policy::Explanation explanation) {
    bool const allows = explanation.decision.allows();
    return {std::move(explanation), allows};
}

Told answer_of(policy::NameExplanation const& said) {
    return {{{said.mode, said.because}, said.until}, said.passes(), said.alias ? said.alias->text() : ""};
}

Result<std::optional<policy::Instant>> read_instant(std::string_view text) {
    if (text.empty()) return std::optional<policy::Instant>{};
    auto const* utc = KG_TRY(find_zone("UTC"));
    return std::optional{KG_TRY(policy::parse_instant(text, *utc))};
}

v1::Explanation message_of(Told const& answer) {
    auto const& explanation = answer.explanation;
    v1::Explanation message;
    message.set_decision(std::string{decision_name(answer.allows)});
    message.set_mode(std::string{policy::name(explanation.decision.mode)});
    if (explanation.until) message.set_until(policy::rfc3339(*explanation.until));
    say_because(explanation.decision, message);
    if (!answer.answered_as.empty()) message.set_answered_as(answer.answered_as);
    return message;
}

v1::Stretch message_of(policy::Stretch const& stretch) {
    v1::Stretch message;
    message.set_from(policy::rfc3339(stretch.when.from));
    message.set_to(policy::rfc3339(stretch.when.to));
    message.set_mode(std::string{policy::name(stretch.decision.mode)});
    say_because(stretch.decision, message);
    return message;
}

Result<Told> from_message(v1::Explanation const& message) {
    policy::Explanation const said{KG_TRY(read_decision(message)), KG_TRY(read_instant(message.until()))};
    return Told{said, message.decision() == decision_name(true), message.answered_as()};
}

Result<policy::Stretch> from_message(v1::Stretch const& message) {
    auto const from = KG_TRY(read_instant(message.from()));
    auto const to = KG_TRY(read_instant(message.to()));
    if (!from || !to) return Error{ErrorCode::unavailable, "kindgated's timeline has a stretch without an end"};
    return policy::Stretch{{*from, *to}, KG_TRY(read_decision(message))};
}

void show(Told const& answer, date::time_zone const& zone, policy::Instant at, Form form, Surroundings const& around) {
    if (form == Form::json) {
        around.out << to_json(message_of(answer)) << '\n';
        return;
    }
    auto const& decision = answer.explanation.decision;
    auto const paint = answer.allows ? paint_of(decision.mode) : Paint::bad;
    around.out << fmt::format("{} ({}) {}\n", painted(decision_name(answer.allows), paint, around.colour),
                              policy::name(decision.mode), until_text(zone, answer.explanation.until, at));
    if (!answer.answered_as.empty()) around.out << fmt::format("answered as {}\n", printable(answer.answered_as));
    around.out << fmt::format("because {}: {}\n", printable(decision.because.rule), printable(decision.because.text));
}

void show(std::vector<policy::Stretch> const& stretches, date::time_zone const& zone, Form form,
          Surroundings const& around) {
    if (form == Form::json) {
        for (auto const& stretch : stretches) around.out << to_json(message_of(stretch)) << '\n';
        return;
    }
    if (stretches.empty()) {
        around.out << "Nothing lies between: --to is not after --from\n";
        return;
    }
    // The day's name, bars and borders take 18 columns, a note about clocks 15 more.
    print_bars(around.out, zone, stretches, {around.colour, around.columns >= 96U + 33U ? 96U : 48U});
    around.out << '\n';
    bool const with_zone = offset_changes(zone, stretches);
    Table table{{"FROM", "TO", "MODE", "BECAUSE"}};
    for (auto const& [when, decision] : stretches)
        table.row({stretch_time(zone, when.from, with_zone),
                   stretch_time(zone, when.to, with_zone),
                   {policy::name(decision.mode), paint_of(decision.mode)},
                   fmt::format("{}: {}", decision.because.rule, decision.because.text)});
    table.print(around.out, around.colour);
}

}  // namespace kindgate::cli
