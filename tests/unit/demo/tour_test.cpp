#include "demo/tour.h"

#include "test.h"

namespace {

using namespace kindgate;

constexpr std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

constexpr test::Test tests[] = {
    {"the tour goes as it tells, on lines that a terminal has room for",
     [] {
         auto const tour = test::value(demo::take_tour(now, now));
         test::check(tour.as_told, tour.text);
         test::contains(tour.text, "WHO LEARNS WHAT");
         for (std::string_view rest{tour.text}; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
             auto const line = rest.substr(0, rest.find('\n'));
             test::check(line.size() <= 80 && !line.ends_with(' '), line);
         }
     }},
    {"it looks at each verdict: by a gate's clock that is two months late the document has expired",
     [] {
         auto const tour = test::value(demo::take_tour(now, now + std::chrono::days{60}));
         test::check(!tour.as_told, "not as told");
         test::contains(tour.text, "the document, in this conversation          REFUSE expired");
         test::contains(tour.text, "NOT AS TOLD: It should have been accepted.");
         test::contains(tour.text, "the token, on this phone                    ACCEPT accepted");
     }},
};

}  // namespace

int main() {
    return test::run("demo/tour", tests);
}
