// What a list's rules say of a name, decided by going through all of them: slow and simple, to hold packs against.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/list.h"

namespace kindgate::test {

class ListOracle {
public:
    void add(content::Rule const& rule) {
        if (rule.action != content::RuleAction::skip)
            rules_[std::string{rule.domain}].push_back({rule.action, rule.scope, rule.rank});
    }
    void read(std::string_view text, content::ListFormat format) {
        content::read_list(text, format, [this](content::Rule const& rule) { add(rule); });
    }

    // Of the rules that cover the name the highest in rank decides; of equals, which a block and an allow of RPZ are,
    // the nearest to the name.
    bool blocks(std::string_view name) const {
        Kept const* best = nullptr;
        bool own = true;
        for (auto rest = name;; own = false) {
            Kept const* here = nullptr;
            if (auto const found = rules_.find(std::string{rest}); found != rules_.end())
                for (auto const& kept : found->second) {
                    bool const covers =
                        own ? kept.scope != content::RuleScope::subdomains : kept.scope != content::RuleScope::exact;
                    if (covers && (here == nullptr || kept.rank > here->rank)) here = &kept;
                }
            if (here != nullptr && (best == nullptr || strength(*here) > strength(*best))) best = here;
            auto const dot = rest.find('.');
            if (dot == std::string_view::npos) break;
            rest.remove_prefix(dot + 1);
        }
        return best != nullptr && best->action == content::RuleAction::block;
    }

private:
    struct Kept {
        content::RuleAction action;
        content::RuleScope scope;
        content::RuleRank rank;
    };
    static content::RuleRank strength(Kept const& kept) {
        return kept.rank == content::RuleRank::near_allow ? content::RuleRank::block : kept.rank;
    }
    std::map<std::string, std::vector<Kept>, std::less<>> rules_;
};

}  // namespace kindgate::test
