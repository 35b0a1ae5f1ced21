// People's words that are in force or will be; each is in the ledger before it counts.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "ledger/ledger.h"

namespace kindgate::control {

class OverrideBook {
public:
    // A mistyped loop of somebody's script shall not fill the disk or slow the plan.
    static constexpr std::size_t most = 1000;

    explicit OverrideBook(ledger::Ledger& ledger) : ledger_(ledger) {}  // must outlive this object

    void load(std::vector<policy::Override> given) { all_ = std::move(given); }
    std::span<policy::Override const> all() const { return all_; }

    Result<policy::Override> add(policy::Override given) {
        if (all_.size() >= most)
            return Error{ErrorCode::conflict,
                         "1000 overrides are in force: end some of them first (`kindgate overrides`)"};
        auto added = KG_TRY(ledger_.add(std::move(given)));
        all_.push_back(added);
        return added;
    }

    Result<policy::Override> end(std::uint64_t id) {
        auto const found = std::ranges::find(all_, id, &policy::Override::id);
        if (found == all_.end())
            return Error{ErrorCode::not_found,
                         "there is no override with this number: `kindgate overrides` lists them"};
        KG_TRY(ledger_.end_override(id));
        auto ended = std::move(*found);
        all_.erase(found);
        return ended;
    }

    // Those that ended by themselves, taken out. A ledger that can't forget one now is asked again at the next start.
    std::vector<policy::Override> take_ended(policy::Instant now) {
        std::vector<policy::Override> ended;
        std::erase_if(all_, [&](policy::Override const& given) {
            if (given.when.to > now) return false;
            ended.push_back(given);
            return true;
        });
        for (auto const& given : ended) static_cast<void>(ledger_.end_override(given.id));
        return ended;
    }

    std::optional<policy::Instant> next_end() const {
        if (all_.empty()) return std::nullopt;
        return std::ranges::min(all_, {}, [](auto const& given) { return given.when.to; }).when.to;
    }

private:
    ledger::Ledger& ledger_;
    std::vector<policy::Override> all_;
};

}  // namespace kindgate::control
