// From the schema's message to the model: every rule of the schema is checked here.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kindgate/v1/policy.pb.h"
#include "load_content.h"
#include "load_places.h"
#include "load_report.h"
#include "policy/load.h"
#include "policy/model.h"

namespace kindgate::policy {

// The profiles of the file by id, for what refers to them. The messages live longer.
class ProfileIds {
public:
    explicit ProfileIds(v1::Policy const& policy);

    // The first of this id.
    std::optional<std::size_t> find(std::string_view id) const;
    // The same; or `who` refers to nothing, which is an error at this place.
    std::optional<std::size_t> find(std::string_view id, std::string_view who, Place at, Report& report) const;

private:
    std::unordered_map<std::string_view, std::size_t> by_id_;
    std::vector<std::string> ids_;  // that may be proposed: each once, right ones only
};

// A profile as it stands in the file, before its parent has filled what it leaves open.
struct SaidProfile {
    Profile profile;
    std::optional<Mode> default_mode;
    SaidContent content;
    std::optional<Visibility> visibility;
    std::optional<std::size_t> parent;  // index
    Place at;                           // of the profile
    Place extends_at;
};

std::vector<SaidProfile> read_profiles(v1::Policy const& policy, Places const& places, ProfileIds const& ids,
                                       Report& report);

// So many windows, those of exceptions included, and as many categories and domains, are taken for all profiles
// together after `extends`: they are copied.
inline constexpr std::size_t most_in_all = std::size_t{1} << 18U;

// Each profile with what its parent states where it is silent. A loop, or too much to copy, is an error.
std::vector<Profile> inherit(std::vector<SaidProfile> said, Report& report);

struct ReadDevices {
    std::vector<Device> devices;
    std::vector<Loaded::MacLine> mac_lines;
};

ReadDevices read_devices(v1::Policy const& policy, Places const& places, ProfileIds const& ids, Report& report);

std::vector<Network> read_networks(v1::Policy const& policy, Places const& places, ProfileIds const& ids,
                                   Report& report);

}  // namespace kindgate::policy
