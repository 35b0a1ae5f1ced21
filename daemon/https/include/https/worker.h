// Requests over HTTPS for those who must not wait: one after the other, on a thread of its own.
#pragma once

#include <functional>
#include <memory>

#include "https/exchange.h"

namespace kindgate::https {

class Worker {
public:
    using Then = std::function<void(Result<HttpReply>)>;

    // Of those who wait for their turn.
    static constexpr std::size_t most_waiting = 64;

    // The limits are each request's; patience begins with its turn. Starts no thread: the first ask() does.
    explicit Worker(Limits limits);
    // Not within `then`. Ends at once what is being asked, at whatever server or resolver, and waits for a `then` that
    // is being called. Afterwards none is called: those of requests without an answer never are.
    ~Worker();
    Worker(Worker const&) = delete;
    Worker& operator=(Worker const&) = delete;

    // Any thread, also within `then`. In order, `then` is called once on the worker's thread, with what exchange()
    // says; the next request waits for it. What can't wait its turn, since most_waiting do or there is no thread to be
    // had, is told at once, before this returns: unavailable, or system.
    void ask(HttpRequest request, Then then);

private:
    struct Parts;

    std::unique_ptr<Parts> parts_;
};

}  // namespace kindgate::https
