// kindgated: the daemon. The one place that puts the parts together, so it names their concrete classes.
#include <array>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/ranges.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "arguments.h"
#include "control/api.h"
#include "control/board.h"
#include "control/clock.h"
#include "control/daemon.h"
#include "control/names_front.h"
#include "control/page.h"
#include "control/web.h"
#include "front/dns_front.h"
#include "https/worker.h"
#include "kernel/conntrack_flows.h"
#include "kernel/conntrack_usage.h"
#include "kernel/nft_address_leases.h"
#include "kernel/nft_table.h"
#include "kernel/nl_neighbours.h"
#include "ledger/sqlite_ledger.h"
#include "report/random_source.h"

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
    for (auto const& line : control::board_warnings(board)) spdlog::warn("warning: {}", line);
}

int check(std::filesystem::path const& file) {
    auto const board = control::load_board(file);
    if (!board.ok()) return complain(board.error(), wrong_input);
    warn_of(*board);
    auto const policy = control::check_policy(*board);
    for (auto const& line : policy.details) spdlog::error("{}", line);
    for (auto const& line : policy.warnings) spdlog::warn("warning: {}", line);
    if (!policy.error.empty()) {
        spdlog::error("{}", policy.error);
        return wrong_input;
    }
    if (auto const certificate = control::check_certificate(*board); !certificate.ok())
        return complain(certificate.error(), wrong_input);
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

front::FrontSettings front_settings(control::Board const& board) {
    front::FrontSettings settings;
    settings.listen = {{IpAddress{std::array<std::uint8_t, 16>{}}, kernel::dns_port},
                       {IpAddress{std::array<std::uint8_t, 4>{}}, kernel::dns_port}};
    for (auto const& resolver : board.resolvers) settings.upstreams.push_back({resolver.address, resolver.port});
    return settings;
}

void set_in_kernel(char const* setting, std::string_view otherwise) {
    std::ofstream file{setting};
    if (!(file << "1" << std::flush)) spdlog::warn("{} can't be set to 1: {}", setting, otherwise);
}

// A TCP connection has its first packet's mark, which says whose it is.
void have_marks_accepted() {
    set_in_kernel("/proc/sys/net/ipv4/tcp_fwmark_accept", "questions for names by TCP are refused");
}

// What a flow carries is counted. The setting is there once something, our table at the latest, needs connection
// tracking.
void have_flows_counted() {
    set_in_kernel("/proc/sys/net/netfilter/nf_conntrack_acct", "minutes of use are not counted");
}

// What control asks of web servers outside, by a thread that may wait.
class Outside final : public control::Web {
public:
    // `context`: the control thread's.
    Outside(boost::asio::io_context& context, control::Board const& board)
        : context_(context),
          worker_(
              {.authorities = board.authorities.string(), .largest = 1U << 20U, .patience = std::chrono::minutes{1}}) {}

    void ask(HttpRequest request, std::function<void(Result<HttpReply>)> then) override {
        worker_.ask(std::move(request), [this, then = std::move(then)](Result<HttpReply> reply) mutable {
            boost::asio::post(context_, [then = std::move(then), reply = std::move(reply)] { then(reply); });
        });
    }

private:
    boost::asio::io_context& context_;
    https::Worker worker_;
};

// The DNS front as control sees it, and its thread.
class Front final : public control::NamesFront {
public:
    // What the front tells goes to `daemon`, which is set before run().
    static Result<std::unique_ptr<Front>> create(control::Board const& board, kernel::AddressLeases& leases,
                                                 std::unique_ptr<control::Daemon> const& daemon) {
        front::FrontEvents events;
        events.upstream_changed = [&](front::Endpoint const& upstream, bool answers) {
            daemon->resolver_changed(upstream.address.text(), answers);
        };
        events.leases_refused = [&](Error const& why) { daemon->leases_refused(why); };
        events.refused = [&](front::RefusedName name) {
            daemon->name_refused(name.slot, name.category, std::move(name.domain));
        };
        auto made = KG_TRY(front::DnsFront::create(front_settings(board), leases, std::move(events)));
        return std::unique_ptr<Front>{new Front{std::move(made)}};  // NOLINT: the constructor is private
    }

    void publish(std::shared_ptr<policy::View const> view) override { front_->publish(std::move(view)); }
    void reinstall_leases() override { front_->reinstall_leases(); }

    // Until the answer is destroyed.
    [[nodiscard]] std::shared_ptr<void> run() {
        thread_ = std::thread{[this] { front_->run(); }};
        return {nullptr, [this](void*) {
                    front_->stop();
                    thread_.join();
                }};
    }

private:
    explicit Front(std::unique_ptr<front::DnsFront> front) : front_(std::move(front)) {}

    std::unique_ptr<front::DnsFront> front_;
    std::thread thread_;
};

Result<void> run(control::Board const& board) {
    auto const alone = KG_TRY(control::lock_gate());
    auto const state = KG_TRY(open_state(board.state_directory));
    if (auto const kept = control::remember_lan(board); state.lock && !kept.ok())
        spdlog::warn("a bad board file will leave the house open: {}", kept.error().message());
    auto table = KG_TRY(kernel::NftTable::create({}));
    auto flows = KG_TRY(kernel::ConntrackFlows::create());
    auto neighbours = KG_TRY(kernel::NlNeighbours::create());
    auto usage = KG_TRY(kernel::ConntrackUsage::create());
    report::SystemRandom random;
    control::SystemClock clock;
    have_marks_accepted();

    boost::asio::io_context context{1};
    Outside outside{context, board};
    auto const leases = KG_TRY(kernel::NftAddressLeases::create(table->extension()));
    std::unique_ptr<control::Daemon> daemon;
    auto const front = KG_TRY(Front::create(board, *leases, daemon));
    daemon = KG_TRY(control::Daemon::create(
        context, board, {*table, *flows, *neighbours, *usage, *front, *state.ledger, clock, outside, random}));
    control::ApiServer::Options options;
    options.socket = board.socket;
    options.admin_groups = board.admin_groups;
    auto const api = KG_TRY(control::ApiServer::listen(context, daemon->service(), std::move(options)));
    auto const page = control::PageServer::listen(context, daemon->service(), kernel::web_port,
                                                  board.public_name ? board.public_name->text() : "");
    if (!page.ok()) spdlog::warn("devices without access see no page that tells why: {}", page.error().message());
    std::unique_ptr<control::PageServer> portal;
    if (board.public_name) {
        auto listening =
            control::PageServer::listen_tls(context, daemon->service(), kernel::tls_port, board.public_name->text());
        if (listening.ok())
            portal = std::move(listening).value();
        else
            spdlog::warn("devices can't ask by TLS how long they have access: {}", listening.error().message());
    }
    KG_TRY(daemon->start());
    have_flows_counted();
    auto const answering = front->run();
    daemon->ready();
    context.run();
    return {};
}

// Who can't start must not leave the house open: where no table judges packets, one without any lease does.
void close_gate(std::vector<std::string> const& lan) {
    if (lan.empty()) return;
    auto const table = kernel::NftTable::create({});
    if (!table.ok()) return;
    auto const closed = (*table)->close_if_missing({lan.begin(), lan.end()});
    if (closed.ok() && *closed)
        spdlog::error("the gate is closed until this is mended: nothing passes from {} (`kindgate release` opens it)",
                      fmt::join(lan, ", "));
}

int start(Arguments const& arguments) {
    set_up_log();
    if (arguments.check) return check(arguments.board);
    auto const board = control::load_board(arguments.board);
    if (!board.ok()) {
        complain(board.error(), wrong_input);
        close_gate(control::last_lan(arguments.board));
        return wrong_input;
    }
    warn_of(*board);
    auto const ended = run(*board);
    if (ended.ok()) return 0;
    complain(ended.error(), failed);
    close_gate(board->lan);
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
