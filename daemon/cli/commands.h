// What each subcommand does. The table in cli.cpp says how it is called.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/cli.h"
#include "show.h"

namespace kindgate::cli {

enum class Extent : std::uint8_t { sample, full };
enum class Detail : std::uint8_t { answers, bytes };
enum class Hour : std::uint8_t { random, now };
enum class Sheet : std::uint8_t { readable, csv };

// What was written behind the subcommand; each uses what it declares.
struct Options {
    Form form = Form::readable;
    std::string socket;
    std::vector<std::string> files;
    std::string policy;
    std::string device;
    std::string profile;
    std::string at;
    std::string domain;
    std::string data;
    std::string from;
    std::string to;
    std::string who;
    std::vector<std::string> when;
    std::string mac;
    std::string place;
    std::string name;
    std::string if_match;
    std::string revision;
    std::uint64_t id = 0;
    std::string pack;
    std::vector<std::string> names;
    std::vector<std::string> keys;
    std::string format;
    std::string out;
    std::string created;
    std::string expires;
    std::string sign;
    std::string sources = "/usr/share/kindgate/policies/sources.textproto";
    std::string into = "/var/lib/kindgate/lists";
    std::uint64_t largest = 256;   // MiB; largest_list
    std::uint64_t patience = 600;  // seconds
    std::string gate_pack = "/var/lib/kindgate/packs/lists.pack";
    std::string challenge;
    std::string token_key;
    std::string token;
    std::string transcript;
    std::uint64_t min_age = 0;  // years; 0: any
    std::string category;
    std::uint64_t households = 0;
    Extent extent = Extent::sample;
    Detail detail = Detail::answers;
    Hour hour = Hour::random;
    Sheet sheet = Sheet::readable;
    std::string epsilon = "2";
    std::string seed;
    std::string authorities = "/etc/ssl/certs/ca-certificates.crt";
};

// The exit status, or an error that decides it.
using Outcome = Result<int>;
using Command = Outcome (*)(Options const&, Surroundings const&);

// Without a daemon.
Outcome policy_check(Options const& options, Surroundings const& around);
Outcome policy_test(Options const& options, Surroundings const& around);
Outcome list_read(Options const& options, Surroundings const& around);
Outcome pack_build(Options const& options, Surroundings const& around);
Outcome pack_info(Options const& options, Surroundings const& around);
Outcome pack_lookup(Options const& options, Surroundings const& around);
Outcome pack_update(Options const& options, Surroundings const& around);

Outcome age_check_token(Options const& options, Surroundings const& around);
Outcome age_check_mdoc(Options const& options, Surroundings const& around);
Outcome age_demo(Options const& options, Surroundings const& around);

Outcome report_simulate(Options const& options, Surroundings const& around);

// From a policy file with --policy, else from the daemon.
Outcome explain(Options const& options, Surroundings const& around);
Outcome timeline(Options const& options, Surroundings const& around);
Outcome age_trust(Options const& options, Surroundings const& around);

// By the daemon.
Outcome status(Options const& options, Surroundings const& around);
Outcome devices(Options const& options, Surroundings const& around);
Outcome place(Options const& options, Surroundings const& around);
Outcome pause(Options const& options, Surroundings const& around);
Outcome off(Options const& options, Surroundings const& around);
Outcome allow(Options const& options, Surroundings const& around);
Outcome learning(Options const& options, Surroundings const& around);
Outcome resume(Options const& options, Surroundings const& around);
Outcome overrides(Options const& options, Surroundings const& around);
Outcome cancel_override(Options const& options, Surroundings const& around);
Outcome age_close(Options const& options, Surroundings const& around);
Outcome leases(Options const& options, Surroundings const& around);
Outcome events(Options const& options, Surroundings const& around);
Outcome policy_get(Options const& options, Surroundings const& around);
Outcome policy_revisions(Options const& options, Surroundings const& around);
Outcome policy_put(Options const& options, Surroundings const& around);
Outcome policy_validate(Options const& options, Surroundings const& around);
Outcome report_preview(Options const& options, Surroundings const& around);
Outcome report_status(Options const& options, Surroundings const& around);
Outcome report_on(Options const& options, Surroundings const& around);
Outcome report_off(Options const& options, Surroundings const& around);
Outcome report_figures(Options const& options, Surroundings const& around);
Outcome report_summary(Options const& options, Surroundings const& around);
Outcome report_send(Options const& options, Surroundings const& around);
// By the daemon; where none runs, with Surroundings::remove_table.
Outcome release(Options const& options, Surroundings const& around);

}  // namespace kindgate::cli
