// What every command that speaks with the daemon needs: one request and its message, and the gate's clock.
#pragma once

#include <string>

#include "client.h"
#include "commands.h"
#include "json.h"
#include "policy/calendar.h"

namespace kindgate::cli {

template <typename Message>
Result<Message> fetch(Options const& options, Request const& request) {
    return read_json<Message>(KG_TRY(ask(options.socket, request)).body);
}

// The zone and the time that the gate goes by.
struct GateClock {
    date::time_zone const* zone = nullptr;
    policy::Instant now;

    // An instant of the API as "2026-03-29 02:30"; "" stays, and what can't be read is shown as it is.
    std::string local(std::string const& rfc3339) const;
    // "tomorrow 07:00"; the same.
    std::string say(std::string const& rfc3339) const;
};

// Of a zone's name and an instant, as status has them.
Result<GateClock> read_clock(std::string const& zone, std::string const& now);
Result<GateClock> gate_clock(Options const& options);

// The API's JSON as it came, ended by a newline.
void print_body(std::string const& body, Surroundings const& around);

}  // namespace kindgate::cli
