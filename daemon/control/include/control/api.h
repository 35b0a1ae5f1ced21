// The API's server: HTTP/1.1 on a unix socket (docs/api.md lists the paths). Control thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace kindgate::control {

class Service;
class ApiListener;

class ApiServer {
public:
    struct Options {
        std::filesystem::path socket{};
        // Unix groups whose members may change things, besides root and the daemon's own user.
        std::vector<std::string> admin_groups{};
        // A connection that says nothing for so long, or takes so long to say or read something, is closed.
        std::chrono::milliseconds patience{10'000};
        // How often an idle event stream is written to, so that a dead reader is noticed.
        std::chrono::milliseconds heartbeat{15'000};
        // At most so many at once; further ones are told 503. Those who may only read get three quarters of it.
        std::size_t connections = 64;
    };

    // Listens from now on; everything happens on `context`, whose thread calls `service`. Both outlive the server.
    // Anybody may connect (mode 0666): who it is decides what is allowed. A socket file that nobody listens to is
    // replaced.
    static Result<std::unique_ptr<ApiServer>> listen(boost::asio::io_context& context, Service& service,
                                                     Options options);
    // Closes every connection and removes the socket file. `service` is not called any more.
    ~ApiServer();
    ApiServer(ApiServer const&) = delete;
    ApiServer& operator=(ApiServer const&) = delete;

private:
    explicit ApiServer(std::unique_ptr<ApiListener> listener);

    std::unique_ptr<ApiListener> listener_;
};

}  // namespace kindgate::control
