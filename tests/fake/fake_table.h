// The kernel's table in memory: leases end by the fake clock as they would in the kernel. Records what was asked.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fake_clock.h"
#include "kernel/table.h"
#include "kernel/usage.h"
#include "test.h"

namespace kindgate::test {

class FakeTable final : public kernel::Table {
public:
    explicit FakeTable(FakeClock const& clock) : clock_(clock) {}

    struct Call {
        std::string what;  // "apply", "prepare", "send", "resync", "remove"
        control::Moment at;
        kernel::Wanted wanted;
    };

    Result<kernel::Applied> apply(kernel::Wanted const& wanted) override {
        note("apply", wanted);
        prepared_.reset();
        return hold(wanted);
    }
    Result<void> prepare(kernel::Wanted const& wanted) override {
        note("prepare", wanted);
        if (failure) return *failure;
        prepared_ = wanted;
        return {};
    }
    Result<kernel::Applied> send_prepared() override {
        if (!prepared_) fail("nothing is prepared");
        note("send", *prepared_);
        auto const wanted = *std::exchange(prepared_, std::nullopt);
        return hold(wanted);
    }
    Result<void> resync() override {
        note("resync", {});
        return {};
    }
    Result<void> remove() override {
        note("remove", {});
        if (failure) return *failure;
        installed_ = false;
        held_ = {};
        return {};
    }
    void on_foreign_change(std::function<void()> callback) override { foreign_change_ = std::move(callback); }
    int event_descriptor() const override { return -1; }
    void read_events() override {}

    // Somebody flushes the ruleset.
    void flush() {
        installed_ = false;
        held_ = {};
        foreign_change_();
    }

    bool installed() const { return installed_; }
    // What the kernel has now.
    kernel::Wanted const& held() const { return held_; }
    // A packet of this slot to an address of this category would pass now.
    bool passes(Slot slot, CategoryId category = category_unremarkable) const {
        if (category == category_always_reachable) return true;
        bool const granted = holds(held_.granted, kernel::SlotCategory{slot, category});
        if (!holds_lease(slot)) return held_.learning.contains(slot) && granted;
        return granted || !held_.limited.contains({slot, category});
    }
    bool holds_lease(Slot slot) const { return holds(held_.access, slot); }
    std::vector<Call> calls_of(std::string_view what) const {
        std::vector<Call> found;
        for (auto const& call : calls)
            if (call.what == what) found.push_back(call);
        return found;
    }

    std::vector<Call> calls;
    std::optional<Error> failure;                      // the kernel refuses
    std::function<void(kernel::Wanted const&)> watch;  // called when something takes force

private:
    template <typename Key>
    bool holds(FlatMap<Key, kernel::Wanted::End> const& leases, Key const& key) const {
        auto const lease = leases.find(key);
        return lease != leases.end() && (!lease->second || *lease->second > clock_.now().steady);
    }
    void note(std::string what, kernel::Wanted wanted) {
        calls.push_back({std::move(what), clock_.now(), std::move(wanted)});
    }
    Result<kernel::Applied> hold(kernel::Wanted const& wanted) {
        if (failure) return *failure;
        kernel::Applied applied{wanted == held_ ? std::size_t{0} : std::size_t{1}, !installed_};
        installed_ = true;
        held_ = wanted;
        if (watch) watch(wanted);
        return applied;
    }

    FakeClock const& clock_;
    std::function<void()> foreign_change_;
    std::optional<kernel::Wanted> prepared_;
    kernel::Wanted held_;
    bool installed_ = false;
};

class FakeFlows final : public kernel::Flows {
public:
    Result<std::size_t> end(std::vector<Slot> const& slots) override {
        if (failure) return *failure;
        ++walks;
        ended.insert(ended.end(), slots.begin(), slots.end());
        return slots.size();
    }
    Result<std::size_t> move(Slot from, Slot to) override {
        if (failure) return *failure;
        moved.emplace_back(from, to);
        return std::size_t{1};
    }

    std::vector<Slot> ended;
    int walks = 0;  // calls of end()
    std::vector<std::pair<Slot, Slot>> moved;
    std::optional<Error> failure;
};

class FakeUsage final : public kernel::Usage {
public:
    void on_answer(Answer answer) override { answer_ = std::move(answer); }
    Result<void> ask() override {
        ++asked;
        if (!uses.empty()) answer_(uses);
        return {};
    }
    int event_descriptor() const override { return -1; }
    void read_events() override {}

    std::vector<kernel::SlotUse> uses;  // of each minute
    int asked = 0;

private:
    Answer answer_ = [](auto const&) {};
};

}  // namespace kindgate::test
