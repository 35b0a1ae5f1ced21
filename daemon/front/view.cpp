#include "front/view.h"

#include <bit>

namespace kindgate::front {

namespace {

// What the name table says about one name for one profile.
struct Facts {
    bool always_reachable = false;
    bool learning = false;
    bool allowed = false;
    bool private_allowed = false;
    NameRule const* block = nullptr;  // the most specific
    NameRule const* rewrite = nullptr;
};

Facts facts_of(View const& view, std::uint16_t profile_index, content::dns::Name const& name) {
    Facts facts;
    bool const bypass = view.profiles[profile_index].block_encrypted_dns == Switch::on;
    view.names.find(name, [&](NameRule const& rule) {
        if (rule.profile != NameRule::all_profiles && rule.profile != profile_index) return;
        switch (rule.kind) {
            case RuleKind::always_reachable: facts.always_reachable = true; break;
            case RuleKind::learning: facts.learning = true; break;
            case RuleKind::allow: facts.allowed = true; break;
            case RuleKind::block: facts.block = &rule; break;
            case RuleKind::bypass:
                if (bypass) facts.block = &rule;
                break;
            case RuleKind::rewrite: facts.rewrite = &rule; break;
            case RuleKind::private_allowed: facts.private_allowed = true; break;
        }
    });
    return facts;
}

Verdict blocked(View const& view, Profile const& profile, std::uint16_t reason) {
    Verdict verdict;
    verdict.kind = Verdict::Kind::block;
    verdict.form = profile.blocked;
    verdict.reason = &view.reasons[reason];
    return verdict;
}

std::uint16_t profile_index(View const& view, Slot slot) {
    return slot.number() < view.profile_of.size() ? view.profile_of[slot.number()] : std::uint16_t{0};
}

}  // namespace

std::optional<CategoryId> CategorySet::first() const {
    if (bits_ == 0) return std::nullopt;
    return static_cast<CategoryId>(std::countr_zero(bits_));
}

Profile const& View::profile(Slot slot) const {
    return profiles[profile_index(*this, slot)];
}

Verdict View::judge(Slot slot, content::dns::Name const& name) const {
    auto const index = profile_index(*this, slot);
    auto const& profile = profiles[index];
    auto const facts = facts_of(*this, index, name);
    Verdict pass;
    pass.private_allowed = facts.private_allowed ? Switch::on : Switch::off;
    if (facts.always_reachable) {
        pass.category = category_always_reachable;
        pass.links_judged = Switch::off;
        return pass;
    }
    if (profile.mode == Mode::off) {
        auto verdict = blocked(*this, profile, profile.mode_reason);
        verdict.kind = Verdict::Kind::off;
        return verdict;
    }
    auto const found = categories ? categories(name) : CategorySet{};
    pass.category = (found & profile.limited).first().value_or(found.first().value_or(category_unremarkable));
    if (profile.mode == Mode::learning) {
        if (!facts.learning && (found & profile.learning).empty()) return blocked(*this, profile, profile.mode_reason);
        pass.category = (found & profile.learning).first().value_or(pass.category);
        pass.links_judged = Switch::off;
        return pass;
    }
    if (facts.allowed) {
        pass.links_judged = Switch::off;
        return pass;
    }
    if (facts.block != nullptr) return blocked(*this, profile, facts.block->index);
    if (auto const refused = (found & profile.refused).first())
        return blocked(*this, profile, profile.category_reasons[*refused]);
    if (facts.rewrite != nullptr) {
        pass.kind = Verdict::Kind::rewrite;
        pass.rewrite = &rewrites[facts.rewrite->index];
    }
    return pass;
}

}  // namespace kindgate::front
