// dap-party leader, helper, gateway and relay
#include <charconv>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/whole_file.h"
#include "commands.h"
#include "crypto/secret.h"
#include "crypto/sha2.h"
#include "helper_service.h"
#include "https_server.h"
#include "leader_service.h"
#include "oblivious.h"

namespace kindgate::dap {

namespace {

constexpr std::size_t largest_file = 1U << 20U;

void log(std::string const& line) {
    std::cerr << line + "\n" << std::flush;
}

// Empty where there is none.
std::string text_of_file(std::filesystem::path const& file) {
    auto text = read_file(file, largest_file);
    return text.ok() ? std::move(text).value() : std::string{};
}

// DIR/clock: how many seconds this party's clock is ahead of the machine's.
std::chrono::sys_seconds its_now(std::filesystem::path const& folder) {
    auto const text = text_of_file(folder / "clock");
    std::int64_t ahead = 0;
    std::from_chars(text.data(), text.data() + text.size(), ahead);
    return now() + std::chrono::seconds{ahead};
}

Faults its_faults(std::filesystem::path const& folder, std::string const& always) {
    auto const faults = Faults::parse(fmt::format("{} {}", always, text_of_file(folder / "faults")));
    if (faults.ok()) return *faults;
    log(faults.error().message());
    return {};
}

Result<KeyRing> its_keys(std::filesystem::path const& file) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) return KeyRing::parse(KG_TRY(read_file(file, largest_file)));
    KeyRing ring;
    KG_TRY(replace_file(file, ring.text()));
    return ring;
}

std::function<void(std::string const&)> keeper(Options const& options) {
    return [file = options.folder + "/keys"](std::string const& keys) {
        if (auto const kept = replace_file(file, keys); !kept.ok()) log(kept.error().message());
    };
}

Result<Setup> setup_of(Options const& options) {
    Setup setup{.secret = crypto::sha256(options.secret),
                .least = std::nullopt,
                .collector = std::nullopt,
                .max_age = std::chrono::seconds{options.max_age},
                .log = log};
    if (options.collect_least > 0) setup.least = options.collect_least;
    if (!options.collector.empty()) {
        auto text = KG_TRY(read_file(options.collector, largest_file));
        while (text.ends_with('\n')) text.pop_back();
        auto const octets = from_hex(text);
        setup.collector = KG_TRY(report::choose(KG_TRY(report::decode_hpke_configs(octets.value_or(Bytes{})))));
    }
    setup.keep_keys = keeper(options);
    return setup;
}

Answer faulty(Faults const& faults, HttpReply reply) {
    if (faults.slow) return {{}, Manner::never};
    if (faults.error) return {{500}};
    if (faults.garbage) {
        reply.body.assign(reply.body.size() + 100, 0);
        crypto::fill_at_random(reply.body);
        reply.status = 200;
    }
    return {std::move(reply), faults.cut ? Manner::cut : Manner::whole};
}

// `party` has answer(request, caller). What is slow or fails does nothing: it didn't take what it doesn't answer.
Result<int> serve(Options const& options, auto& party) {
    auto const answer = [&](HttpRequest const& request, std::string const& address) -> Answer {
        auto const faults = its_faults(options.folder, options.fault);
        log(fmt::format("{} {} from {}", request.method, request.url, address));
        if (faults.slow || faults.error) return faulty(faults, {});
        return faulty(faults, party.answer(request, {address, its_now(options.folder), faults}));
    };
    KG_TRY(dap::serve({options.listen, KG_TRY(read_file(options.certificate, largest_file)),
                       KG_TRY(read_file(options.key, largest_file))},
                      answer, [](std::vector<std::string> const& places) {
                          std::cout << fmt::format("ready {}\n", fmt::join(places, " ")) << std::flush;
                      }));
    return 0;
}

Result<int> serve_tasks(Options const& options, Service& service) {
    for (auto const& one : options.tasks) KG_TRY(service.learn(KG_TRY(read_task(one))));
    return serve(options, service);
}

}  // namespace

Result<int> leader(Options const& options) {
    LeaderService service{KG_TRY(setup_of(options)), KG_TRY(its_keys(options.folder + "/keys")),
                          sender(options.authorities)};
    return serve_tasks(options, service);
}

Result<int> helper(Options const& options) {
    HelperService service{KG_TRY(setup_of(options)), KG_TRY(its_keys(options.folder + "/keys"))};
    return serve_tasks(options, service);
}

Result<int> gateway(Options const& options) {
    Gateway party{{options.targets, sender(options.authorities), log, keeper(options)},
                  KG_TRY(its_keys(options.folder + "/keys"))};
    return serve(options, party);
}

Result<int> relay(Options const& options) {
    Relay const party{options.gateway, sender(options.authorities), log};
    return serve(options, party);
}

}  // namespace kindgate::dap
