// `kindgate status`: who may do what now, why, and until when.
#include <ostream>

#include <fmt/format.h>

#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "text.h"

namespace kindgate::cli {

namespace {

Cell mode_cell(v1::Mode mode) {
    switch (mode) {
        case v1::OPEN: return {"OPEN", Paint::good};
        case v1::LEARNING: return {"LEARNING", Paint::medium};
        case v1::OFF: return {"OFF", Paint::bad};
        default: return {"?"};  // open enum of proto3
    }
}

template <typename Message>
std::string because_text(Message const& message) {
    return message.because_size() == 0 ? "" : message.because(0).text();
}

// Of a profile, and of a device with its name set in.
template <typename Message>
void add_row(Table& table, Message const& message, std::string_view indent, std::string_view present) {
    auto const& name = message.display_name().empty() ? message.id() : message.display_name();
    auto const id = name == message.id() ? "" : fmt::format(" ({})", message.id());
    table.row({fmt::format("{}{}{}", indent, name, id),
               mode_cell(message.mode()),
               message.until_text(),
               because_text(message),
               {present, Paint::faint}});
}

// "social", opened by a proof of age, below its device.
void add_opened(Table& table, v1::OpenedCategory const& opened) {
    auto const times = opened.times_today() < 2 ? "" : fmt::format(", {} times today", opened.times_today());
    table.row({fmt::format("    {}", opened.category()),
               {"OPEN", Paint::good},
               opened.until_text(),
               fmt::format("A proof of age: {} years{}", opened.min_age(), times),
               ""});
}

void show_trouble(v1::Status const& status, Surroundings const& around) {
    auto const line = [&](std::string_view text) { around.out << trouble(text, around.colour); };
    if (!status.kernel_in_force()) line("the kernel doesn't hold the leases: see journalctl -u kindgated");
    if (!status.clock_trusted())
        line(
            "the gate doesn't know the time yet: profiles that depend on it fall back to the board's untrusted_clock "
            "mode");
    if (status.policy_errors_size() > 0) line("the policy file on disk is not in force, the one before stays:");
    for (auto const& error : status.policy_errors()) line("  " + error);
    for (auto const& warning : status.warnings()) line(warning);
}

}  // namespace

Outcome status(Options const& options, Surroundings const& around) {
    auto const answer = KG_TRY(ask(options.socket, {Method::get, "/v1/status", {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const status = KG_TRY(read_json<v1::Status>(answer.body));
    auto const clock = KG_TRY(read_clock(status.time_zone(), status.now()));
    around.out << fmt::format("{}, {} ({})\n", painted(printable(status.policy_name()), Paint::heading, around.colour),
                              clock.local(status.now()), printable(status.time_zone()));
    Table table{{"WHO", "NOW", "UNTIL", "BECAUSE", ""}};
    for (auto const& profile : status.profiles()) {
        add_row(table, profile, "", "");
        for (auto const& device : profile.devices()) {
            add_row(table, device, "  ", device.present() ? "here" : "");
            for (auto const& opened : device.opened()) add_opened(table, opened);
        }
    }
    table.print(around.out, around.colour);
    around.out << fmt::format("Next change: {}\n",
                              status.next_edge().empty() ? "none in sight" : clock.say(status.next_edge()));
    show_trouble(status, around);
    return 0;
}

}  // namespace kindgate::cli
