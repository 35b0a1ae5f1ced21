#include "front/dns_front.h"

#include <sys/eventfd.h>

#include <atomic>
#include <mutex>

#include "engine.h"

namespace kindgate::front {

// What other threads may touch, beside the engine that they may not.
class DnsFront::Parts {
public:
    Parts(FrontSettings const& settings, kernel::AddressLeases& leases, FrontEvents events)
        : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), engine_(settings, leases, std::move(events)) {}

    Result<void> start(FrontSettings const& settings) {
        if (!wake_.open() || !engine_.poller().open() || !engine_.poller().add(wake_.get(), Ready::wake, 0))
            return Error::from_errno(errno, "can't set up the DNS front's loop");
        for (auto const& endpoint : settings.listen) listening_.push_back(KG_TRY(engine_.listen(endpoint)));
        return {};
    }

    // The pointer and that there is a new one change under the same lock. The data thread doesn't wait for it: where
    // somebody holds it, it takes the new view a turn later.
    void publish(std::shared_ptr<policy::View const> view) {
        {
            std::scoped_lock const lock{mutex_};
            published_ = std::move(view);
            fresh_ = true;
        }
        wake();
    }
    void take_view() {
        std::unique_lock const lock{mutex_, std::try_to_lock};
        if (!lock.owns_lock()) return;
        view_ = std::move(published_);
        fresh_ = false;
    }
    void ask_reinstall() {
        reinstall_ = true;
        wake();
    }
    void stop() {
        stop_ = true;
        wake();
    }
    void run() {
        std::function<policy::View const*(bool)> const view = [this](bool woken) {
            if (woken) drain();
            if (fresh_.load(std::memory_order_acquire)) take_view();
            return view_.get();
        };
        while (!stop_) {
            engine_.turn(view);
            if (reinstall_.exchange(false)) engine_.reinstall_leases();
        }
        stop_ = false;
    }

    Engine const& engine() const { return engine_; }
    std::vector<Endpoint> const& listening() const { return listening_; }

private:
    void wake() const {
        std::uint64_t const one = 1;
        (void)!write(wake_.get(), &one, sizeof one);
    }
    void drain() const {
        std::uint64_t count = 0;
        (void)!read(wake_.get(), &count, sizeof count);
    }

    Descriptor wake_;
    Engine engine_;
    std::vector<Endpoint> listening_;
    std::mutex mutex_;
    std::shared_ptr<policy::View const> published_;  // under mutex_
    std::atomic<bool> fresh_ = false;                // written under mutex_
    std::shared_ptr<policy::View const> view_;       // the data thread's
    std::atomic<bool> stop_ = false;
    std::atomic<bool> reinstall_ = false;
};

DnsFront::DnsFront(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
DnsFront::~DnsFront() = default;

Result<std::unique_ptr<DnsFront>> DnsFront::create(FrontSettings const& settings, kernel::AddressLeases& leases,
                                                   FrontEvents events) {
    if (settings.upstreams.empty() || settings.upstreams.size() > 16)
        return Error{ErrorCode::invalid_input,
                     "the DNS front needs 1 to 16 resolvers to ask: the board's file names them"};
    if (settings.attempts < 1 || settings.attempts > 3)
        return Error{ErrorCode::invalid_input, "the DNS front asks 1 to 3 times"};
    auto parts = std::make_unique<Parts>(settings, leases, std::move(events));
    KG_TRY(parts->start(settings));
    return std::unique_ptr<DnsFront>{new DnsFront{std::move(parts)}};
}

std::vector<Endpoint> const& DnsFront::listening() const {
    return parts_->listening();
}

void DnsFront::publish(std::shared_ptr<policy::View const> view) {
    parts_->publish(std::move(view));
}

void DnsFront::reinstall_leases() {
    parts_->ask_reinstall();
}

FrontCounters DnsFront::counters() const {
    return parts_->engine().counters();
}

void DnsFront::run() {
    parts_->run();
}

void DnsFront::stop() {
    parts_->stop();
}

}  // namespace kindgate::front
