// The ledger in one SQLite file. The file belongs to one process at a time: it stays locked while it is open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "ledger/ledger.h"

namespace kindgate::ledger {

class Database;

class SqliteLedger final : public Ledger {
public:
    // Opens `file`, or makes it (mode 0600; its folder 0700). A file that can't be trusted is set aside as
    // NAME.damaged-<UTC> and a fresh one is made: damage() tells. What is no damage is an error and leaves the file
    // alone: no permission, a disk that fails or is full, another process that has it open, a schema newer than this
    // version.
    static Result<std::unique_ptr<SqliteLedger>> open(std::filesystem::path const& file);
    // Where no file can be used: remembers until it is closed. damage() says so, and `why`.
    static Result<std::unique_ptr<SqliteLedger>> in_memory(std::string const& why);
    ~SqliteLedger() override;
    SqliteLedger(SqliteLedger const&) = delete;
    SqliteLedger& operator=(SqliteLedger const&) = delete;

    Result<Contents> read() override;
    Result<void> put(DeviceRecord const& device) override;
    Result<void> put_all(std::span<DeviceRecord const> devices) override;
    Result<void> forget(std::string const& id) override;
    void touch(std::string const& id, Instant last_seen, std::string const& host_name) override;
    Result<void> flush() override;
    Result<policy::Override> add(policy::Override given) override;
    Result<void> end_override(std::uint64_t id) override;
    Result<bool> open_by_proof(ProofRecord const& proof, ShownOnce const& shown) override;
    Result<void> end_proof(std::string const& device, std::string const& category, Instant ends) override;
    Result<void> forget_proofs(Instant now, std::chrono::days today) override;
    Result<void> put_categories(CategoryNumbers const& categories) override;
    Result<void> add_revision(Revision const& revision) override;
    Result<std::vector<Revision>> revisions() override;
    Result<void> set_last_trusted(Instant at) override;
    std::string const& damage() const override { return damage_; }

    bool durable() const override { return !place_.file.empty(); }
    void count(DayCount const& more) override;
    Result<std::vector<DayCount>> house_counts(report::Day first, report::Day last) override;
    Result<std::vector<DayCount>> device_counts(report::Day first, report::Day last) override;
    Result<void> forget_counts(report::Day before) override;
    Result<ReportContents> read_reports() override;
    Result<void> switch_reports(ReportSwitch const& to, report::Week first) override;
    Result<bool> debit(ReportRecord const& record) override;
    Result<void> put_report(ReportRecord const& record) override;
    Result<std::vector<report::ReleasedTable>> released(std::string const& period) override;
    Result<void> put_released(std::span<report::ReleasedTable const> tables) override;

private:
    struct Touch {
        Instant last_seen{};
        std::string host_name;
    };

    // The file, to notice that it was removed or replaced.
    struct Place {
        std::filesystem::path file;
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
    };

    SqliteLedger(std::unique_ptr<Database> database, std::string damage, Place place);

    Result<void> still_there() const;

    // One durable transaction: what touch() and count() remembered, then `body`.
    template <typename Body>
    Result<void> write(Body body);
    Result<void> write_remembered();
    void erase_log();
    bool remembers() const { return !touched_.empty() || !counted_.empty(); }
    Result<void> take_macs(DeviceRecord const& device);

    std::unique_ptr<Database> database_;
    std::string damage_;
    Place place_;
    std::map<std::string, Touch> touched_;                                            // by device id; not written yet
    std::map<std::tuple<report::Day, std::string, Counted>, std::uint32_t> counted_;  // the same
};

}  // namespace kindgate::ledger
