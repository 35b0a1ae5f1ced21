// The policy in force, and its file. A bad file is refused whole and the policy in force stays; each one that takes
// force is kept in the ledger, so that a gate that starts with a bad file goes on with the last good one.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/service.h"
#include "event_hub.h"
#include "ledger/ledger.h"
#include "policy/load.h"

namespace kindgate::control {

inline constexpr std::size_t largest_policy = 4 << 20;  // bytes

// `file` is used in messages.
PolicyVerdict check_policy_text(std::string_view text, std::filesystem::path const& file);

class PolicyStore {
public:
    // Ledger and hub must outlive this object. `state`: the folder for a text that is about to be overwritten.
    PolicyStore(std::filesystem::path file, std::filesystem::path state, ledger::Ledger& ledger, EventHub& events)
        : file_(std::move(file)), state_(std::move(state)), ledger_(ledger), events_(events) {}

    // The file, else the ledger's last good revision, else none.
    void start(policy::Instant now);
    // The file may be another now. True: another policy is in force.
    bool reread(policy::Instant now);

    PolicyVerdict validate(std::string_view text) const { return check_policy_text(text, file_); }
    // Writes the file and takes it in force.
    PolicyVerdict replace(std::string_view text, std::string_view if_match, policy::Instant now);

    std::shared_ptr<policy::Policy const> const& policy() const { return policy_; }
    std::filesystem::path const& file() const { return file_; }
    std::string const& text() const { return text_; }
    std::string const& revision() const { return revision_; }
    std::vector<std::string> const& errors() const { return errors_; }  // of the file, if it is not in force
    std::vector<std::string> const& warnings() const { return warnings_; }
    // "file:line" where the policy in force places this address; "" if it doesn't.
    std::string place_of(Mac const& mac) const;

private:
    struct Candidate {
        std::string text;
        policy::Loaded loaded;
    };
    void put_in_force(Candidate candidate);
    void keep_revision(policy::Instant now);
    void refuse(std::string key, std::vector<std::string> errors);
    bool fall_back();
    void set_aside() const;

    std::filesystem::path file_;
    std::filesystem::path state_;
    ledger::Ledger& ledger_;
    EventHub& events_;
    std::shared_ptr<policy::Policy const> policy_;
    std::string text_;
    std::string revision_;
    std::vector<std::string> errors_;
    std::vector<std::string> warnings_;
    std::map<Mac, std::size_t> mac_lines_;
    std::string refused_;  // what was refused last, so that it is told once
};

}  // namespace kindgate::control
