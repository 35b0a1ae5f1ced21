#include "web_listener.h"

#include <sys/socket.h>

#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/status.hpp>

namespace kindgate::control {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

struct WebListener::Shared {
    Settings settings;
    std::size_t connections = 0;
    std::map<Slot, std::size_t> by_slot{};  // of devices that have one
    bool open = true;
};

namespace {

// What a browser may still send while its answer is on the way; closing over it would lose the answer.
constexpr std::size_t most_drained = 64U << 10U;

Slot slot_of(tcp::socket& socket) {
    std::uint32_t mark = 0;
    socklen_t size = sizeof mark;
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_MARK, &mark, &size) != 0) return {};
    return Slot{static_cast<std::uint16_t>(mark & Slot::max)};
}

}  // namespace

std::string response_text(WebAnswer const& answer, WebRequest const& request) {
    auto const reason = beast::http::obsolete_reason(static_cast<beast::http::status>(answer.status));
    std::string more;
    for (auto const& [name, value] : answer.headers) more += fmt::format("{}: {}\r\n", name, value);
    return fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n{}Connection: close\r\n\r\n{}",
        answer.status, std::string_view{reason.data(), reason.size()}, answer.type, answer.body.size(), more,
        request.method == WebRequest::Method::head ? std::string_view{} : std::string_view{answer.body});
}

// One connection. Lives as long as its handlers.
class WebListener::Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, std::unique_ptr<crypto::TlsSession> tls, std::shared_ptr<Shared> shared)
        : slot_(slot_of(socket)), stream_(std::move(socket)), tls_(std::move(tls)), shared_(std::move(shared)) {
        ++shared_->connections;
        if (slot_.valid()) ++shared_->by_slot[slot_];
    }
    ~Session() {
        --shared_->connections;
        if (auto const own = shared_->by_slot.find(slot_); own != shared_->by_slot.end() && --own->second == 0)
            shared_->by_slot.erase(own);
    }
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    void start() {
        stream_.expires_after(shared_->settings.patience);
        read();
    }

private:
    using Then = void (Session::*)();

    void read() {
        stream_.async_read_some(asio::buffer(in_), [self = shared_from_this()](error_code failed, std::size_t size) {
            if (!failed) self->heard({self->in_.data(), size});
        });
    }
    void heard(std::string_view bytes) {
        std::string decrypted;
        if (tls_) {
            tls_->receive(bytes);
            bytes = decrypted = tls_->take_heard();
        }
        switch (reader_.put(bytes)) {
            case WebRequestReader::State::more: return send(tls_ && tls_->ended() ? &Session::end : &Session::read);
            case WebRequestReader::State::whole: return answer();
            case WebRequestReader::State::refused: return send(&Session::end);
        }
    }
    void answer() {
        if (!shared_->open) return;
        auto const request = reader_.request();
        out_ = response_text(shared_->settings.answer(slot_, request), request);
        if (tls_) {
            tls_->send(std::exchange(out_, {}));
            tls_->close();
        }
        send(&Session::end);
    }
    // What is to be sent, then the next step.
    void send(Then then) {
        if (tls_) out_ = tls_->take_outgoing();
        if (out_.empty()) return (this->*then)();
        asio::async_write(stream_, asio::buffer(out_),
                          [self = shared_from_this(), then](error_code failed, std::size_t) {
                              self->out_.clear();
                              if (!failed) ((*self).*then)();
                          });
    }
    void end() {
        error_code failed;
        stream_.socket().shutdown(tcp::socket::shutdown_send, failed);
        if (!failed) drain();
    }
    void drain() {
        stream_.async_read_some(asio::buffer(in_), [self = shared_from_this()](error_code failed, std::size_t size) {
            self->drained_ += size;
            if (!failed && self->drained_ < most_drained) self->drain();
        });
    }

    Slot slot_;
    beast::tcp_stream stream_;
    std::unique_ptr<crypto::TlsSession> tls_;  // null: plain
    std::shared_ptr<Shared> shared_;
    WebRequestReader reader_;
    std::array<char, 4096> in_{};
    std::string out_;
    std::size_t drained_ = 0;
};

WebListener::WebListener(asio::io_context& context, Settings settings)
    : shared_(std::make_shared<Shared>(Shared{std::move(settings)})),
      listener_(std::make_shared<Listener<tcp>>(context, [this](tcp::socket socket) { enter(std::move(socket)); })) {}

WebListener::~WebListener() {  // NOLINT(bugprone-exception-escape): cancelling a timer doesn't fail
    listener_->close();
    shared_->open = false;
}

Result<std::unique_ptr<WebListener>> WebListener::open(asio::io_context& context, std::uint16_t port,
                                                       Settings settings) {
    std::unique_ptr<WebListener> web{new WebListener{context, std::move(settings)}};
    auto& acceptor = web->listener_->acceptor();
    error_code failed;
    acceptor.open(tcp::v6(), failed);
    if (!failed) acceptor.set_option(asio::ip::v6_only{false}, failed);
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address{true}, failed);
    if (!failed) acceptor.bind({asio::ip::address_v6::any(), port}, failed);
    if (!failed) failed = web->listener_->start();
    if (failed) return Error::from_errno(failed.value(), fmt::format("port {} can't be listened on", port));
    return web;
}

std::uint16_t WebListener::port() const {
    error_code ignored;
    return listener_->acceptor().local_endpoint(ignored).port();
}

// Who comes when all places are taken is turned away.
void WebListener::enter(tcp::socket socket) {
    auto const& settings = shared_->settings;
    auto const own = shared_->by_slot.find(slot_of(socket));
    if (shared_->connections >= settings.connections ||
        (own != shared_->by_slot.end() && own->second >= settings.connections_of_a_slot))
        return;
    std::unique_ptr<crypto::TlsSession> tls;
    if (settings.tls) {
        tls = settings.tls();
        if (!tls) return;
    }
    std::make_shared<Session>(std::move(socket), std::move(tls), shared_)->start();
}

}  // namespace kindgate::control
