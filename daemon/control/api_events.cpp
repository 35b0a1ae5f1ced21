#include "api_events.h"

#include <array>
#include <deque>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "api_json.h"
#include "kindgate/v1/events.pb.h"

namespace kindgate::control {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Events that wait for a slow reader; with one more it is cut off and has to ask anew.
constexpr std::size_t queue_limit = 256;

constexpr char const* head =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/event-stream\r\n"
    "Cache-Control: no-store\r\n"
    "Connection: close\r\n"
    "\r\n"
    ": events from now on\n\n";

class EventStream : public std::enable_shared_from_this<EventStream> {
public:
    EventStream(ApiStream stream, std::shared_ptr<ApiConnections> connections)
        : stream_(std::move(stream)), heartbeat_(stream_.get_executor()), connections_(std::move(connections)) {}

    void start() {
        std::weak_ptr<EventStream> const weak = weak_from_this();
        entered_ = connections_->enter([weak] {
            if (auto const self = weak.lock()) self->close();
        });
        stream_.expires_never();
        queue_.emplace_back(head);
        write();
        subscription_ = connections_->service()->subscribe([weak](v1::Event const& event) {
            if (auto const self = weak.lock()) self->on_event(event);
        });
        wait_for_end();
        beat();
    }

private:
    void on_event(v1::Event const& event) {
        auto const json = to_json(event);
        if (closed_ || !json.ok()) return;
        if (queue_.size() > queue_limit) return close_soon();
        queue_.push_back("data: " + *json + "\n\n");
        if (queue_.size() == 1) write();
    }

    // The front of the queue stays there while it is being written.
    void write() {
        asio::async_write(stream_, asio::buffer(queue_.front()),
                          [self = shared_from_this()](error_code failed, std::size_t) {
                              if (failed || self->closed_) return self->close();
                              self->queue_.pop_front();
                              if (!self->queue_.empty()) self->write();
                          });
    }

    // A comment, so that a reader that is gone without a word is noticed.
    void beat() {
        heartbeat_.expires_after(connections_->options().heartbeat);
        heartbeat_.async_wait([self = shared_from_this()](error_code failed) {
            if (failed || self->closed_) return;
            if (self->queue_.empty()) {
                self->queue_.emplace_back(":\n\n");
                self->write();
            }
            self->beat();
        });
    }

    // Nothing more is expected from the reader but that it goes.
    void wait_for_end() {
        stream_.async_read_some(asio::buffer(ignored_), [self = shared_from_this()](error_code failed, std::size_t) {
            if (failed || self->closed_) return self->close();
            self->wait_for_end();
        });
    }

    // Not inside the service's call: it is just going through its subscriptions.
    void close_soon() {
        closed_ = true;
        asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
    }

    void close() {
        closed_ = true;
        subscription_.reset();
        entered_.reset();
        heartbeat_.cancel();
        stream_.close();
    }

    ApiStream stream_;
    asio::steady_timer heartbeat_;
    std::shared_ptr<ApiConnections> connections_;
    std::shared_ptr<void> entered_;
    std::shared_ptr<void> subscription_;
    std::deque<std::string> queue_;
    std::array<char, 256> ignored_{};
    bool closed_ = false;
};

}  // namespace

void start_events(ApiStream stream, std::shared_ptr<ApiConnections> connections) {
    std::make_shared<EventStream>(std::move(stream), std::move(connections))->start();
}

}  // namespace kindgate::control
