#include "fetch.h"

#include <fmt/format.h>

#include "https/exchange.h"
#include "words.h"

namespace kindgate::cli {

namespace {

using std::chrono::steady_clock;

constexpr int most_redirects = 5;

// RFC 9110, 10.2.2: from a Location to the whole address.
std::string resolved(https::Url const& base, std::string_view location) {
    if (!location.starts_with('/') || location.starts_with("//"))
        return location.starts_with("//") ? fmt::format("https:{}", location) : std::string{location};
    return fmt::format("https://{}:{}{}", base.host, base.port, location);
}

bool sends_elsewhere(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// An exchange knows only what is left of the patience: the end of all of it is told here.
Result<HttpReply> ask(std::string const& address, https::Reach reach, steady_clock::time_point until,
                      FetchWanted const& wanted) {
    HttpRequest request{"GET", address};
    if (!wanted.etag.empty()) request.fields.emplace_back("If-None-Match", wanted.etag);
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    auto reply = https::exchange(request, {wanted.authorities, wanted.largest, left, reach}, wanted.progress);
    if (!reply.ok() && reply.error().code() == ErrorCode::unavailable && steady_clock::now() >= until)
        return Error{ErrorCode::unavailable, fmt::format("it isn't there after {}", say_duration(wanted.patience))};
    return reply;
}

}  // namespace

Result<Fetched> fetch(FetchWanted const& wanted) {
    auto address = wanted.url;
    auto const until = steady_clock::now() + wanted.patience;
    for (int hops = 0; hops <= most_redirects; ++hops) {
        auto const url = KG_TRY(https::parse_url(address));
        // The file's own address is the owner's word; where others send us to is not.
        auto const reach = hops == 0 ? https::Reach::anywhere : https::Reach::public_only;
        auto reply = KG_TRY(ask(address, reach, until, wanted));
        if (reply.status == 304 && !wanted.etag.empty()) return Fetched{true, {}, wanted.etag};
        if (reply.status == 200) return Fetched{false, std::move(reply.body), std::string{field(reply.fields, "ETag")}};
        if (!sends_elsewhere(reply.status))
            return Error{ErrorCode::unavailable, fmt::format("{} answers {}", url.host, reply.status)};
        address = resolved(url, field(reply.fields, "Location"));
    }
    return Error{ErrorCode::unavailable, fmt::format("it was sent elsewhere more than {} times", most_redirects)};
}

}  // namespace kindgate::cli
