// systemd's readiness protocol (sd_notify(3)): one datagram to $NOTIFY_SOCKET. Does nothing where there is none.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace kindgate::control {

// "READY=1", "WATCHDOG=1", "STOPPING=1", or several lines.
void notify_manager(std::string_view state);

// How often the manager wants "WATCHDOG=1" at least ($WATCHDOG_USEC); none: it doesn't.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace kindgate::control
