// Where a device shows a proof of age to the gate, by HTTP (docs/age.md lists the paths): Privacy Pass' authentication
// scheme, a form for a token, and what wallets ask and answer.
#pragma once

#include <optional>
#include <string>

#include "control/service.h"
#include "web_listener.h"

namespace kindgate::control {

enum class Transport : std::uint8_t { plain, tls };

struct AgeSite {
    Transport transport = Transport::plain;
    std::string name;  // the gate's public one; "" : it has none
};

// None: the path is none of these. Wallets are asked and answer by TLS alone. Only at the gate's own name or an
// address, and not for other sites' pages: else a page in a device's browser could spend its tries, or read its
// answers.
std::optional<WebAnswer> age_answer(Service& service, Slot slot, WebRequest const& request, AgeSite const& site);

}  // namespace kindgate::control
