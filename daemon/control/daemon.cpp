#include "control/daemon.h"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <spdlog/spdlog.h>

#include "base/pages.h"
#include "edge_timer.h"
#include "gatekeeper.h"
#include "notify.h"
#include "path_watch.h"
#include "state_lock.h"

namespace kindgate::control {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Long enough for the answer to a release to reach who asked.
constexpr std::chrono::milliseconds release_delay{200};

// Behind a start, a new policy or a new pack, whose code isn't run again for long.
constexpr std::chrono::seconds settled_after{2};

// Calls back whenever a descriptor, which stays its owner's, is readable.
class Readable {
public:
    Readable(asio::io_context& context, int descriptor, std::function<void()> callback)
        : descriptor_(context, descriptor), callback_(std::move(callback)) {
        wait();
    }
    ~Readable() { descriptor_.release(); }
    Readable(Readable const&) = delete;
    Readable& operator=(Readable const&) = delete;

private:
    void wait() {
        descriptor_.async_wait(asio::posix::descriptor_base::wait_read, [this](error_code const& error) {
            if (error) return;
            callback_();
            wait();
        });
    }

    asio::posix::stream_descriptor descriptor_;
    std::function<void()> callback_;
};

// A watched file and the timer that waits until it has settled.
class WatchedFile {
public:
    WatchedFile(asio::io_context& context, PathWatch watch, std::function<void()> changed)
        : watch_(std::move(watch)),
          timer_(context),
          changed_(std::move(changed)),
          readable_(context, watch_.descriptor(), [this] { told(); }) {}

private:
    void told() {
        watch_.read_events(Steady::now());
        if (!watch_.due()) return;
        timer_.expires_at(*watch_.due());
        timer_.async_wait([this](error_code const& error) {
            if (error) return;
            watch_.handled();
            changed_();
        });
    }

    PathWatch watch_;
    asio::steady_timer timer_;
    std::function<void()> changed_;
    Readable readable_;
};

}  // namespace

class Daemon::Impl {
public:
    Impl(asio::io_context& context, Board const& board, Parts const& parts, EdgeTimer edge_timer)
        : context_(context),
          board_(board),
          parts_(parts),
          edge_timer_(std::move(edge_timer)),
          steady_timer_(context),
          watchdog_timer_(context),
          end_timer_(context),
          settled_timer_(context),
          signals_(context, SIGTERM, SIGINT, SIGHUP),
          gatekeeper_(
              board, parts,
              {.rearm = [this] { rearm(); }, .end = [this] { end_soon(); }, .packs = [this] { watch_packs_soon(); }}) {}

    Result<void> start() {
        // Watched before it is read: no change in between is missed.
        auto policy = KG_TRY(PathWatch::create(board_.policy_file));
        for (auto const& file : gatekeeper_.certificate_files())
            watch(certificate_, file, [this] { gatekeeper_.certificate_changed(); });
        KG_TRY(gatekeeper_.start());
        policy_file_.emplace(context_, std::move(policy), [this] { read_policy(); });
        if (!board_.dhcp_leases.empty())
            dhcp_leases_.emplace(context_, KG_TRY(PathWatch::create(board_.dhcp_leases)),
                                 [this] { gatekeeper_.dhcp_leases_changed(); });
        table_.emplace(context_, parts_.table.event_descriptor(), [this] { parts_.table.read_events(); });
        neighbours_.emplace(context_, parts_.neighbours.event_descriptor(),
                            [this] { parts_.neighbours.read_events(); });
        usage_.emplace(context_, parts_.usage.event_descriptor(), [this] { parts_.usage.read_events(); });
        edge_.emplace(context_, edge_timer_.descriptor(), [this] { edge_told(); });
        running_ = true;
        watch_packs();
        wait_for_signal();
        rearm();
        return {};
    }

    Service& service() { return gatekeeper_; }

    void resolver_changed(std::string resolver, bool answers) {
        asio::post(context_, [this, resolver = std::move(resolver), answers] {
            gatekeeper_.resolver_changed(resolver, answers);
        });
    }
    void name_refused(Slot slot, CategoryId category, std::string domain) {
        asio::post(context_, [this, slot, category, domain = std::move(domain)] {
            gatekeeper_.name_refused(slot, category, domain);
        });
    }
    void leases_refused(Error why) {
        asio::post(context_, [this, why = std::move(why)] { gatekeeper_.leases_refused(why); });
    }

    void ready() {
        notify_manager("READY=1\nSTATUS=enforcing");
        if (auto const interval = watchdog_interval()) keep_watchdog(*interval / 2);
        settle();
    }

private:
    // A moved lab clock arms the timer anew through this, too.
    void rearm() {
        if (!running_) return;
        auto const wake = gatekeeper_.wake();
        auto const armed = edge_timer_.arm(wake.calendar, parts_.clock.offset());
        if (!armed.ok()) spdlog::error("{}", armed.error().message());
        if (armed.ok() && *armed == EdgeTimer::Outcome::clock_jumped) jumped_ = true;
        auto soonest = wake.steady;
        if (jumped_) soonest = Steady::now();
        if (!soonest) {
            steady_timer_.cancel();
            return;
        }
        steady_timer_.expires_at(*soonest);
        steady_timer_.async_wait([this](error_code const& error) {
            if (error) return;
            if (std::exchange(jumped_, false)) gatekeeper_.clock_changed();
            gatekeeper_.tick();
        });
    }

    // Later: a pack's own change may have led here.
    void watch_packs_soon() {
        if (running_) asio::post(context_, [this] { watch_packs(); });
    }

    void watch_packs() {
        auto const files = gatekeeper_.pack_files();
        std::erase_if(packs_,
                      [&](auto const& watched) { return std::ranges::find(files, watched.first) == files.end(); });
        for (auto const& file : files)
            if (!packs_.contains(file)) watch(packs_, file, [this] { read_packs(); });
    }

    void read_policy() {
        gatekeeper_.policy_file_changed();
        settle();
    }

    void read_packs() {
        gatekeeper_.pack_file_changed();
        settle();
    }

    void settle() {
        settled_timer_.expires_after(settled_after);
        settled_timer_.async_wait([](error_code const& error) {
            if (!error) let_go_of_code();
        });
    }

    using WatchedFiles = std::map<std::filesystem::path, WatchedFile>;

    // What can't be watched is worth a word, no more.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved into the map
    void watch(WatchedFiles& files, std::filesystem::path const& file, std::function<void()> changed) {
        auto way = PathWatch::create(file);
        if (way.ok())
            files.try_emplace(file, context_, std::move(way).value(), std::move(changed));
        else
            spdlog::warn("changes of {} are not noticed: {}", file.string(), way.error().message());
    }

    void edge_told() {
        switch (edge_timer_.read()) {
            case EdgeTimer::Reading::nothing: return;
            case EdgeTimer::Reading::expired: return gatekeeper_.tick();
            case EdgeTimer::Reading::clock_jumped: return gatekeeper_.clock_changed();
        }
    }

    void wait_for_signal() {
        signals_.async_wait([this](error_code const& error, int signal) {
            if (error) return;
            if (signal != SIGHUP) return end();
            spdlog::info("asked to read the policy file again");
            read_policy();
            wait_for_signal();
        });
    }

    void end_soon() {
        end_timer_.expires_after(release_delay);
        end_timer_.async_wait([this](error_code const& error) {
            if (!error) end();
        });
    }

    void end() {
        running_ = false;
        notify_manager("STOPPING=1");
        gatekeeper_.stop();
        context_.stop();
    }

    void keep_watchdog(std::chrono::microseconds interval) {
        notify_manager("WATCHDOG=1");
        watchdog_timer_.expires_after(interval);
        watchdog_timer_.async_wait([this, interval](error_code const& error) {
            if (!error) keep_watchdog(interval);
        });
    }

    asio::io_context& context_;
    Board board_;
    Parts parts_;
    EdgeTimer edge_timer_;
    asio::steady_timer steady_timer_;
    asio::steady_timer watchdog_timer_;
    asio::steady_timer end_timer_;
    asio::steady_timer settled_timer_;
    asio::signal_set signals_;
    bool running_ = false;
    bool jumped_ = false;  // noticed when the timer was armed; handled from the loop
    Gatekeeper gatekeeper_;
    std::optional<WatchedFile> policy_file_;
    std::optional<WatchedFile> dhcp_leases_;
    WatchedFiles packs_;
    WatchedFiles certificate_;
    std::optional<Readable> table_;
    std::optional<Readable> neighbours_;
    std::optional<Readable> usage_;
    std::optional<Readable> edge_;
};

Result<std::shared_ptr<StateLock>> lock_gate() {
    return std::make_shared<StateLock>(KG_TRY(StateLock::take_gate()));
}

Result<std::shared_ptr<StateLock>> lock_state(std::filesystem::path const& directory) {
    return std::make_shared<StateLock>(KG_TRY(StateLock::take(directory)));
}

Result<std::unique_ptr<Daemon>> Daemon::create(asio::io_context& context, Board const& board, Parts parts) {
    auto timer = KG_TRY(EdgeTimer::create());
    return std::unique_ptr<Daemon>{new Daemon{std::make_unique<Impl>(context, board, parts, std::move(timer))}};
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Daemon::~Daemon() = default;

Result<void> Daemon::start() {
    return impl_->start();
}

void Daemon::resolver_changed(std::string resolver, bool answers) {
    impl_->resolver_changed(std::move(resolver), answers);
}

void Daemon::leases_refused(Error why) {
    impl_->leases_refused(std::move(why));
}

void Daemon::name_refused(Slot slot, CategoryId category, std::string domain) {
    impl_->name_refused(slot, category, std::move(domain));
}

Service& Daemon::service() {
    return impl_->service();
}

void Daemon::ready() {
    impl_->ready();
}

}  // namespace kindgate::control
