// People's words: `kindgate pause`, `allow`, `off`, `learning`, `resume`, `place`, `overrides cancel`, `release`.
#include <ostream>

#include <fmt/format.h>

#include "base/ids.h"
#include "commands.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

void show_ended(v1::Override const& ended, Surroundings const& around) {
    around.out << fmt::format("{}: {} has ended (override {})\n", printable(ended.who()), v1::Mode_Name(ended.mode()),
                              ended.id());
}

// What was said about somebody else may be about them too: a device has a profile, and all are all.
Outcome show_still_said(Options const& options, Surroundings const& around) {
    auto const left = KG_TRY(fetch<v1::Overrides>(options, {Method::get, "/v1/overrides", {}, {}}));
    if (left.overrides_size() == 0) {
        around.out << "No word is left: the schedule applies to everybody.\n";
        return 0;
    }
    auto const clock = KG_TRY(gate_clock(options));
    around.out << "Still said, before the schedule:\n";
    for (auto const& one : left.overrides())
        around.out << fmt::format("  {}: {} until {} (override {})\n", printable(one.who()), v1::Mode_Name(one.mode()),
                                  clock.say(one.until()), one.id());
    return 0;
}

Outcome give(v1::Mode mode, Needed needed, Options const& options, Surroundings const& around) {
    auto const lasting = KG_TRY(parse_lasting(options.when, needed));
    v1::GiveOverride request;
    request.set_who(options.who);
    request.set_mode(mode);
    if (lasting.length) request.set_seconds(static_cast<std::uint64_t>(lasting.length->count()));
    request.set_until(lasting.until);
    auto const answer = KG_TRY(ask(options.socket, {Method::post, "/v1/overrides", to_json(request), {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const given = KG_TRY(read_json<v1::Override>(answer.body));
    auto const clock = KG_TRY(gate_clock(options));
    around.out << fmt::format("{}: {} until {}. Taken back by: kindgate overrides cancel {}\n", printable(given.who()),
                              v1::Mode_Name(given.mode()), clock.say(given.until()), given.id());
    return 0;
}

}  // namespace

Outcome pause(Options const& options, Surroundings const& around) {
    return give(v1::OFF, Needed::no, options, around);
}

Outcome off(Options const& options, Surroundings const& around) {
    return give(v1::OFF, Needed::yes, options, around);
}

Outcome allow(Options const& options, Surroundings const& around) {
    return give(v1::OPEN, Needed::yes, options, around);
}

Outcome learning(Options const& options, Surroundings const& around) {
    return give(v1::LEARNING, Needed::yes, options, around);
}

Outcome resume(Options const& options, Surroundings const& around) {
    auto const answer =
        KG_TRY(ask(options.socket, {Method::remove, "/v1/overrides?who=" + url_word(options.who), {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const ended = KG_TRY(read_json<v1::OverridesEnded>(answer.body));
    for (auto const& one : ended.overrides()) show_ended(one, around);
    if (ended.overrides_size() == 0)
        around.out << fmt::format("Nobody's word was about exactly {}.\n", printable(options.who));
    return show_still_said(options, around);
}

Outcome cancel_override(Options const& options, Surroundings const& around) {
    auto const target = fmt::format("/v1/overrides/{}", options.id);
    auto const answer = KG_TRY(ask(options.socket, {Method::remove, target, {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    show_ended(KG_TRY(read_json<v1::Override>(answer.body)), around);
    return 0;
}

Outcome place(Options const& options, Surroundings const& around) {
    auto const mac = KG_TRY(Mac::parse(options.mac));
    v1::PlaceDevice request;
    request.set_profile_or_device(options.place);
    request.set_name(options.name);
    auto const answer =
        KG_TRY(ask(options.socket, {Method::put, "/v1/devices/" + url_word(mac.text()), to_json(request), {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const device = KG_TRY(read_json<v1::SeenDevice>(answer.body));
    around.out << fmt::format("{} is {} now, with profile {}\n", mac.text(),
                              printable(device.display_name().empty() ? device.id() : device.display_name()),
                              printable(device.profile()));
    return 0;
}

Outcome release(Options const& options, Surroundings const& around) {
    bool const daemon = somebody_listens(options.socket);
    if (daemon) {
        KG_TRY(ask(options.socket, {Method::post, "/v1/release", {}, {}}));
    } else {
        KG_TRY(around.remove_table());
    }
    if (options.form == Form::json) {
        around.out << "{}\n";
    } else {
        around.out << fmt::format(
            "{}The kernel's table inet kindgate is gone: nothing is controlled until kindgated starts.\n",
            daemon ? "kindgated has stopped. " : "No kindgated runs. ");
    }
    return 0;
}

}  // namespace kindgate::cli
