// The third of the three steps of every change, and the only place with a socket of NETLINK_NETFILTER: send a batch or
// ask a question, and wait for the answer.
#pragma once

#include <functional>
#include <memory>

#include "batch.h"
#include "message.h"

struct mnl_socket;

namespace kindgate::kernel {

class NetlinkSocket {
public:
    // In the calling thread's network namespace.
    static Result<NetlinkSocket> open();

    std::uint32_t port() const;
    int descriptor() const;
    // A number for each message, unlike those of the last four thousand million.
    std::uint32_t next_sequence() { return next_sequence_; }

    // Sends a finished batch; ok means that all of it is in force, an error that nothing is. The error's system_error()
    // is what the kernel said to the first message that it refused; `refused` is told the place in the batch (its begin
    // is 0) and the errno of every one.
    Result<void> send(Batch const& batch, std::function<void(std::uint32_t, int)> const& refused = {});

    // Sends messages that are no batch, each with NLM_F_ACK. `refused` is told the errno of each that fails.
    Result<void> send_each(Bytes messages, std::uint32_t last_sequence, std::function<void(int)> const& refused);

    // Asks (a dump, or a single get with NLM_F_ACK); `answer` gets every message. The errors EINTR and ENOBUFS mean
    // that the answer is incomplete: ask again.
    Result<void> ask(Bytes request, std::uint32_t sequence, std::function<void(Message const&)> const& answer);

    // The same without waiting: receive_event() gives what comes, the end of a dump as NLMSG_DONE.
    Result<void> begin(Bytes request) { return write(request); }

    // The numbers up to this one are used.
    void used(std::uint32_t last_sequence) { next_sequence_ = last_sequence + 1; }

    // Events of a multicast group, without waiting: false if there is none at the moment, ENOBUFS if some were lost.
    Result<void> join(int group);
    Result<void> leave(int group);
    Result<bool> receive_event(std::function<void(Message const&)> const& event);

private:
    struct Close {
        void operator()(mnl_socket* socket) const;
    };
    explicit NetlinkSocket(std::unique_ptr<mnl_socket, Close> socket);

    Result<void> write(Bytes bytes);
    Result<Bytes> read(int timeout_milliseconds);  // empty: nothing came

    std::unique_ptr<mnl_socket, Close> socket_;
    std::unique_ptr<std::byte[]> buffer_;
    std::uint32_t next_sequence_ = 1;
};

// What a refusal means: the errno of an NLMSG_ERROR message (0: acknowledged) and the kernel's own words, if it gave
// any.
struct Refusal {
    int number = 0;
    std::string_view words;  // borrowed
};
std::optional<Refusal> parse_refusal(Message const& message);

}  // namespace kindgate::kernel
