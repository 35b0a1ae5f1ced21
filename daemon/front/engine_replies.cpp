// What comes back from upstreams, and what becomes of it for each client that waits.
#include <algorithm>
#include <cstring>

#include "content/dns_svcb.h"
#include "engine.h"
#include "engine_sending.h"

namespace kindgate::front {

namespace dns = content::dns;

namespace {

// Looked at when there is time for it: all within a minute.
constexpr std::size_t leases_at_once = 1024;
// A chain of names is short (RFC 1034, 3.6.2). Each is looked for in the packs, for each who waits.
constexpr int most_links = 64;

}  // namespace

std::size_t turn_to_servfail(std::span<std::byte> place, std::size_t size) {
    dns::Reply reply;
    if (!dns::read_reply(place.first(size), reply)) return 0;
    dns::Asked asked;
    asked.id = reply.header.id;
    asked.name = reply.question.name;
    asked.type = reply.question.type;
    asked.klass = reply.question.klass;
    asked.recursion_desired = reply.header.has(dns::flag::rd);
    asked.checking_disabled = reply.header.has(dns::flag::cd);
    asked.edns = reply.edns.has_value();
    asked.dnssec_ok = reply.edns && reply.edns->dnssec_ok;
    // Never longer than an answer with an address was, so it fits where that stood.
    return dns::write_answer(place, asked, dns::rcode::servfail, dns::ExtendedError{dns::ede::other, {}});
}

void Engine::send_code(Asker const& asker, dns::Asked const& asked, std::uint16_t code,
                       std::optional<dns::ExtendedError> const& error) {
    send(asker, false, [&](std::span<std::byte> place) {
        // A reason may not make the answer longer than this client's buffer.
        return dns::write_answer(room_of(asker, asked, place), asked, code, error);
    });
}

// The question's own verdict holds again; what a link says may be worse. Its category counts where the question has
// none.
Engine::Link Engine::judge_link(Slot slot, dns::Name& name, policy::NameVerdict& verdict) {
    name.fold();
    auto const link = view_->judge(slot, name);
    switch (link.kind) {
        case policy::NameVerdict::Kind::block:
        case policy::NameVerdict::Kind::off: verdict = link; return Link::refused;
        case policy::NameVerdict::Kind::pass:
        case policy::NameVerdict::Kind::rewrite: break;
    }
    if (verdict.category == category_unremarkable && link.category != category_always_reachable)
        verdict.category = link.category;
    return Link::fine;
}

// Every name in the answer section: owners, targets of CNAME and DNAME, targets of services. Where there are more than
// any chain has, nothing of it is believed.
Engine::Link Engine::judge_links(Asker const& asker, dns::Reply const& reply, policy::NameVerdict& verdict) {
    if (verdict.links_judged == policy::Switch::off) return Link::fine;
    dns::Records records{reply};
    dns::Name name;
    dns::Name judged = reply.question.name.folded();
    int links = 0;
    for (dns::Record record; records.next(record);) {
        if (record.section != dns::Section::answer) continue;
        bool const of_question =
            reply.message[record.owner_at] == std::byte{0xc0} && reply.message[record.owner_at + 1] == std::byte{12};
        if (!of_question) {
            if (!records.names().read(record.owner_at, name)) return Link::broken;
            name.fold();
            if (name != judged) {
                if (++links > most_links) return Link::broken;
                if (judge_link(asker.slot, name, verdict) == Link::refused) return Link::refused;
            }
        }
        if (record.type == dns::type::cname || record.type == dns::type::dname) {
            if (!records.names().read(record.data_at, name)) return Link::broken;
        } else if (record.type == dns::type::svcb || record.type == dns::type::https) {
            dns::Service service;
            if (!dns::read_service(reply.message.first(record.data_at + record.data_size), record.data_at, service))
                return Link::broken;
            name = service.target;
            if (name.root()) continue;
        } else {
            continue;
        }
        if (++links > most_links) return Link::broken;
        if (judge_link(asker.slot, name, verdict) == Link::refused) return Link::refused;
        judged = name;
    }
    // The budget for names ended: what wasn't judged mustn't pass.
    return records.complete() ? Link::fine : Link::broken;
}

void Engine::note_lease(Slot slot, dns::Bytes address, CategoryId category, std::uint32_t ttl, bool private_too) {
    if (!slot.valid() || view_->profile(slot).leases == policy::Switch::off) return;
    if (!private_too && dns::private_address(address)) return;
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), address.data(), address.size());
    auto const ip =
        address.size() == 4 ? IpAddress{std::array{bytes[0], bytes[1], bytes[2], bytes[3]}} : IpAddress{bytes};
    book_.answered(slot, ip, {category, view_->profile(slot).limited}, std::chrono::seconds{std::min(ttl, 86400U)},
                   now_, grants_);
}

void Engine::note_leases(Asker const& asker, dns::Reply const& reply, policy::NameVerdict const& verdict,
                         bool private_too) {
    dns::Records records{reply};
    for (dns::Record record; records.next(record) && record.section == dns::Section::answer;) {
        auto const end = record.data_at + record.data_size;
        if (record.type == dns::type::a || record.type == dns::type::aaaa) {
            note_lease(asker.slot, reply.message.subspan(record.data_at, record.data_size), verdict.category,
                       record.ttl, private_too);
        } else if (record.type == dns::type::svcb || record.type == dns::type::https) {
            dns::Service service;
            if (!dns::read_service(reply.message.first(end), record.data_at, service)) continue;
            for (auto hints = service.ipv4_hints; !hints.empty(); hints = hints.subspan(4))
                note_lease(asker.slot, hints.first(4), verdict.category, record.ttl, private_too);
            for (auto hints = service.ipv6_hints; !hints.empty(); hints = hints.subspan(16))
                note_lease(asker.slot, hints.first(16), verdict.category, record.ttl, private_too);
        }
    }
}

void Engine::answer(Asker const& asker, dns::Asked const& asked, dns::Reply const& reply, std::uint32_t age,
                    bool aliased) {
    // Judged anew: the policy may have changed while it was on its way.
    auto verdict = view_->judge(asker.slot, asked.name.folded());
    bool const rewritten = verdict.kind == policy::NameVerdict::Kind::rewrite;
    bool const same_target =
        rewritten && verdict.rewrite->target && verdict.rewrite->target->folded() == reply.question.name.folded();
    if (verdict.kind == policy::NameVerdict::Kind::block || verdict.kind == policy::NameVerdict::Kind::off ||
        (aliased ? !same_target : rewritten))
        return resolve(asker, asked);
    auto const link = judge_links(asker, reply, verdict);
    if (link == Link::refused) return answer_blocked(asker, asked, verdict);
    if (link == Link::broken) {
        count(servfail);
        return send_code(asker, asked, dns::rcode::servfail);
    }
    auto const& profile = view_->profile(asker.slot);
    bool const private_too =
        view_->names->refuse_private == policy::Switch::off || verdict.private_allowed == policy::Switch::on;
    dns::Changes changes;
    changes.age = age;
    changes.strip_ech = profile.strip_ech == policy::Switch::on;
    changes.strip_private = !private_too;
    changes.alias_of = aliased ? &asked.name : nullptr;
    if (aliased) changes.alias_ttl = verdict.rewrite->ttl;
    bool const leased = asker.slot.valid() && profile.leases == policy::Switch::on;
    send(asker, leased && profile.resolved_only == policy::Switch::on, [&](std::span<std::byte> place) {
        auto const room = room_of(asker, asked, place);
        auto written = dns::write_reply(room, asked, reply, changes);
        if (written.removed && changes.strip_private && written.size != 0)
            written = dns::write_reply(
                room, asked, reply, changes,
                dns::ExtendedError{dns::ede::filtered, "private addresses are not answered for names from outside"});
        // What is cut off tells of no address.
        if (written.size == 0)
            return asker.udp() ? dns::write_truncated(room, asked)
                               : dns::write_answer(place, asked, dns::rcode::servfail);
        // What was stripped was not answered, and isn't leased.
        dns::Reply said;
        if (leased && dns::read_reply(place.first(written.size), said)) note_leases(asker, said, verdict, private_too);
        return written.size;
    });
}

// Takes the waiters out, tells each, and ends the flight. Telling may begin other flights, but never touches this one.
template <typename Tell>
void Engine::finish(std::uint32_t number, Tell&& tell) {
    auto& flight = flights_[number];
    for (auto const& one : flight.attempts)
        if (one.waiting) upstreams_.done(one.route);
    auto waiting = std::exchange(flight.waiters, Flights::none);
    flights_.remove(number);
    while (waiting != Flights::none) {
        auto const& waiter = flights_.waiter(waiting);
        auto const next = waiter.next;
        limiter_.waited(waiter.asker.limiter_key);
        auto const copy = waiter;
        flights_.free_waiter(waiting);
        tell(copy);
        waiting = next;
    }
}

void Engine::attempt(std::uint32_t number, std::uint8_t upstream) {
    auto& flight = flights_[number];
    if (!upstreams_.keeps_case(upstream)) flight.name.fold();
    auto const place = upstreams_.place();
    if (auto const id = flights_.new_id(number)) {
        auto const size =
            dns::write_query(place, *id, flight.name, flight.type, flight.dnssec_ok, flight.checking_disabled);
        flight.attempts[flight.tried - 1U].route = upstreams_.queue(upstream, size);
    }
    flights_.set_until(number, now_ + settings_.attempt);
    ++flight.turns;
}

void Engine::send_by_tcp(std::uint32_t number, std::uint8_t upstream) {
    auto& flight = flights_[number];
    auto const id = flights_.new_id(number);
    if (!id) return;
    std::array<std::byte, Upstreams::longest_query> place;
    auto const size =
        dns::write_query(place, *id, flight.name, flight.type, flight.dnssec_ok, flight.checking_disabled);
    flight.attempts[flight.tried - 1U].route = upstreams_.send_by_tcp(upstream, dns::Bytes{place}.first(size), now_);
}

// Beside what is under way: if it was somebody who guessed, the right answer may still come.
void Engine::doubt(std::uint32_t number, std::uint8_t upstream) {
    if (std::exchange(flights_[number].doubted, true)) return;
    send_by_tcp(number, upstream);
}

void Engine::attempt_by_tcp(std::uint32_t number, std::uint8_t upstream) {
    auto& flight = flights_[number];
    // Whatever else may still come by UDP is cut off too.
    for (auto& one : flight.attempts) {
        if (one.waiting) upstreams_.done(one.route);
        flights_.free_id(one);
    }
    flight.tried = Flight::most_attempts - 1;
    flight.by_tcp = true;
    send_by_tcp(number, upstream);
    flights_.set_until(number, now_ + settings_.attempt);
    flight.turns = settings_.attempts;
}

// Attack classes 1 and 6: what doesn't match in all of socket, id and question, or isn't well-formed, is as if it had
// not come; the wait goes on.
void Engine::reply(Route route, dns::Bytes message) {
    auto const header = dns::read_header(message);
    auto const number = header ? flights_.by_id(header->id) : Flights::none;
    auto const matches = [&] {
        if (number == Flights::none) return false;
        auto const& flight = flights_[number];
        bool const sent = std::ranges::any_of(flight.attempts, [&](Attempt const& one) {
            return one.waiting && one.id == header->id && one.route == route;
        });
        return sent && dns::read_reply(message, reply_) && reply_.question.name.folded() == flight.name.folded() &&
               reply_.question.type == flight.type && reply_.question.klass == dns::class_in;
    };
    if (!matches()) return count(ignored);
    auto& flight = flights_[number];
    // Somebody who guessed, or a resolver that doesn't keep the case: only the latter answers by TCP.
    if (reply_.question.name != flight.name) {
        if (route.socket != Route::tcp) {
            count(ignored);
            return doubt(number, route.upstream);
        }
        upstreams_.loses_case(route.upstream);
    }
    upstreams_.answered(route.upstream, now_);
    if (reply_.header.has(dns::flag::tc) && route.socket != Route::tcp && !flight.probe)
        return attempt_by_tcp(number, route.upstream);
    if (flight.probe) return finish(number, [](Waiter const&) {});
    auto const folded = flight.name.folded();
    if (auto const lifetime = dns::lifetime(reply_); lifetime && view_ != nullptr)
        cache_.put({&folded, flight.type, flight.dnssec_ok, flight.checking_disabled}, message,
                   std::min(*lifetime, settings_.longest_kept),
                   static_cast<std::uint32_t>(
                       std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()).count()));
    finish(number, [this, kept = reply_](Waiter const& waiter) {
        if (view_ != nullptr) answer(waiter.asker, waiter.asked, kept, 0, waiter.aliased);
    });
}

// The way that some attempts went is gone: those questions are asked again elsewhere, or, where there is nowhere else,
// when their time is over.
void Engine::lost(Route route) {
    lost_.clear();
    flights_.each([&](std::uint32_t number) {
        auto& flight = flights_[number];
        bool const there =
            std::ranges::any_of(flight.attempts, [&](Attempt const& one) { return one.waiting && one.route == route; });
        if (!there) return;
        flight.refused = true;
        lost_.push_back(number);
    });
    for (auto const number : std::exchange(lost_, {})) {
        auto& flight = flights_[number];
        auto const other = upstreams_.choose(flight.tried);
        if (flight.probe || flight.by_tcp)
            fail(number);
        else if (flight.turns < settings_.attempts && upstreams_.alive(other))
            attempt(number, other);
    }
}

void Engine::fail(std::uint32_t number) {
    bool const refused = flights_[number].refused;
    finish(number, [&](Waiter const& waiter) {
        count(servfail);
        send_code(waiter.asker, waiter.asked, dns::rcode::servfail,
                  refused ? dns::ExtendedError{dns::ede::network_error, "the resolver's port is closed"}
                          : dns::ExtendedError{dns::ede::no_reachable_authority, "the resolver doesn't answer"});
    });
}

void Engine::timeouts() {
    for (auto number = flights_.earliest(); number != Flights::none && flights_[number].until <= now_;
         number = flights_.earliest()) {
        auto const& flight = flights_[number];
        if (flight.tried > 0)
            upstreams_.timed_out(flight.attempts[flight.tried - 1U].route.upstream, now_, settings_.attempt);
        if (flight.probe || flight.by_tcp || flight.turns >= settings_.attempts ||
            flight.tried == Flight::most_attempts)
            fail(number);
        else
            attempt(number, upstreams_.choose(flight.tried));
    }
    if (now_ < next_housekeeping_) return;
    auto const rhythm = std::min({settings_.attempt, settings_.probe, settings_.idle}) / 4;
    next_housekeeping_ = now_ + std::max(rhythm, std::chrono::milliseconds{5});
    while (auto const dead = upstreams_.to_probe(now_, settings_.probe)) {
        auto const number = flights_.add_probe();
        if (number == Flights::none) break;
        attempt(number, *dead);
    }
    if (reinstalling_) reinstall_leases();
    book_.forget_ended(now_, leases_at_once);
    tcp_.close_idle(now_);
    upstreams_.close_idle(now_);
}

}  // namespace kindgate::front
