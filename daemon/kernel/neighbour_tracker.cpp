#include "neighbour_tracker.h"

#include <algorithm>

namespace kindgate::kernel {

namespace {

std::uint32_t index_of(int interface) {
    return static_cast<std::uint32_t>(interface);
}

}  // namespace

std::vector<Link> NeighbourTracker::link(LinkFact const& fact) {
    std::vector<Link> told;
    auto const known = links_.find(fact.interface);
    bool const had = known != links_.end();
    bool const gone = had && (!fact.exists || known->second.name != fact.name);
    if (gone && watched_.contains(known->second.name)) told.push_back({known->second.name, false, 0});
    bool const news = fact.exists && (!had || gone || known->second.up != fact.up);
    if (news && watched_.contains(fact.name)) told.push_back({fact.name, fact.up, index_of(fact.interface)});
    if (fact.exists) {
        links_.insert_or_assign(fact.interface, Known{fact.name, fact.up, fact.mac});
    } else if (had) {
        links_.erase(known);
    }
    return told;
}

bool NeighbourTracker::renames(LinkFact const& fact) const {
    auto const known = links_.find(fact.interface);
    return fact.exists && known != links_.end() && (known->second.name != fact.name || known->second.mac != fact.mac);
}

std::vector<Neighbour> NeighbourTracker::neighbour(NeighbourFact const& fact) {
    auto const* name = watched_name(fact.interface);
    if (name == nullptr) return {};
    bool const present = fact.present && !own(*fact.mac);
    std::vector<Neighbour> told;
    auto const key = std::pair{fact.interface, fact.address};
    auto const known = macs_.find(key);
    if (known != macs_.end() && (!present || known->second != *fact.mac)) {
        told.push_back({*name, known->second, fact.address, false});
        macs_.erase(known);
    }
    if (present) {
        macs_.insert_or_assign(key, *fact.mac);
        told.push_back({*name, *fact.mac, fact.address, true});
    }
    return told;
}

void NeighbourTracker::forget_links() {
    links_.clear();
}

std::vector<Neighbour> NeighbourTracker::all() const {
    std::vector<Neighbour> found;
    for (auto const& [key, mac] : macs_)
        if (auto const* name = watched_name(key.first)) found.push_back({*name, mac, key.second, true});
    return found;
}

std::vector<Link> NeighbourTracker::links() const {
    std::vector<Link> found;
    for (auto const& name : watched_) {
        auto const known = std::ranges::find(links_, name, [](auto const& entry) { return entry.second.name; });
        if (known != links_.end())
            found.push_back({name, known->second.up, index_of(known->first)});
        else
            found.push_back({name, false, 0});
    }
    return found;
}

bool NeighbourTracker::own(Mac mac) const {
    return std::ranges::any_of(links_, [&](auto const& entry) { return entry.second.mac == mac; });
}

std::string const* NeighbourTracker::watched_name(int interface) const {
    auto const known = links_.find(interface);
    return known != links_.end() && watched_.contains(known->second.name) ? &known->second.name : nullptr;
}

}  // namespace kindgate::kernel
