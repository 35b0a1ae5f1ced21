#include "flights.h"

#include <bit>

#include "hash.h"

namespace kindgate::front {

namespace dns = content::dns;

Flights::Flights(std::size_t flights, std::size_t waiters, std::uint64_t seed, Random& random)
    : most_flights_(flights),
      most_waiters_(waiters),
      seed_(seed),
      random_(random),
      flights_(1),
      waiters_(1),
      buckets_(std::bit_ceil(flights)),
      ids_(0x10000) {}

std::uint64_t Flights::hash(CacheKey const& key) const {
    return keyed_hash(key.name->bytes(), seed_ ^ (std::uint64_t{key.type} << 2 | (key.dnssec_ok ? 2U : 0U) |
                                                  (key.checking_disabled ? 1U : 0U)));
}

std::uint32_t Flights::find(CacheKey const& key) {
    auto const hashed = hash(key);
    auto number = buckets_[hashed & (buckets_.size() - 1)];
    for (; number != none; number = flights_[number].next_in_bucket) {
        auto const& flight = flights_[number];
        if (flight.hash == hashed && flight.type == key.type && flight.dnssec_ok == key.dnssec_ok &&
            flight.checking_disabled == key.checking_disabled && flight.name.folded() == *key.name)
            break;
    }
    return number;
}

std::uint32_t Flights::take() {
    if (used_ >= most_flights_) return none;
    ++used_;
    std::uint32_t number = 0;
    if (free_flights_.empty()) {
        number = static_cast<std::uint32_t>(flights_.size());
        flights_.emplace_back();
    } else {
        number = free_flights_.back();
        free_flights_.pop_back();
        flights_[number] = {};
    }
    auto& flight = flights_[number];
    flight.used = true;
    flight.before = newest_;
    (newest_ == none ? oldest_ : flights_[newest_].after) = number;
    newest_ = number;
    return number;
}

std::uint32_t Flights::add(CacheKey const& key) {
    auto const number = take();
    if (number == none) return none;
    auto& flight = flights_[number];
    flight.name = *key.name;
    flight.type = key.type;
    flight.dnssec_ok = key.dnssec_ok;
    flight.checking_disabled = key.checking_disabled;
    flight.hash = hash(key);
    auto& first = buckets_[flight.hash & (buckets_.size() - 1)];
    flight.next_in_bucket = first;
    first = number;
    return number;
}

std::uint32_t Flights::add_probe() {
    auto const number = take();
    if (number != none) {
        flights_[number].probe = true;
        flights_[number].type = dns::type::ns;
    }
    return number;
}

void Flights::unlink(std::uint32_t number) {
    auto const& flight = flights_[number];
    (flight.before == none ? oldest_ : flights_[flight.before].after) = flight.after;
    (flight.after == none ? newest_ : flights_[flight.after].before) = flight.before;
}

void Flights::remove(std::uint32_t number) {
    auto& flight = flights_[number];
    for (auto& attempt : flight.attempts) free_id(attempt);
    if (!flight.probe) {
        auto* at = &buckets_[flight.hash & (buckets_.size() - 1)];
        while (*at != number) at = &flights_[*at].next_in_bucket;
        *at = flight.next_in_bucket;
    }
    unlink(number);
    flight.used = false;
    free_flights_.push_back(number);
    --used_;
}

std::optional<std::uint16_t> Flights::new_id(std::uint32_t number) {
    auto& flight = flights_[number];
    if (flight.tried == Flight::most_attempts) return std::nullopt;
    // At most a quarter of all ids are ever in use (flights times attempts is bounded), so this ends soon.
    auto id = random_.next<std::uint16_t>();
    while (ids_[id] != none) id = random_.next<std::uint16_t>();
    ids_[id] = number;
    auto& attempt = flight.attempts[flight.tried++];
    attempt.id = id;
    attempt.waiting = true;
    return id;
}

void Flights::free_id(Attempt& attempt) {
    if (!attempt.waiting) return;
    ids_[attempt.id] = none;
    attempt.waiting = false;
}

void Flights::set_until(std::uint32_t number, Steady::time_point until) {
    auto& flight = flights_[number];
    flight.until = until;
    unlink(number);
    flight.before = newest_;
    flight.after = none;
    (newest_ == none ? oldest_ : flights_[newest_].after) = number;
    newest_ = number;
}

bool Flights::wait(std::uint32_t number, Asker const& asker, dns::Asked const& asked, bool aliased) {
    std::uint32_t waiting = 0;
    if (!free_waiters_.empty()) {
        waiting = free_waiters_.back();
        free_waiters_.pop_back();
    } else if (waiters_.size() <= most_waiters_) {
        waiting = static_cast<std::uint32_t>(waiters_.size());
        waiters_.emplace_back();
    } else {
        return false;
    }
    waiters_[waiting] = {asker, asked, aliased, flights_[number].waiters};
    flights_[number].waiters = waiting;
    return true;
}

void Flights::free_waiter(std::uint32_t number) {
    free_waiters_.push_back(number);
}

}  // namespace kindgate::front
