// exchange() for those who may have to leave it.
#pragma once

#include "https/exchange.h"

namespace kindgate::https {

// Once the descriptor `stop` can be read, it ends at once with unavailable; -1: nobody stops it.
Result<HttpReply> stoppable_exchange(HttpRequest const& request, Limits const& limits, Progress const& progress,
                                     int stop);

}  // namespace kindgate::https
