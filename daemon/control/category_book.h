// The numbers of categories: what the kernel's table and connection marks say instead of names. A name keeps its
// number, across policies and restarts: flows in the kernel carry it. Only where none is left does a name that no
// policy uses any more lose its own.
#pragma once

#include "ledger/ledger.h"
#include "policy/names.h"

namespace kindgate::control {

class CategoryBook {
public:
    // The ledger must outlive this object.
    explicit CategoryBook(ledger::Ledger& ledger) : ledger_(ledger) {}

    void load(ledger::CategoryNumbers kept) { kept_ = std::move(kept); }

    // Numbers for all categories in force in this policy. What can't be written is logged: the numbers hold until the
    // daemon ends.
    policy::CategoryIds number(policy::Policy const& policy);

private:
    CategoryId free_number(std::span<std::string const> in_force);

    ledger::Ledger& ledger_;
    ledger::CategoryNumbers kept_;
};

}  // namespace kindgate::control
