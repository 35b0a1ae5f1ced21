#include "https/worker.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/descriptor.h"
#include "stoppable.h"

namespace kindgate::https {

struct Worker::Parts {
    struct Asked {
        HttpRequest request;
        Then then;
    };

    explicit Parts(Limits wanted) : limits(std::move(wanted)) {}

    Limits const limits;
    std::mutex mutex;  // over what waits and how it ends
    std::condition_variable changed;
    std::deque<Asked> waiting;
    bool ended = false;
    Descriptor stop;  // eventfd: read by nobody, so that it stays ready
    std::thread thread;

    Result<void> start() {
        Descriptor fresh{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        if (!fresh.open()) return Error::from_errno(errno, "cannot ask over HTTPS");
        stop = std::move(fresh);
        try {
            thread = std::thread{[this] { run(); }};
        } catch (std::system_error const& failed) {
            return Error::from_errno(failed.code().value(), "cannot ask over HTTPS: no thread");
        }
        return {};
    }

    // None: it has ended.
    std::optional<Asked> next() {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return ended || !waiting.empty(); });
        if (ended) return std::nullopt;
        auto asked = std::move(waiting.front());
        waiting.pop_front();
        return asked;
    }

    void run() {
        while (auto asked = next()) {
            auto reply = stoppable_exchange(asked->request, limits, {}, stop.get());
            std::unique_lock lock{mutex};
            if (ended) return;
            lock.unlock();
            asked->then(std::move(reply));
        }
    }
};

Worker::Worker(Limits limits) : parts_(std::make_unique<Parts>(std::move(limits))) {}

Worker::~Worker() {
    {
        std::lock_guard const lock{parts_->mutex};
        parts_->ended = true;
    }
    parts_->changed.notify_all();
    if (!parts_->thread.joinable()) return;
    static_cast<void>(eventfd_write(parts_->stop.get(), 1));
    parts_->thread.join();
}

void Worker::ask(HttpRequest request, Then then) {
    auto const refused = [&]() -> std::optional<Error> {
        std::lock_guard const lock{parts_->mutex};
        if (parts_->waiting.size() >= most_waiting)
            return Error{ErrorCode::unavailable, "too many requests wait for others' servers: try again later"};
        if (!parts_->thread.joinable())
            if (auto const started = parts_->start(); !started.ok()) return started.error();
        parts_->waiting.push_back({std::move(request), std::move(then)});
        return std::nullopt;
    }();
    if (refused) return then(*refused);
    parts_->changed.notify_one();
}

}  // namespace kindgate::https
