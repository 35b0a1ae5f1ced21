#include <charconv>

#include <fmt/format.h>

#include "commands.h"
#include "https/exchange.h"

namespace kindgate::dap {

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<std::uint64_t> week_of(std::string const& text) {
    if (text == "now") return std::chrono::floor<std::chrono::weeks>(now()).time_since_epoch().count();
    std::uint64_t week = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), week);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return Error{ErrorCode::invalid_input,
                     fmt::format("'{}' is no week: write now, or their number since 1970", text)};
    return week;
}

Result<report::Task> read_task(std::string const& base64) {
    return report::read_taskprov_header(fmt::format(":{}:", base64));
}

Send sender(std::string const& authorities) {
    https::Limits const limits{
        .authorities = authorities, .largest = std::size_t{8} << 20U, .patience = std::chrono::seconds{30}};
    return [limits](HttpRequest const& request) -> Result<HttpReply> {
        auto reply = https::exchange(request, limits);
        if (!reply.ok()) return reply.error().within(request.url);
        return reply;
    };
}

}  // namespace kindgate::dap
