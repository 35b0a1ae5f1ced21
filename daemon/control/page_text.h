// What the gate says to browsers and phones: the page as HTML, the captive portal document as JSON. Pure.
#pragma once

#include <string>
#include <string_view>

#include "control/service.h"

namespace kindgate::control {

// Where the document is: DHCP's option 114 names it (RFC 8910).
inline constexpr std::string_view portal_path = "/captive-portal";

// Without scripts, pictures or anything from elsewhere: it must work where nothing else does.
std::string page_html(PageFacts const& facts);

// A gate's own page: how it opens, or until when it is open. `qr`: a picture of the wallet's link, SVG, or "".
std::string gate_html(GateFacts const& facts, WalletFacts const* wallet, std::string const& qr);
// AgeGateAnswer of api.proto, without its challenge.
std::string gate_json(GateFacts const& facts);

// RFC 8908, 5: what remains is told to who has access only. `page`: an https URL that needs no escaping.
std::string portal_json(PortalFacts const& facts, std::string_view page);

}  // namespace kindgate::control
