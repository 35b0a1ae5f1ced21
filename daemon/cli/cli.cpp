#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <deque>
#include <ostream>

#include <fmt/format.h>

#include "commands.h"
#include "files.h"
#include "report/simulate.h"
#include "text.h"
#include "usage.h"

namespace kindgate::cli {

namespace {

// One subcommand: `path` has its words ("policy check").
struct Entry {
    std::string_view path;
    char const* summary;
    char const* examples;  // shown by --help
    void (*declare)(CLI::App&, Options&);
    Command command;
};

void socket_option(CLI::App& app, Options& options) {
    app.add_option("--socket", options.socket, "The daemon's socket")->type_name("PATH")->capture_default_str();
}

void json_flag(CLI::App& app, Options& options) {
    app.add_flag_callback("--json", [&options] { options.form = Form::json; }, "JSON instead of text for people");
}

void daemon_options(CLI::App& app, Options& options) {
    json_flag(app, options);
    socket_option(app, options);
}

void file_options(CLI::App& app, Options& options) {
    app.add_option("file", options.files, "The files, one or more")->type_name("FILE…")->required();
    json_flag(app, options);
}

void one_file_options(CLI::App& app, Options& options) {
    app.add_option("file", options.files, "The policy file")->type_name("FILE")->required()->expected(1);
    daemon_options(app, options);
}

void get_options(CLI::App& app, Options& options) {
    daemon_options(app, options);
    app.add_option("--revision", options.revision, "An earlier policy (see policy revisions) instead")
        ->type_name("REVISION");
}

void put_options(CLI::App& app, Options& options) {
    one_file_options(app, options);
    app.add_option("--if-match", options.if_match, "Only if this revision is in force (see policy get --json)")
        ->type_name("REVISION");
}

void who_options(CLI::App& app, Options& options) {
    app.add_option("who", options.who, "A profile or a device by its id, a device by its hardware address, or all")
        ->type_name("WHO")
        ->required();
    daemon_options(app, options);
}

// Any number of words: what they mean is judged where they are read, in better words than "too many".
void when_option(CLI::App& app, Options& options, char const* usage) {
    app.add_option("when", options.when, "for 30m, for 1h30m, until 18:00, until 2026-12-24T18:00")
        ->type_name(usage)
        ->expected(0, CLI::detail::expected_max_vector_size);
}

void word_options(CLI::App& app, Options& options) {
    who_options(app, options);
    when_option(app, options, "for DURATION | until TIME");
}

void pause_options(CLI::App& app, Options& options) {
    who_options(app, options);
    when_option(app, options, "[for DURATION | until TIME]");
}

void close_options(CLI::App& app, Options& options) {
    who_options(app, options);
    app.add_option("category", options.category, "This one alone; all of them, if not said")->type_name("CATEGORY");
}

void cancel_options(CLI::App& app, Options& options) {
    app.add_option("id", options.id, "Its number, as kindgate overrides shows it")
        ->type_name("NUMBER")
        ->required()
        ->check(whole_number("`kindgate overrides` shows them"));
    daemon_options(app, options);
}

void place_options(CLI::App& app, Options& options) {
    app.add_option("mac", options.mac, "The device's hardware address: 02:00:5e:10:00:01")
        ->type_name("MAC")
        ->required();
    app.add_option("place", options.place, "A profile by its id; or a device, which this becomes another address of")
        ->type_name("PROFILE|DEVICE")
        ->required();
    app.add_option("--name", options.name, "What people call the device")->type_name("NAME");
    daemon_options(app, options);
}

void subject_options(CLI::App& app, Options& options) {
    app.add_option("--policy", options.policy, "By this policy file, without the daemon and without people's words")
        ->type_name("FILE");
    app.add_option("--device", options.device, "About a device, by its id or hardware address")->type_name("ID");
    app.add_option("--profile", options.profile, "About a profile, by its id")->type_name("ID");
    daemon_options(app, options);
}

void data_option(CLI::App& app, Options& options) {
    app.add_option("--data", options.data,
                   "For names, without the daemon: folder of packs, safesearch.textproto and helplines.textproto; "
                   "where kindgate is installed, if not said")
        ->type_name("DIR");
}

void policy_options(CLI::App& app, Options& options) {
    file_options(app, options);
    data_option(app, options);
}

void explain_options(CLI::App& app, Options& options) {
    subject_options(app, options);
    app.add_option("--at", options.at, "When: 2026-03-29T02:30 (local) or RFC 3339; now, if not said")
        ->type_name("TIME");
    app.add_option("--domain", options.domain, "About a name that is asked for")->type_name("NAME");
    data_option(app, options);
}

void timeline_options(CLI::App& app, Options& options) {
    subject_options(app, options);
    app.add_option("--from", options.from, "From a date (its beginning) or time; today, if not said")
        ->type_name("DATE");
    app.add_option("--to", options.to, "To a date (its end) or time; a week, if not said")->type_name("DATE");
}

void format_option(CLI::App& app, Options& options) {
    app.add_option("--format", options.format, "auto, plain, wildcard, hosts, dnsmasq, adblock or rpz")
        ->type_name("FORMAT");
}

void list_read_options(CLI::App& app, Options& options) {
    app.add_option("file", options.files, "The list, also compressed by gzip; - is standard input")
        ->type_name("FILE")
        ->required()
        ->expected(1);
    format_option(app, options);
    json_flag(app, options);
}

void sign_option(CLI::App& app, Options& options) {
    app.add_option("--sign", options.sign, "A private key on P-256 in PEM")->type_name("KEY");
}

void pack_build_options(CLI::App& app, Options& options) {
    app.add_option("lists", options.files, "A list and what it is a list of; a category may have several")
        ->type_name("CATEGORY=FILE…")
        ->required();
    app.add_option("--out", options.out, "The pack")->type_name("FILE")->required();
    app.add_option("--name", options.name, "What people call the pack")->type_name("NAME");
    app.add_option("--created", options.created,
                   "When: an older pack won't replace it; else SOURCE_DATE_EPOCH, else not said")
        ->type_name("DATE");
    app.add_option("--expires", options.expires, "From then on (UTC) it is refused")->type_name("DATE");
    sign_option(app, options);
    format_option(app, options);
    json_flag(app, options);
}

void key_option(CLI::App& app, Options& options) {
    app.add_option("--key", options.keys,
                   "A public key in PEM that its signature is checked with; several: say it again")
        ->type_name("KEY")
        ->expected(1)
        ->take_all();
}

void pack_info_options(CLI::App& app, Options& options) {
    app.add_option("file", options.pack, "The pack")->type_name("FILE")->required();
    key_option(app, options);
    json_flag(app, options);
}

void pack_lookup_options(CLI::App& app, Options& options) {
    pack_info_options(app, options);
    app.add_option("names", options.names, "Names; - reads them from standard input, one a line")
        ->type_name("NAME…")
        ->required();
}

void pack_update_options(CLI::App& app, Options& options) {
    app.add_option("--sources", options.sources, "Where lists come from")->type_name("FILE")->capture_default_str();
    app.add_option("--into", options.into, "Where copies of them are kept")->type_name("FOLDER")->capture_default_str();
    app.add_option("--out", options.gate_pack, "The pack; packs/ of the gate's state directory is where a gate looks")
        ->type_name("FILE")
        ->capture_default_str();
    sign_option(app, options);
    app.add_option("--only", options.names, "This source alone, also one that is on demand; several: say it again")
        ->type_name("ID")
        ->expected(1)
        ->take_all();
    app.add_option("--largest", options.largest, "A list that has more isn't taken")
        ->type_name("MIB")
        ->capture_default_str()
        ->check(whole_number("1 to 256 MiB", 1, 256));
    app.add_option("--patience", options.patience, "How long fetching a list may take")
        ->type_name("SECONDS")
        ->capture_default_str()
        ->check(whole_number("1 to 86400 seconds", 1, 86400));
    app.add_option("--ca", options.authorities, "Certificates that are trusted, in PEM")
        ->type_name("FILE")
        ->capture_default_str();
    json_flag(app, options);
}

CLI::Option* trust_option(CLI::App& app, Options& options) {
    return app.add_option("--policy", options.policy, "The policy whose age_trust says who is believed")
        ->type_name("FILE");
}

void check_token_options(CLI::App& app, Options& options) {
    app.add_option("--challenge", options.challenge, "What was asked: a TokenChallenge (RFC 9577, 2.1.1), base64url")
        ->type_name("B64")
        ->required();
    app.add_option("--token-key", options.token_key, "The issuer's key (RFC 9578, 6.5), base64url")
        ->type_name("B64")
        ->required();
    app.add_option("--token", options.token, "What was shown, base64url")->type_name("B64")->required();
    app.add_option("--policy", options.policy, "By this policy's age_trust, too: it says which age the key proves")
        ->type_name("FILE");
    json_flag(app, options);
}

void check_mdoc_options(CLI::App& app, Options& options) {
    trust_option(app, options)->required();
    app.add_option("--response", options.files, "A DeviceResponse: its octets, or these in hexadecimal or base64url")
        ->type_name("FILE")
        ->required()
        ->expected(1);
    app.add_option("--transcript", options.transcript, "The SessionTranscript that it answers, CBOR in hexadecimal")
        ->type_name("HEX")
        ->required();
    app.add_option("--at", options.at, "When: 2026-03-29T02:30 (local) or RFC 3339; now, if not said")
        ->type_name("TIME");
    app.add_option("--min-age", options.min_age, "Years that it has to prove; any, if not said")
        ->type_name("YEARS")
        ->check(whole_number("1 to 120 years", 1, 120));
    json_flag(app, options);
}

void trust_options(CLI::App& app, Options& options) {
    trust_option(app, options)->description("A policy file; the running gate's policy, if not said");
    daemon_options(app, options);
}

void simulate_options(CLI::App& app, Options& options) {
    app.add_option("--households", options.households, "How many there are")
        ->type_name("N")
        ->required()
        ->check(whole_number("1 to 100000000 households", 1, report::Simulation::max_households));
    app.add_option("--truth", options.files, "What is true of them: CSV, the question and then its answers with shares")
        ->type_name("FILE")
        ->required()
        ->expected(1);
    app.add_option("--epsilon", options.epsilon, "How much an answer may tell")->type_name("E")->capture_default_str();
    app.add_flag_callback(
        "--full", [&options] { options.extent = Extent::full; },
        "Seal, encode, decode and open all reports instead of a sample of 1000");
    app.add_option("--seed", options.seed, "The same words, the same draws; others each time, if not said")
        ->type_name("TEXT");
    json_flag(app, options);
}

void preview_options(CLI::App& app, Options& options) {
    app.add_flag_callback(
        "--bytes", [&options] { options.detail = Detail::bytes; }, "The very bytes, too, in hexadecimal");
    daemon_options(app, options);
}

void figures_options(CLI::App& app, Options& options) {
    app.add_option("--from", options.from, "From this date on; all that is kept, if not said")->type_name("DATE");
    app.add_option("--to", options.to, "Up to this date; today, if not said")->type_name("DATE");
    daemon_options(app, options);
}

void summary_options(CLI::App& app, Options& options) {
    app.add_option("--from", options.from, "Weeks that begin on this date or later")->type_name("DATE")->required();
    app.add_option("--to", options.to, "Weeks that end on this date or earlier")->type_name("DATE")->required();
    app.add_option("--out", options.out, "Into this folder: summary.csv, summary.json and a picture of each table")
        ->type_name("DIR");
    app.add_flag_callback(
        "--csv", [&options] { options.sheet = Sheet::csv; }, "Comma-separated values instead of text for people");
    daemon_options(app, options);
}

void send_options(CLI::App& app, Options& options) {
    app.add_flag_callback(
        "--now", [&options] { options.hour = Hour::now; }, "Without waiting for its hour; on the lab board alone");
    daemon_options(app, options);
}

constexpr std::array entries{
    Entry{"status", "Who may do what now, until when, and why",
          "  kindgate status\n  kindgate status --json | python3 -m json.tool", daemon_options, status},
    Entry{"devices", "The devices that were seen: names, profiles, addresses", "  kindgate devices", daemon_options,
          devices},
    Entry{"place", "Give a device a profile, or make it one more address of a device",
          "  kindgate place 02:00:5e:10:00:01 children --name \"Kitchen tablet\"\n"
          "  kindgate place 02:00:5e:10:00:02 kitchen-tablet\n\n"
          "Kept by the gate. A device that the policy file places is changed there.",
          place_options, place},
    Entry{"pause", "Internet off now, for 24 hours if nothing else is said",
          "  kindgate pause children\n  kindgate pause all for 1h\n  kindgate pause kid until 18:00", pause_options,
          pause},
    Entry{"off", "Internet off now, until a time that you say",
          "  kindgate off children until 18:00      the next such local time\n  kindgate off kid for 45m", word_options,
          off},
    Entry{"allow", "Internet open now, whatever the schedule says",
          "  kindgate allow kid for 30m\n  kindgate allow children until 22:00", word_options, allow},
    Entry{"learning", "Only what the profile's learning list allows",
          "  kindgate learning class-7b for 90m\n  kindgate learning kid until 16:00", word_options, learning},
    Entry{"resume", "End every word given about somebody; what was said about others stays",
          "  kindgate resume kid        what was said about kid; what was said about all stays\n  kindgate resume all",
          who_options, resume},
    Entry{"overrides", "People's words that hold now", "  kindgate overrides\n  kindgate overrides cancel 7",
          daemon_options, overrides},
    Entry{"overrides cancel", "End a single one by its number", "  kindgate overrides cancel 7", cancel_options,
          cancel_override},
    Entry{"leases", "Who has access in the kernel, and when it ends by itself", "  kindgate leases", daemon_options,
          leases},
    Entry{"events", "Follow what happens, as it happens (Ctrl-C ends it)",
          "  kindgate events\n  kindgate events --json", daemon_options, events},
    Entry{"release", "Stop the daemon and take the kernel's table away: nothing is controlled any more",
          "  kindgate release\n  systemctl start kindgated      controls again", daemon_options, release},
    Entry{"explain", "What applies at an instant, until when, and the rule that decides",
          "  kindgate explain --policy home.textproto --profile younger --at 2026-03-29T02:30\n"
          "  kindgate explain --device kid              now, by the running gate, with people's words\n"
          "  kindgate explain --device kid --domain www.example.org\n"
          "  kindgate explain --policy home.textproto --profile younger --at 2026-12-24T21:00 --json",
          explain_options, explain},
    Entry{"timeline", "A week, or any time, drawn as bars",
          "  kindgate timeline --policy home.textproto --profile younger --from 2026-03-23 --to 2026-03-29\n"
          "  kindgate timeline --device kid             this day and the six that follow, by the running gate",
          timeline_options, timeline},
    Entry{"policy check", "Is a policy file right? Says file, line, column, what is wrong and what to do",
          "  kindgate policy check home.textproto school.textproto\n"
          "  kindgate policy check --data build/release/policies home.textproto     with these packs",
          policy_options, policy_check},
    Entry{"policy test", "Does a policy decide as its scenario file expects?",
          "  kindgate policy test home.scenario.textproto\n\n"
          "Exit status 1 if a case fails, 2 if a file is wrong. kindgate-policy(5) shows how to write one.",
          policy_options, policy_test},
    Entry{"policy get", "The policy text that is in force, or one that was",
          "  kindgate policy get > home.textproto\n"
          "  kindgate policy get --revision 1cf52a4bfdb6daf5 > before.textproto",
          get_options, policy_get},
    Entry{"policy revisions", "Which policies have been in force, since when", "  kindgate policy revisions",
          daemon_options, policy_revisions},
    Entry{"policy put", "Put a policy in force, if it is right; the one before is kept as a revision",
          "  kindgate policy put home.textproto", put_options, policy_put},
    Entry{"policy validate", "Would the running gate take this file? Changes nothing",
          "  kindgate policy validate home.textproto", one_file_options, policy_validate},
    Entry{"age check-token", "Does a Privacy Pass token answer a challenge?",
          "  kindgate age check-token --challenge AAIA… --token-key MIIB… --token AAKq…\n"
          "  kindgate age check-token --challenge AAIA… --token-key MIIB… --token AAKq… --policy home.textproto "
          "--json\n\n"
          "Exit status 0: accepted, 1: refused, 2: what was given is no token, key or challenge.",
          check_token_options, age_check_token},
    Entry{"age check-mdoc", "Does an attestation of age hold, by a policy's trust, at a time?",
          "  kindgate age check-mdoc --policy home.textproto --response response.cbor --transcript 83f6f682… \\\n"
          "      --at 2026-11-24T16:00:00Z --min-age 16\n\n"
          "Exit status 0: accepted, 1: refused, 2: what was given is wrong. That it was shown before isn't asked.",
          check_mdoc_options, age_check_mdoc},
    Entry{"age trust", "Whose proofs of age a policy believes, for what, until when",
          "  kindgate age trust                             by the running gate\n"
          "  kindgate age trust --policy home.textproto",
          trust_options, age_trust},
    Entry{"age close", "Close what a proof of age has opened, before its time is over",
          "  kindgate age close kid               everything that proofs have opened on this device\n"
          "  kindgate age close class-7b social\n\n"
          "Another proof may open it again, as often a day as the gate's times_a_day says.",
          close_options, age_close},
    Entry{"age demo", "A tour: a token and an attestation issued, shown and checked, and what each side learns",
          "  kindgate age demo\n\n"
          "Offline, by kindgate-age-demo, which boards/lab/up builds: it is never part of a gate.",
          [](CLI::App&, Options&) {}, age_demo},
    Entry{"report simulate", "A survey tried out on households whose answers are known: truth, estimate, error, time",
          "  kindgate report simulate --households 100000 --truth screen-time.csv\n"
          "  kindgate report simulate --households 5000 --truth screen-time.csv --epsilon 1 --seed again --json\n\n"
          "The file:\n"
          "  screen-time,share\n  none,20\n  up to an hour,35.5\n  more,44.5\n\n"
          "Offline: every household is blurred, split, verified by two aggregators and added up in memory.",
          simulate_options, report_simulate},
    Entry{"report preview", "What leaves this house about a week, before it does",
          "  kindgate report preview             each question: the house's own answer, and what is said instead\n"
          "  kindgate report preview --bytes     and the very bytes\n\n"
          "The house's own answers stay in the house. Nothing is drawn by looking.",
          preview_options, report_preview},
    Entry{"report status", "Are reports on, who gets answers, what was sent and what waits",
          "  kindgate report status\n  kindgate report status --json | python3 -m json.tool", daemon_options,
          report_status},
    Entry{"report on", "Take part in the surveys that the policy names",
          "  kindgate report on\n  kindgate report preview     what leaves, also before you switch it on\n"
          "  kindgate report off         ends it, at any time",
          daemon_options, report_on},
    Entry{"report off", "Take part in no survey any more; answers that wait are withdrawn", "  kindgate report off",
          daemon_options, report_off},
    Entry{"report figures", "The house's own numbers by day and device; they never leave it",
          "  kindgate report figures\n  kindgate report figures --from 2026-11-23 --to 2026-11-29", figures_options,
          report_figures},
    Entry{"report summary", "A school's own summary by week and group, safe to give away",
          "  kindgate report summary --from 2026-11-02 --to 2026-11-29\n"
          "  kindgate report summary --from 2026-11-02 --to 2026-11-29 --out november\n"
          "  kindgate report summary --from 2026-11-02 --to 2026-11-29 --csv > november.csv\n\n"
          "Of whole weeks that are over. Each is drawn once: whoever asks again gets the same numbers.",
          summary_options, report_summary},
    Entry{"report send", "Send what waits at once: for trying surveys out on the lab board",
          "  kindgate report send --now\n\n"
          "Elsewhere answers leave at a random hour of the week, so that nobody learns anything from the time.",
          send_options, report_send},
    Entry{"list read", "What each line of a published list means, or why it is skipped",
          "  kindgate list read hosts.txt\n  kindgate list read --format adblock --json filter.txt.gz",
          list_read_options, list_read},
    Entry{"pack build", "A pack of lists: one file that a gate uses as it is",
          "  kindgate pack build --out home.pack games=games.txt adult=ut1-adult.gz adult=mine.txt\n"
          "  kindgate pack build --out school.pack --name School --created 2026-11-24 --expires 2027-03-01 --sign "
          "key.pem "
          "games=games.txt\n\n"
          "A key: openssl ecparam -name prime256v1 -genkey -noout -out key.pem",
          pack_build_options, pack_build},
    Entry{"pack info", "What a pack says of itself",
          "  kindgate pack info home.pack\n  kindgate pack info --key key.pub home.pack --json", pack_info_options,
          pack_info},
    Entry{"pack lookup", "Which categories names are in, and the listed name that decided",
          "  kindgate pack lookup home.pack www.example.com\n  kindgate pack lookup home.pack - --json < names.txt",
          pack_lookup_options, pack_lookup},
    Entry{"pack update", "Fetch the lists of others and make a pack of them",
          "  kindgate pack update                        for a gate whose policy says packs: [\"starter\", \"lists\"]\n"
          "  kindgate pack update --sources mine.textproto --into lists --out lists.pack\n\n"
          "A running gate takes the new pack by itself. What can't be fetched, or is no list any more, leaves the last "
          "good copy.",
          pack_update_options, pack_update},
};

constexpr char const* overview =
    "Kindgate: screen time that the kernel keeps.\n\n"
    "WHO is a profile or a device by its id, a hardware address, or all. `kindgate SUBCOMMAND --help` shows examples.";

constexpr char const* first_steps =
    "First steps:\n"
    "  kindgate status                              who may do what now\n"
    "  kindgate pause children                      \"phones away\"\n"
    "  kindgate allow kid for 30m                   half an hour more\n"
    "  kindgate policy check home.textproto         before you put it in force\n"
    "Exit status: 0 done, 1 it couldn't be done, 2 what was given is wrong. See kindgate(1), kindgate-policy(5).";

constexpr char const* policy_steps =
    "Examples:\n"
    "  kindgate policy check home.textproto            is it right?\n"
    "  kindgate policy test home.scenario.textproto    does it decide as expected?\n"
    "  kindgate policy put home.textproto              in force from now on";

class Program {
public:
    explicit Program(Surroundings const& around) : around_(around) {
        options_.socket = around.socket.empty() ? default_socket : around.socket;
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "kindgate " KINDGATE_VERSION);
        app_.footer(first_steps);
        app_.formatter(std::make_shared<PlainHelp>());
        auto* policy = app_.add_subcommand("policy", "Policy files: check, test, put in force");
        policy->require_subcommand(1);
        app_.add_subcommand("list", "Published lists of names: what they say")->require_subcommand(1);
        app_.add_subcommand("pack", "Packs: lists made ready for a gate")->require_subcommand(1);
        app_.add_subcommand("age", "Proofs of age: check them, see who is believed, close what they opened")
            ->require_subcommand(1);
        app_.add_subcommand("report", "Anonymised statistics: see what would leave, switch on or off, own figures")
            ->require_subcommand(1);
        policy->footer(policy_steps);
        for (auto const& entry : entries) add(entry);
    }

    int run(std::vector<std::string> arguments) {
        std::ranges::reverse(arguments);  // as CLI11 wants them
        try {
            app_.parse(std::move(arguments));
        } catch (CLI::ParseError const& error) {
            return refuse(error);
        }
        if (auto const empty = empty_value(chosen()); !empty.empty())
            return refuse(fmt::format("{} is empty: write what is meant, or leave it out", empty));
        auto const outcome = command_(options_, around_);
        if (outcome.ok()) return *outcome;
        tell(outcome.error(), around_);
        return exit_status(outcome.error().code());
    }

private:
    void add(Entry const& entry) {
        auto const space = entry.path.find(' ');
        auto* parent =
            space == std::string_view::npos ? &app_ : app_.get_subcommand(std::string{entry.path.substr(0, space)});
        auto const name = entry.path.substr(space == std::string_view::npos ? 0 : space + 1);
        auto* sub = parent->add_subcommand(std::string{name}, entry.summary);
        sub->footer(std::string{"Examples:\n"} + entry.examples);
        entry.declare(*sub, options_);
        // CLI11 calls a parent's callback after its child's: the first one is the word that was meant.
        sub->callback([this, &entry] {
            if (command_ == nullptr) command_ = entry.command;
        });
    }

    // Also how CLI11 reports --help and --version.
    int refuse(CLI::ParseError const& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            app_.exit(error, around_.out, around_.err);
            return 0;
        }
        return refuse(in_words(error, chosen()));
    }
    int refuse(std::string const& why) {
        std::string called = "kindgate";
        for (auto const* app = &app_; !app->get_subcommands().empty();) {
            app = app->get_subcommands().front();
            called += ' ' + app->get_name();
        }
        around_.err << fmt::format("{}: {}: {} --help shows how\n", called, printable(why), called);
        return 2;
    }

    // The subcommand that was meant.
    CLI::App const& chosen() const {
        auto const* app = &app_;
        while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
        return *app;
    }

    Surroundings const& around_;
    Options options_;
    CLI::App app_{overview, "kindgate"};
    Command command_ = nullptr;
};

}  // namespace

int run(std::vector<std::string> const& arguments, Surroundings const& around) {
    return Program{around}.run(arguments);
}

}  // namespace kindgate::cli
