// The board's certificate: read, refused, replaced, expired.
#include "control/daemon.h"
#include "house.h"
#include "keys.h"

namespace {

using namespace kindgate;
using namespace std::chrono_literals;
using test::House;

// A house whose board names a certificate; the files are not there yet.
struct Shown : House {
    explicit Shown(std::string_view now = "2027-03-02T12:00:00Z", std::string_view name = "gate.example") : House(now) {
        board.public_name = *content::dns::Name::from_text(name);
        board.certificate = folder / "gate.crt";
        board.certificate_key = folder / "gate.key";
    }
    void write(std::string_view certificate, std::string_view key = test::sec1) const {
        test::write_file(board.certificate, certificate);
        test::write_file(board.certificate_key, key);
    }
    bool shown() const { return gate->certificate() != nullptr; }
    std::size_t refusals() const { return told(v1::Event::CERTIFICATE_REFUSED).size(); }
};

constexpr test::Test tests[] = {
    {"a good one is in force from the start, and said so",
     [] {
         Shown house;
         house.write(test::gate_certificate);
         house.start();
         test::check(house.shown(), "shown");
         test::contains(house.last_told(v1::Event::CERTIFICATE_IN_FORCE),
                        "gate.crt is in force, until 2046-01-01T00:00:00Z");
         test::equal(house.refusals(), 0U, "refusals");
         test::check(control::check_certificate(house.board).ok(), "by --check, too");
         test::check(house.gate->certificate_files() ==
                         std::vector<std::filesystem::path>{house.board.certificate, house.board.certificate_key},
                     "watched");
     }},
    {"what is of no use is told, once, and the gate goes on; mended, it is taken",
     [] {
         struct Case {
             std::string_view certificate, key, name, says;
         };
         for (auto const& c :
              {Case{"text", test::sec1, "gate.example", "no certificate"},
               Case{test::gate_certificate, test::other_key, "gate.example", "isn't the certificate's"},
               Case{test::gate_certificate, test::sec1, "other.example", "public_name other.example"}}) {
             Shown house{"2027-03-02T12:00:00Z", c.name};
             house.write(c.certificate, c.key);
             house.start();
             house.gate->certificate_changed();
             test::check(!house.shown() && house.passes("parent"), "it goes on");
             test::equal(house.refusals(), 1U, "told once");
             test::contains(house.last_told(v1::Event::CERTIFICATE_REFUSED), c.says);
             auto const checked = control::check_certificate(house.board);
             test::contains(checked.ok() ? "" : checked.error().message(), c.says);
         }
         Shown house;
         house.start();
         test::contains(house.last_told(v1::Event::CERTIFICATE_REFUSED), "there is no such file");
         house.write(test::gate_certificate);
         house.gate->certificate_changed();
         test::check(house.shown(), "mended");
     }},
    {"one that is spoilt leaves the one in force",
     [] {
         Shown house;
         house.write(test::gate_certificate);
         house.start();
         auto const before = house.gate->certificate();
         house.write("text");
         house.gate->certificate_changed();
         test::check(house.gate->certificate() == before, "stays");
         test::contains(house.last_told(v1::Event::CERTIFICATE_REFUSED), "the one in force stays");
         house.write(test::gate_certificate);
         house.gate->certificate_changed();
         test::check(house.shown() && house.gate->certificate() != before, "replaced");
     }},
    {"one that expires is told in a few minutes, and not shown any more",
     [] {
         Shown house{"2045-12-31T23:59:00Z"};
         house.write(test::gate_certificate);
         house.start();
         test::check(house.shown(), "until then");
         house.pass(1min);
         test::check(house.shown(), "in its last second");
         house.pass(6min);
         test::equal(house.refusals(), 1U, "told without being asked for");
         test::contains(house.last_told(v1::Event::CERTIFICATE_REFUSED), "expired at 2046-01-01T00:00:00Z");
         test::check(!house.shown(), "not shown");
         house.gate->certificate_changed();
         test::contains(house.last_told(v1::Event::CERTIFICATE_REFUSED), "it expired at");
     }},
    {"while the time isn't known nothing counts as expired",
     [] {
         Shown house{"2047-01-01T00:00:00Z"};
         house.ledger.last_trusted = test::instant("2048-01-01T00:00:00Z");
         house.clock.set_synchronised(false);
         house.write(test::gate_certificate);
         house.start();
         test::check(house.shown(), "shown");
         house.clock.set_synchronised(true);
         house.pass(2s);
         test::check(!house.shown(), "known");
     }},
    {"a board without one has none, and says nothing of it",
     [] {
         House house;
         house.start();
         test::check(house.gate->certificate() == nullptr && house.gate->certificate_files().empty(), "none");
         test::check(house.told(v1::Event::CERTIFICATE_REFUSED).empty(), "nothing");
     }},
};

}  // namespace

int main() {
    return test::run("control/certificate", tests);
}
