#include "policy/view.h"

namespace kindgate::policy {

namespace {

// What the name table says about one name for one profile.
struct Facts {
    bool always_reachable = false;
    bool learning = false;
    bool allowed = false;
    bool private_allowed = false;
    CategorySet categories;           // of the policy's own lists
    NameRule const* block = nullptr;  // the most specific
    NameRule const* bypass = nullptr;
    NameRule const* rewrite = nullptr;
};

bool is_rewritten(ViewProfile const& profile, RuleKind kind) {
    switch (kind) {
        case RuleKind::safe_search: return profile.safe_search == Switch::on;
        case RuleKind::youtube_moderate: return profile.youtube == YouTube::moderate;
        case RuleKind::youtube_strict: return profile.youtube == YouTube::strict;
        default: return false;
    }
}

Facts facts_of(Names const& names, ViewProfile const& profile, content::dns::Name const& name) {
    Facts facts;
    bool const bypass = profile.block_encrypted_dns == Switch::on;
    names.table.find(name, [&](NameRule const& rule) {
        if (rule.profile != NameRule::all_profiles && rule.profile != profile.rules) return;
        switch (rule.kind) {
            case RuleKind::always_reachable: facts.always_reachable = true; break;
            case RuleKind::learning: facts.learning = true; break;
            case RuleKind::allow: facts.allowed = true; break;
            case RuleKind::block: facts.block = &rule; break;
            case RuleKind::bypass:
                if (bypass) facts.bypass = &rule;
                break;
            case RuleKind::category: facts.categories.add(static_cast<CategoryId>(rule.index)); break;
            case RuleKind::safe_search:
            case RuleKind::youtube_moderate:
            case RuleKind::youtube_strict:
                if (is_rewritten(profile, rule.kind)) facts.rewrite = &rule;
                break;
            case RuleKind::private_allowed: facts.private_allowed = true; break;
        }
    });
    return facts;
}

NameVerdict blocked(View const& view, ViewProfile const& profile, std::uint16_t reason,
                    CategoryId category = category_unremarkable) {
    NameVerdict verdict;
    verdict.kind = NameVerdict::Kind::block;
    verdict.category = category;
    verdict.form = profile.blocked;
    verdict.reason = &view.reason(reason);
    return verdict;
}

// The category that the address is leased with: one that the kernel grants where the name passes.
CategoryId lease_of(Names const& names, ViewProfile const& profile, CategorySet found, bool allowed, bool to_learn) {
    auto limited = found & (allowed ? profile.timed : profile.limited);
    // What is allowed by name needs no proof; else the proof's end is the address's, whatever else the name is.
    if (allowed)
        profile.gated.each([&](CategoryId id) { limited.remove(id); });
    else if (auto const gated = (limited & profile.gated).first())
        return *gated;
    if (profile.mode == Mode::learning) limited = limited & profile.learning;
    if (auto const lease = limited.first()) return *lease;
    if (to_learn && names.learning != 0) return names.learning;
    return allowed ? category_unremarkable : found.first().value_or(category_unremarkable);
}

}  // namespace

ViewProfile const& View::profile(Slot slot) const {
    return profiles[slot.number() < profile_of.size() ? profile_of[slot.number()] : others];
}

NameVerdict View::judge(ViewProfile const& profile, content::dns::Name const& name) const {
    auto const facts = facts_of(*names, profile, name);
    NameVerdict pass;
    pass.private_allowed = facts.private_allowed ? Switch::on : Switch::off;
    if (facts.always_reachable) {
        pass.category = category_always_reachable;
        pass.links_judged = Switch::off;
        return pass;
    }
    // Any address would say that it may be gone around (support.mozilla.org, "Canary domain"), and for long: programs
    // ask when they start.
    if (facts.bypass != nullptr && !facts.allowed) {
        auto verdict = blocked(*this, profile, facts.bypass->index);
        verdict.form = AnswerForm::nxdomain;
        return verdict;
    }
    if (profile.mode == Mode::off) {
        auto verdict = blocked(*this, profile, profile.mode_reason);
        verdict.kind = NameVerdict::Kind::off;
        return verdict;
    }
    auto const found = facts.categories | (names->categories ? names->categories(name) : CategorySet{});
    bool const to_learn = facts.learning || !(found & profile.learning).empty();
    if (profile.mode == Mode::learning && !to_learn) return blocked(*this, profile, profile.mode_reason);
    if (auto const now = (found & profile.closed).first())
        return blocked(*this, profile, profile.closed_reasons[*now], *now);
    if (!facts.allowed) {
        if (facts.block != nullptr) return blocked(*this, profile, facts.block->index);
        if (auto const refused = (found & profile.refused).first())
            return blocked(*this, profile, profile.category_reasons[*refused], *refused);
    }
    if (facts.allowed || profile.mode == Mode::learning) pass.links_judged = Switch::off;
    pass.category = lease_of(*names, profile, found, facts.allowed, to_learn);
    if (facts.rewrite != nullptr) {
        pass.kind = NameVerdict::Kind::rewrite;
        pass.rewrite = &names->rewrites[facts.rewrite->index];
    }
    return pass;
}

}  // namespace kindgate::policy
