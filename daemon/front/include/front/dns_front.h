// The DNS front: answers devices on port 53 (redirected to ours), decides by the View, and asks the board's resolver
// for the rest. One thread, one epoll loop of its own; docs/decisions/0010 says why.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/category.h"
#include "base/ids.h"
#include "base/ip.h"
#include "base/result.h"
#include "kernel/address_leases.h"
#include "policy/view.h"

namespace kindgate::front {

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 53;
    bool operator==(Endpoint const&) const = default;
};

struct FrontSettings {
    std::vector<Endpoint> listen;     // UDP and TCP; port 0: any free one, the same for both
    std::vector<Endpoint> upstreams;  // the first that answers is asked

    std::chrono::milliseconds attempt{1500};  // then it is asked again, elsewhere if there is another upstream
    std::uint8_t attempts = 3;                // then SERVFAIL; 1 to 3
    std::chrono::milliseconds probe{1000};    // how often a dead upstream is tried
    std::size_t cache_bytes = 4U << 20;       // 0: no cache
    std::uint32_t longest_kept = 3600;        // seconds in the cache
    std::size_t flights = 4096;               // questions at upstreams at a time
    std::size_t waiters = 16384;              // clients that wait for them
    std::uint32_t answers_a_second = 500;     // of one device; 0: as many as it asks
    std::uint32_t answers_burst = 1000;
    std::uint32_t waiting = 200;            // questions of one device at a time; 0: as many as there is room for
    std::size_t connections = 256;          // TCP
    std::size_t connections_each = 16;      // of one device
    std::uint16_t pipelined = 64;           // questions waiting of one connection
    std::chrono::milliseconds idle{10000};  // a connection without a question
    std::size_t leases_each = 2048;         // addresses of one device
    std::size_t leases = 65536;             // of a family in all
};

// A question that was refused, of a device whose profile shows that to its parents.
struct RefusedName {
    Slot slot;
    CategoryId category = category_unremarkable;  // for which it was; unremarkable: for no category
    std::string domain;                           // only where the profile shows domains
};

// Called by the data thread; must return at once.
struct FrontEvents {
    std::function<void(Endpoint const& upstream, bool answers)> upstream_changed;
    std::function<void(Error const& why)> leases_refused;
    std::function<void(RefusedName)> refused;  // the same again after a minute at the earliest
};

struct FrontCounters {
    std::uint64_t queries = 0, blocked = 0, forwarded = 0, from_cache = 0, joined = 0, malformed = 0, limited = 0,
                  servfail = 0;
    std::uint64_t ignored_replies = 0;  // to no question of ours, or malformed
};

class DnsFront {
public:
    // Binds. `leases` must outlive the front; only the thread in run() calls it.
    static Result<std::unique_ptr<DnsFront>> create(FrontSettings const& settings, kernel::AddressLeases& leases,
                                                    FrontEvents events);
    ~DnsFront();
    DnsFront(DnsFront const&) = delete;
    DnsFront& operator=(DnsFront const&) = delete;

    // The ports in use, as settings.listen.
    std::vector<Endpoint> const& listening() const;

    // Any thread. Holds from the next query on. Before the first, queries are dropped.
    void publish(std::shared_ptr<policy::View const> view);
    // Any thread: the kernel's table was installed anew; all leases are granted again.
    void reinstall_leases();
    // Any thread.
    FrontCounters counters() const;

    // The data thread; returns after stop().
    void run();
    // Any thread, signal handlers too; at most once a run.
    void stop();

private:
    class Parts;
    explicit DnsFront(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace kindgate::front
