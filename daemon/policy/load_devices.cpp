// Who is where: devices that the file places, and networks that place the others.
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "load_policy.h"
#include "load_words.h"

namespace kindgate::policy {

namespace {

class DeviceReader {
public:
    DeviceReader(v1::Policy const& policy, Places const& places, ProfileIds const& ids, Report& report)
        : policy_(policy), places_(places), ids_(ids), report_(report) {}

    ReadDevices read() {
        for (int i = 0; i < policy_.devices_size(); ++i)
            device(policy_.devices(i), places_.of(v1::Policy::kDevicesFieldNumber, i));
        return std::move(read_);
    }

private:
    void device(v1::Device const& said, Places const& places) {
        auto& device = read_.devices.emplace_back();
        device.id = said.id();
        id(said, said.id().empty() ? places.at : places.of(v1::Device::kIdFieldNumber).at);
        report_.error(places.of(v1::Device::kDisplayNameFieldNumber).at,
                      wrong_name("display_name", said.display_name()));
        device.display_name = said.display_name().empty() ? said.id() : said.display_name();
        if (said.macs_size() == 0)
            report_.error(places.at, Complaint{fmt::format("the device {} has no hardware address", quoted(said.id())),
                                               "write macs: and one like \"02:00:5e:10:00:01\""});
        for (int i = 0; i < said.macs_size(); ++i) mac(said, i, places.of(v1::Device::kMacsFieldNumber, i).at, device);
        if (said.profile().empty()) {
            report_.error(places.at, Complaint{fmt::format("the device {} has no profile", quoted(said.id())),
                                               "write profile: and the id of one"});
            return;
        }
        auto const profile = ids_.find(said.profile(), fmt::format("the device {} has the profile", quoted(said.id())),
                                       places.of(v1::Device::kProfileFieldNumber).at, report_);
        device.profile = profile.value_or(0);
    }

    void id(v1::Device const& said, Place at) {
        report_.error(at, wrong_who("device", said.id()));
        if (said.id().empty()) return;
        if (auto const profile = ids_.find(said.id())) {
            auto const& other = places_.of(v1::Policy::kProfilesFieldNumber, *profile).of(v1::Profile::kIdFieldNumber);
            report_.error(at, taken("profile", said.id(), other.at.line));
        }
        auto const [other, is_new] = id_lines_.emplace(said.id(), at.line);
        if (!is_new) report_.error(at, taken("device", said.id(), other->second));
    }

    static Complaint taken(std::string_view thing, std::string_view id, std::size_t line) {
        return {fmt::format("there is a {} {} already, in line {}", thing, quoted(id), line), "choose another id"};
    }

    void mac(v1::Device const& said, int index, Place at, Device& device) {
        auto const mac = Mac::parse(said.macs(index));
        if (!mac.ok()) {
            report_.error(at, complaint(mac.error()));
            return;
        }
        auto const [other, is_new] = mac_owners_.emplace(*mac, Owner{said.id(), at.line});
        if (!is_new) {
            report_.error(at, Complaint{fmt::format("the hardware address {} belongs to device {} already, in line {}",
                                                    mac->text(), quoted(other->second.id), other->second.line),
                                        "keep it in one place"});
            return;
        }
        device.macs.push_back(*mac);
        read_.mac_lines.push_back({*mac, at.line});
    }

    struct Owner {
        std::string_view id;
        std::size_t line;
    };

    v1::Policy const& policy_;
    Places const& places_;
    ProfileIds const& ids_;
    Report& report_;
    ReadDevices read_;
    std::unordered_map<std::string_view, std::size_t> id_lines_;
    std::unordered_map<Mac, Owner> mac_owners_;
};

Network read_network(v1::Network const& said, Places const& places, ProfileIds const& ids, Report& report) {
    using Said = v1::Network;
    Network network;
    if (said.cidr().empty() && said.interface().empty())
        report.error(places.at, Complaint{"the network has neither cidr nor interface", "write at least one of them"});
    if (!said.cidr().empty()) {
        auto const prefix = IpPrefix::parse(said.cidr());
        if (prefix.ok()) {
            network.prefix = *prefix;
        } else {
            report.error(places.of(Said::kCidrFieldNumber).at, complaint(prefix.error()));
        }
    }
    if (!said.interface().empty())
        report.error(places.of(Said::kInterfaceFieldNumber).at, wrong_interface(said.interface()));
    network.interface = said.interface();
    if (said.profile().empty()) {
        report.error(places.at, Complaint{"the network has no profile", "write profile: and the id of one"});
    } else {
        auto const at = places.of(Said::kProfileFieldNumber).at;
        network.profile = ids.find(said.profile(), "the network has the profile", at, report).value_or(0);
    }
    return network;
}

}  // namespace

ReadDevices read_devices(v1::Policy const& policy, Places const& places, ProfileIds const& ids, Report& report) {
    return DeviceReader{policy, places, ids, report}.read();
}

std::vector<Network> read_networks(v1::Policy const& policy, Places const& places, ProfileIds const& ids,
                                   Report& report) {
    std::vector<Network> networks;
    networks.reserve(static_cast<std::size_t>(policy.networks_size()));
    for (int i = 0; i < policy.networks_size(); ++i)
        networks.push_back(
            read_network(policy.networks(i), places.of(v1::Policy::kNetworksFieldNumber, i), ids, report));
    return networks;
}

}  // namespace kindgate::policy
