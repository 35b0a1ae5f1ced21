// kindgate-age-demo wallet …
#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "commands.h"
#include "demo/issuer_folder.h"
#include "demo/presentation.h"
#include "foreign_json.h"
#include "http_client.h"

namespace kindgate::demo {

namespace {

// What others sent is wrong, not what was given: exit status 1.
template <typename T>
Result<T> sent(Result<T> read) {
    if (read.ok()) return read;
    return Error{ErrorCode::unavailable, read.error().message()};
}

struct Wallet {
    crypto::PrivateKey device;
    Attestation attestation;
};

Result<void> keep(Wallet const& wallet, std::string const& file) {
    return keep_secret(file, json_text({{"device_key", KG_TRY(wallet.device.to_pem())},
                                        {"attestation", base64url(wallet.attestation.encoded())}}));
}

Result<Wallet> load(std::string const& file) {
    constexpr std::size_t largest = std::size_t{64} << 10U;
    auto const said = read_json(KG_TRY(read_file(file, largest)));
    auto const key = text_member(said, "device_key");
    auto const document = from_base64url(text_member(said, "attestation").value_or(""));
    if (!key || !document)
        return Error{ErrorCode::invalid_input,
                     fmt::format("{} is no wallet: make one with kindgate-age-demo wallet fetch", file)};
    return Wallet{KG_TRY(crypto::PrivateKey::from_pem(*key)), KG_TRY(Attestation::decode(*document))};
}

// The gate's page, as a program on the same device asks for it.
Result<PresentationRequest> asked_by_page(Options const& options) {
    tell(fmt::format("asking the gate what it wants to see: {}", options.url));
    auto const reply = KG_TRY(
        ask({.url = options.url, .headers = {{"Accept", "application/json"}}, .authorities = options.authorities}));
    if (reply.status != 200)
        return Error{ErrorCode::unavailable, fmt::format("the gate asks for nothing; it answers {}", reply.told())};
    return sent(PresentationRequest::read(json_text(member(read_json(reply.body), "request"))));
}

// A link of that page: what a phone's camera reads from its QR code.
Result<PresentationRequest> asked_by_link(Options const& options) {
    auto const link = KG_TRY(RequestLink::read(options.link));
    if (link.request_uri.empty()) return PresentationRequest::read(link.request);
    tell(fmt::format("fetching what the link refers to: {}", link.request_uri));
    auto const reply = KG_TRY(ask({.url = link.request_uri,
                                   .headers = {{"Accept", "application/oauth-authz-req+jwt"}},
                                   .authorities = options.authorities}));
    if (reply.status != 200)
        return Error{ErrorCode::unavailable, fmt::format("the gate asks for nothing; it answers {}", reply.told())};
    auto request = KG_TRY(sent(PresentationRequest::read_object(reply.body)));
    // RFC 9101, 5.2: both have to be of the same.
    if (request.client_id != link.client_id)
        return Error{ErrorCode::unavailable, "the link and what it refers to are not of the same gate"};
    return request;
}

}  // namespace

Result<int> wallet_fetch(Options const& options) {
    auto const ages = KG_TRY(checked_ages(options.ages));
    auto device = crypto::PrivateKey::at_random();
    auto const point = KG_TRY(device.public_key()).point();
    Json const wanted{{"device_key", base64url(point)}, {"ages", ages}};
    auto const url = KG_TRY(Url::parse(options.issuer));
    tell(fmt::format("asking {} for an attestation, with the code", url.authority()));
    auto const reply =
        KG_TRY(ask({.method = "POST",
                    .url = url.origin() + "/attestation",
                    .headers = {{"Content-Type", "application/json"}, {"Authorization", "Code " + options.code}},
                    .body = json_text(wanted),
                    .authorities = options.authorities}));
    if (reply.status != 200) return Error{ErrorCode::forbidden, fmt::format("the issuer answers {}", reply.told())};
    Wallet const wallet{device, KG_TRY(sent(Attestation::decode(bytes_of(reply.body))))};
    KG_TRY(keep(wallet, options.wallet_file));
    for (auto const& one : wallet.attestation.elements)
        std::cout << fmt::format("{} {}\n", one.name, one.value.value_or(false) ? "yes" : "no");
    return 0;
}

Result<int> wallet_present(Options const& options) {
    auto const wallet = KG_TRY(load(options.wallet_file));
    auto const request = KG_TRY(options.link.empty() ? asked_by_page(options) : asked_by_link(options));
    auto const made = KG_TRY(sent(answer(request, wallet.attestation, wallet.device)));
    if (!options.response_file.empty()) KG_TRY(keep_secret(options.response_file, text_of(made.device_response)));
    tell(fmt::format("showing the nearest age from {} on, and nothing else, to {}", request.min_age,
                     request.response_uri));
    auto const begin = std::chrono::steady_clock::now();
    auto const reply =
        KG_TRY(ask({.method = "POST",
                    .url = request.response_uri,
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
                    .body = made.form,
                    .authorities = options.authorities}));
    auto const took = std::chrono::steady_clock::now() - begin;
    tell(fmt::format("answered within {} ms", std::chrono::ceil<std::chrono::milliseconds>(took).count()));
    return show_verdict(reply, options);
}

}  // namespace kindgate::demo
