// The gate's one authority: everything that can change an answer arrives here, and every answer is given here.
//
// It holds the policy in force, the devices, people's words and the trust in the clock; replan() makes a plan of them
// and has the enforcer bring the kernel to it. It has no loop and no timer: whoever owns it calls tick() at wake(), and
// the other functions when the thing they name has happened. So tests run it with fakes, a clock of their own, and no
// waiting.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certificate_store.h"
#include "control/board.h"
#include "control/clock.h"
#include "control/names_front.h"
#include "control/parts.h"
#include "control/service.h"
#include "devices.h"
#include "enforcer.h"
#include "event_hub.h"
#include "house_counts.h"
#include "kernel/neighbours.h"
#include "kernel/table.h"
#include "ledger/ledger.h"
#include "mode_news.h"
#include "name_rules.h"
#include "override_book.h"
#include "policy_store.h"
#include "proof_book.h"
#include "proof_desk.h"
#include "reporter.h"
#include "school_summary.h"
#include "trust.h"

namespace kindgate::v1 {
class ProfileStatus;
}

namespace kindgate::control {

// When tick() is due: whichever comes first, on its own clock.
struct Wake {
    std::optional<Calendar> calendar;
    std::optional<Steady::time_point> steady;
    bool operator==(Wake const&) const = default;
};

class Gatekeeper final : public Service {
public:
    struct Hooks {
        std::function<void()> rearm;  // wake() is another now
        std::function<void()> end;    // release() was asked for: end the daemon soon
        std::function<void()> packs;  // pack_files() are others now
    };
    // The parts must outlive the gatekeeper.
    Gatekeeper(Board board, Parts parts, Hooks hooks);

    // Reads the ledger, the policy and the network, and enforces. An error: the kernel or the ledger refuses.
    Result<void> start();
    // Leases stay and run out by themselves; what is remembered is written.
    void stop();

    Wake wake() const;
    void tick();
    // The machine's calendar was set.
    void clock_changed();
    void policy_file_changed();
    // Of one of pack_files().
    void pack_file_changed();
    std::vector<std::filesystem::path> pack_files() const { return names_.files(); }
    // Of one of certificate_files().
    void certificate_changed() { certificate_.read(time_if_trusted()); }
    std::vector<std::filesystem::path> certificate_files() const { return certificate_.files(); }
    // What the DNS front tells.
    void resolver_changed(std::string const& resolver, bool answers);
    void leases_refused(Error const& why);
    void name_refused(Slot slot, CategoryId category, std::string const& domain);
    void dhcp_leases_changed();

    v1::Status status() override;
    v1::Devices devices() override;
    v1::Leases leases() override;
    Result<v1::SeenDevice> place(Mac mac, v1::PlaceDevice const& request, Caller const& caller) override;
    Result<v1::Explanation> explain(Who const& who, std::string_view at, std::string_view domain) override;
    Result<v1::Timeline> timeline(Who const& who, std::string_view from, std::string_view to) override;
    v1::Overrides overrides() override;
    Result<v1::Override> give(v1::GiveOverride const& request, Caller const& caller) override;
    Result<v1::Override> end_override(std::uint64_t id, Caller const& caller) override;
    Result<v1::Overrides> end_overrides_of(std::string_view who, Caller const& caller) override;
    Result<PolicyText> policy() override;
    Result<v1::PolicyRevisions> policy_revisions() override;
    Result<PolicyText> policy_revision(std::string_view revision) override;
    PolicyVerdict validate(std::string_view text) override;
    PolicyVerdict replace_policy(std::string_view text, std::string_view if_match, Caller const& caller) override;
    PageFacts page(Slot slot, std::string_view host) override;
    PortalFacts portal(Slot slot) override;
    std::shared_ptr<crypto::TlsIdentity const> certificate() override { return certificate_.get(time_if_trusted()); }
    GateFacts gate(Slot slot, std::string_view category) override;
    GateFacts show_token(Slot slot, std::string_view category, ByteView token) override;
    Result<WalletFacts> ask_wallet(Slot slot, std::string_view category, bool encrypted) override;
    std::optional<std::string> wallet_request(std::string_view id) override;
    GateFacts show_document(Slot slot, std::string_view id, std::string_view body) override;
    Result<v1::CategoriesClosed> close_opened(std::string_view who, std::string_view category,
                                              Caller const& caller) override;
    Result<Slot> slot_of(std::string_view device) override;
    v1::ReportStatus report_status() override;
    v1::ReportPreview report_preview() override;
    Result<v1::ReportStatus> switch_reports(bool on, Caller const& caller) override;
    Result<v1::ReportFigures> report_figures(std::string_view from, std::string_view to) override;
    Result<v1::ReportSummary> report_summary(v1::MakeSummary const& request) override;
    Result<v1::ReportStatus> send_reports(Caller const& caller) override;
    Result<void> release(Caller const& caller) override;
    Result<v1::ClockAnswer> move_clock(v1::MoveClock const& request, Caller const& caller) override;
    std::shared_ptr<void> subscribe(std::function<void(v1::Event const&)> listener) override;

private:
    // Whom a question is about. Borrows from policy and devices.
    struct Asked {
        policy::Profile const* profile = nullptr;  // null: a newcomer without a profile
        Device const* device = nullptr;            // null: the profile itself
    };

    // A device's age gate, if its profile has it.
    struct GateAt {
        Asked asked;
        policy::AgeGate const* gate = nullptr;  // null: none
    };
    GateAt gate_at(Slot slot, std::string_view category) const;
    GateFacts facts_of(GateAt const& at, std::string_view category) const;
    // Why no proof is of use now, if so.
    std::optional<age::Reason> shut(GateAt const& at) const;
    Asking asking(Slot slot, GateAt const& at) const;
    GateFacts refused_now(Slot slot, std::string_view category, age::Reason reason);
    GateFacts judged(GateAt const& at, age::Verdict const& verdict);
    age::Reason open(GateAt const& at, age::Verdict const& verdict);
    std::chrono::days today() const;
    std::optional<report::Day> today_if_known() const;
    void used(std::vector<kernel::SlotUse> const& uses);
    void attempted(std::string const& device);
    void count(ledger::Counted what, std::span<std::string const> devices);
    std::vector<std::string> devices_of(std::string_view who) const;
    std::string own_site() const;
    std::vector<GateFacts> gates_of(Asked const& asked, Slot slot) const;

    Situation situation() const;
    policy::Instant now() const { return parts_.clock.now().instant(); }
    std::optional<policy::Instant> time_if_trusted() const { return trusted_ ? std::optional{now()} : std::nullopt; }

    // Plans anew until nothing is left to do, and tells what changed. A kernel that refuses is told of, and asked
    // again.
    void replan() { static_cast<void>(replan_for_caller()); }
    // The same, for somebody who wants to know whether it is in force.
    Result<kernel::Applied> replan_for_caller();
    // Soon, once for a whole burst of news.
    void replan_soon();
    Result<kernel::Applied> enforce();
    void policy_changed();
    void publish() { parts_.front.publish(names_.view(enforcer_.plan())); }
    void change_flows();
    void check_trust();
    void end_overrides_in_time();
    void took_effect(kernel::Applied const& applied);
    void failed(Error const& error);

    void tick_edge();
    void tick_ledger(Moment const& now);
    void tick_table(Moment const& now);
    void tick_minute(Moment const& now);
    void stamp(Trust::When when);
    void foreign_change();
    void restore();

    Result<void> start_watching_network();
    void read_dhcp_leases();
    void link_changed(kernel::Link const& link);

    Result<Asked> asked(Who const& who) const;
    Asked asked(Slot slot) const;
    policy::Explanation explained(Asked const& asked, policy::Instant at, bool is_now) const;
    policy::Subject subject(Asked const& asked) const;
    policy::NameExplanation explained(Asked const& asked, policy::Instant at, content::dns::Name const& name) const;
    Device const* holder_of(Slot slot) const;
    void describe(policy::Profile const& profile, policy::Instant at, v1::ProfileStatus& answer) const;
    void describe_devices(policy::Instant at, v1::Status& status) const;
    v1::SeenDevice describe(Device const& device) const;
    v1::SeenDevice describe(Mac const& mac, Waiting const& waiting) const;
    std::string display_name(Device const& device) const;
    Result<std::string> known_who(std::string_view who) const;
    Error unknown_who(std::string_view who) const;
    Result<policy::Interval> stretch_of(v1::GiveOverride const& request) const;
    v1::Override describe(policy::Override const& given) const;
    void tell_ended(policy::Override const& given, std::string_view how);
    Error no_policy() const;

    Board board_;
    Parts parts_;
    Hooks hooks_;
    EventHub events_;
    PolicyStore store_;
    NameRules names_;
    CertificateStore certificate_;
    Devices devices_;
    OverrideBook overrides_;
    ProofBook proofs_;
    ProofDesk desk_;
    HouseCounts counts_;
    Reporter reporter_;
    SchoolSummary summary_;
    Enforcer enforcer_;
    ModeNews news_;
    Trust trust_{std::nullopt, {}};
    struct LinkState {
        bool up = false;
        std::uint32_t index = 0;
    };
    std::map<std::string, LinkState> links_;  // by LAN interface

    bool started_ = false;
    bool released_ = false;
    bool trusted_ = true;
    bool in_force_ = false;
    bool table_unknown_ = false;                    // somebody touched it: resync first
    bool news_pending_ = false;                     // from the network: replan
    std::chrono::nanoseconds clock_difference_{0};  // calendar less steady, to measure jumps
    std::chrono::milliseconds backoff_{0};
    std::optional<Steady::time_point> retry_;
    std::optional<Steady::time_point> restored_;
    Steady::time_point next_flush_{};
    Steady::time_point next_minute_{};
    report::Day counts_forgotten_{};
    Steady::time_point others_asked_{};  // renewed then: that the front answers those whom nobody filters
    Steady::time_point next_trust_check_{};
};

}  // namespace kindgate::control
