// What the gate knows of names: packs, safe search, helplines and the numbers of categories, put together for the
// policy in force whenever one of them changes, and the view that the DNS front gets with each plan.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "category_book.h"
#include "control/board.h"
#include "pack_store.h"
#include "policy/names.h"

namespace kindgate::control {

// Where the board has its packs, and which are taken.
PackStore::Settings pack_settings(Board const& board);

class NameRules {
public:
    // Ledger and hub must outlive this object.
    NameRules(Board const& board, ledger::Ledger& ledger, EventHub& events);

    // At start: what the ledger has kept, and the files that come with the program.
    void start(ledger::CategoryNumbers kept);
    // Null: none is in force.
    void set_policy(std::shared_ptr<policy::Policy const> policy, policy::Instant now);
    // Some pack may be another now. True: names mean something else.
    bool reread(policy::Instant now);

    // Of the policy in force; null before the first set_policy().
    std::shared_ptr<policy::Names const> const& names() const { return names_; }
    policy::CategoryIds const& ids() const { return ids_; }
    std::shared_ptr<policy::View const> view(policy::Plan const& plan);

    // Of the countries that the policy names.
    std::vector<policy::Helpline> helplines() const;

    // Where packs in use may be.
    std::vector<std::filesystem::path> files() const { return packs_.files(); }
    // Of packs that are refused, and of categories that no pack and no list has; a sentence each.
    std::vector<std::string> warnings() const;

private:
    void compile();
    std::vector<std::string> empty_categories() const;
    std::string read_data(char const* name) const;

    std::vector<std::string> lan_;
    std::filesystem::path data_;
    std::vector<std::string> contacts_;
    std::vector<content::dns::Name> private_domains_;
    std::optional<content::dns::Name> own_name_;
    EventHub& events_;
    CategoryBook book_;
    PackStore packs_;
    policy::SafeSearch safe_search_;
    policy::Helplines helplines_;
    std::shared_ptr<policy::Policy const> policy_;  // never null
    policy::CategoryIds ids_;
    std::shared_ptr<policy::Names const> names_;
    std::uint64_t generation_ = 0;
};

}  // namespace kindgate::control
