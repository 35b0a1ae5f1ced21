// The socket file and who comes in by it.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "api_connections.h"
#include "api_json.h"
#include "api_peer.h"
#include "api_session.h"
#include "control/api.h"
#include "listener.h"

namespace kindgate::control {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

std::shared_ptr<void> ApiConnections::enter(std::function<void()> close) {
    auto const number = next_++;
    closers_.emplace(number, std::move(close));
    return {this, [this, number](void*) { closers_.erase(number); }};
}

void ApiConnections::close_all() {
    service_ = nullptr;
    auto const closers = std::move(closers_);
    closers_.clear();
    for (auto const& [number, close] : closers) close();
}

namespace {

// What a path and an inode number say: this very file.
struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(FileIdentity const&) const = default;
};

FileIdentity identity_of(std::string const& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

Result<void> make_way(std::string const& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return {};
    if (!S_ISSOCK(status.st_mode))
        return Error{ErrorCode::conflict, fmt::format("{} is there and is no socket: move it away, or name another "
                                                      "socket in the board file",
                                                      path)};
    asio::io_context unused;
    stream_protocol::socket probe{unused};
    error_code failed;
    probe.connect(stream_protocol::endpoint{path}, failed);
    if (failed != asio::error::connection_refused)
        return Error{ErrorCode::conflict, fmt::format("another kindgated is running: it listens on {}", path)};
    if (::unlink(path.c_str()) != 0)
        return Error::from_errno(errno, fmt::format("the old socket {} could not be removed", path));
    return {};
}

Error failure(std::string const& path, error_code code) {
    return Error::from_errno(code.value(), fmt::format("the API's socket {} could not be made", path));
}

}  // namespace

class ApiListener {
public:
    ApiListener(asio::io_context& context, Service& service, ApiServer::Options options)
        : path_(options.socket.string()),
          listener_(std::make_shared<Listener<stream_protocol>>(
              context, [this](stream_protocol::socket socket) { enter(std::move(socket)); })),
          connections_(std::make_shared<ApiConnections>(service, std::move(options))) {}
    ~ApiListener() {  // NOLINT(bugprone-exception-escape): cancelling a timer doesn't fail
        listener_->close();
        connections_->close_all();
        // A successor may already have put its own there.
        if (file_ != FileIdentity{} && identity_of(path_) == file_) ::unlink(path_.c_str());
    }
    ApiListener(ApiListener const&) = delete;
    ApiListener& operator=(ApiListener const&) = delete;

    Result<void> open() {
        if (path_.size() >= sizeof(sockaddr_un::sun_path))
            return Error{ErrorCode::invalid_input, fmt::format("the socket's path {} is longer than {} characters",
                                                               path_, sizeof(sockaddr_un::sun_path) - 1)};
        std::error_code ignored;  // binding tells
        std::filesystem::create_directories(std::filesystem::path{path_}.parent_path(), ignored);
        KG_TRY(make_way(path_));
        auto& acceptor = listener_->acceptor();
        error_code failed;
        acceptor.open(stream_protocol{}, failed);
        if (!failed) acceptor.bind(stream_protocol::endpoint{path_}, failed);
        if (failed) return failure(path_, failed);
        file_ = identity_of(path_);
        // Everybody may ask; SO_PEERCRED decides what they may do.
        if (::chmod(path_.c_str(), 0666) != 0) return Error::from_errno(errno, fmt::format("chmod {}", path_));
        failed = listener_->start();
        if (failed) return failure(path_, failed);
        return {};
    }

private:
    void enter(stream_protocol::socket socket) {
        auto const peer = read_peer(socket.native_handle());
        if (!peer.ok()) return;
        auto const& names = connections_->options().admin_groups;
        Caller caller{peer->user, may_change(*peer, ::geteuid(), find_groups(names))};
        if (connections_->full_for(caller)) return turn_away(std::move(socket));
        start_session(std::move(socket), std::move(caller), connections_);
    }

    // At once and without waiting for the request: who is turned away must not cost anything.
    static void turn_away(stream_protocol::socket socket) {
        auto const body = error_response(503, "too many connections at once: try again in a while").body;
        auto const answer = fmt::format(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
            "Connection: close\r\n\r\n{}",
            body.size(), body);
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(answer), ignored);
    }

    std::string path_;
    FileIdentity file_;
    std::shared_ptr<Listener<stream_protocol>> listener_;
    std::shared_ptr<ApiConnections> connections_;
};

ApiServer::ApiServer(std::unique_ptr<ApiListener> listener) : listener_(std::move(listener)) {}

ApiServer::~ApiServer() = default;

Result<std::unique_ptr<ApiServer>> ApiServer::listen(asio::io_context& context, Service& service, Options options) {
    std::unique_ptr<ApiServer> server{
        new ApiServer{std::make_unique<ApiListener>(context, service, std::move(options))}};
    KG_TRY(server->listener_->open());
    return server;
}

}  // namespace kindgate::control
