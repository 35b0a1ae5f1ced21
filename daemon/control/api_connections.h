// What all connections of one ApiServer share. Control thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "control/api.h"
#include "control/service.h"

namespace kindgate::control {

using ApiStream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;

// Connections hold it; the server closes them all when it goes, after which nobody calls the service.
class ApiConnections {
public:
    ApiConnections(Service& service, ApiServer::Options options) : service_(&service), options_(std::move(options)) {}

    // Null once the server is gone.
    Service* service() const { return service_; }
    ApiServer::Options const& options() const { return options_; }

    // Those who may only read leave a quarter to those who may change things.
    bool full_for(Caller const& caller) const {
        return closers_.size() >= (caller.may_change ? options_.connections : options_.connections * 3 / 4);
    }
    // The connection counts until the returned token is destroyed. `close` ends it early.
    std::shared_ptr<void> enter(std::function<void()> close);
    void close_all();

private:
    Service* service_;
    ApiServer::Options options_;
    std::map<std::size_t, std::function<void()>> closers_;
    std::size_t next_ = 0;
};

}  // namespace kindgate::control
