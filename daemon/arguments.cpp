#include "arguments.h"

#include <iostream>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "control/daemon.h"

namespace kindgate {

namespace {

constexpr int wrong_input = 2;

constexpr std::string_view about =
    "The gate: lets the devices behind it use the internet when the policy says so. Runs in the foreground; systemd or "
    "the\n"
    "lab starts it.\n";

constexpr std::string_view footer =
    "What it reads: the board file (this machine: LAN interfaces, folders), which names the policy file (who may do "
    "what,\n"
    "and when). Both are text; see kindgate-policy(5), boards/ and policies/ for some to start from.\n"
    "A changed policy file takes force when it is saved; one with an error is refused whole and the old one stays.\n"
    "Ask and change things with `kindgate` (`kindgate status`, `kindgate --help`).\n"
    "\n"
    "SIGTERM ends it: leases stay and run out by themselves. `kindgate release` takes the gate away. SIGHUP reads the "
    "policy\n"
    "again.\n"
    "Exit status: 0 ended as asked, 1 it could not run, 2 the board file or an argument is wrong; with --check also "
    "the\n"
    "policy file or the certificate.\n"
    "\n"
    "Try first: kindgated --board /etc/kindgate/board.textproto --check";

}  // namespace

Given parse_arguments(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{std::string{about}, "kindgated"};
    app.footer(std::string{footer});
    app.set_version_flag("--version", "kindgated " + std::string{control::version()});
    app.add_option("--board", arguments.board, "The board file")->type_name("FILE")->capture_default_str();
    app.add_flag("--check", arguments.check,
                 "Check the board file, the policy and the certificate that it names, and end: 0 good, 2 wrong");
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForHelp const& help) {
        return {std::nullopt, app.exit(help)};
    } catch (CLI::CallForVersion const& version) {
        return {std::nullopt, app.exit(version)};
    } catch (CLI::ExtrasError const&) {
        auto const words = app.remaining();
        std::cerr << "kindgated: there is no argument '" << (words.empty() ? "" : words.front())
                  << "': see kindgated --help\n";
        return {std::nullopt, wrong_input};
    } catch (CLI::ParseError const& error) {
        std::cerr << "kindgated: " << error.what() << ": see kindgated --help\n";
        return {std::nullopt, wrong_input};
    }
    return {std::move(arguments), 0};
}

}  // namespace kindgate
