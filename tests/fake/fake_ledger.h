// A ledger in memory, with the rules of the real one. It outlives the gate that writes it: a restart in a test reads it
// again.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ledger/ledger.h"

namespace kindgate::test {

class FakeLedger final : public ledger::Ledger {
public:
    Result<ledger::Contents> read() override {
        ledger::Contents contents;
        for (auto const& [id, device] : devices) contents.devices.push_back(device);
        contents.overrides = overrides;
        contents.next_override_id = next_id_;
        contents.last_trusted = last_trusted;
        contents.categories = categories;
        for (auto const& [key, proof] : proofs) contents.proofs.push_back(proof);
        return contents;
    }
    Result<void> put(ledger::DeviceRecord const& device) override { return put_all({&device, 1}); }
    Result<void> put_all(std::span<ledger::DeviceRecord const> all) override {
        if (failure) return *failure;
        ++writes;
        for (auto const& device : all) put_one(device);
        return {};
    }
    Result<void> forget(std::string const& id) override {
        if (failure) return *failure;
        devices.erase(id);
        std::erase_if(proofs, [&](auto const& one) { return one.first.first == id; });
        return {};
    }
    void touch(std::string const& id, policy::Instant last_seen, std::string const& host_name) override {
        touched_[id] = {last_seen, host_name};
    }
    Result<void> flush() override {
        if (failure) return *failure;
        for (auto const& [id, touch] : touched_) {
            auto const found = devices.find(id);
            if (found == devices.end()) continue;
            found->second.last_seen = touch.first;
            if (!touch.second.empty()) found->second.host_name = touch.second;
        }
        touched_.clear();
        return {};
    }
    Result<policy::Override> add(policy::Override given) override {
        if (failure) return *failure;
        given.id = next_id_++;
        overrides.push_back(given);
        return given;
    }
    Result<void> end_override(std::uint64_t id) override {
        if (failure) return *failure;
        if (fails_after_ends && (*fails_after_ends)-- == 0) return Error{ErrorCode::system, "the disk is full"};
        std::erase_if(overrides, [&](auto const& given) { return given.id == id; });
        return {};
    }
    Result<bool> open_by_proof(ledger::ProofRecord const& proof, ledger::ShownOnce const& once) override {
        if (failure) return *failure;
        if (!shown.emplace(once.digest, once.dies).second) return false;
        proofs[{proof.device, proof.category}] = proof;
        return true;
    }
    Result<void> end_proof(std::string const& device, std::string const& category, policy::Instant ends) override {
        if (failure) return *failure;
        if (auto const found = proofs.find({device, category}); found != proofs.end()) found->second.ends = ends;
        return {};
    }
    Result<void> forget_proofs(policy::Instant now, std::chrono::days today) override {
        if (failure) return *failure;
        std::erase_if(proofs, [&](auto const& one) { return one.second.ends <= now && one.second.day < today; });
        std::erase_if(shown, [&](auto const& one) { return one.second <= now; });
        return {};
    }
    Result<void> put_categories(ledger::CategoryNumbers const& all) override {
        if (failure) return *failure;
        categories = all;
        return {};
    }
    Result<void> add_revision(ledger::Revision const& revision) override {
        if (failure) return *failure;
        std::erase_if(kept_revisions, [&](auto const& one) { return one.id == revision.id; });
        kept_revisions.insert(kept_revisions.begin(), revision);
        return {};
    }
    Result<std::vector<ledger::Revision>> revisions() override { return kept_revisions; }
    Result<void> set_last_trusted(policy::Instant at) override {
        if (failure) return *failure;
        last_trusted = at;
        return {};
    }
    std::string const& damage() const override { return damage_message; }

    bool durable() const override { return is_durable; }
    void count(ledger::DayCount const& more) override {
        auto& kept = counted[{more.day, more.device, more.what}];
        kept = more.number + kept;
    }
    Result<std::vector<ledger::DayCount>> house_counts(report::Day first, report::Day last) override {
        if (failure) return *failure;
        std::vector<ledger::DayCount> found;
        for (auto const& [key, number] : counted)
            if (std::get<0>(key) >= first && std::get<0>(key) <= last && std::get<1>(key).empty())
                found.push_back({std::get<0>(key), "", std::get<2>(key), number});
        return found;
    }
    Result<std::vector<ledger::DayCount>> device_counts(report::Day first, report::Day last) override {
        if (failure) return *failure;
        std::map<std::pair<std::string, ledger::Counted>, std::uint32_t> sums;
        for (auto const& [key, number] : counted)
            if (std::get<0>(key) >= first && std::get<0>(key) <= last && !std::get<1>(key).empty())
                sums[{std::get<1>(key), std::get<2>(key)}] += number;
        std::vector<ledger::DayCount> found;
        for (auto const& [key, number] : sums) found.push_back({first, key.first, key.second, number});
        return found;
    }
    Result<void> forget_counts(report::Day before) override {
        if (failure) return *failure;
        std::erase_if(counted, [&](auto const& one) { return std::get<0>(one.first) < before; });
        return {};
    }
    Result<ledger::ReportContents> read_reports() override { return reports; }
    Result<void> switch_reports(ledger::ReportSwitch const& to, report::Week first) override {
        if (failure) return *failure;
        reports.switched = to;
        if (to.on) reports.first_week = first;
        for (auto& record : reports.records) {
            bool const waits =
                record.state == ledger::ReportState::drawn || record.state == ledger::ReportState::sealed;
            if (to.on || !waits) continue;
            record.state = ledger::ReportState::withdrawn;
            record.changed = to.switched;
            record.answer = 0;
            record.random.clear();
            record.message.clear();
        }
        return {};
    }
    Result<bool> debit(ledger::ReportRecord const& record) override {
        if (failure) return *failure;
        if (std::ranges::any_of(reports.records, [&](auto const& one) {
                return one.week == record.week && (one.task == record.task || one.table == record.table);
            }))
            return false;
        reports.records.push_back(record);
        if (fails_after_debits && (*fails_after_debits)-- == 0) failure = Error{ErrorCode::system, "the disk is full"};
        return true;
    }
    Result<void> put_report(ledger::ReportRecord const& record) override {
        if (failure) return *failure;
        *find_report(record) = record;
        return {};
    }
    Result<std::vector<report::ReleasedTable>> released(std::string const& period) override {
        std::vector<report::ReleasedTable> found;
        std::ranges::copy_if(released_tables, std::back_inserter(found),
                             [&](auto const& one) { return one.period == period; });
        return found;
    }
    Result<void> put_released(std::span<report::ReleasedTable const> tables) override {
        if (failure) return *failure;
        released_tables.insert(released_tables.end(), tables.begin(), tables.end());
        return {};
    }

    std::map<std::string, ledger::DeviceRecord> devices;
    std::vector<policy::Override> overrides;
    ledger::CategoryNumbers categories;
    std::map<std::pair<std::string, std::string>, ledger::ProofRecord> proofs;  // by device and category
    std::map<std::array<std::uint8_t, 32>, policy::Instant> shown;
    std::vector<ledger::Revision> kept_revisions;
    std::optional<policy::Instant> last_trusted;
    std::string damage_message;
    std::optional<Error> failure;  // the disk is full
    std::map<std::tuple<report::Day, std::string, ledger::Counted>, std::uint32_t> counted;
    ledger::ReportContents reports;
    std::vector<report::ReleasedTable> released_tables;
    bool is_durable = true;
    std::optional<int> fails_after_debits;  // it becomes full when so many more are there
    std::optional<int> fails_after_ends;    // it becomes full when so many words more have ended
    int writes = 0;                         // of devices

private:
    std::vector<ledger::ReportRecord>::iterator find_report(ledger::ReportRecord const& record) {
        return std::ranges::find_if(
            reports.records, [&](auto const& one) { return one.task == record.task && one.week == record.week; });
    }
    void put_one(ledger::DeviceRecord const& device) {
        for (auto& [id, other] : devices) {
            if (id == device.id) continue;
            if (other.slot == device.slot) other.slot = {};
            std::erase_if(other.macs,
                          [&](Mac const& mac) { return std::ranges::find(device.macs, mac) != device.macs.end(); });
        }
        devices[device.id] = device;
    }

    std::map<std::string, std::pair<policy::Instant, std::string>> touched_;
    std::uint64_t next_id_ = 1;
};

}  // namespace kindgate::test
