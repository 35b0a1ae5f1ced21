// kindgated: the daemon. The one place that names concrete classes and puts the parts together.
#include <utility>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "control/api.h"
#include "control/board.h"
#include "control/clock.h"
#include "control/daemon.h"
#include "kernel/conntrack_flows.h"
#include "kernel/nft_table.h"
#include "kernel/nl_neighbours.h"
#include "ledger/sqlite_ledger.h"

namespace {

using namespace kindgate;

constexpr int failed = 1;
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
    "Exit status: 0 ended as asked, 1 it could not run, 2 the board or policy file is wrong.\n"
    "\n"
    "Try first: kindgated --board /etc/kindgate/board.textproto --check";

struct Arguments {
    std::string board = "/etc/kindgate/board.textproto";
    bool check = false;
};

void set_up_log() {
    auto log = spdlog::stderr_logger_st("kindgated");
    auto const set = [](char const* name) { return std::getenv(name) != nullptr; };  // NOLINT(concurrency-mt-unsafe)
    // The journal writes the time itself.
    log->set_pattern(set("JOURNAL_STREAM") || set("NOTIFY_SOCKET") ? "%v" : "%H:%M:%S.%e %v");
    log->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(log));
}

int complain(Error const& error, int status) {
    spdlog::error("{}", error.message());
    return status;
}

void warn_of(control::Board const& board) {
    for (auto const& line : control::board_warnings(board)) spdlog::warn("{}", line);
}

int check(std::filesystem::path const& file) {
    auto const board = control::load_board(file);
    if (!board.ok()) return complain(board.error(), wrong_input);
    warn_of(*board);
    auto const policy = control::check_policy(board->policy_file);
    for (auto const& line : policy.details) spdlog::error("{}", line);
    for (auto const& line : policy.warnings) spdlog::warn("{}", line);
    if (!policy.error.empty()) {
        spdlog::error("{}", policy.error);
        return wrong_input;
    }
    spdlog::info("{} and {} are good", file.string(), board->policy_file.string());
    return 0;
}

Result<void> run(control::Board const& board) {
    auto const lock = KG_TRY(control::lock_state(board.state_directory));
    auto ledger = KG_TRY(ledger::SqliteLedger::open(board.state_directory / "ledger.sqlite"));
    auto table = KG_TRY(kernel::NftTable::create({}));
    auto flows = KG_TRY(kernel::ConntrackFlows::create());
    auto neighbours = KG_TRY(kernel::NlNeighbours::create());
    control::SystemClock clock;

    boost::asio::io_context context{1};
    auto daemon = KG_TRY(control::Daemon::create(context, board, {*table, *flows, *neighbours, *ledger, clock}));
    KG_TRY(daemon->start());
    control::ApiServer::Options options;
    options.socket = board.socket;
    options.admin_groups = board.admin_groups;
    auto const api = KG_TRY(control::ApiServer::listen(context, daemon->service(), std::move(options)));
    daemon->ready();
    context.run();
    return {};
}

int start(Arguments const& arguments) {
    set_up_log();
    if (arguments.check) return check(arguments.board);
    auto const board = control::load_board(arguments.board);
    if (!board.ok()) return complain(board.error(), wrong_input);
    warn_of(*board);
    auto const ended = run(*board);
    return ended.ok() ? 0 : complain(ended.error(), failed);
}

}  // namespace

int main(int argc, char** argv) {
    // Whoever reads the log may go away; the gate stays.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    try {
        Arguments arguments;
        CLI::App app{std::string{about}, "kindgated"};
        app.footer(std::string{footer});
        app.set_version_flag("--version", "kindgated " + std::string{control::version()});
        app.add_option("--board", arguments.board, "The board file")->type_name("FILE")->capture_default_str();
        app.add_flag("--check", arguments.check,
                     "Check the board file and the policy it names, and end: 0 good, 2 wrong");
        try {
            app.parse(argc, argv);
        } catch (CLI::ParseError const& error) {
            return app.exit(error) == 0 ? 0 : wrong_input;
        }
        return start(arguments);
    } catch (std::exception const& error) {
        spdlog::critical("kindgated ends: {}", error.what());
        return failed;
    }
}
