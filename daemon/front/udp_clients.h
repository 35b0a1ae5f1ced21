// Datagrams of clients, many at a system call. What is queued stays here until flush(): so that what it promises can be
// granted first.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "asker.h"
#include "base/descriptor.h"
#include "content/dns_types.h"
#include "poller.h"

namespace kindgate::front {

class UdpClients {
public:
    static constexpr std::size_t at_once = 64;

    struct Outgoing {
        Asker asker;
        std::size_t size = 0;
        bool strict = false;  // tells of a lease without which it would be a lie
        std::array<std::byte, content::dns::udp_payload> bytes;
    };

    UdpClients();
    ~UdpClients();
    // Binds one more; gives the port where it was 0.
    Result<Endpoint> listen(Endpoint const& endpoint, Poller& poller);

    // One system call's worth, each to read(bytes, asker); no more than the queue has room for.
    template <typename Read>
    void receive(std::uint32_t listener, Read&& read) {
        auto const got = receive_batch(listener);
        for (std::size_t i = 0; i < got; ++i) {
            Asker asker;
            if (take(listener, i, asker)) read(bytes_of(i), asker);
        }
    }

    bool full() const { return queued_ == at_once; }
    // Where the next answer is written to; not when full().
    Outgoing& next() { return out_[queued_]; }
    void queue() { ++queued_; }
    std::span<Outgoing> queued() { return {out_.get(), queued_}; }
    // An answer of size 0 is not sent; one that the kernel has no room for is lost, as datagrams are.
    void flush();

private:
    struct Listener {
        Descriptor socket;
        Descriptor sender;  // answers leave through it; of the same port
        int family = 0;
        bool any_address = false;
    };
    struct Incoming;
    struct Sending;

    std::size_t receive_batch(std::uint32_t listener);
    bool take(std::uint32_t listener, std::size_t i, Asker& asker);
    content::dns::Bytes bytes_of(std::size_t i) const;

    std::vector<Listener> listeners_;
    std::unique_ptr<Incoming> in_;
    std::unique_ptr<Sending> sending_;
    std::unique_ptr<Outgoing[]> out_;
    std::size_t queued_ = 0;
};

}  // namespace kindgate::front
