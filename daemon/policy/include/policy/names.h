// From a policy to the View: what each profile's rules say of names, put together once for a policy and its packs
// (compile_names), and what holds at a moment, from a plan (make_view). Pure.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/category.h"
#include "base/result.h"
#include "content/pack.h"
#include "policy/names_file.h"
#include "policy/plan.h"
#include "policy/view.h"

namespace kindgate::policy {

// One number is for addresses of names on learning lists (Names::learning).
inline constexpr std::size_t most_categories = content::most_categories - 1;

// The categories that the profiles' rules name, sorted, each once: those of windows, of content, and those that stand
// for ways around the gate where they are blocked.
std::vector<std::string> categories_in_force(Policy const& policy);
// A sentence for each that neither these, of packs, nor the policy's own lists have: rules about it do nothing.
std::vector<std::string> empty_categories(Policy const& policy, std::vector<std::string> of_packs);
// Some profile has a learning list: Names::learning is needed.
bool has_learning_list(Policy const& policy);

// Numbers for the categories in force.
struct CategoryIds {
    std::map<std::string, CategoryId, std::less<>> by_name;
    CategoryId learning = 0;  // 0: not needed

    // 0 for a category without a number.
    CategoryId of(std::string_view category) const {
        auto const found = by_name.find(category);
        return found == by_name.end() ? category_unknown : found->second;
    }
    // "" for a number without a category.
    std::string_view name_of(CategoryId id) const;
};

// What these packs, each of which keeps its bytes alive, say of a name, by these numbers. Empty if there is no pack.
Categories categories_of(std::vector<std::shared_ptr<content::Pack const>> const& packs, CategoryIds const& ids);

// What names are compiled with, beside the policy. Borrowed for the call.
struct NamesInput {
    CategoryIds const& ids;  // has all that are in force
    Categories packs;        // by these numbers; may be empty
    SafeSearch const& safe_search;
    Helplines const& helplines;
    std::span<content::dns::Name const> private_domains;  // may be answered with private addresses; folded
    // URIs of persons and pages to ask: the child's own page among them, where it has an address that all know.
    std::vector<std::string> contacts;
    std::optional<content::dns::Name> own_name{};  // the gate's, folded: always reachable, at private addresses
};

std::shared_ptr<Names const> compile_names(Policy const& policy, NamesInput const& input);

// What a view has beside names and plan.
struct ViewInput {
    std::uint64_t generation = 0;
    CategoryIds const& ids;
    std::vector<std::string> contacts;  // as in NamesInput
    std::optional<IpAddress> gate_v4;
    std::optional<IpAddress> gate_v6;
};

// `plan` is of the policy that `names` were compiled from. An empty plan, because there is no policy: everybody is OFF.
View make_view(std::shared_ptr<Names const> names, Policy const& policy, Plan const& plan, ViewInput const& input);

// A name as people write it, also an internationalised one; folded.
Result<content::dns::Name> parse_name(std::string_view text);

// Who asks for a name, and when. Borrowed for the call.
struct NameQuestion {
    Policy const& policy;
    std::shared_ptr<Names const> const& names;  // compiled from the policy
    CategoryIds const& ids;
    PlannedDevice const& device;
    std::span<Override const> overrides;
    std::optional<Mode> untrusted_clock;
    Instant at;
    std::span<Proved const> proofs{};  // of the device
};

// What the DNS front does with a question for a name, and the rule that decides.
struct NameExplanation {
    NameVerdict::Kind kind = NameVerdict::Kind::pass;
    Mode mode = Mode::open;
    Reason because;                           // of a name that passes: why the mode is as it is
    std::optional<content::dns::Name> alias;  // the safe name that it is answered with
    // The first later instant, at most `horizon` later, at which anything of this differs; nullopt: none.
    std::optional<Instant> until;

    bool passes() const { return kind == NameVerdict::Kind::pass || kind == NameVerdict::Kind::rewrite; }
};
// Makes plan and view as the gate does, and asks the view. `name` is folded.
NameExplanation explain_name(NameQuestion const& question, content::dns::Name const& name);

}  // namespace kindgate::policy
