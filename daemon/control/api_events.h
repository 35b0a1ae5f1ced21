// The stream of events: server-sent events (WHATWG HTML, 9.2) until the reader goes or is too slow.
#pragma once

#include <memory>

#include "api_connections.h"

namespace kindgate::control {

// While the server is there. The stream keeps itself alive.
void start_events(ApiStream stream, std::shared_ptr<ApiConnections> connections);

}  // namespace kindgate::control
