// From a scenario file's text to checked cases. Every error is told at its place, as the policy loader does.
#include <algorithm>
#include <filesystem>
#include <tuple>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "files.h"
#include "kindgate/v1/scenario.pb.h"
#include "policy/calendar.h"
#include "policy/plan.h"
#include "scenario.h"

namespace kindgate::cli {

namespace {

using google::protobuf::TextFormat;
using policy::Diagnostic;
using policy::Mode;

// Lines and columns from 0, a tab up to the next multiple of 8: as protobuf's tokenizer counts.
struct Location {
    int line = 0;
    int column = 0;
};

// Errors with their places; protobuf's way of counting becomes ours.
class Complaints : public google::protobuf::io::ErrorCollector {
public:
    Complaints(std::string_view text, std::string const& file) : text_(text), file_(file) {}

    void AddError(int line, int column, std::string const& message) override {
        // Only the first of syntax is meant; what follows is its consequence.
        if (all_.empty()) all_.push_back(policy::syntax_diagnostic(text_, file_, line, column, message));
    }
    void AddWarning(int, int, std::string const&) override {}

    void add(Location at, std::string what, std::string advice) {
        auto const line = static_cast<std::size_t>(std::max(at.line, 0));
        all_.push_back({file_, line + 1, byte_column(line, at.column) + 1, std::move(what), std::move(advice)});
    }

    std::vector<Diagnostic> in_order() && {
        std::ranges::stable_sort(all_, {}, [](Diagnostic const& d) { return std::tuple{d.line, d.column}; });
        return std::move(all_);
    }
    bool any() const { return !all_.empty(); }

private:
    std::size_t byte_column(std::size_t line, int column) const {
        std::size_t start = 0;
        for (; line > 0 && start != std::string_view::npos; --line) start = text_.find('\n', start) + 1;
        int seen = 0;
        std::size_t bytes = 0;
        for (auto i = start; i < text_.size() && seen < column; ++i, ++bytes)
            seen += text_[i] == '\t' ? 8 - seen % 8 : 1;
        return bytes;
    }

    std::string_view text_;
    std::string file_;
    std::vector<Diagnostic> all_;
};

// A message of the file together with where its fields stand.
class Spot {
public:
    Spot(google::protobuf::Message const& message, TextFormat::ParseInfoTree const* tree, Location self)
        : message_(message), tree_(tree), self_(self) {}

    // Of a field, or of the message itself where the field isn't said.
    Location of(char const* field, int index = -1) const {
        auto const* descriptor = message_.GetDescriptor()->FindFieldByName(field);
        if (tree_ == nullptr) return self_;
        auto const at = tree_->GetLocation(descriptor, descriptor->is_repeated() ? std::max(index, 0) : -1);
        return at.line < 0 ? self_ : Location{at.line, at.column};
    }
    Spot inside(char const* field, google::protobuf::Message const& message, int index = -1) const {
        auto const* descriptor = message_.GetDescriptor()->FindFieldByName(field);
        return {message, tree_ == nullptr ? nullptr : tree_->GetTreeForNested(descriptor, index), of(field, index)};
    }
    Location self() const { return self_; }

private:
    google::protobuf::Message const& message_;
    TextFormat::ParseInfoTree const* tree_;
    Location self_;
};

std::string quoted_ids(auto const& things) {
    std::string list;
    for (auto const& thing : things) {
        if (list.size() > 200) return list + ", …";
        list += (list.empty() ? "" : ", ") + thing.id;
    }
    return list;
}

std::optional<Mode> mode_of(v1::Mode mode) {
    switch (mode) {
        case v1::OPEN: return Mode::open;
        case v1::LEARNING: return Mode::learning;
        case v1::OFF: return Mode::off;
        default: return std::nullopt;  // open enum of proto3: not said, or a number we don't know
    }
}

// By id or by hardware address.
std::optional<std::size_t> find_device(policy::Policy const& policy, std::string const& who) {
    auto const mac = Mac::parse(who);
    if (!mac.ok()) return policy.find_device(who);
    auto const found = std::ranges::find_if(
        policy.devices, [&](policy::Device const& device) { return std::ranges::count(device.macs, *mac) > 0; });
    if (found == policy.devices.end()) return std::nullopt;
    return static_cast<std::size_t>(found - policy.devices.begin());
}

class CaseReader {
public:
    CaseReader(policy::Policy const& policy, Complaints& complaints) : policy_(policy), complaints_(complaints) {}

    Case read(v1::Scenario const& message, Spot const& spot) {
        Case result;
        result.line = static_cast<std::size_t>(spot.self().line) + 1;
        result.name = message.name();
        if (message.name().empty())
            complain(spot.self(), "a case has no name", "say in name what it shows, in a sentence");
        refuse_later(message, spot);
        read_who(message, spot, result);
        result.at = instant(message.at(), "at", spot).value_or(policy::Instant{});
        if (!message.domain().empty()) {
            auto const name = policy::parse_name(message.domain());
            if (name.ok())
                result.domain = *name;
            else
                complain(spot.of("domain"), fmt::format("'{}' is not a name", message.domain()),
                         "write one like \"www.example.org\"");
        }
        for (int i = 0; i < message.overrides_size(); ++i)
            read_override(message.overrides(i), spot.inside("overrides", message.overrides(i), i), result);
        read_expectation(message, spot, result.expected);
        return result;
    }

private:
    void complain(Location at, std::string what, std::string advice) {
        complaints_.add(at, std::move(what), std::move(advice));
    }

    void refuse_later(v1::Scenario const& message, Spot const& spot) {
        if (message.minutes_used_size() > 0)
            complain(spot.of("minutes_used", 0), "this version doesn't count minutes: they come with budgets",
                     "take minutes_used out of the case");
    }

    void read_who(v1::Scenario const& message, Spot const& spot, Case& result) {
        int const said =
            (message.device().empty() ? 0 : 1) + (message.profile().empty() ? 0 : 1) + message.has_stranger();
        if (said != 1) {
            complain(spot.self(), said == 0 ? "a case doesn't say who asks" : "a case says more than once who asks",
                     "write exactly one of device, profile and stranger");
        } else if (message.has_stranger()) {
            read_stranger(message.stranger(), spot.inside("stranger", message.stranger()), result);
        } else if (!message.device().empty()) {
            result.device = find_device(policy_, message.device());
            if (result.device) result.profile = policy_.devices[*result.device].profile;
            if (!result.device)
                complain(spot.of("device"), fmt::format("the policy has no device '{}'", message.device()),
                         policy_.devices.empty() ? "name a profile or a stranger"
                                                 : "write one of: " + quoted_ids(policy_.devices));
        } else {
            result.profile = policy_.find_profile(message.profile());
            if (!result.profile)
                complain(spot.of("profile"), fmt::format("the policy has no profile '{}'", message.profile()),
                         "write one of: " + quoted_ids(policy_.profiles));
        }
    }

    void read_stranger(v1::Stranger const& message, Spot const& spot, Case& result) {
        std::vector<IpAddress> addresses;
        for (int i = 0; i < message.addresses_size(); ++i) {
            auto const address = IpAddress::parse(message.addresses(i));
            if (address.ok()) {
                addresses.push_back(*address);
            } else {
                complain(spot.of("addresses", i), address.error().message(), "");
            }
        }
        result.profile = policy::place_by_network(policy_, {message.interface(), addresses}).profile;
    }

    void read_override(v1::ScenarioOverride const& message, Spot const& spot, Case& result) {
        policy::Override given;
        given.id = result.overrides.size() + 1;
        given.who = message.who();
        if (given.who != "all" && !policy_.find_profile(given.who) && !find_device(policy_, given.who))
            complain(spot.of("who"), fmt::format("'{}' is no profile and no device of the policy", given.who),
                     "write the id of one, a hardware address that it places, or all");
        if (auto const mac = Mac::parse(given.who); mac.ok()) given.who = mac->text();
        auto const mode = mode_of(message.mode());
        if (!mode) complain(spot.of("mode"), "an override has no mode", "write mode: OPEN, LEARNING or OFF");
        given.mode = mode.value_or(Mode::off);
        auto const from = instant(message.from(), "from", spot);
        auto const until = instant(message.until(), "until", spot);
        if (from && until) {
            given.when = {*from, *until};
            if (*until <= *from)
                complain(spot.of("until"), "an override ends before it begins", "write an until after from");
        }
        result.overrides.push_back(std::move(given));
    }

    void read_expectation(v1::Scenario const& message, Spot const& outer, Expected& expected) {
        auto const& wanted = message.expect();
        auto const spot = outer.inside("expect", wanted);
        if (wanted.decision().empty() && wanted.until().empty() && wanted.rule().empty() && !wanted.mode())
            complain(spot.self(), "a case expects nothing",
                     "write expect { } with decision, mode, until or rule in it");
        if (!wanted.decision().empty() && wanted.decision() != "ALLOW" && wanted.decision() != "BLOCK")
            complain(spot.of("decision"), fmt::format("'{}' is no decision", wanted.decision()),
                     "write \"ALLOW\" or \"BLOCK\"");
        expected.decision = wanted.decision();
        expected.mode = mode_of(wanted.mode());
        if (wanted.mode() && !expected.mode)
            complain(spot.of("mode"), fmt::format("{} is no mode", static_cast<int>(wanted.mode())),
                     "write OPEN, LEARNING or OFF");
        if (!wanted.until().empty()) expected.until = instant(wanted.until(), "until", spot);
        expected.rule = wanted.rule();
    }

    std::optional<policy::Instant> instant(std::string const& text, char const* field, Spot const& spot) {
        if (text.empty()) {
            complain(spot.of(field), fmt::format("{} is missing", field), "write it as in \"2026-03-29T02:30\"");
            return std::nullopt;
        }
        auto const at = policy::parse_instant(text, *policy_.zone);
        if (at.ok()) return *at;
        complain(spot.of(field), at.error().message(), "");
        return std::nullopt;
    }

    policy::Policy const& policy_;
    Complaints& complaints_;
};

// The policy beside the scenario file; null after complaints.
std::shared_ptr<policy::Policy const> read_policy(v1::ScenarioFile const& message, Spot const& spot,
                                                  std::string const& file, Complaints& complaints,
                                                  std::vector<Diagnostic>& of_policy) {
    if (message.policy().empty()) {
        complaints.add(spot.of("policy"), "the policy that is tested isn't named", "write policy: \"home.textproto\"");
        return nullptr;
    }
    auto const path = (std::filesystem::path{file}.parent_path() / message.policy()).string();
    auto const text = read_file(path);
    if (!text.ok()) {
        complaints.add(spot.of("policy"), text.error().message(), "");
        return nullptr;
    }
    auto loaded = policy::load(*text, path);
    of_policy = std::move(loaded.errors);
    return std::move(loaded.policy);
}

}  // namespace

ScenarioFile read_scenario(std::string_view text, std::string const& file) {
    text = policy::without_mark(text);
    Complaints complaints{text, file};
    TextFormat::ParseInfoTree tree;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&complaints);
    parser.WriteLocationsTo(&tree);
    parser.SetRecursionLimit(20);  // the schema nests three deep
    v1::ScenarioFile message;
    ScenarioFile result;
    bool const parsed = parser.ParseFromString(std::string{text}, &message);
    Spot const top{message, &tree, {}};
    std::vector<Diagnostic> of_policy;
    if (parsed) result.policy = read_policy(message, top, file, complaints, of_policy);
    if (parsed && message.cases_size() == 0)
        complaints.add({}, "the file has no cases", "write at least one cases { name: … at: … expect { … } }");
    if (result.policy) {
        CaseReader reader{*result.policy, complaints};
        for (int i = 0; i < message.cases_size(); ++i)
            result.cases.push_back(reader.read(message.cases(i), top.inside("cases", message.cases(i), i)));
    }
    if (complaints.any()) result.policy = nullptr;
    result.errors = std::move(complaints).in_order();
    result.errors.insert(result.errors.end(), of_policy.begin(), of_policy.end());
    return result;
}

}  // namespace kindgate::cli
