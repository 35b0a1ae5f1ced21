// kindgated: the daemon. The one place that puts the parts together, so it names their concrete classes.
#include <utility>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "arguments.h"
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
        auto const given = parse_arguments(argc, argv);
        if (!given.arguments) return given.status;
        return start(*given.arguments);
    } catch (std::exception const& error) {
        spdlog::critical("kindgated ends: {}", error.what());
        return failed;
    }
}
