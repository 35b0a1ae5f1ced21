#include "category_book.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace kindgate::control {

namespace {

// No category of a list: its name can't be one.
constexpr std::string_view learning = "(learning)";

}  // namespace

policy::CategoryIds CategoryBook::number(policy::Policy const& policy) {
    auto in_force = policy::categories_in_force(policy);
    if (policy::has_learning_list(policy)) in_force.emplace_back(learning);
    bool changed = false;
    for (auto const& name : in_force) {
        if (kept_.contains(name)) continue;
        kept_.emplace(name, free_number(in_force));
        changed = true;
    }
    policy::CategoryIds ids;
    for (auto const& name : in_force) {
        auto const number = kept_.at(name);
        if (name == learning)
            ids.learning = number;
        else
            ids.by_name.emplace(name, number);
    }
    if (!changed) return ids;
    if (auto const written = ledger_.put_categories(kept_); !written.ok())
        spdlog::warn("the numbers of categories are kept until kindgated ends: {}", written.error().message());
    return ids;
}

// There is one: fewer than all numbers are in force.
CategoryId CategoryBook::free_number(std::span<std::string const> in_force) {
    CategorySet taken;
    for (auto const& [name, number] : kept_) taken.add(number);
    for (auto number = first_category; number <= last_category; ++number)
        if (!taken.has(number)) return number;
    auto const unused = std::ranges::find_if(
        kept_, [&](auto const& entry) { return std::ranges::find(in_force, entry.first) == in_force.end(); });
    auto const number = unused->second;
    kept_.erase(unused);
    return number;
}

}  // namespace kindgate::control
