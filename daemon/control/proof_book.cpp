#include "proof_book.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace kindgate::control {

namespace {

auto key(ledger::ProofRecord const& proof) {
    return std::pair<std::string_view, std::string_view>{proof.device, proof.category};
}

}  // namespace

Result<bool> ProofBook::open(ledger::ProofRecord const& proof, ledger::ShownOnce const& shown) {
    if (!KG_TRY(ledger_.open_by_proof(proof, shown))) return false;
    std::erase_if(all_, [&](auto const& one) { return key(one) == key(proof); });
    all_.push_back(proof);
    return true;
}

Result<std::vector<std::string>> ProofBook::close(std::string const& device, std::string_view category,
                                                  policy::Instant now) {
    std::vector<std::string> closed;
    for (auto& proof : all_) {
        if (proof.device != device || proof.ends <= now || (!category.empty() && proof.category != category)) continue;
        KG_TRY(ledger_.end_proof(proof.device, proof.category, now));
        proof.ends = now;
        closed.push_back(proof.category);
    }
    return closed;
}

void ProofBook::forget(Devices const& devices, policy::Instant now, std::chrono::days today) {
    if (auto const forgotten = ledger_.forget_proofs(now, today); !forgotten.ok())
        return spdlog::warn("what proofs of age have opened is not forgotten yet: {}", forgotten.error().message());
    std::erase_if(all_, [&](auto const& one) {
        return (one.ends <= now && one.day < today) || !devices.all().contains(one.device);
    });
}

ledger::ProofRecord const* ProofBook::find(std::string_view device, std::string_view category) const {
    auto const found = std::ranges::find(all_, std::pair{device, category}, key);
    return found == all_.end() ? nullptr : &*found;
}

std::vector<policy::Proved> ProofBook::planned(Devices const& devices) const {
    std::vector<policy::Proved> planned;
    for (auto const& proof : all_)
        // By its id alone: who has its hardware address now may be another one.
        if (auto const device = devices.all().find(proof.device);
            device != devices.all().end() && device->second.record.slot.valid())
            planned.push_back({device->second.record.slot, proof.category, proof.min_age, proof.ends});
    std::ranges::sort(planned, {}, &policy::Proved::slot);
    return planned;
}

}  // namespace kindgate::control
