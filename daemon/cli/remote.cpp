#include "remote.h"

#include <ostream>

#include "kindgate/v1/api.pb.h"
#include "words.h"

namespace kindgate::cli {

std::string GateClock::local(std::string const& rfc3339) const {
    auto const at = read_instant(rfc3339);
    return at.ok() ? local_text(*zone, *at) : rfc3339;
}

std::string GateClock::say(std::string const& rfc3339) const {
    auto const at = read_instant(rfc3339);
    if (!at.ok() || !*at) return rfc3339;
    return policy::say_instant(*zone, **at, now);
}

Result<GateClock> read_clock(std::string const& zone, std::string const& now) {
    auto const at = KG_TRY(read_instant(now));
    return GateClock{KG_TRY(find_zone(zone.empty() ? "UTC" : zone)), at.value_or(policy::Instant{})};
}

Result<GateClock> gate_clock(Options const& options) {
    auto const status = KG_TRY(fetch<v1::Status>(options, {Method::get, "/v1/status", {}, {}}));
    return read_clock(status.time_zone(), status.now());
}

void print_body(std::string const& body, Surroundings const& around) {
    around.out << body << (body.ends_with('\n') ? "" : "\n");
}

}  // namespace kindgate::cli
