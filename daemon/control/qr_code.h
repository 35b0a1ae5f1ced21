// A QR code (ISO/IEC 18004) as SVG: black on white, so that it can be scanned whatever the page's colours.
#pragma once

#include <string>

namespace kindgate::control {

// "" : the text is too long for one (about 2,300 octets).
std::string qr_svg(std::string const& text);

}  // namespace kindgate::control
