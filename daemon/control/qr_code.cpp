#include "qr_code.h"

#include <memory>

#include <fmt/format.h>
#include <qrencode.h>

namespace kindgate::control {

std::string qr_svg(std::string const& text) {
    std::unique_ptr<QRcode, decltype(&QRcode_free)> const code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M),
                                                               &QRcode_free};
    if (!code) return {};
    constexpr int quiet = 4;  // modules around it (9.1)
    auto const size = code->width + 2 * quiet;
    std::string path;
    for (int y = 0; y < code->width; ++y)
        for (int x = 0; x < code->width; ++x)
            if ((code->data[y * code->width + x] & 1U) != 0)
                path += fmt::format("M{},{}h1v1h-1z", x + quiet, y + quiet);
    return fmt::format(
        "<svg role=\"img\" aria-label=\"QR code for a wallet\" width=\"300\" height=\"300\" "
        "viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\"><rect width=\"{0}\" height=\"{0}\" "
        "fill=\"#fff\"/><path d=\"{1}\" fill=\"#000\"/></svg>",
        size, path);
}

}  // namespace kindgate::control
