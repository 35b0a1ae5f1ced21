// Questions on their way to upstreams, and the clients that wait for each. The same question is asked once, however
// many want to know; ids are drawn at random and are unlike all others in use.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "answer_cache.h"
#include "asker.h"
#include "base/zeroed_array.h"
#include "content/dns_answer.h"
#include "random.h"
#include "upstreams.h"

namespace kindgate::front {

struct Waiter {
    Asker asker;
    content::dns::Asked asked;
    bool aliased = false;  // asked for another name, whose safe-search target this is
    std::uint32_t next = 0;
};

struct Attempt {
    Route route;
    std::uint16_t id = 0;
    bool waiting = false;
};

struct Flight {
    static constexpr std::size_t most_attempts = 4;  // the last one by TCP, after a truncated answer

    content::dns::Name name;  // as it was sent: in the case that the answer must have
    std::uint16_t type = 0;
    bool dnssec_ok = false;
    bool checking_disabled = false;
    bool probe = false;  // whether an upstream is alive again; nobody waits
    bool by_tcp = false;
    bool doubted = false;  // an answer came in another case, so TCP was asked, too
    bool refused = false;  // an upstream's port was closed
    std::array<Attempt, most_attempts> attempts{};
    std::uint8_t tried = 0;
    std::uint8_t turns = 0;    // of the timeout
    Steady::time_point until;  // of the latest attempt
    std::uint64_t hash = 0;
    std::uint32_t waiters = 0;  // first; 0: none
    // Within Flights: by question; by `until`.
    std::uint32_t next_in_bucket = 0;
    std::uint32_t before = 0, after = 0;
    bool used = false;
};

class Flights {
public:
    static constexpr std::uint32_t none = 0;  // numbers start at 1

    Flights(std::size_t flights, std::size_t waiters, std::uint64_t seed, Random& random);

    // The one with this question, or none.
    std::uint32_t find(CacheKey const& key);
    // A new one; none where there is no room. Its attempts are the caller's.
    std::uint32_t add(CacheKey const& key);
    // Not to be found by its question: for probes.
    std::uint32_t add_probe();
    Flight& operator[](std::uint32_t number) { return flights_[number]; }
    // Ends it: its ids are free again. Its waiters have been taken.
    void remove(std::uint32_t number);
    bool empty() const { return used_ == 0; }

    // An id for one more attempt; none where it has had them all.
    std::optional<std::uint16_t> new_id(std::uint32_t number);
    void free_id(Attempt& attempt);
    // The flight that has this id now.
    std::uint32_t by_id(std::uint16_t id) { return ids_[id]; }

    // All attempts take equally long, so the list stays in order.
    void set_until(std::uint32_t number, Steady::time_point until);
    // The one whose attempt ends first.
    std::uint32_t earliest() const { return oldest_; }
    // Calls visit(number) for all.
    template <typename Visit>
    void each(Visit&& visit) {
        for (std::uint32_t number = oldest_; number != none;) {
            auto const after = flights_[number].after;
            visit(number);
            number = after;
        }
    }

    // False where there is no room.
    bool wait(std::uint32_t number, Asker const& asker, content::dns::Asked const& asked, bool aliased);
    // The waiter's number, and on to the next; free_waiter() gives its room back.
    Waiter& waiter(std::uint32_t number) { return waiters_[number]; }
    void free_waiter(std::uint32_t number);

private:
    std::uint64_t hash(CacheKey const& key) const;
    std::uint32_t take();
    void unlink(std::uint32_t number);

    std::size_t most_flights_, most_waiters_;
    std::uint64_t seed_;
    Random& random_;
    std::deque<Flight> flights_;  // grows to the most that were ever needed; addresses stay
    std::deque<Waiter> waiters_;
    std::vector<std::uint32_t> free_flights_, free_waiters_;
    ZeroedArray<std::uint32_t> buckets_;
    ZeroedArray<std::uint32_t> ids_;
    std::size_t used_ = 0;
    std::uint32_t oldest_ = none, newest_ = none;
};

}  // namespace kindgate::front
