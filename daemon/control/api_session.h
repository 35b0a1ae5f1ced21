// One connection: requests and answers in turn (HTTP/1.1 with keep-alive), until it becomes a stream of events or ends.
#pragma once

#include <memory>

#include <boost/asio/local/stream_protocol.hpp>

#include "api_connections.h"
#include "control/service.h"

namespace kindgate::control {

// The session keeps itself alive as long as it waits for something.
void start_session(boost::asio::local::stream_protocol::socket socket, Caller caller,
                   std::shared_ptr<ApiConnections> connections);

}  // namespace kindgate::control
