// kindgate-age-demo: who issues and shows proofs of age, for the lab and for who wants to see both sides.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

#include <fmt/format.h>

#include "commands.h"
#include "foreign_json.h"
#include "http_client.h"
#include "text.h"
#include "usage.h"

namespace kindgate::demo {

void tell(std::string const& step) {
    std::cerr << cli::printable(step) << '\n';
}

Result<int> show_verdict(HttpReply const& reply, Options const& options) {
    auto const said = read_json(reply.body);
    auto const verdict = text_member(said, "verdict");
    if (verdict != "ACCEPT" && verdict != "REFUSE")
        return Error{ErrorCode::unavailable, fmt::format("the gate gives no verdict; it answers {}", reply.told())};
    if (options.json) {
        std::cout << json_text(said) << '\n';
    } else {
        auto const until = text_member(said, "until").value_or("");
        auto const why = fmt::format("{}: {}", text_member(said, "reason").value_or("no reason"),
                                     text_member(said, "text").value_or("no word"));
        std::cout << fmt::format("{} {}{}{}\n", *verdict, cli::printable(why), until.empty() ? "" : ", until ",
                                 cli::printable(until));
    }
    return verdict == "ACCEPT" ? 0 : 1;
}

namespace {

struct Entry {
    std::string_view path;
    char const* summary;
    char const* more;  // shown by --help
    void (*declare)(CLI::App&, Options&);
    Command command;
};

void folder_option(CLI::App& app, Options& options) {
    app.add_option("--dir", options.folder, "The issuer's folder")->type_name("DIR")->required();
}

void ages_option(CLI::App& app, Options& options, char const* what) {
    app.add_option("--ages", options.ages, what)->type_name("AGE,…")->delimiter(',')->required();
}

void code_option(CLI::App& app, Options& options) {
    app.add_option("--code", options.code, "One of the issuer's codes")->type_name("CODE");
}

void verdict_options(CLI::App& app, Options& options) {
    app.add_flag("--json", options.json, "The gate's answer as JSON instead of text for people");
}

void authorities_option(CLI::App& app, Options& options) {
    app.add_option("--ca", options.authorities, "For https: certificates that are trusted, in PEM")
        ->type_name("FILE")
        ->capture_default_str();
}

void init_options(CLI::App& app, Options& options) {
    folder_option(app, options);
    app.add_option("--name", options.name, "Its host name; for each age it is ageNN.NAME")
        ->type_name("NAME")
        ->required();
    ages_option(app, options, "Ages that it vouches for, 1 to 99");
    app.add_option("--codes", options.codes, "How many codes for each age")
        ->type_name("NUMBER")
        ->capture_default_str()
        ->check(cli::whole_number("1 to 10000 codes", 1, 10000));
}

void serve_options(CLI::App& app, Options& options) {
    folder_option(app, options);
    app.add_option("--listen", options.listen, "An address that it is asked at; several: say it again")
        ->type_name("ADDRESS")
        ->required()
        ->expected(1)
        ->take_all();
    app.add_option("--port", options.port, "The port of all of them")
        ->type_name("PORT")
        ->capture_default_str()
        ->check(cli::whole_number("1 to 65535", 1, 65535));
    app.add_option("--uses", options.uses, "How often a code is good")
        ->type_name("NUMBER")
        ->capture_default_str()
        ->check(cli::whole_number("1 to 1000", 1, 1000));
}

void client_options(CLI::App& app, Options& options) {
    app.add_option("--gate", options.gate, "The gate: http://gate.example")->type_name("URL")->required();
    app.add_option("--category", options.category, "What shall be allowed: social")->type_name("CATEGORY")->required();
    code_option(app, options);
    auto* const token =
        app.add_option("--token", options.token_file, "Redeem this token, which --keep kept, and get none");
    token->type_name("FILE");
    app.add_option("--keep", options.keep_file, "Keep the token instead of redeeming it")
        ->type_name("FILE")
        ->excludes(token);
    app.add_option("--origin", options.origin,
                   "How the gate is called in its challenges; the host of --gate, if not said")
        ->type_name("NAME");
    app.add_option("--issuer-at", options.issuer_at, "Ask the issuer there, by http, instead of at its name")
        ->type_name("ADDRESS[:PORT]");
    authorities_option(app, options);
    verdict_options(app, options);
}

void fetch_options(CLI::App& app, Options& options) {
    app.add_option("--issuer", options.issuer, "The issuer: http://issuer.example")->type_name("URL")->required();
    code_option(app, options);
    app.get_option("--code")->required();
    ages_option(app, options, "Ages that the attestation shall speak of, 1 to 99");
    app.add_option("--file", options.wallet_file, "Where the wallet is kept")->type_name("FILE")->required();
    authorities_option(app, options);
}

void present_options(CLI::App& app, Options& options) {
    app.add_option("--file", options.wallet_file, "The wallet, as wallet fetch made it")->type_name("FILE")->required();
    auto* const url = app.add_option("--url", options.url, "The gate's page: https://gate.example/age/social/wallet");
    url->type_name("URL");
    app.add_option("--link", options.link, "A link of that page, or what its QR code says: av://?client_id=…")
        ->type_name("LINK")
        ->excludes(url);
    authorities_option(app, options);
    app.add_option("--response-file", options.response_file, "Keep the DeviceResponse (CBOR) there, too")
        ->type_name("FILE");
    verdict_options(app, options);
}

constexpr std::array entries{
    Entry{"tour", "Both kinds of proof on one screen: who sees which octets, and what a gate refuses",
          "  kindgate-age-demo tour\n"
          "  kindgate-age-demo tour | less\n\n"
          "Issuer, phone and gate in one process, with new keys: it opens no socket and no file, and takes a second.\n"
          "Each verdict is a gate's own, and looked at: exit status 1 if one of them isn't as the text tells.",
          [](CLI::App&, Options&) {}, tour},
    Entry{"issuer init", "Make an issuer: keys, codes, and what a gate's policy needs of it",
          "  kindgate-age-demo issuer init --dir issuer --name issuer.example --ages 16,18\n"
          "  cat issuer/trust.textproto >> home.textproto\n\n"
          "A code such as 16-K7QM-3XPD-9TRW vouches for the age before its first dash.",
          init_options, issuer_init},
    Entry{"issuer serve", "Answer clients over HTTP until SIGINT or SIGTERM",
          "  kindgate-age-demo issuer serve --dir issuer --listen 192.0.2.7 --listen 2001:db8::7\n\n"
          "Says ready when it listens. For ageNN.NAME: GET /.well-known/private-token-issuer-directory and\n"
          "POST /token-request; for any host: POST /attestation. It writes down how often each code was used,\n"
          "before it answers, and nothing else.",
          serve_options, issuer_serve},
    Entry{
        "client", "Get a token for a gate's challenge and redeem it (RFC 9577)",
        "  kindgate-age-demo client --gate http://gate.example --category social --code 16-K7QM-3XPD-9TRW\n"
        "  kindgate-age-demo client --gate http://192.0.2.1 --origin kindgate --category social --code … --keep token\n"
        "  kindgate-age-demo client --gate http://192.0.2.1 --category social --token token",
        client_options, client},
    Entry{"wallet fetch", "Get an attestation for a new device key (ISO/IEC 18013-5 mdoc, eu.europa.ec.av.1)",
          "  kindgate-age-demo wallet fetch --issuer http://issuer.example --code 16-K7QM-3XPD-9TRW --ages 16,18 "
          "--file wallet\n\n"
          "Says of each age whether it is reached. A wallet that is there is replaced.",
          fetch_options, wallet_fetch},
    Entry{
        "wallet present", "Show a gate the nearest age that it asks for, and nothing else (OpenID4VP 1.0)",
        "  kindgate-age-demo wallet present --file wallet --url https://gate.example/age/social/wallet --ca gate.crt\n"
        "  kindgate-age-demo wallet present --file wallet --link 'av://?client_id=…&request_uri=…' --ca gate.crt\n\n"
        "By a link the wallet may be on another device than the page, where the policy says cross_device.",
        present_options, wallet_present},
};

constexpr char const* overview =
    "Reference issuer, wallet and client for proofs of age: both sides of what a Kindgate gate checks.\n"
    "For trying it out and for tests; it is no issuer to rely on.";
constexpr char const* exit_statuses =
    "Exit status: 0 done, and the gate accepted; 1 it couldn't be done, or the gate refused; 2 what was given is "
    "wrong.";

class Program {
public:
    Program() {
        app_.require_subcommand(1);
        app_.footer(exit_statuses);
        app_.formatter(std::make_shared<cli::PlainHelp>());
        app_.add_subcommand("issuer", "The issuer's side")->require_subcommand(1);
        app_.add_subcommand("wallet", "A wallet with an attestation")->require_subcommand(1);
        for (auto const& entry : entries) add(entry);
    }

    int run(std::vector<std::string> arguments) {
        std::ranges::reverse(arguments);  // as CLI11 wants them
        try {
            app_.parse(std::move(arguments));
        } catch (CLI::ParseError const& error) {
            if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app_.exit(error);
            return refuse(cli::in_words(error, chosen()));
        }
        if (auto const empty = cli::empty_value(chosen()); !empty.empty())
            return refuse(fmt::format("{} is empty: write what is meant, or leave it out", empty));
        if (command_ == client && options_.code.empty() == options_.token_file.empty())
            return refuse("either --code, to get a token, or --token, to redeem one");
        if (command_ == wallet_present && options_.url.empty() && options_.link.empty())
            return refuse("either --url, the gate's page, or --link, a link of that page, is missing");
        auto const outcome = command_(options_);
        if (outcome.ok()) return *outcome;
        tell(fmt::format("kindgate-age-demo: {}", outcome.error().message()));
        return cli::exit_status(outcome.error().code());
    }

private:
    void add(Entry const& entry) {
        auto const space = entry.path.find(' ');
        auto* const parent =
            space == std::string_view::npos ? &app_ : app_.get_subcommand(std::string{entry.path.substr(0, space)});
        auto* const sub = parent->add_subcommand(
            std::string{entry.path.substr(space == std::string_view::npos ? 0 : space + 1)}, entry.summary);
        sub->footer(std::string{"Examples:\n"} + entry.more + "\n\n" + exit_statuses);
        entry.declare(*sub, options_);
        // CLI11 calls a parent's callback after its child's: the first one is the word that was meant.
        sub->callback([this, &entry] {
            if (command_ == nullptr) command_ = entry.command;
        });
    }

    CLI::App const& chosen() const {
        auto const* app = &app_;
        while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
        return *app;
    }

    int refuse(std::string const& why) const {
        std::string called = "kindgate-age-demo";
        for (auto const* app = &app_; !app->get_subcommands().empty();) {
            app = app->get_subcommands().front();
            called += ' ' + app->get_name();
        }
        tell(fmt::format("{}: {}: {} --help shows how", called, why, called));
        return 2;
    }

    Options options_;
    CLI::App app_{overview, "kindgate-age-demo"};
    Command command_ = nullptr;
};

}  // namespace

}  // namespace kindgate::demo

int main(int argc, char** argv) try {
    return kindgate::demo::Program{}.run({argv + 1, argv + argc});
} catch (std::exception const& failure) {
    std::cerr << "kindgate-age-demo failed: " << failure.what() << '\n';
    return 1;
}
