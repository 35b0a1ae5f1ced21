// Names without a daemon: a policy's rules with the packs and files that came with kindgate, as the gate compiles them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/names.h"

namespace kindgate::cli {

struct NamesByFile {
    policy::CategoryIds ids;
    std::shared_ptr<policy::Names const> names;
    std::vector<std::string> warnings;  // of categories that nothing has; a sentence each
};

// `data`: folder with safesearch.textproto, helplines.textproto and the policy's packs; "" : where they were installed,
// or beside the built program. An error: what isn't there, or is wrong.
Result<NamesByFile> load_names(policy::Policy const& policy, std::string const& data);

// What the policy says of the name to a device, without people's words but these.
struct Asking {
    std::string_view device_id;  // "" : none
    std::span<Mac const> macs;
    std::optional<std::size_t> profile;
};
policy::NameExplanation explain_name(policy::Policy const& policy, NamesByFile const& names, Asking const& who,
                                     std::span<policy::Override const> overrides, policy::Instant at,
                                     content::dns::Name const& name);

}  // namespace kindgate::cli
