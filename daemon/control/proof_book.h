// What proofs of age have opened; each is in the ledger before it counts.
#pragma once

#include <string_view>
#include <vector>

#include "devices.h"
#include "ledger/ledger.h"
#include "policy/plan.h"

namespace kindgate::control {

class ProofBook {
public:
    explicit ProofBook(ledger::Ledger& ledger) : ledger_(ledger) {}  // must outlive this object

    void load(std::vector<ledger::ProofRecord> kept) { all_ = std::move(kept); }

    // False: it was shown before, and nothing changes.
    Result<bool> open(ledger::ProofRecord const& proof, ledger::ShownOnce const& shown);
    // Ends what is open of this device: it counts as opened today all the same. Empty category: all of them. Returns
    // which; if it can't be written down, those before that are closed.
    Result<std::vector<std::string>> close(std::string const& device, std::string_view category, policy::Instant now);
    // What has ended and no longer counts, what was shown and nobody would accept any more, and devices that are gone.
    void forget(Devices const& devices, policy::Instant now, std::chrono::days today);

    // Null: none was shown, or it is forgotten.
    ledger::ProofRecord const* find(std::string_view device, std::string_view category) const;
    std::vector<ledger::ProofRecord> const& all() const { return all_; }
    // For the plan, by slot.
    std::vector<policy::Proved> planned(Devices const& devices) const;

private:
    ledger::Ledger& ledger_;
    std::vector<ledger::ProofRecord> all_;
};

}  // namespace kindgate::control
