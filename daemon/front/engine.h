// What happens to a query, from its bytes to its answer. Owned by the data thread; told what came in and what time it
// is.
//
//   query → read → limits → judge the question → blocked: answer | cache | flight
//   reply → match (route, id, question, case) → keep → for each who waits: judge question and links, note leases →
//   answer end of a turn: grant all leases of its answers in one batch → send the answers → send the queries
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "answer_cache.h"
#include "asker.h"
#include "content/dns_answer.h"
#include "flights.h"
#include "front/dns_front.h"
#include "lease_book.h"
#include "limiter.h"
#include "tcp_clients.h"
#include "told_refusals.h"
#include "udp_clients.h"
#include "upstreams.h"

namespace kindgate::front {

class Engine {
public:
    Engine(FrontSettings const& settings, kernel::AddressLeases& leases, FrontEvents events);

    Result<Endpoint> listen(Endpoint const& endpoint);
    Poller& poller() { return poller_; }
    // One turn: waits for something to happen, asks for the view that holds now, does all that, and ends the turn.
    void turn(std::function<policy::View const*(bool woken)> const& view);
    void reinstall_leases();
    FrontCounters counters() const;

private:
    enum Counter : std::size_t {
        queries,
        blocked,
        forwarded,
        from_cache,
        joined,
        malformed,
        limited,
        servfail,
        ignored,
        counters_size
    };
    struct HeldAnswer {
        Asker asker;
        std::vector<std::byte> bytes;
        bool strict = false;
    };
    enum class Link : std::uint8_t { fine, refused, broken };

    void count(Counter counter) {
        counts_[counter].store(counts_[counter].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    std::chrono::milliseconds longest_wait();
    void dispatch(epoll_event const& event);
    void end_turn();
    void grant();
    void make_room();
    void tell_leases_refused(Error const& why);

    // Queries.
    void query(content::dns::Bytes message, Asker& asker);
    void resolve(Asker const& asker, content::dns::Asked const& asked);
    void resolve_name(Asker const& asker, content::dns::Asked const& asked, content::dns::Name const& folded,
                      bool aliased);
    void tell_refused(Slot slot, content::dns::Name const& name, CategoryId category);
    void answer_blocked(Asker const& asker, content::dns::Asked const& asked, policy::NameVerdict const& verdict);
    void answer_off(Asker const& asker, content::dns::Asked const& asked, policy::NameVerdict const& verdict);
    void answer_rewritten(Asker const& asker, content::dns::Asked const& asked, policy::NameVerdict const& verdict);
    void ask_upstream(Asker const& asker, content::dns::Asked const& asked, CacheKey const& key, bool aliased);

    // Answers. `write` gets the place and says how much it wrote.
    template <typename Write>
    void send(Asker const& asker, bool strict, Write&& write);
    void send_code(Asker const& asker, content::dns::Asked const& asked, std::uint16_t rcode,
                   std::optional<content::dns::ExtendedError> const& error = {});
    void answer(Asker const& asker, content::dns::Asked const& asked, content::dns::Reply const& reply,
                std::uint32_t age, bool aliased);
    Link judge_links(Asker const& asker, content::dns::Reply const& reply, policy::NameVerdict& verdict);
    Link judge_link(Slot slot, content::dns::Name& name, policy::NameVerdict& verdict);
    void note_leases(Asker const& asker, content::dns::Reply const& reply, policy::NameVerdict const& verdict,
                     bool private_too);
    void note_lease(Slot slot, content::dns::Bytes address, CategoryId category, std::uint32_t ttl, bool private_too);

    // Upstreams.
    void attempt(std::uint32_t number, std::uint8_t upstream);
    void attempt_by_tcp(std::uint32_t number, std::uint8_t upstream);
    void send_by_tcp(std::uint32_t number, std::uint8_t upstream);
    void doubt(std::uint32_t number, std::uint8_t upstream);
    void reply(Route route, content::dns::Bytes message);
    void lost(Route route);
    void timeouts();
    void fail(std::uint32_t number);
    template <typename Tell>
    void finish(std::uint32_t number, Tell&& tell);

    FrontSettings settings_;
    kernel::AddressLeases& leases_;
    FrontEvents events_;
    Random random_;
    Poller poller_;
    Steady::time_point now_;
    Steady::time_point next_housekeeping_;
    policy::View const* view_ = nullptr;  // this turn's
    Limiter limiter_;
    LeaseBook book_;
    ToldRefusals told_;
    AnswerCache cache_;
    Flights flights_;
    UdpClients udp_;
    TcpClients tcp_;
    Upstreams upstreams_;
    std::vector<kernel::AddressGrant> grants_;
    bool reinstalling_ = false;        // has to be tried again
    Steady::time_point silent_until_;  // about leases that the kernel refuses
    std::vector<HeldAnswer> held_;     // of TCP, until the turn's end
    std::vector<std::byte> large_;     // one TCP answer
    std::vector<std::uint32_t> lost_;  // flights to be asked again
    content::dns::Query query_;
    content::dns::Reply reply_;
    std::array<std::atomic<std::uint64_t>, counters_size> counts_{};
};

}  // namespace kindgate::front
