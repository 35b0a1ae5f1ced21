// `kindgate devices`, `leases`, `overrides` and `events`: what the daemon knows.
#include <ostream>

#include <fmt/format.h>

#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "kindgate/v1/events.pb.h"
#include "remote.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

std::string mode_name(v1::Mode mode) {
    return v1::Mode_IsValid(mode) ? v1::Mode_Name(mode) : "?";
}

// Hardware and network addresses take as many rows as there are.
void add_device(Table& table, v1::SeenDevice const& device, GateClock const& clock) {
    auto const& name = device.display_name().empty() ? device.id() : device.display_name();
    auto const seen = device.present() ? "now" : clock.local(device.last_seen());
    int const rows = std::max({1, device.macs_size(), device.addresses_size()});
    for (int i = 0; i < rows; ++i) {
        bool const first = i == 0;
        auto const here = [&](std::string const& text) { return first ? text : std::string{}; };
        table.row({here(name), here(device.id()), here(device.profile()), here(device.placed_by()),
                   i < device.macs_size() ? device.macs(i) : std::string{},
                   i < device.addresses_size() ? device.addresses(i) : std::string{}, here(device.host_name()),
                   here(clock.local(device.first_seen())), here(seen),
                   here(device.slot() == 0 ? "no slot: no access" : "")});
    }
}

void show_events_line(v1::Event const& event, GateClock const& clock, Surroundings const& around) {
    auto const at = read_instant(event.at());
    auto when = event.at();
    if (at.ok() && *at) {
        auto const second = (*at)->time_since_epoch() % std::chrono::minutes{1};
        when = fmt::format("{}:{:02}", local_text(*clock.zone, *at), second.count());
    }
    around.out << painted(printable(when), Paint::faint, around.colour) << "  " << printable(event.text()) << '\n'
               << std::flush;
}

}  // namespace

Outcome devices(Options const& options, Surroundings const& around) {
    auto const answer = KG_TRY(ask(options.socket, {Method::get, "/v1/devices", {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const devices = KG_TRY(read_json<v1::Devices>(answer.body));
    auto const clock = KG_TRY(gate_clock(options));
    Table table{{"NAME", "ID", "PROFILE", "PLACED BY", "HARDWARE ADDRESS", "ADDRESS", "HOST NAME", "FIRST SEEN",
                 "LAST SEEN", ""}};
    for (auto const& device : devices.devices()) add_device(table, device, clock);
    table.print(around.out, around.colour);
    return 0;
}

Outcome leases(Options const& options, Surroundings const& around) {
    auto const answer = KG_TRY(ask(options.socket, {Method::get, "/v1/leases", {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const leases = KG_TRY(read_json<v1::Leases>(answer.body));
    auto const clock = KG_TRY(gate_clock(options));
    Table table{{"SLOT", "DEVICE", "PROFILE", "MODE", "ENDS", "LEFT"}};
    for (auto const& lease : leases.leases()) {
        bool const ends = !lease.ends().empty();
        auto const left = std::chrono::seconds{static_cast<std::int64_t>(lease.seconds_left())};
        table.row({fmt::format("{}", lease.slot()), lease.device(), lease.profile(), mode_name(lease.mode()),
                   ends ? clock.local(lease.ends()) : "when somebody changes it", ends ? say_duration(left) : ""});
    }
    table.print(around.out, around.colour);
    return 0;
}

Outcome overrides(Options const& options, Surroundings const& around) {
    auto const answer = KG_TRY(ask(options.socket, {Method::get, "/v1/overrides", {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const overrides = KG_TRY(read_json<v1::Overrides>(answer.body));
    if (overrides.overrides_size() == 0) {
        around.out << "Nobody's word holds now: the schedule applies.\n";
        return 0;
    }
    auto const clock = KG_TRY(gate_clock(options));
    Table table{{"ID", "WHO", "MODE", "FROM", "UNTIL", "GIVEN BY"}};
    for (auto const& given : overrides.overrides())
        table.row({fmt::format("{}", given.id()), given.who(), mode_name(given.mode()), clock.local(given.from()),
                   clock.local(given.until()), given.given_by()});
    table.print(around.out, around.colour);
    return 0;
}

Outcome events(Options const& options, Surroundings const& around) {
    bool const json = options.form == Form::json;
    GateClock clock;
    if (!json) clock = KG_TRY(gate_clock(options));
    auto const told = [&](std::string_view data) -> Result<void> {
        if (json) {
            around.out << data << '\n' << std::flush;
        } else {
            show_events_line(KG_TRY(read_json<v1::Event>(data)), clock, around);
        }
        if (!around.out) return Error{ErrorCode::system, "nobody reads the events any more"};
        return {};
    };
    KG_TRY(follow(options.socket, "/v1/events", told));
    return 0;
}

}  // namespace kindgate::cli
