// dap-party: the other side of a gate's reports, for tests and the lab.
#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "commands.h"

namespace kindgate::dap {

namespace {

struct Entry {
    char const* name;
    char const* summary;
    char const* more;  // shown by --help
    void (*declare)(CLI::App&, Options&);
    Command command;
};

void authorities_option(CLI::App& app, Options& options) {
    app.add_option("--authorities", options.authorities, "Certificates that are trusted, in PEM")
        ->type_name("FILE")
        ->capture_default_str();
}

void server_options(CLI::App& app, Options& options) {
    app.add_option("--dir", options.folder, "Its folder, which exists: keys are kept there")
        ->type_name("DIR")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--listen", options.listen, "Where it is asked, port 443 if none is said, any free one for 0")
        ->type_name("ADDRESS[:PORT]")
        ->required()
        ->expected(1)
        ->take_all();
    app.add_option("--certificate", options.certificate, "Its certificate, and those that vouch for it, in PEM")
        ->type_name("FILE")
        ->required();
    app.add_option("--key", options.key, "The certificate's key, in PEM")->type_name("FILE")->required();
    app.add_option("--fault", options.fault, "What it does wrong from the start: words as in DIR/faults")
        ->type_name("WORDS");
    authorities_option(app, options);
}

void aggregator_options(CLI::App& app, Options& options) {
    server_options(app, options);
    app.add_option("--secret", options.secret, "A text that leader and helper alike are told, and nobody else")
        ->type_name("TEXT")
        ->required();
    app.add_option("--collector", options.collector,
                   "The collector's public configuration: FILE.config of collector-key")
        ->type_name("FILE");
    app.add_option("--task", options.tasks, "A task to know from the start; others come with DAP-Taskprov")
        ->type_name("BASE64")
        ->expected(1)
        ->take_all();
    app.add_option("--collect-least", options.collect_least,
                   "FOR TESTS ONLY: give out sums of so few reports, whatever a task promises its households")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    app.add_option("--max-age", options.max_age, "How long its HPKE configuration may be kept")
        ->type_name("SECONDS")
        ->capture_default_str();
}

void gateway_options(CLI::App& app, Options& options) {
    server_options(app, options);
    app.add_option("--target", options.targets, "What URLs begin with that it asks; none: it asks any")
        ->type_name("URL")
        ->expected(1)
        ->take_all();
}

void relay_options(CLI::App& app, Options& options) {
    server_options(app, options);
    app.add_option("--gateway", options.gateway, "To whom it passes on: https://gateway.example/")
        ->type_name("URL")
        ->required();
}

void task_options(CLI::App& app, Options& options) {
    app.add_option("--info", options.info, "What it is called")->type_name("TEXT")->required();
    app.add_option("--leader", options.leader, "https://leader.example/")->type_name("URL")->required();
    app.add_option("--helper", options.helper, "https://helper.example/")->type_name("URL")->required();
    app.add_option("--histogram", options.histogram, "Count how many gave each of K answers")
        ->type_name("K")
        ->check(CLI::Range(2, 1024));
    app.add_flag("--count", options.count, "Count how many said yes");
    app.add_option("--weeks-from", options.weeks_from, "Its first week, counted from 1970")
        ->type_name("WEEK|now")
        ->capture_default_str();
    options.weeks = 26;
    app.add_option("--weeks", options.weeks, "How many weeks it takes")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--min-batch", options.min_batch, "No sum of fewer reports is given out")
        ->type_name("N")
        ->capture_default_str();
}

void task_option(CLI::App& app, Options& options) {
    app.add_option("--task", options.task, "As the task command prints it")->type_name("BASE64")->required();
}

void key_options(CLI::App& app, Options& options) {
    app.add_option("file", options.file, "Where the key is kept; FILE.config is for the aggregators")
        ->type_name("FILE")
        ->required();
}

void collect_options(CLI::App& app, Options& options) {
    app.add_option("--leader", options.leader, "Ask there instead of where the task says")->type_name("URL");
    task_option(app, options);
    app.add_option("--collector-key", options.file, "As collector-key made it")->type_name("FILE")->required();
    app.add_option("--from-week", options.from_week, "The first week, counted from 1970")
        ->type_name("WEEK|now")
        ->capture_default_str();
    options.weeks = 1;
    app.add_option("--weeks", options.weeks, "How many weeks")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--epsilon", options.epsilon, "Estimate what the answers were before they were blurred with this")
        ->type_name("E");
    authorities_option(app, options);
}

void household_options(CLI::App& app, Options& options) {
    app.add_option("--count", options.households, "How many")->type_name("N")->required()->check(CLI::PositiveNumber);
    app.add_option("--truth", options.truth, "A weight for each of the task's answers: 40,30,20,10")
        ->type_name("WEIGHT,…")
        ->delimiter(',')
        ->required();
    app.add_option("--epsilon", options.epsilon, "How much an answer may tell")->type_name("E")->required();
    app.add_option("--seed", options.seed, "The same answers are blurred and shared alike for the same seed")
        ->type_name("TEXT")
        ->required();
    task_option(app, options);
    app.add_option("--week", options.from_week, "Of the reports, counted from 1970")
        ->type_name("WEEK|now")
        ->capture_default_str();
    app.add_option("--addresses", options.addresses,
                   "4 and 6: ask ipv4.NAME or ipv6.NAME instead of each aggregator's NAME; both: in turns")
        ->type_name("4|6|both");
    auto* const gateway = app.add_option("--gateway", options.gateway, "Seal all for this OHTTP gateway …");
    gateway->type_name("URL");
    auto* const relay = app.add_option("--relay", options.relay, "… and send it through this relay");
    relay->type_name("URL")->needs(gateway);
    gateway->needs(relay);
    authorities_option(app, options);
}

constexpr char const* aggregator_more =
    "Says ready and where, on standard output, when it listens. On standard error a line a request, and one for\n"
    "each report: upload ID accepted from ADDRESS, upload ID outdated_config (11) from ADDRESS, verify ID …\n"
    "Files in DIR that are read anew with each request:\n"
    "  faults   words: slow (no answer), error (500), garbage (random octets), cut (ends in mid answer), wrong-key,\n"
    "           rotate (a new HPKE key, once), refuse or refuse=CODE (of every report, by the leader)\n"
    "  clock    how many seconds its clock is ahead of the machine's";

constexpr std::array entries{
    Entry{"task", "Print a task as DAP-Taskprov carries it, and its id on the next line",
          "  dap-party task --info survey --leader https://leader.example/ --helper https://helper.example/ "
          "--histogram 4",
          task_options, task},
    Entry{"collector-key", "Make a collector's key", "  dap-party collector-key collector.key", key_options,
          collector_key},
    Entry{"leader", "Take reports, verify them with the helper, give sums to the collector", aggregator_more,
          aggregator_options, leader},
    Entry{"helper", "Verify reports with the leader", aggregator_more, aggregator_options, helper},
    Entry{"gateway", "Open what was sealed for it and ask the target (OHTTP, RFC 9458)",
          "Keys: GET /ohttp-keys. Requests: POST, whatever the path. Faults and lines as a leader's; asks METHOD URL.",
          gateway_options, gateway},
    Entry{"relay", "Pass sealed requests on to a gateway, and know nothing but who asks and how much",
          "Faults as a leader's. A line a request: relayed N octets from ADDRESS, N back.", relay_options, relay},
    Entry{"collect", "Ask the leader for the sums of some weeks, and print them as JSON",
          "  dap-party collect --task BASE64 --collector-key collector.key --epsilon 2", collect_options, collect},
    Entry{"households", "Upload reports of households that are made up, and print as JSON how many were taken",
          "  dap-party households --count 200 --truth 40,30,20,10 --epsilon 2 --seed 1 --task BASE64\n\n"
          "Each fetches both aggregators' configurations and uploads, over connections of its own.",
          household_options, households},
};

int exit_status(ErrorCode code) {
    return code == ErrorCode::invalid_input || code == ErrorCode::conflict ? 2 : 1;
}

class Program {
public:
    Program() {
        app_.require_subcommand(1);
        for (auto const& entry : entries) {
            auto* const sub = app_.add_subcommand(entry.name, entry.summary);
            sub->footer(entry.more);
            entry.declare(*sub, options_[entry.name]);
            sub->callback([this, &entry] { chosen_ = &entry; });
        }
    }

    int run(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (CLI::ParseError const& error) {
            return app_.exit(error) == 0 ? 0 : 2;
        }
        auto const outcome = chosen_->command(options_[chosen_->name]);
        if (outcome.ok()) return *outcome;
        std::cerr << fmt::format("dap-party {}: {}\n", chosen_->name, outcome.error().message());
        return exit_status(outcome.error().code());
    }

private:
    std::map<std::string, Options> options_{};
    CLI::App app_{
        "Leader, helper, collector and households of DAP (draft-ietf-ppm-dap-18), and a relay and gateway of OHTTP, "
        "for\n"
        "tests of reports.\n"
        "No party to rely on: nobody is authenticated but by certificates, and sums are kept in memory.",
        "dap-party"};
    Entry const* chosen_ = nullptr;
};

}  // namespace

}  // namespace kindgate::dap

int main(int argc, char** argv) try {
    return kindgate::dap::Program{}.run(argc, argv);
} catch (std::exception const& failure) {
    std::cerr << "dap-party failed: " << failure.what() << '\n';
    return 1;
}
