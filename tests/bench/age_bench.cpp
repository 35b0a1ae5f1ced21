// What a proof of age costs: age_bench ROUNDS prints one line of JSON. Checks of tokens and of attestations beside the
// bare signature checks that they can't do without, in turn, on one core; and the heap that one takes, at most and
// afterwards.
#include <psa/crypto.h>

#include <array>
#include <chrono>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "age/mdoc.h"
#include "age/session_transcript.h"
#include "age/token.h"
#include "demo/attestation.h"
#include "demo/token_issuance.h"
#include "demo/wallet.h"
#include "measured.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)
using measured::each;
using measured::heap_of;
using measured::need;
using std::chrono::sys_days;
using std::chrono::year;

// A key in the library's table, where the bare checks find it.
psa_key_id_t key_in_table(ByteView key, psa_key_type_t type, psa_algorithm_t algorithm, psa_key_usage_t usage) {
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_type(&attributes, type);
    psa_key_id_t id = 0;
    need(psa_import_key(&attributes, key.data(), key.size(), &id) == PSA_SUCCESS, "PSA takes no key");
    return id;
}

struct Figures {
    std::vector<double> checked;
    std::vector<double> bare;
    std::size_t heap = 0;
    std::ptrdiff_t left = 0;
};

template <typename Check, typename Bare>
Figures compare(unsigned rounds, unsigned calls, Check check, Bare bare) {
    Figures figures;
    auto const [most, left] = heap_of(check);
    figures.heap = most;
    figures.left = left;
    each(calls, check);  // warm
    for (unsigned i = 0; i < rounds; ++i) {
        figures.bare.push_back(each(calls, bare));
        figures.checked.push_back(each(calls, check));
    }
    return figures;
}

Figures tokens(unsigned rounds) {
    auto const signer = need(demo::BlindSigner::generate());
    auto const key = need(signer.token_key());
    age::Trust const trust{{{"age16.issuer.example", {key}, 16}}, {}};
    Bytes const context(32, 1);
    auto const challenge = age::challenge_for(trust.issuers[0], "gate.example", context).encoded();
    auto const request = need(demo::TokenRequest::create(challenge, key));
    auto const issuer = need(demo::TokenIssuer::create({signer}));
    auto const token = need(request.finish(need(issuer.answer(request.encoded())))).encoded();
    constexpr auto algorithm = PSA_ALG_RSA_PSS(PSA_ALG_SHA_384);
    auto const id = key_in_table(signer.pkcs1(), PSA_KEY_TYPE_RSA_PUBLIC_KEY, algorithm, PSA_KEY_USAGE_VERIFY_MESSAGE);
    auto const check = [&] {
        // In the second of two windows: the worse case.
        age::TokenProof const proof{token, {"gate.example", {Bytes(32, 2), context}}};
        need(proof.check(trust, {16, {}}).accepted(), "the token is refused");
    };
    auto const bare = [&] {
        ByteView const bytes{token};
        need(psa_verify_message(id, algorithm, bytes.data(), 98, bytes.data() + 98, 256) == PSA_SUCCESS,
             "no signature");
    };
    return compare(rounds, 500, check, bare);
}

Figures documents(unsigned rounds) {
    auto const now = std::chrono::sys_seconds{sys_days{year{2027} / 3 / 2}};
    demo::Validity const years{sys_days{year{2026} / 1 / 1}, sys_days{year{2036} / 1 / 1}};
    auto const issuer = need(demo::MdocIssuer::create({"State", "1.0.18013.5.1.2", years, years}));
    auto const device = crypto::PrivateKey::at_random();
    auto const attestation = need(issuer.issue({.doc_type = age::DocType::eu_age_verification,
                                                .claims = {{"age_over_16", true}, {"age_over_18", true}},
                                                .validity = years,
                                                .device = need(device.public_key())}));
    auto const transcript =
        age::redirect_transcript("redirect_uri:https://gate.example/", "nonce", {}, "https://gate.example/");
    auto const response = need(demo::present(attestation, device, transcript, {.elements = {"age_over_16"}}));
    age::Trust const trust{{},
                           {{"State", need(crypto::Authority::from_pem(issuer.ca_pem())), "1.0.18013.5.1.2",
                             age::DocType::eu_age_verification}}};
    constexpr auto algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
    auto const public_key = need(device.public_key());
    auto const digest = crypto::sha256("anything");
    auto const signature = need(device.sign(digest));
    auto const id = key_in_table(public_key.point(), PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), algorithm,
                                 PSA_KEY_USAGE_VERIFY_HASH);
    auto const check = [&] {
        age::MdocProof const proof{response, transcript};
        need(proof.check(trust, {16, now}).accepted(), "the document is refused");
    };
    // The device's, the issuer's, and the authority's under the issuer's certificate.
    auto const bare = [&] {
        for (int i = 0; i < 3; ++i)
            need(psa_verify_hash(id, algorithm, digest.data(), digest.size(), signature.data(), signature.size()) ==
                     PSA_SUCCESS,
                 "no signature");
    };
    return compare(rounds, 20, check, bare);
}

std::string as_json(Figures const& figures) {
    return fmt::format(R"({{"checked":[{:.1f}],"bare":[{:.1f}],"heap":{},"left":{}}})", fmt::join(figures.checked, ","),
                       fmt::join(figures.bare, ","), figures.heap, figures.left);
}

}  // namespace

int main(int argc, char** argv) {
    auto const rounds = argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : 5U;
    need(rounds >= 1 && rounds <= 1000, "usage: age_bench ROUNDS (1 to 1000)");
    fmt::print(R"({{"token":{},"mdoc":{}}})"
               "\n",
               as_json(tokens(rounds)), as_json(documents(rounds)));
}
