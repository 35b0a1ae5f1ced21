// A gate in memory for tests of whatever asks one: answers are set by the test, what was asked is recorded.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/service.h"
#include "kindgate/v1/api.pb.h"
#include "kindgate/v1/events.pb.h"

namespace kindgate::fake {

class FakeService final : public control::Service {
public:
    // What was asked, one line a call: "place 02:00:5e:10:00:01 kid by parent".
    std::vector<std::string> asked;
    // If set, every call that can fail does.
    std::optional<Error> failure;
    control::PolicyText policy_text{"name: \"Home\"\n", "0123456789abcdef"};
    control::PolicyVerdict verdict = good_verdict();
    control::PortalFacts portal_facts;
    control::GateFacts gate_facts;
    control::WalletFacts wallet_facts;
    std::shared_ptr<crypto::TlsIdentity const> identity;

    void tell(v1::Event const& event) {
        for (auto const& [number, listener] : listeners_) listener(event);
    }
    std::size_t listeners() const { return listeners_.size(); }

    v1::Status status() override {
        asked.emplace_back("status");
        v1::Status status;
        status.set_policy_name("Home");
        return status;
    }
    v1::Devices devices() override {
        asked.emplace_back("devices");
        v1::Devices devices;
        devices.add_devices()->set_id("kid-phone");
        return devices;
    }
    v1::Leases leases() override {
        asked.emplace_back("leases");
        v1::Leases leases;
        leases.add_leases()->set_seconds_left(90);
        return leases;
    }
    Result<v1::SeenDevice> place(Mac mac, v1::PlaceDevice const& request, control::Caller const& caller) override {
        asked.push_back("place " + mac.text() + " " + request.profile_or_device() + " by " + caller.user);
        if (failure) return *failure;
        v1::SeenDevice device;
        device.add_macs(mac.text());
        device.set_profile(request.profile_or_device());
        return device;
    }
    Result<v1::Explanation> explain(control::Who const& who, std::string_view at, std::string_view) override {
        asked.push_back("explain device '" + who.device + "' profile '" + who.profile + "' at '" + std::string{at} +
                        "'");
        if (failure) return *failure;
        v1::Explanation explanation;
        explanation.set_decision("ALLOW");
        return explanation;
    }
    Result<v1::Timeline> timeline(control::Who const& who, std::string_view from, std::string_view to) override {
        asked.push_back("timeline device '" + who.device + "' profile '" + who.profile + "' from '" +
                        std::string{from} + "' to '" + std::string{to} + "'");
        if (failure) return *failure;
        return v1::Timeline{};
    }
    v1::Overrides overrides() override {
        asked.emplace_back("overrides");
        return {};
    }
    Result<v1::Override> give(v1::GiveOverride const& request, control::Caller const& caller) override {
        asked.push_back("give " + request.who() + " " + v1::Mode_Name(request.mode()) + " " +
                        std::to_string(request.seconds()) + " by " + caller.user);
        if (failure) return *failure;
        v1::Override given;
        given.set_id(7);
        given.set_who(request.who());
        return given;
    }
    Result<v1::Override> end_override(std::uint64_t id, control::Caller const&) override {
        asked.push_back("end override " + std::to_string(id));
        if (failure) return *failure;
        v1::Override ended;
        ended.set_id(id);
        return ended;
    }
    Result<v1::Overrides> end_overrides_of(std::string_view who, control::Caller const&) override {
        asked.push_back("end overrides of " + std::string{who});
        if (failure) return *failure;
        return v1::Overrides{};
    }
    Result<control::PolicyText> policy() override {
        asked.emplace_back("policy");
        if (failure) return *failure;
        return policy_text;
    }
    Result<v1::PolicyRevisions> policy_revisions() override {
        asked.emplace_back("policy revisions");
        if (failure) return *failure;
        v1::PolicyRevisions revisions;
        revisions.add_revisions()->set_revision(policy_text.revision);
        return revisions;
    }
    Result<control::PolicyText> policy_revision(std::string_view revision) override {
        asked.push_back("policy revision " + std::string{revision});
        if (failure) return *failure;
        return policy_text;
    }
    control::PolicyVerdict validate(std::string_view text) override {
        asked.push_back("validate " + std::to_string(text.size()) + " bytes");
        return verdict;
    }
    control::PolicyVerdict replace_policy(std::string_view text, std::string_view if_match,
                                          control::Caller const&) override {
        asked.push_back("replace policy '" + std::string{if_match} + "' with " + std::to_string(text.size()) +
                        " bytes");
        return verdict;
    }
    control::PageFacts page(Slot, std::string_view host) override {
        asked.push_back("page '" + std::string{host} + "'");
        control::PageFacts facts;
        facts.name = host;
        facts.because = "Bedtime";
        return facts;
    }
    control::PortalFacts portal(Slot) override {
        asked.emplace_back("portal");
        return portal_facts;
    }
    std::shared_ptr<crypto::TlsIdentity const> certificate() override { return identity; }
    control::GateFacts gate(Slot slot, std::string_view category) override {
        asked.push_back("gate " + std::to_string(slot.number()) + " " + std::string{category});
        return gate_facts;
    }
    control::GateFacts show_token(Slot, std::string_view category, ByteView token) override {
        asked.push_back("token " + hex(token) + " for " + std::string{category});
        return gate_facts;
    }
    Result<control::WalletFacts> ask_wallet(Slot, std::string_view category, bool encrypted) override {
        asked.push_back("wallet for " + std::string{category} + (encrypted ? ", encrypted" : ""));
        if (failure) return *failure;
        return wallet_facts;
    }
    std::optional<std::string> wallet_request(std::string_view id) override {
        asked.push_back("wallet request " + std::string{id});
        return failure ? std::nullopt : std::optional<std::string>{"object"};
    }
    control::GateFacts show_document(Slot, std::string_view id, std::string_view body) override {
        asked.push_back("document " + std::string{id} + " " + std::string{body});
        return gate_facts;
    }
    Result<v1::CategoriesClosed> close_opened(std::string_view who, std::string_view category,
                                              control::Caller const&) override {
        asked.push_back("close " + std::string{category} + " of " + std::string{who});
        if (failure) return *failure;
        return v1::CategoriesClosed{};
    }
    Result<Slot> slot_of(std::string_view) override {
        if (failure) return *failure;
        return Slot{1};
    }
    v1::ReportStatus report_status() override {
        asked.emplace_back("report status");
        return {};
    }
    v1::ReportPreview report_preview() override {
        asked.emplace_back("report preview");
        return {};
    }
    Result<v1::ReportStatus> switch_reports(bool on, control::Caller const&) override {
        asked.emplace_back(on ? "reports on" : "reports off");
        if (failure) return *failure;
        return v1::ReportStatus{};
    }
    Result<v1::ReportFigures> report_figures(std::string_view from, std::string_view to) override {
        asked.push_back("figures from " + std::string{from} + " to " + std::string{to});
        if (failure) return *failure;
        return v1::ReportFigures{};
    }
    Result<v1::ReportSummary> report_summary(v1::MakeSummary const& request) override {
        asked.push_back("summary from " + request.from() + " to " + request.to());
        if (failure) return *failure;
        return v1::ReportSummary{};
    }
    Result<v1::ReportStatus> send_reports(control::Caller const&) override {
        asked.emplace_back("send reports");
        if (failure) return *failure;
        return v1::ReportStatus{};
    }
    Result<void> release(control::Caller const&) override {
        asked.emplace_back("release");
        if (failure) return *failure;
        return {};
    }
    Result<v1::ClockAnswer> move_clock(v1::MoveClock const& request, control::Caller const&) override {
        asked.push_back("move clock " + std::to_string(request.seconds()));
        if (failure) return *failure;
        v1::ClockAnswer answer;
        answer.set_offset_seconds(request.seconds());
        return answer;
    }
    std::shared_ptr<void> subscribe(std::function<void(v1::Event const&)> listener) override {
        auto const number = next_++;
        listeners_.emplace(number, std::move(listener));
        return {this, [this, number](void*) { listeners_.erase(number); }};
    }

private:
    static control::PolicyVerdict good_verdict() {
        control::PolicyVerdict good;
        good.revision = "fedcba9876543210";
        return good;
    }

    std::map<int, std::function<void(v1::Event const&)>> listeners_;
    int next_ = 0;
};

}  // namespace kindgate::fake
