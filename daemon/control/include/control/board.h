// The board file, checked: what kindgated must know of the machine it runs on (proto/kindgate/v1/board.proto).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/result.h"
#include "content/dns_name.h"
#include "crypto/ecdsa.h"
#include "policy/model.h"

namespace kindgate::control {

struct Resolver {
    IpAddress address;
    std::uint16_t port = 53;
    bool operator==(Resolver const&) const = default;
};

struct Board {
    std::vector<std::string> lan;  // interface names; at least one, each once
    std::filesystem::path policy_file = "/etc/kindgate/policy.textproto";
    std::filesystem::path state_directory = "/var/lib/kindgate";
    std::filesystem::path socket = "/run/kindgate/api.sock";
    policy::Mode untrusted_clock = policy::Mode::off;
    std::filesystem::path dhcp_leases;  // empty: none
    std::vector<std::string> admin_groups;
    unsigned newcomers_per_minute = 60;  // 1 to 10000
    std::uint16_t slots = Slot::max;     // 1 to Slot::max
    std::vector<Resolver> resolvers;     // 1 to 8
    bool dns_for_everybody = false;
    std::filesystem::path data_directory;
    std::filesystem::path authorities = "/etc/ssl/certs/ca-certificates.crt";
    bool signed_packs = false;
    std::vector<crypto::PublicKey> pack_keys;
    std::vector<content::dns::Name> private_domains;  // folded
    std::string contact;                              // a URI; "" : nobody
    std::optional<content::dns::Name> public_name;    // folded; with it both files below are named, without it none
    std::filesystem::path certificate;
    std::filesystem::path certificate_key;
    bool lab_clock = false;
};

// `file` is used in messages, and relative paths in the text are relative to its folder. The error holds one line for
// each thing that is wrong: "file:line:column: what: what to do".
Result<Board> parse_board(std::string_view text, std::filesystem::path const& file);

Result<Board> load_board(std::filesystem::path const& file);

// Keeps the LAN's names in the state directory, for a start at which the board file can't be believed.
Result<void> remember_lan(Board const& board);

// The names that were kept last for this board file, which may be bad: its state directory counts as far as it can be
// read, else the default. None: nothing was kept.
std::vector<std::string> last_lan(std::filesystem::path const& file);

// The kind of system, "debian": ID of os-release(5). "" : it doesn't say.
std::string board_family();

// What the board names and this machine doesn't have now, a sentence each: admin_groups and LAN interfaces.
std::vector<std::string> board_warnings(Board const& board);

}  // namespace kindgate::control
