// The daemon's loop around the gate: descriptors, timers and signals on one thread.
#pragma once

#include <memory>

#include "base/category.h"
#include "base/ids.h"
#include "base/result.h"
#include "control/board.h"
#include "control/parts.h"
#include "control/service.h"

namespace boost::asio {
class io_context;
}

namespace kindgate::control {

std::string_view version();

// What is wrong with the policy file that the board names, or to be said of it and of its packs.
PolicyVerdict check_policy(Board const& board);

// What is wrong with the certificate and the key that the board names, if it names any. By the machine's clock.
Result<void> check_certificate(Board const& board);

// One daemon a state directory: held until the object goes.
class StateLock;
Result<std::shared_ptr<StateLock>> lock_gate();  // one daemon a network namespace: ErrorCode::conflict
Result<std::shared_ptr<StateLock>> lock_state(std::filesystem::path const& directory);

class Daemon {
public:
    // The parts must outlive the daemon. Everything happens on `context`, in the thread that runs it. Nothing is
    // enforced yet.
    static Result<std::unique_ptr<Daemon>> create(boost::asio::io_context& context, Board const& board, Parts parts);
    ~Daemon();
    Daemon(Daemon const&) = delete;
    Daemon& operator=(Daemon const&) = delete;

    // Enforces; from now on the loop has work to do.
    Result<void> start();
    // What the API asks.
    Service& service();
    // What the DNS front tells, from any thread.
    void resolver_changed(std::string resolver, bool answers);
    void leases_refused(Error why);
    void name_refused(Slot slot, CategoryId category, std::string domain);
    // Tells the service manager that all is ready: enforced, and the API listens.
    void ready();

private:
    class Impl;
    explicit Daemon(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kindgate::control
