// A house to try the gatekeeper in: fakes around it, a policy file in a folder of its own, and time that passes when
// the test says so. The gatekeeper is woken exactly when it asked to be.
#pragma once

#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "fake_clock.h"
#include "fake_front.h"
#include "fake_ledger.h"
#include "fake_neighbours.h"
#include "fake_table.h"
#include "fake_web.h"
#include "gatekeeper.h"
#include "kindgate/v1/api.pb.h"
#include "pack_help.h"
#include "policy/calendar.h"
#include "report/random_source.h"
#include "test.h"

namespace kindgate::test {

using namespace std::chrono_literals;

class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "kindgate-control-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) fail("no temporary folder");
        path_ = name;
    }
    ~Folder() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline void write_file(std::filesystem::path const& file, std::string_view text) {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << text;
}

inline void write_pack(std::filesystem::path const& file, std::vector<ListText> const& lists,
                       content::PackFacts const& facts = {}) {
    auto const bytes = packed(lists, facts);
    write_file(file, {reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

inline std::string file_text(std::filesystem::path const& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline policy::Instant instant(std::string_view text) {
    return value(policy::parse_instant(text, *date::locate_zone("Etc/UTC")));
}

inline constexpr std::string_view kid_mac = "02:00:5e:10:00:01";
inline constexpr std::string_view parent_mac = "02:00:5e:10:00:03";

inline constexpr std::string_view home_policy = R"(name: "Home"
time_zone: "Etc/UTC"
newcomer_profile: "guests"
profiles {
  id: "kids"
  windows { days: "daily" from: "21:00" to: "07:00" mode: OFF label: "Bedtime" }
  windows { days: "daily" from: "14:00" to: "16:00" mode: LEARNING label: "Homework" }
}
profiles { id: "parents" }
profiles { id: "guests" windows { days: "daily" from: "23:00" to: "06:00" mode: OFF } }
profiles { id: "office" }
devices { id: "kid" macs: "02:00:5e:10:00:01" profile: "kids" }
devices { id: "parent" macs: "02:00:5e:10:00:03" profile: "parents" }
networks { interface: "lan1" profile: "office" }
)";

class House {
public:
    explicit House(std::string_view now = "2027-03-02T12:00:00Z", std::string_view policy = home_policy)
        : clock(instant(now)), table(clock) {
        spdlog::set_level(spdlog::level::off);
        board.lan = {"lan0", "lan1"};
        board.policy_file = folder / "policy.textproto";
        board.state_directory = folder / "state";
        std::filesystem::create_directory(board.state_directory);
        board.lab_clock = true;
        board.resolvers = {{value(IpAddress::parse("127.0.0.1")), 53}};
        board.private_domains = {*content::dns::Name::from_text("home.arpa")};
        board.data_directory = folder / "data";
        std::filesystem::create_directory(board.data_directory);
        for (std::string const file : {"safesearch.textproto", "helplines.textproto", "report.textproto"})
            write_file(board.data_directory / file, source_text("policies/" + file));
        write_pack(board.data_directory / "starter.pack",
                   {{"games", "games.example\n"}, {"adult", "adult.example\n"}, {"vpn", "vpn.example\n"}});
        if (!policy.empty()) write_file(board.policy_file, policy);
    }

    void start() { value(try_start()); }
    Result<void> try_start() {
        gate = std::make_unique<control::Gatekeeper>(
            board, control::Parts{table, flows, neighbours, usage, front, ledger, clock, web, random},
            control::Gatekeeper::Hooks{[] {}, [this] { ended = true; }, [] {}});
        listener_ = gate->subscribe([this](v1::Event const& event) { events.push_back(event); });
        return gate->start();
    }
    // The daemon is killed, or stops, and another one starts.
    void restart() {
        gate.reset();
        events.clear();
        table.calls.clear();
        start();
    }

    // Until the gate wants to be woken.
    std::optional<std::chrono::nanoseconds> until_wake() const {
        auto const wake = gate->wake();
        auto const now = clock.now();
        std::optional<std::chrono::nanoseconds> wait;
        if (wake.calendar) wait = *wake.calendar - now.calendar;
        if (wake.steady && (!wait || *wake.steady - now.steady < *wait)) wait = *wake.steady - now.steady;
        if (wait && wait->count() < 0) wait = 0ns;
        return wait;
    }

    // Time passes; the gate is woken when it asked to be.
    void pass(std::chrono::nanoseconds time) {
        auto const until = clock.now().steady + time;
        for (int wakes = 0; wakes < 100'000; ++wakes) {
            auto const wait = until_wake();
            if (!wait || clock.now().steady + *wait > until) {
                clock.advance(until - clock.now().steady);
                return;
            }
            clock.advance(*wait);
            gate->tick();
        }
        fail("the gate wants to be woken without end");
    }
    void pass_until(std::string_view at) { pass(instant(at) - clock.now().calendar); }
    // What is due now.
    void settle() { pass(0ns); }

    Slot slot(std::string_view who) const {
        auto const all = gate->devices();
        for (auto const& device : all.devices()) {
            if (device.id() == who) return Slot{static_cast<std::uint16_t>(device.slot())};
            for (auto const& mac : device.macs())
                if (mac == who) return Slot{static_cast<std::uint16_t>(device.slot())};
        }
        fail("no device " + std::string{who});
    }
    bool passes(std::string_view who) const { return table.passes(slot(who)); }

    // Texts of the events of a kind.
    std::vector<std::string> told(v1::Event::Kind kind) const {
        std::vector<std::string> texts;
        for (auto const& event : events)
            if (event.kind() == kind) texts.push_back(event.text());
        return texts;
    }
    std::string last_told(v1::Event::Kind kind) const {
        auto const texts = told(kind);
        if (texts.empty()) fail("no event " + v1::Event::Kind_Name(kind));
        return texts.back();
    }

    v1::Override give(std::string_view who, v1::Mode mode, std::chrono::seconds time) {
        v1::GiveOverride request;
        request.set_who(std::string{who});
        request.set_mode(mode);
        request.set_seconds(static_cast<std::uint64_t>(time.count()));
        return value(gate->give(request, caller));
    }
    Result<v1::SeenDevice> place(std::string_view mac, std::string_view where, std::string_view name = "") {
        v1::PlaceDevice request;
        request.set_profile_or_device(std::string{where});
        request.set_name(std::string{name});
        return gate->place(value(Mac::parse(mac)), request, caller);
    }
    void move_clock(std::chrono::seconds by) {
        v1::MoveClock move;
        move.set_seconds(by.count());
        value(gate->move_clock(move, caller));
    }

    Folder folder;
    control::Board board;
    FakeClock clock;
    FakeTable table;
    FakeFlows flows;
    FakeNeighbours neighbours;
    FakeUsage usage;
    FakeWeb web;
    report::SeededRandom random{bytes_of("a house")};
    FakeFront front;
    FakeLedger ledger;
    std::vector<v1::Event> events;
    bool ended = false;
    control::Caller caller{"mum", true};
    std::unique_ptr<control::Gatekeeper> gate;

private:
    std::shared_ptr<void> listener_;
};

}  // namespace kindgate::test
