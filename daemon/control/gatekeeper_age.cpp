// Gatekeeper: proofs of age.
#include <spdlog/spdlog.h>

#include <algorithm>

#include <fmt/format.h>

#include "age/openid4vp.h"
#include "gatekeeper.h"
#include "kindgate/v1/api.pb.h"
#include "policy/calendar.h"

namespace kindgate::control {

using age::Reason;

Gatekeeper::GateAt Gatekeeper::gate_at(Slot slot, std::string_view category) const {
    GateAt at{asked(slot), nullptr};
    if (at.asked.profile == nullptr) return at;
    auto const* const outcome = enforcer_.plan().find(slot);
    if (outcome != nullptr && outcome->decision.lapsed()) return at;
    auto const& content = at.asked.profile->content;
    if (content.blocks(category)) return at;
    auto const& gates = content.age_gates;
    auto const found = std::ranges::find(gates, category, &policy::AgeGate::category);
    if (found != gates.end()) at.gate = &*found;
    return at;
}

std::chrono::days Gatekeeper::today() const {
    return policy::local_date(*store_.policy()->zone, now()).time_since_epoch();
}

Asking Gatekeeper::asking(Slot slot, GateAt const& at) const {
    return {slot, at.asked.device->id(), *at.gate, store_.policy()->age_trust, parts_.clock.now()};
}

GateFacts Gatekeeper::facts_of(GateAt const& at, std::string_view category) const {
    GateFacts facts{.category = std::string{category}};
    if (at.gate == nullptr) {
        facts.category.clear();
        facts.reason = Reason::not_allowed;
        return facts;
    }
    auto const slot = at.asked.device->record.slot;
    facts.min_age = at.gate->min_age;
    facts.wallet = desk_.asks_wallets(asking(slot, at)) && certificate_.is_there();
    // What a proof has opened is closed for as long as something else closes it.
    if (auto const reason = shut(at); reason == Reason::not_now || reason == Reason::clock_untrusted) {
        facts.reason = reason;
        return facts;
    }
    auto const* const outcome = enforcer_.plan().find(slot);
    auto const opened = std::ranges::find(outcome->opened, category, &policy::CategoryLease::category);
    if (opened == outcome->opened.end()) return facts;
    facts.reason = Reason::accepted;
    if (auto const* const proof = proofs_.find(at.asked.device->id(), category); proof != nullptr)
        facts.min_age = proof->min_age;
    facts.until = opened->ends;
    facts.until_text = until_in_words(*store_.policy(), *opened->ends, now());
    return facts;
}

std::vector<GateFacts> Gatekeeper::gates_of(Asked const& asked, Slot slot) const {
    std::vector<GateFacts> all;
    if (asked.profile == nullptr || asked.device == nullptr) return all;
    for (auto const& gate : asked.profile->content.age_gates)
        if (auto const at = gate_at(slot, gate.category); at.gate != nullptr)
            all.push_back(facts_of(at, gate.category));
    return all;
}

GateFacts Gatekeeper::gate(Slot slot, std::string_view category) {
    auto const at = gate_at(slot, category);
    auto facts = facts_of(at, category);
    if (at.gate != nullptr) facts.challenges = desk_.challenges(asking(slot, at));
    return facts;
}

std::optional<Reason> Gatekeeper::shut(GateAt const& at) const {
    if (at.gate == nullptr) return Reason::not_allowed;
    if (!trusted_) return Reason::clock_untrusted;
    auto const* const outcome = enforcer_.plan().find(at.asked.device->record.slot);
    if (outcome == nullptr || !outcome->decision.allows()) return Reason::not_now;
    auto const& category = at.gate->category;
    auto const& content = at.asked.profile->content;
    auto const has = [&](std::vector<std::string> const& all) { return std::ranges::find(all, category) != all.end(); };
    if (outcome->decision.mode == policy::Mode::learning && !has(content.learning_categories)) return Reason::not_now;
    if (std::ranges::find(outcome->withheld, category, &policy::Withheld::category) != outcome->withheld.end())
        return Reason::not_now;
    auto const* const before = proofs_.find(at.asked.device->id(), category);
    if (at.gate->times_a_day != 0 && before != nullptr && before->day == today() &&
        before->times >= at.gate->times_a_day)
        return Reason::too_often;
    return std::nullopt;
}

// Written down before it counts: what is shown twice opens once, whatever happens in between.
Reason Gatekeeper::open(GateAt const& at, age::Verdict const& verdict) {
    auto const& device = *at.asked.device;
    auto const moment = parts_.clock.now();
    auto const* const before = proofs_.find(device.id(), at.gate->category);
    ledger::ProofRecord proof{.device = device.id(),
                              .category = at.gate->category,
                              .min_age = verdict.min_age,
                              .ends = std::chrono::ceil<std::chrono::seconds>(moment.calendar) + at.gate->opens,
                              .day = today(),
                              .times = before != nullptr && before->day == today() ? before->times + 1 : 1};
    auto const written = proofs_.open(proof, desk_.shown(verdict, moment));
    if (!written.ok()) {
        events_.tell(
            v1::Event::STORAGE_FAILED,
            fmt::format("a proof of age opens nothing, since it can't be written down: {}", written.error().message()));
        return Reason::unavailable;
    }
    if (!*written) return Reason::replayed;
    count(ledger::Counted::proofs, {&device.id(), 1});
    events_.tell(v1::Event::CATEGORY_OPENED,
                 fmt::format("a proof of age ({} years) has opened {} for {} {}", verdict.min_age, proof.category,
                             display_name(device), until_in_words(*store_.policy(), proof.ends, moment.instant())),
                 {.profile = at.asked.profile->id, .device = device.id(), .mode = {}, .until = proof.ends});
    return Reason::accepted;
}

GateFacts Gatekeeper::judged(GateAt const& at, age::Verdict const& verdict) {
    std::string const category = at.gate->category;
    auto const slot = at.asked.device->record.slot;
    auto const reason = verdict.accepted() ? open(at, verdict) : verdict.reason;
    if (reason == Reason::accepted) replan();
    // Planning may have made other devices and profiles of these.
    auto facts = gate(slot, category);
    if (reason != Reason::accepted) facts.reason = reason;
    return facts;
}

GateFacts Gatekeeper::refused_now(Slot slot, std::string_view category, Reason reason) {
    auto facts = gate(slot, category);
    facts.reason = reason;
    return facts;
}

GateFacts Gatekeeper::show_token(Slot slot, std::string_view category, ByteView token) {
    auto const at = gate_at(slot, category);
    if (auto const reason = shut(at)) return refused_now(slot, category, *reason);
    return judged(at, desk_.check_token(asking(slot, at), token));
}

Result<WalletFacts> Gatekeeper::ask_wallet(Slot slot, std::string_view category, bool encrypted) {
    auto const at = gate_at(slot, category);
    auto const refuse = [](ErrorCode code, Reason reason) { return Error{code, std::string{age::sentence(reason)}}; };
    if (auto const reason = shut(at))
        return refuse(*reason == Reason::not_allowed ? ErrorCode::not_found
                      : *reason == Reason::not_now   ? ErrorCode::forbidden
                      : *reason == Reason::too_often ? ErrorCode::conflict
                                                     : ErrorCode::unavailable,
                      *reason);
    if (!facts_of(at, category).wallet) return refuse(ErrorCode::not_found, Reason::not_allowed);
    auto const request = desk_.ask_wallet(
        asking(slot, at), encrypted ? WalletAnswerMode::direct_post_jwt : WalletAnswerMode::direct_post);
    if (!request) return refuse(ErrorCode::conflict, Reason::too_often);
    constexpr std::string_view scheme = "av";
    return WalletFacts{.request = age::request_json(request->question),
                       .link = age::request_link(scheme, request->question),
                       .request_uri = request->request_uri,
                       .reference_link = at.gate->cross_device
                                             ? age::reference_link(scheme, request->question, request->request_uri)
                                             : std::string{}};
}

std::optional<std::string> Gatekeeper::wallet_request(std::string_view id) {
    return desk_.request_object(id, parts_.clock.now());
}

GateFacts Gatekeeper::show_document(Slot slot, std::string_view id, std::string_view body) {
    auto const conversation = desk_.take_conversation(id, parts_.clock.now());
    GateFacts unknown{.category = {}, .reason = Reason::wrong_challenge};
    if (!conversation) return unknown;
    auto const at = gate_at(conversation->slot, conversation->category);
    if (auto const reason = shut(at)) return refused_now(conversation->slot, conversation->category, *reason);
    // By the policy of now, and for the device that asked: its slot may be another's.
    bool const same_device = conversation->slot == slot;
    if ((!same_device && !at.gate->cross_device) || at.asked.device->id() != conversation->device) return unknown;
    return judged(at, desk_.check_document(asking(conversation->slot, at), *conversation, body));
}

Result<v1::CategoriesClosed> Gatekeeper::close_opened(std::string_view who, std::string_view category,
                                                      Caller const& caller) {
    auto const name = KG_TRY(known_who(who));
    auto const profile = store_.policy()->find_profile(name);
    auto const* const device = devices_.find(name);
    v1::CategoriesClosed answer;
    Result<void> refused;
    for (auto const& [id, one] : devices_.all()) {
        if (name != "all" && one.profile != profile && (device == nullptr || id != device->id())) continue;
        auto const closed = proofs_.close(id, category, now());
        if (!closed.ok()) {
            refused = closed.error();
            break;
        }
        for (auto const& ended : *closed) {
            auto* const told = answer.add_closed();
            told->set_device(id);
            told->set_category(ended);
            spdlog::info("{} closes {} for {}, which a proof of age had opened", caller.user, ended, id);
        }
    }
    auto const applied = replan_for_caller();
    if (!refused.ok()) return refused.error();
    if (!applied.ok()) return applied.error().within("closed, and tried again until it is in force");
    return answer;
}

Result<Slot> Gatekeeper::slot_of(std::string_view device) {
    if (!store_.policy()) return no_policy();
    auto const* const found = devices_.find(device);
    if (found == nullptr) return unknown_who(device);
    if (!found->record.slot.valid())
        return Error{ErrorCode::conflict, fmt::format("{} has no slot: it isn't here", device)};
    return found->record.slot;
}

}  // namespace kindgate::control
