#include "sightings.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace kindgate::control {

bool Sightings::update(kernel::Neighbour const& neighbour) {
    auto& all = seen_[neighbour.mac];
    auto const same = std::ranges::find_if(all, [&](Sighting const& sighting) {
        return sighting.interface == neighbour.interface && sighting.address == neighbour.address;
    });
    if (same == all.end() && !neighbour.present) return false;
    if (same != all.end() && same->present == neighbour.present) return false;
    if (same == all.end())
        all.push_back({neighbour.interface, neighbour.address, true});
    else
        same->present = neighbour.present;
    // While it is here, where it was doesn't matter.
    if (std::ranges::any_of(all, &Sighting::present)) std::erase_if(all, [](auto const& one) { return !one.present; });
    return true;
}

std::vector<kernel::Neighbour> Sightings::gone(std::vector<kernel::Neighbour> const& all) const {
    std::set<std::tuple<Mac, std::string_view, IpAddress>> present;
    for (auto const& one : all)
        if (one.present) present.emplace(one.mac, one.interface, one.address);
    std::vector<kernel::Neighbour> gone;
    for (auto const& [mac, sightings] : seen_)
        for (auto const& sighting : sightings)
            if (sighting.present && !present.contains({mac, sighting.interface, sighting.address}))
                gone.push_back({sighting.interface, mac, sighting.address, false});
    return gone;
}

bool Sightings::present(Mac const& mac) const {
    auto const found = seen_.find(mac);
    return found != seen_.end() && std::ranges::any_of(found->second, &Sighting::present);
}

std::vector<Mac> Sightings::all_present() const {
    std::vector<Mac> all;
    for (auto const& [mac, sightings] : seen_)
        if (std::ranges::any_of(sightings, &Sighting::present)) all.push_back(mac);
    return all;
}

std::vector<Sighting> Sightings::of(Mac const& mac) const {
    auto const found = seen_.find(mac);
    return found == seen_.end() ? std::vector<Sighting>{} : found->second;
}

}  // namespace kindgate::control
