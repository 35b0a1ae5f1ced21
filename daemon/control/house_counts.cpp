#include "house_counts.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <unordered_set>

namespace kindgate::control {

namespace {

using ledger::Counted;

}  // namespace

void HouseCounts::minute(std::span<kernel::SlotUse const> uses, Devices const& devices, report::Day today) {
    if (!counting()) return;
    std::unordered_set<std::uint16_t> in_use;
    for (auto const& use : uses)
        if (use.octets >= octets_in_use) in_use.insert(use.slot.number());
    bool anybody = false;
    for (auto const& [id, device] : devices.all()) {
        if (!device.profile || !in_use.contains(device.record.slot.number())) continue;
        add(Counted::minutes, id, today);
        anybody = true;
    }
    if (anybody) add(Counted::minutes, {}, today);
}

void HouseCounts::count(Counted what, std::span<std::string const> devices, report::Day today) {
    if (!counting()) return;
    add(what, {}, today);
    for (auto const& device : devices) add(what, device, today);
}

void HouseCounts::attempt(std::string const& device, Steady::time_point now, report::Day today) {
    std::erase_if(attempts_, [&](auto const& one) { return now - one.second >= std::chrono::minutes{1}; });
    if (attempts_.emplace(device, now).second) count(Counted::bypass_attempts, {&device, 1}, today);
}

bool HouseCounts::forget(report::Day today) {
    auto const forgotten = ledger_.forget_counts(today - keep_ + std::chrono::days{1});
    if (!forgotten.ok()) spdlog::warn("old counts are not forgotten yet: {}", forgotten.error().message());
    return forgotten.ok();
}

report::HouseholdWeek week_of(std::span<ledger::DayCount const> counts) {
    report::HouseholdWeek week;
    std::uint64_t minutes = 0;
    for (auto const& one : counts) {
        switch (one.what) {
            case Counted::minutes: minutes += one.number; break;
            case Counted::overrides: week.overrides_used += one.number; break;
            case Counted::proofs: week.proofs_shown += one.number; break;
            case Counted::bypass_attempts: week.bypass_attempts += one.number; break;
        }
    }
    constexpr std::uint64_t days = 7;
    week.screen_minutes_a_day = (minutes + days - 1) / days;  // none is said only where nothing was used
    return week;
}

}  // namespace kindgate::control
