// kindgate-age-demo issuer …
#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>

#include <fmt/format.h>

#include "commands.h"
#include "demo/issuer_folder.h"
#include "http_server.h"

namespace kindgate::demo {

namespace {

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// As a policy wants it (kindgate-policy(5)): with "age16." before it it is to be a name still.
Result<void> check_name(std::string_view name) {
    auto const good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    if (name.empty() || name.size() > 50 || !std::ranges::all_of(name, good) || name.starts_with('.') ||
        name.ends_with('.') || name.find("..") != std::string_view::npos)
        return Error{ErrorCode::invalid_input,
                     fmt::format("'{}' is no host name of at most 50 small letters, digits, - and .: write "
                                 "issuer.example",
                                 name)};
    return {};
}

}  // namespace

Result<std::vector<std::uint8_t>> checked_ages(std::vector<std::uint64_t> const& ages) {
    std::set<std::uint8_t, std::greater<>> checked;
    for (auto const age : ages) {
        if (age < 1 || age > 99)
            return Error{ErrorCode::invalid_input, fmt::format("{} is no age from 1 to 99: write --ages 16,18", age)};
        checked.insert(static_cast<std::uint8_t>(age));
    }
    return std::vector<std::uint8_t>{checked.begin(), checked.end()};
}

Result<int> issuer_init(Options const& options) {
    KG_TRY(check_name(options.name));
    IssuerWanted const wanted{options.name, KG_TRY(checked_ages(options.ages)), options.codes};
    tell(fmt::format("making keys for {} ages", wanted.ages.size()));
    KG_TRY(make_issuer(options.folder, wanted, now()));
    std::cout << fmt::format(
        "Codes to hand out, {} for each age:  {}/codes.txt\n"
        "What a gate's policy needs:          {}/trust.textproto\n"
        "Then: kindgate-age-demo issuer serve --dir {} --listen ADDRESS\n",
        options.codes, options.folder, options.folder, options.folder);
    return 0;
}

Result<int> issuer_serve(Options const& options) {
    auto service = KG_TRY(load_issuer(options.folder, options.uses));
    KG_TRY(serve(
        options.listen, options.port, [&](IssuerRequest const& request) { return service.answer(request, now()); },
        [] { std::cout << "ready\n"
                       << std::flush; }));
    return 0;
}

}  // namespace kindgate::demo
