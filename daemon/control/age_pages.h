// Where a device shows a proof of age to the gate, by HTTP (docs/age.md lists the paths): Privacy Pass' authentication
// scheme, a form for a token, and what wallets ask and answer.
#pragma once

#include <optional>
#include <string>

#include "control/service.h"
#include "web_listener.h"

namespace kindgate::control {

enum class Transport : std::uint8_t { plain, tls };

// None: the path is none of these. Wallets are asked and answer by TLS alone.
std::optional<WebAnswer> age_answer(Service& service, Slot slot, WebRequest const& request, Transport transport);

// The same answer for the API.
std::string gate_challenge(GateFacts const& facts);

}  // namespace kindgate::control
