// The View: what the data thread knows of the policy. A value that control fills and publishes as a whole; nobody
// changes it afterwards, so the data thread reads it without asking anybody. Every question, every link of its answer's
// chain and every address answered is put to judge().
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/category.h"
#include "base/ids.h"
#include "base/ip.h"
#include "content/dns_name.h"
#include "policy/model.h"
#include "policy/name_table.h"

namespace kindgate::policy {

// The categories of a folded name, by it or by a name above it. Called by the data thread for nearly every query: no
// locks, no allocation. Holds what it needs (a pack) as long as the view lives.
using Categories = std::function<CategorySet(content::dns::Name const& folded)>;

enum class Switch : std::uint8_t { off, on };

// Why something was refused, for who asked (RFC 8914).
struct Refusal {
    std::uint16_t code = 15;  // 15: by the house; 17: by the profile
    std::string rule;         // the field path that states it, as in policy::Reason
    std::string text;         // a sentence
    std::string structured;   // JSON of draft-ietf-dnsop-structured-dns-error, for who offered to read it; may be empty
};

// Safe search: the name is answered as a CNAME of `target`, or, if that is empty, with these addresses.
struct Rewrite {
    std::optional<content::dns::Name> target;
    std::vector<IpAddress> addresses;
    std::uint32_t ttl = 300;  // seconds
};

// What goes for some devices: those of a profile, or one that has words of its own. The mode and what is closed are of
// the moment, the rest is the profile's as long as the policy is.
struct ViewProfile {
    std::uint16_t rules = 0;  // whose NameRules count: their `profile`
    Mode mode = Mode::open;
    AnswerForm blocked = AnswerForm::nxdomain;
    YouTube youtube = YouTube::off;
    Visibility visibility = Visibility::nothing;
    CategorySet refused;   // blocked, or behind an age gate that no proof has opened
    CategorySet gated;     // what an age gate alone closes
    CategorySet closed;    // by a category window, now: allow_domains don't open them
    CategorySet learning;  // passes in LEARNING
    CategorySet limited;   // needs the kernel's category lease: its addresses carry this category before others
    CategorySet timed;     // of those what a window or a budget limits: so do the addresses of allowed names
    Switch safe_search = Switch::off;
    Switch strip_ech = Switch::off;
    Switch block_encrypted_dns = Switch::off;
    Switch resolved_only = Switch::off;  // without an address lease nothing works: a refused lease is SERVFAIL
    Switch leases = Switch::on;          // its answered addresses are granted to the kernel
    std::uint16_t mode_reason = 0;       // of LEARNING and OFF; View::reason()
    std::array<std::uint16_t, 64> category_reasons{};
    std::array<std::uint16_t, 64> closed_reasons{};
};

struct NameVerdict {
    enum class Kind : std::uint8_t { pass, block, rewrite, off };

    Kind kind = Kind::pass;
    CategoryId category = category_unremarkable;  // of the addresses; where blocked: for which, if for one
    // The question's verdict stands whatever its chain leads to: always reachable, or allowed by name.
    Switch links_judged = Switch::on;
    Switch private_allowed = Switch::off;
    AnswerForm form = AnswerForm::nxdomain;
    Refusal const* reason = nullptr;   // borrowed from the view; never null where blocked
    Rewrite const* rewrite = nullptr;  // the same, where rewritten
};

// What is known of names as long as a policy, its packs and its lists stay: shared by the views of that time.
struct Names {
    NameTable table;        // names in it are folded
    Categories categories;  // may be empty
    // Of addresses of names on a profile's learning list that need no other lease: so an open connection goes on when
    // LEARNING begins. 0: no profile has such a list.
    CategoryId learning = 0;
    std::vector<Rewrite> rewrites;
    std::vector<Refusal> reasons;        // at least one; 0 where nothing is said
    std::vector<ViewProfile> profiles;   // by profile: what doesn't depend on the moment
    Switch refuse_private = Switch::on;  // rebinding, unless private_allowed
};

struct View {
    std::uint64_t generation = 0;
    std::shared_ptr<Names const> names;     // never null
    std::vector<ViewProfile> profiles;      // at least one
    std::vector<std::uint16_t> profile_of;  // by slot number
    std::uint16_t others = 0;               // of slots beyond its end
    std::vector<Refusal> reasons;           // of the moment; numbered behind those of the names
    std::optional<IpAddress> gate_v4;       // the gate's own addresses towards its devices
    std::optional<IpAddress> gate_v6;

    ViewProfile const& profile(Slot slot) const;
    Refusal const& reason(std::uint16_t index) const {
        return index < names->reasons.size() ? names->reasons[index] : reasons[index - names->reasons.size()];
    }
    // `name` is folded. Order: always reachable; bypass names; OFF, LEARNING and closed categories; allow; blocked
    // names; refused categories; rewriting of what passes.
    NameVerdict judge(Slot slot, content::dns::Name const& name) const { return judge(profile(slot), name); }
    NameVerdict judge(ViewProfile const& profile, content::dns::Name const& name) const;
};

}  // namespace kindgate::policy
