// kindgated: the daemon. The one place that puts the parts together, so it names their concrete classes.
#include <utility>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/ranges.h>
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

struct State {
    std::shared_ptr<control::StateLock> lock;  // null where the folder can't be used
    std::unique_ptr<ledger::Ledger> ledger;
};

// A disk that is full or read-only is no reason to leave everybody without the gate: then nothing is remembered.
Result<State> open_state(std::filesystem::path const& directory) {
    auto const remember_nothing = [](Error const& error) -> Result<State> {
        return State{nullptr, KG_TRY(ledger::SqliteLedger::in_memory(error.message()))};
    };
    auto lock = control::lock_state(directory);
    if (!lock.ok() && lock.error().code() == ErrorCode::conflict) return lock.error();
    if (!lock.ok()) return remember_nothing(lock.error());
    auto ledger = ledger::SqliteLedger::open(directory / "ledger.sqlite");
    if (!ledger.ok() && ledger.error().code() == ErrorCode::conflict) return ledger.error();
    if (!ledger.ok()) return remember_nothing(ledger.error());
    return State{std::move(lock).value(), std::move(ledger).value()};
}

Result<void> run(control::Board const& board) {
    auto const alone = KG_TRY(control::lock_gate());
    auto const state = KG_TRY(open_state(board.state_directory));
    auto table = KG_TRY(kernel::NftTable::create({}));
    auto flows = KG_TRY(kernel::ConntrackFlows::create());
    auto neighbours = KG_TRY(kernel::NlNeighbours::create());
    control::SystemClock clock;

    boost::asio::io_context context{1};
    auto daemon = KG_TRY(control::Daemon::create(context, board, {*table, *flows, *neighbours, *state.ledger, clock}));
    control::ApiServer::Options options;
    options.socket = board.socket;
    options.admin_groups = board.admin_groups;
    auto const api = KG_TRY(control::ApiServer::listen(context, daemon->service(), std::move(options)));
    KG_TRY(daemon->start());
    daemon->ready();
    context.run();
    return {};
}

// Who can't start must not leave the house open: where no table judges packets, one without any lease does.
void close_gate(control::Board const& board) {
    auto const table = kernel::NftTable::create({});
    if (!table.ok()) return;
    auto const closed = (*table)->close_if_missing({board.lan.begin(), board.lan.end()});
    if (closed.ok() && *closed)
        spdlog::error("the gate is closed until this is mended: nothing passes from {} (`kindgate release` opens it)",
                      fmt::join(board.lan, ", "));
}

int start(Arguments const& arguments) {
    set_up_log();
    if (arguments.check) return check(arguments.board);
    auto const board = control::load_board(arguments.board);
    if (!board.ok()) return complain(board.error(), wrong_input);
    warn_of(*board);
    auto const ended = run(*board);
    if (ended.ok()) return 0;
    complain(ended.error(), failed);
    close_gate(*board);
    return failed;
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
