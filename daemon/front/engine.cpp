// The turn, and queries up to their answer or their flight; engine_replies.cpp has what comes back.
#include "engine.h"

#include <algorithm>

#include "engine_sending.h"
#include "hash.h"

namespace kindgate::front {

namespace dns = content::dns;

namespace {

std::uint32_t seconds_of(Steady::time_point now) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
}

}  // namespace

Engine::Engine(FrontSettings const& settings, kernel::AddressLeases& leases, FrontEvents events)
    : settings_(settings),
      leases_(leases),
      events_(std::move(events)),
      limiter_({settings.answers_a_second, settings.answers_burst, settings.waiting}),
      book_({.per_slot = settings.leases_each, .in_all = settings.leases}, random_.next<std::uint64_t>()),
      cache_(settings.cache_bytes, random_.next<std::uint64_t>()),
      flights_(settings.flights, settings.waiters, random_.next<std::uint64_t>(), random_),
      tcp_({settings.connections, settings.connections_each, settings.pipelined, settings.idle}, poller_,
           [this](dns::Bytes message, Asker const& asker) {
               auto copy = asker;
               query(message, copy);
           }),
      upstreams_(settings.upstreams, poller_, random_,
                 {[this](Route route, dns::Bytes message) { reply(route, message); },
                  [this](Route route) { lost(route); }, events_.upstream_changed}),
      large_(65535) {}

Result<Endpoint> Engine::listen(Endpoint const& endpoint) {
    auto const bound = KG_TRY(udp_.listen(endpoint, poller_));
    return tcp_.listen(bound, poller_);
}

FrontCounters Engine::counters() const {
    auto const of = [this](Counter counter) { return counts_[counter].load(std::memory_order_relaxed); };
    return {of(queries),   of(blocked), of(forwarded), of(from_cache), of(joined),
            of(malformed), of(limited), of(servfail),  of(ignored)};
}

std::chrono::milliseconds Engine::longest_wait() {
    // What sending itself has led to.
    bool const unsent = tcp_.unsent() || !held_.empty() || !udp_.queued().empty();
    if (unsent) return std::chrono::milliseconds{0};
    bool const quiet = flights_.empty() && tcp_.empty() && !upstreams_.any_dead() && !reinstalling_;
    if (quiet) return std::chrono::milliseconds{-1};
    auto next = next_housekeeping_;
    if (!flights_.empty()) next = std::min(next, flights_[flights_.earliest()].until);
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now());
    return std::max(left, std::chrono::milliseconds{0});
}

void Engine::turn(std::function<policy::View const*(bool woken)> const& view) {
    auto const events = poller_.wait(longest_wait());
    now_ = Steady::now();
    view_ = view(std::ranges::any_of(events, [](auto const& event) { return Poller::kind(event) == Ready::wake; }));
    for (auto const& event : events) dispatch(event);
    timeouts();
    end_turn();
    view_ = nullptr;
}

void Engine::dispatch(epoll_event const& event) {
    auto const index = Poller::index(event);
    switch (Poller::kind(event)) {
        case Ready::wake: break;
        case Ready::udp_client:
            udp_.receive(index, [this](dns::Bytes message, Asker& asker) { query(message, asker); });
            break;
        case Ready::tcp_listener: tcp_.accept(index, now_); break;
        case Ready::tcp_client: tcp_.ready(index, event.events, now_); break;
        case Ready::udp_upstream: upstreams_.readable(index); break;
        case Ready::tcp_upstream: upstreams_.tcp_ready(index, event.events, now_); break;
    }
}

// Leases first: an address that a client hears of is one that it may use.
void Engine::grant() {
    if (grants_.empty()) return;
    auto const granted = leases_.grant(grants_);
    if (!granted.ok()) {
        book_.refused(grants_);
        for (auto& out : udp_.queued())
            if (out.strict) out.size = turn_to_servfail(out.bytes, out.size);
        for (auto& held : held_)
            if (held.strict) held.bytes.resize(turn_to_servfail(held.bytes, held.bytes.size()));
        tell_leases_refused(granted.error());
    }
    grants_.clear();
}

// Until the kernel takes leases again, each turn would tell it.
void Engine::tell_leases_refused(Error const& why) {
    if (!events_.leases_refused || now_ < silent_until_) return;
    silent_until_ = now_ + ToldRefusals::silence;
    events_.leases_refused(why);
}

void Engine::make_room() {
    grant();
    udp_.flush();
}

void Engine::end_turn() {
    grant();
    udp_.flush();
    for (auto const& held : held_) tcp_.answer(held.asker, held.bytes, now_);
    held_.clear();
    tcp_.flush(now_);
    upstreams_.flush();
}

void Engine::reinstall_leases() {
    auto const all = book_.all(Steady::now());
    auto const granted = all.empty() ? Result<void>{} : leases_.grant(all);
    reinstalling_ = !granted.ok();
    if (reinstalling_) tell_leases_refused(granted.error());
}

void Engine::query(dns::Bytes message, Asker& asker) {
    count(queries);
    asker.limiter_key = limiter_.key(asker.slot, asker.address.group());
    auto const now_ms = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count());
    auto const fault = dns::read_query(message, query_);
    if (fault == dns::QueryFault::unanswerable || view_ == nullptr || !limiter_.may_ask(asker.limiter_key, now_ms)) {
        count(fault == dns::QueryFault::unanswerable ? malformed : limited);
        if (!asker.udp()) held_.push_back({asker, {}, false});
        return;
    }
    if (fault == dns::QueryFault::malformed) {
        count(malformed);
        return send(asker, false,
                    [&](std::span<std::byte> place) { return dns::write_malformed(place, query_.header); });
    }
    auto const asked = dns::asked_by(query_);
    switch (fault) {
        case dns::QueryFault::operation: return send_code(asker, asked, dns::rcode::notimp);
        case dns::QueryFault::version: return send_code(asker, asked, dns::rcode::badvers);
        case dns::QueryFault::refused: return send_code(asker, asked, dns::rcode::refused);
        case dns::QueryFault::none:
        case dns::QueryFault::unanswerable:
        case dns::QueryFault::malformed: return resolve(asker, asked);
    }
}

void Engine::resolve(Asker const& asker, dns::Asked const& asked) {
    auto const folded = asked.name.folded();
    auto const verdict = view_->judge(asker.slot, folded);
    bool const to_tunnel = view_->profile(asker.slot).mode == policy::Mode::off && asked.type != dns::type::a &&
                           asked.type != dns::type::aaaa && asked.type != dns::type::https;
    if (verdict.kind == policy::NameVerdict::Kind::off || to_tunnel) return answer_off(asker, asked, verdict);
    switch (verdict.kind) {
        case policy::NameVerdict::Kind::block: return answer_blocked(asker, asked, verdict);
        case policy::NameVerdict::Kind::rewrite: return answer_rewritten(asker, asked, verdict);
        case policy::NameVerdict::Kind::pass:
        case policy::NameVerdict::Kind::off: return resolve_name(asker, asked, folded, false);
    }
}

std::optional<dns::ExtendedError> error_of(policy::NameVerdict const& verdict, dns::Asked const& asked) {
    if (verdict.reason == nullptr) return std::nullopt;
    auto const& reason = *verdict.reason;
    bool const structured = asked.structured_error && !reason.structured.empty();
    return dns::ExtendedError{reason.code, structured ? reason.structured : reason.text};
}

namespace {

// The gate's own address of the family asked for, or the null address; nullopt: none to give.
std::optional<IpAddress> own_address(policy::View const& view, policy::AnswerForm form, std::uint16_t type) {
    if (type != dns::type::a && type != dns::type::aaaa) return std::nullopt;
    bool const v4 = type == dns::type::a;
    if (form == policy::AnswerForm::gate_address) return v4 ? view.gate_v4 : view.gate_v6;
    if (form == policy::AnswerForm::null_address)
        return v4 ? IpAddress{std::array<std::uint8_t, 4>{}} : IpAddress{std::array<std::uint8_t, 16>{}};
    return std::nullopt;
}

// So that what a window or a person opens is found soon.
constexpr std::uint32_t decision_ttl = 5;

}  // namespace

// A name only where the profile's visibility shows names; a category for control, which counts ways around the gate and
// tells people as much as they may know.
void Engine::tell_refused(Slot slot, dns::Name const& name, CategoryId category) {
    if (!slot.valid() || !events_.refused) return;
    bool const with_name = view_->profile(slot).visibility == policy::Visibility::domains;
    if (!with_name && category == category_unremarkable) return;
    auto const hash = with_name ? keyed_hash(name.folded().bytes(), 0) : 0;
    if (told_.tell(slot, category, hash, now_))
        events_.refused({slot, category, with_name ? name.folded().text() : std::string{}});
}

void Engine::answer_blocked(Asker const& asker, dns::Asked const& asked, policy::NameVerdict const& verdict) {
    count(blocked);
    tell_refused(asker.slot, asked.name, verdict.category);
    auto const error = error_of(verdict, asked);
    if (auto const address = own_address(*view_, verdict.form, asked.type))
        return send(asker, false, [&](std::span<std::byte> place) {
            return dns::write_address(room_of(asker, asked, place), asked, *address, decision_ttl, error);
        });
    send_code(asker, asked, verdict.form == policy::AnswerForm::nxdomain ? dns::rcode::nxdomain : dns::rcode::noerror,
              error);
}

// DNS must not be a tunnel out: three types only, and those without asking anybody.
void Engine::answer_off(Asker const& asker, dns::Asked const& asked, policy::NameVerdict const& verdict) {
    count(blocked);
    auto const error = error_of(verdict, asked);
    if (auto const address = own_address(*view_, policy::AnswerForm::gate_address, asked.type))
        return send(asker, false, [&](std::span<std::byte> place) {
            return dns::write_address(room_of(asker, asked, place), asked, *address, decision_ttl, error);
        });
    bool const known = asked.type == dns::type::a || asked.type == dns::type::aaaa || asked.type == dns::type::https;
    send_code(asker, asked, known ? dns::rcode::noerror : dns::rcode::refused, error);
}

void Engine::answer_rewritten(Asker const& asker, dns::Asked const& asked, policy::NameVerdict const& verdict) {
    if (verdict.rewrite->target) return resolve_name(asker, asked, verdict.rewrite->target->folded(), true);
    for (auto const& address : verdict.rewrite->addresses) {
        if ((address.family() == IpAddress::Family::v4 ? dns::type::a : dns::type::aaaa) != asked.type) continue;
        note_lease(asker.slot, std::as_bytes(address.bytes()), verdict.category, verdict.rewrite->ttl, true);
        bool const strict = view_->profile(asker.slot).resolved_only == policy::Switch::on;
        return send(asker, strict, [&](std::span<std::byte> place) {
            return dns::write_address(room_of(asker, asked, place), asked, address, verdict.rewrite->ttl);
        });
    }
    send_code(asker, asked, dns::rcode::noerror);
}

void Engine::resolve_name(Asker const& asker, dns::Asked const& asked, dns::Name const& folded, bool aliased) {
    CacheKey const key{&folded, asked.type, asked.dnssec_ok, asked.checking_disabled};
    if (auto const found = cache_.find(key, seconds_of(now_))) {
        // The name too, not its hash alone.
        if (dns::read_reply(found->message, reply_) && reply_.question.type == asked.type &&
            reply_.question.name.folded() == folded) {
            count(from_cache);
            return answer(asker, asked, reply_, found->age, aliased);
        }
    }
    ask_upstream(asker, asked, key, aliased);
}

void Engine::ask_upstream(Asker const& asker, dns::Asked const& asked, CacheKey const& key, bool aliased) {
    auto number = flights_.find(key);
    bool const fresh = number == Flights::none;
    // Attack class 5: a resolver in the LAN that asks us what we are asking it would wait for itself, and then ask
    // again.
    if (!fresh && asker.slot.valid() && upstreams_.has(asker.address.endpoint().address)) {
        count(servfail);
        return send_code(asker, asked, dns::rcode::servfail,
                         dns::ExtendedError{dns::ede::other, "the gate asks this resolver, which asks the gate"});
    }
    if (!limiter_.may_wait(asker.limiter_key)) {
        count(limited);
        // By UDP without a word: whoever collects questions gets no answers for it.
        if (!asker.udp()) send_code(asker, asked, dns::rcode::servfail);
        return;
    }
    if (fresh) number = flights_.add(key);
    if (number == Flights::none || !flights_.wait(number, asker, asked, aliased)) {
        limiter_.waited(asker.limiter_key);
        if (fresh && number != Flights::none) flights_.remove(number);
        count(servfail);
        return send_code(asker, asked, dns::rcode::servfail);
    }
    count(fresh ? forwarded : joined);
    if (!fresh) return;
    auto& flight = flights_[number];
    flight.name.set_case(random_.next<std::uint64_t>());
    attempt(number, upstreams_.choose(0));
}

}  // namespace kindgate::front
