// `extends` says nothing new: a policy with chains of it is the policy in which every profile says itself what it
// inherits. Both are texts, so the loader is tested whole.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "load_texts.h"
#include "random_policy.h"

namespace {

using namespace kindgate;
using namespace kindgate::policy;

// Fields as they are written; "" and empty: not said.
struct Said {
    std::optional<std::size_t> parent;
    std::string default_mode;
    std::vector<std::string> windows;
    std::vector<std::string> exceptions;
    std::string ends_on;
};

class Maker {
public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    // Each extends one that was made before it, or none; they stand in the file in any order.
    std::vector<Said> profiles() {
        std::vector<Said> all(1 + below(8));
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i > 0 && below(5) != 0) all[i].parent = below(3) == 0 ? below(i) : i - 1;
            if (below(2) == 0) all[i].default_mode = mode();
            if (below(2) == 0) all[i].windows = some([this] { return window(true); });
            if (below(2) == 0) all[i].exceptions = some([this] { return exception(); });
            if (below(3) == 0) all[i].ends_on = fmt::format("203{}-0{}-1{}", below(10), 1 + below(9), below(10));
        }
        return all;
    }
    std::vector<std::size_t> order(std::size_t count) {
        std::vector<std::size_t> all(count);
        for (std::size_t i = 0; i < count; ++i) all[i] = i;
        std::ranges::shuffle(all, random_);
        return all;
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }
    template <typename Make>
    std::vector<std::string> some(Make make) {
        std::vector<std::string> all(1 + below(3));
        std::ranges::generate(all, make);
        return all;
    }
    std::string mode() { return std::array{"OPEN", "LEARNING", "OFF"}.at(below(3)); }
    std::string window(bool weekly) {
        auto const label = below(2) == 0 ? "" : fmt::format(" label: \"L{}\"", below(9));
        auto const days =
            weekly ? fmt::format("days: \"{}\" ", std::array{"daily", "mon-fri", "sat,sun"}.at(below(3))) : "";
        auto const about = below(4) == 0 ? std::string{"mode: OFF categories: \"games\""} : "mode: " + mode();
        return fmt::format("windows {{ {}from: \"{:02}:{:02}\" to: \"{:02}:00\" {}{} }}", days, below(24), below(60),
                           below(25), about, label);
    }
    std::string exception() {
        std::string windows;
        for (auto count = below(3); count > 0; --count) windows += window(false) + " ";
        return fmt::format("exceptions {{ from_date: \"2027-0{}-1{}\" {}}}", 1 + below(9), below(10), windows);
    }

    std::mt19937_64 random_;
};

// What the nearest of it and its ancestors says that says anything.
template <typename Field>
Field inherited(std::vector<Said> const& all, std::size_t index, Field Said::* field) {
    std::optional<std::size_t> at = index;
    for (; at; at = all[*at].parent)
        if (!(all[*at].*field).empty()) return all[*at].*field;
    return {};
}

std::vector<Said> flattened(std::vector<Said> const& all) {
    std::vector<Said> flat(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        flat[i] = {std::nullopt, inherited(all, i, &Said::default_mode), inherited(all, i, &Said::windows),
                   inherited(all, i, &Said::exceptions), inherited(all, i, &Said::ends_on)};
    return flat;
}

std::string written(std::vector<Said> const& all, std::vector<std::size_t> const& order) {
    std::string text = "time_zone: \"Europe/Berlin\"\n";
    for (auto const index : order) {
        auto const& said = all[index];
        text += fmt::format("profiles {{\n  id: \"p{}\"\n", index);
        if (said.parent) text += fmt::format("  extends: \"p{}\"\n", *said.parent);
        if (!said.default_mode.empty()) text += fmt::format("  default_mode: {}\n", said.default_mode);
        for (auto const* list : {&said.windows, &said.exceptions})
            for (auto const& one : *list) text += fmt::format("  {}\n", one);
        if (!said.ends_on.empty()) text += fmt::format("  ends_on: \"{}\"\n", said.ends_on);
        text += "}\n";
    }
    return text;
}

constexpr test::Test tests[] = {
    {"a chain of extends loads as what each profile would say by itself",
     [] {
         auto const first = test::first_seed("extends");
         std::size_t inheriting = 0;
         for (std::uint64_t seed = first; seed < first + test::cases(300); ++seed) {
             Maker maker{seed};
             auto const said = maker.profiles();
             auto const order = maker.order(said.size());
             auto const text = written(said, order);
             auto const loaded = accepted(text);
             auto const flat = accepted(written(flattened(said), order));
             for (std::size_t i = 0; i < said.size(); ++i) {
                 auto const& one = loaded.policy->profiles[i];
                 auto const about = fmt::format("KINDGATE_SEED={} profile {} of\n{}", seed, one.id, text);
                 test::check(one == flat.policy->profiles[i], about);
                 if (said[order[i]].parent && !one.windows.empty() && said[order[i]].windows.empty()) ++inheriting;
             }
             test::check(*loaded.policy == *flat.policy, fmt::format("KINDGATE_SEED={}\n{}", seed, text));
         }
         test::check(inheriting > 0, "no profile inherited a window: the property shows nothing");
     }},
};

}  // namespace

int main() {
    return test::run("policy/extends (property)", tests);
}
