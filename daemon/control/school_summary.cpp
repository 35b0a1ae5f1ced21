#include "school_summary.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kindgate/v1/api.pb.h"
#include "report/summary.h"

namespace kindgate::control {

namespace {

using report::Measure;
using report::Week;

constexpr std::string_view whole = "all together";

bool differs_by_person(report::Table const& table) {
    switch (table.measure) {
        case Measure::screen_minutes_a_day:
        case Measure::overrides_used:
        case Measure::proofs_shown:
        case Measure::bypass_attempts: return true;
        case Measure::categories_blocked:
        case Measure::version:
        case Measure::board_family: return false;
    }
    return false;
}

// A profile's name may be another's, too.
std::string group_name(policy::Policy const& policy, policy::Profile const& profile) {
    auto const same = std::ranges::count(policy.profiles, profile.display_name, &policy::Profile::display_name);
    return same > 1 || profile.display_name == whole ? profile.id : profile.display_name;
}

// Profiles that nobody is in tell nothing, and are no groups.
std::vector<report::Group> groups_of(policy::Policy const& policy, report::Tables const& tables, Devices const& devices,
                                     std::span<ledger::DayCount const> counts) {
    std::map<std::string_view, std::vector<ledger::DayCount>> by_device;
    for (auto const& one : counts) by_device[one.device].push_back(one);
    std::map<std::size_t, report::Group> groups;
    for (auto const& [id, device] : devices.all()) {
        if (!device.profile) continue;
        auto& group = groups[*device.profile];
        if (group.people++ == 0)
            for (auto const& table : tables.tables) group.counts.emplace_back(table.buckets.size());
        auto const week = week_of(by_device[id]);
        for (std::size_t i = 0; i < tables.tables.size(); ++i)
            ++group.counts[i][report::bucket_of(tables.tables[i], week)];
    }
    std::vector<report::Group> named;
    for (auto& [profile, group] : groups) {
        group.name = group_name(policy, policy.profiles[profile]);
        named.push_back(std::move(group));
    }
    return named;
}

void describe(report::ReleasedTable const& released, report::Table const& table, v1::ReportSummary& answer) {
    auto* const told = answer.add_tables();
    told->set_week(released.period);
    told->set_table(released.table);
    told->set_question(table.question);
    told->set_group(released.group);
    told->set_withheld(std::string{report::word(released.withheld)});
    told->set_half_width(released.half_width);
    told->set_epsilon(table.epsilon.text());
    for (std::size_t i = 0; i < table.buckets.size(); ++i) {
        auto* const cell = told->add_cells();
        cell->set_label(table.buckets[i].label);
        if (i < released.cells.size() && released.cells[i]) cell->set_people(*released.cells[i]);
    }
}

}  // namespace

report::Tables of_people(report::Tables const& all) {
    report::Tables some;
    std::ranges::copy_if(all.tables, std::back_inserter(some.tables), differs_by_person);
    return some;
}

Result<std::vector<report::ReleasedTable>> SchoolSummary::of_week(Week week, Asked const& asked,
                                                                  policy::Policy const& policy,
                                                                  report::Tables const& tables,
                                                                  Devices const& devices) {
    auto stored = KG_TRY(ledger_.released(week.name()));
    if (!stored.empty() || week.first() < asked.kept_from) return stored;
    auto const counts = KG_TRY(ledger_.device_counts(week.first(), week.last()));
    if (counts.empty()) return stored;
    auto const groups = groups_of(policy, tables, devices, counts);
    if (groups.empty()) return stored;
    auto summary = KG_TRY(report::summarise(
        tables, {week.name(), std::string{whole}, groups, policy.reports.devices_a_person}, {}, random_));
    // Kept before anybody sees it: a second draw would let the noise be averaged away.
    KG_TRY(ledger_.put_released(summary.tables));
    return std::move(summary.tables);
}

Result<v1::ReportSummary> SchoolSummary::make(Asked const& asked, policy::Policy const& policy,
                                              report::Tables const& all, Devices const& devices) {
    constexpr std::int64_t most_weeks = 60;
    if (!ledger_.durable())
        return Error{ErrorCode::unavailable,
                     "nothing can be kept on this machine's disk, so nobody could be sure that the same numbers are "
                     "given again: mend the state folder first"};
    auto const tables = of_people(all);
    if (tables.tables.empty())
        return Error{ErrorCode::not_found, "report.textproto has no question that people differ in"};
    auto week = Week::of(asked.first + std::chrono::days{6});
    auto const end = Week::of(std::min(asked.last, asked.today - std::chrono::days{1}) + std::chrono::days{1});
    if (asked.last < asked.first) return Error{ErrorCode::invalid_input, "`to` is before `from`: write a later date"};
    if (end.number - week.number > most_weeks)
        return Error{ErrorCode::invalid_input, fmt::format("ask for {} weeks at most", most_weeks)};
    v1::ReportSummary answer;
    if (week >= end)
        answer.add_warnings("no whole week, Monday to Sunday, is over between these dates: ask for more days");
    for (; week < end; week = week.next()) {
        auto const released = KG_TRY(of_week(week, asked, policy, tables, devices));
        if (released.empty())
            answer.add_warnings(fmt::format("{}: nothing was counted, or it is forgotten", week.name()));
        for (auto const& one : released) {
            auto const* const table = tables.find(one.table);
            if (table != nullptr && (one.cells.empty() || one.cells.size() == table->buckets.size()))
                describe(one, *table, answer);
            else
                answer.add_warnings(fmt::format("{}: {} had other buckets when it was drawn", week.name(), one.table));
        }
    }
    return answer;
}

}  // namespace kindgate::control
