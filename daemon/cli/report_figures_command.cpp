// `kindgate report figures`: the house's own numbers.
#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "bars.h"
#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "report_show.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

constexpr std::size_t bar_cells = 24;

bool is_nothing(v1::DayFigures const& day) {
    auto const& house = day.house();
    return house.minutes() == 0 && house.overrides() == 0 && house.proofs() == 0 && house.bypass_attempts() == 0;
}

std::string number(std::uint64_t count) {
    return count == 0 ? "·" : fmt::format("{}", count);
}

Result<std::string> day_text(std::string const& date) {
    auto const* utc = KG_TRY(find_zone("UTC"));
    auto const at = KG_TRY(policy::parse_instant_or_date(date, *utc, policy::Edge::start));
    return day_name(policy::local_date(*utc, at));
}

// Whoever asks for all that is kept gets it from the first day on which there was anything.
Result<void> show_days(v1::ReportFigures const& figures, Options const& options, Surroundings const& around) {
    auto first = figures.days().begin();
    if (options.from.empty()) first = std::find_if_not(first, figures.days().end(), is_nothing);
    if (first == figures.days().end()) {
        around.out << "Nothing was counted yet.\n";
        return {};
    }
    std::uint64_t most = 0;
    for (auto day = first; day != figures.days().end(); ++day)
        most = std::max<std::uint64_t>(most, day->house().minutes());
    Table table{{"DAY", "MINUTES", "", "WORDS", "PROOFS", "WAYS AROUND"}};
    for (auto day = first; day != figures.days().end(); ++day) {
        auto const& house = day->house();
        table.row({KG_TRY(day_text(day->date())), fmt::format("{:>7}", house.minutes()),
                   padded(bar(house.minutes(), most, bar_cells), bar_cells), number(house.overrides()),
                   number(house.proofs()), number(house.bypass_attempts())});
    }
    table.print(around.out, around.colour);
    return {};
}

void show_devices(v1::ReportFigures const& figures, Surroundings const& around) {
    if (figures.devices().empty()) return;
    around.out << '\n';
    Table table{{"DEVICE", "MINUTES", "WORDS", "PROOFS", "WAYS AROUND"}};
    for (auto const& device : figures.devices()) {
        auto const& sum = device.figures();
        table.row({device.display_name(), fmt::format("{:>7}", sum.minutes()), number(sum.overrides()),
                   number(sum.proofs()), number(sum.bypass_attempts())});
    }
    table.print(around.out, around.colour);
    paragraph(
        "Devices that are used in the same minute count it each, the house once. A word about several devices counts "
        "for each, in the house once.",
        around);
}

}  // namespace

Outcome report_figures(Options const& options, Surroundings const& around) {
    std::string target = "/v1/report/figures";
    for (auto const& [name, value] : {std::pair{"from", options.from}, std::pair{"to", options.to}})
        if (!value.empty()) target += fmt::format("{}{}={}", target.contains('?') ? '&' : '?', name, url_word(value));
    auto const body = KG_TRY(ask(options.socket, {Method::get, target, {}, {}})).body;
    if (options.form == Form::json) {
        print_body(body, around);
        return 0;
    }
    auto const figures = KG_TRY(read_json<v1::ReportFigures>(body));
    if (figures.keep_days() == 0) {
        around.out << "Nothing is counted: the policy says keep_days: 0.\n";
        return 0;
    }
    if (figures.days_size() == 0) {
        around.out << "No day that is kept lies between these dates.\n";
        return 0;
    }
    KG_TRY(show_days(figures, options, around));
    show_devices(figures, around);
    paragraph(fmt::format("These numbers never leave this house, and each day is forgotten after {}.",
                          counted(figures.keep_days(), "day")),
              around);
    return 0;
}

}  // namespace kindgate::cli
