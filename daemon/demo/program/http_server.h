// A small HTTP/1.1 server on one thread, for the issuer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo/issuer_service.h"

namespace kindgate::demo {

// Listens on all addresses, calls `ready`, and answers until SIGINT or SIGTERM. What can't be listened on: an error.
Result<void> serve(std::vector<std::string> const& addresses, std::uint16_t port,
                   std::function<IssuerAnswer(IssuerRequest const&)> const& answer, std::function<void()> const& ready);

}  // namespace kindgate::demo
