// `kindgate policy check` and `policy test`: a policy is tested as code is.
#include <ostream>

#include <fmt/format.h>

#include "commands.h"
#include "files.h"
#include "json.h"
#include "kindgate/v1/api.pb.h"
#include "scenario.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

enum class Severity : std::uint8_t { error, warning };

std::string json_of(policy::Diagnostic const& diagnostic, Severity severity) {
    return fmt::format(R"({{"file":{},"line":{},"column":{},"severity":"{}","what":{},"advice":{}}})",
                       json_string(diagnostic.file), diagnostic.line, diagnostic.column,
                       severity == Severity::error ? "error" : "warning", json_string(diagnostic.what),
                       json_string(diagnostic.advice));
}

void tell(std::vector<policy::Diagnostic> const& diagnostics, Severity severity, Form form,
          Surroundings const& around) {
    for (auto const& diagnostic : diagnostics) {
        if (form == Form::json) {
            around.out << json_of(diagnostic, severity) << '\n';
        } else {
            around.err << (severity == Severity::warning ? "warning: " : "") << printable(diagnostic.text()) << '\n';
        }
    }
}

// A file that can't be read, as its errors are told.
void tell(Error const& error, std::string const& file, Form form, Surroundings const& around) {
    if (form == Form::json)
        around.out << json_of({file, 1, 1, error.message(), ""}, Severity::error) << '\n';
    else
        tell(error, around);
}

void say_good(std::string const& file, policy::Policy const& policy, Form form, Surroundings const& around) {
    auto const profiles = policy.profiles.size();
    auto const devices = policy.devices.size();
    if (form == Form::json) {
        around.out << fmt::format(R"({{"file":{},"severity":"good","profiles":{},"devices":{},"time_zone":{}}})",
                                  json_string(file), profiles, devices, json_string(policy.zone->name()))
                   << '\n';
    } else {
        around.out << fmt::format("{}: good ({}, {}, time of {})\n", printable(file), counted(profiles, "profile"),
                                  counted(devices, "device"), policy.zone->name());
    }
}

// Rules about a category that no pack and no list has do nothing; where packs can't be read nobody knows.
void warn_of_categories(std::string const& file, policy::Policy const& policy, Options const& options,
                        Surroundings const& around) {
    if (policy::categories_in_force(policy).empty() && options.data.empty()) return;
    auto const names = load_names(policy, options.data);
    auto const warnings =
        names.ok()
            ? names->warnings
            : std::vector{fmt::format("whether packs have the categories wasn't checked: {}", names.error().message())};
    std::vector<policy::Diagnostic> diagnostics;
    for (auto const& warning : warnings) diagnostics.push_back({file, 1, 1, warning, ""});
    if (options.form == Form::json) return tell(diagnostics, Severity::warning, options.form, around);
    for (auto const& warning : warnings)
        around.err << fmt::format("warning: {}: {}\n", printable(file), printable(warning));
}

// Every error and warning of the file; whether it is good.
bool check_file(std::string const& file, Options const& options, Surroundings const& around) {
    auto const form = options.form;
    auto const text = read_file(file);
    if (!text.ok()) {
        tell(text.error(), file, form, around);
        return false;
    }
    auto const loaded = policy::load(*text, file);
    tell(loaded.errors, Severity::error, form, around);
    tell(loaded.warnings, Severity::warning, form, around);
    if (loaded.policy) {
        warn_of_categories(file, *loaded.policy, options, around);
        say_good(file, *loaded.policy, form, around);
    }
    return loaded.policy != nullptr;
}

// "ALLOW, OPEN, until 2026-…Z (2026-03-29 07:00), by windows[0]": what is said of an answer.
struct Said {
    std::string_view decision;
    std::optional<policy::Mode> mode;
    std::optional<policy::Instant> until;
    std::string_view rule;
};

std::string sentence(Said const& said, date::time_zone const& zone) {
    std::vector<std::string> parts;
    if (!said.decision.empty()) parts.emplace_back(said.decision);
    if (said.mode) parts.emplace_back(policy::name(*said.mode));
    if (said.until)
        parts.push_back(fmt::format("until {} ({})", local_text(zone, said.until), policy::rfc3339(*said.until)));
    if (!said.rule.empty()) parts.push_back(fmt::format("by {}", printable(said.rule)));
    return fmt::format("{}", fmt::join(parts, ", "));
}

void show_failure(std::string const& file, Case const& scenario, Verdict const& verdict, date::time_zone const& zone,
                  Surroundings const& around) {
    auto const& got = verdict.got.explanation;
    auto const& expected = scenario.expected;
    around.out << fmt::format(
        "{} {}:{}: {}\n    expected: {}\n    got:      {}\n    because:  {}: {}\n    until:    {}\n    differs:  {}\n",
        painted("FAILED", Paint::bad, around.colour), printable(file), scenario.line, printable(scenario.name),
        sentence({expected.decision, expected.mode, expected.until, expected.rule}, zone),
        sentence({decision_name(verdict.got.allows), got.decision.mode, got.until, got.decision.because.rule}, zone),
        printable(got.decision.because.rule), printable(got.decision.because.text),
        got.until ? fmt::format("{} ({})", local_text(zone, got.until), policy::rfc3339(*got.until))
                  : "no change within 400 days",
        fmt::join(verdict.differences, ", "));
}

void show_verdict(std::string const& file, Case const& scenario, Verdict const& verdict, date::time_zone const& zone,
                  Form form, Surroundings const& around) {
    bool const passed = verdict.differences.empty();
    if (form == Form::json) {
        std::vector<std::string> differences;
        differences.reserve(verdict.differences.size());
        for (auto const& difference : verdict.differences) differences.push_back(json_string(difference));
        around.out << fmt::format(R"({{"file":{},"line":{},"name":{},"passed":{},"differences":[{}],"got":{}}})",
                                  json_string(file), scenario.line, json_string(scenario.name), passed,
                                  fmt::join(differences, ","), to_json(message_of(verdict.got)))
                   << '\n';
    } else if (passed) {
        around.out << painted("ok", Paint::good, around.colour) << ' ' << printable(scenario.name) << '\n';
    } else {
        show_failure(file, scenario, verdict, zone, around);
    }
}

struct Count {
    std::size_t passed = 0;
    std::size_t failed = 0;
    bool bad_input = false;
};

void test_file(std::string const& file, Options const& options, Surroundings const& around, Count& count) {
    auto const form = options.form;
    auto const text = read_file(file);
    if (!text.ok()) {
        tell(text.error(), file, form, around);
        count.bad_input = true;
        return;
    }
    auto const scenario_file = read_scenario(*text, file);
    tell(scenario_file.errors, Severity::error, form, around);
    if (!scenario_file.policy) {
        count.bad_input = true;
        return;
    }
    std::optional<NamesByFile> names;
    if (std::ranges::any_of(scenario_file.cases, [](Case const& one) { return one.domain.has_value(); })) {
        auto loaded = load_names(*scenario_file.policy, options.data);
        if (!loaded.ok()) {
            tell(loaded.error(), file, form, around);
            count.bad_input = true;
            return;
        }
        names = std::move(loaded).value();
        if (form == Form::readable)
            for (auto const& warning : names->warnings) around.err << "warning: " << printable(warning) << '\n';
    }
    for (auto const& scenario : scenario_file.cases) {
        auto const verdict = judge(scenario, *scenario_file.policy, names ? &*names : nullptr);
        ++(verdict.differences.empty() ? count.passed : count.failed);
        show_verdict(file, scenario, verdict, *scenario_file.policy->zone, form, around);
    }
}

}  // namespace

Outcome policy_check(Options const& options, Surroundings const& around) {
    bool good = true;
    for (auto const& file : options.files) good = check_file(file, options, around) && good;
    return good ? 0 : 2;
}

Outcome policy_test(Options const& options, Surroundings const& around) {
    Count count;
    for (auto const& file : options.files) test_file(file, options, around, count);
    if (options.form == Form::readable) around.out << fmt::format("{} passed, {} failed\n", count.passed, count.failed);
    if (count.bad_input) return 2;
    return count.failed > 0 ? 1 : 0;
}

}  // namespace kindgate::cli
