// Has the kernel hold what the plan says, on time. Everybody is planned anew each time, and the kernel told of the
// difference: the planner remembers what has not changed, so that costs little. What happens around an edge E:
//
// 2 s before E: what is granted in LEARNING and goes on in OPEN is extended in place, so that nothing is interrupted.
// No other lease needs it: one that goes on in its mode ends later than E. If this daemon dies before E, the kernel is
// left with no more than the policy gives.
//
// 1 s before E: the batch for E is built, if something begins at E.
//
// At E: the batch is sent, never earlier; then everything is planned anew.
//
// What ends at E needs nobody: its lease ends in the kernel.
#pragma once

#include <memory>
#include <optional>

#include "control/clock.h"
#include "kernel/table.h"
#include "situation.h"

namespace kindgate::control {

class Enforcer {
public:
    static constexpr std::chrono::seconds extend_before{2};
    static constexpr std::chrono::seconds prepare_before{1};
    // A lease this short isn't worth giving, and a timeout of 0 would be none at all.
    static constexpr std::chrono::milliseconds shortest_lease{10};

    // The table must outlive this object.
    explicit Enforcer(kernel::Table& table) : table_(table) {}

    // Plans for now.
    void replan(Situation const& situation, Moment const& now);
    // Has the kernel hold it. The plan is kept also if the kernel refuses.
    Result<kernel::Applied> apply() { return table_.apply(wanted_); }

    // True: approach() has something to do.
    bool approaching(Moment const& now) const { return wake_ && now.calendar >= *wake_; }
    // Does what is due before the edge, and sends at it. True: the edge is reached, replan() is due.
    Result<bool> approach(Situation const& situation, Clock const& clock);

    // When approach() has to be called next.
    std::optional<Calendar> wake() const { return wake_; }

    policy::Plan const& plan() const { return plan_; }

private:
    enum class Stage : std::uint8_t { far, extended, prepared };

    policy::Plan plan_at(Situation const& situation, policy::Instant at);
    Result<void> extend(Situation const& situation, Moment const& now);
    Result<void> prepare(Situation const& situation, Moment const& now);
    void set_stage(Stage stage);

    kernel::Table& table_;
    std::shared_ptr<policy::Policy const> policy_;
    std::optional<policy::Planner> planner_;  // for policy_, if there is one
    policy::Plan plan_;
    kernel::Wanted wanted_;
    Stage stage_ = Stage::far;
    bool sendable_ = false;  // a batch for the edge is prepared
    std::optional<Calendar> wake_;
};

}  // namespace kindgate::control
