#include "proof_desk.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "age/mdoc.h"
#include "age/token.h"
#include "base/descriptor.h"
#include "base/whole_file.h"
#include "crypto/secret.h"

namespace kindgate::control {

namespace {

// RFC 9577, 5.5, leaves the choice: short, so that a token is of little use to anybody else; long enough for a child to
// find a code. A token holds in the window that it was asked for in, and in the next.
constexpr std::chrono::minutes window_length{5};
constexpr std::chrono::minutes conversation_length{2};
// The time that is known after a power cut may be as old as the last stamp of it (trust.cpp), and some more.
constexpr std::chrono::minutes forgotten_clock{20};
constexpr std::size_t most_conversations = 256;
constexpr std::size_t most_of_a_device = 4;

constexpr double burst_of_a_device = 10;
constexpr double a_second_of_a_device = 1.0 / 6;
constexpr double burst_of_all = 20;
constexpr double a_second_of_all = 10;
// A document's signatures take as long as those of some tokens, tens of milliseconds on a small router.
constexpr double cost_of_a_token = 1;
constexpr double cost_of_a_document = 5;

std::int64_t window_of(policy::Instant at) {
    return std::chrono::floor<std::chrono::minutes>(at.time_since_epoch()) / window_length;
}

Bytes number(std::uint64_t value) {
    Bytes bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift & 0xffU));
    return bytes;
}

std::string random_text(std::size_t octets) {
    Bytes bytes(octets);
    crypto::fill_at_random(bytes);
    return base64url_unpadded(bytes);
}

}  // namespace

void ProofKeys::load() {
    auto const kept = read_file(file_, keys_.size());
    bool const usable = kept.ok() && kept->size() == keys_.size();
    if (usable)
        std::ranges::copy(bytes_of(*kept), keys_.begin());
    else
        crypto::fill_at_random(keys_);
    // What can't be read now may be read again later: it stays.
    if (usable || (!kept.ok() && kept.error().code() == ErrorCode::system)) return;
    write();
}

void ProofKeys::renew_challenges() {
    crypto::fill_at_random(std::span{keys_}.first(32));
    write();
}

void ProofKeys::write() const {
    // For nobody else from its first octet on: replace_file() keeps the mode that is there.
    if (Descriptor const made{::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
        made.open())
        static_cast<void>(::fchmod(made.get(), S_IRUSR | S_IWUSR));
    auto const written = replace_file(file_, text_of(keys_));
    if (written.ok()) return;
    // Old keys that came back after a restart would let old challenges hold again.
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
    spdlog::warn("proofs of age that are asked for now open nothing after a restart: {}", written.error().message());
}

bool ProofLimiter::Bucket::take(Steady::time_point now, double cost, double most, double a_second) {
    auto const passed = std::chrono::duration<double>(now - filled).count();
    tokens = std::min(most, tokens + passed * a_second);
    filled = now;
    if (tokens < cost) return false;
    tokens -= cost;
    return true;
}

bool ProofLimiter::take(Slot slot, Steady::time_point now, double cost) {
    auto const fresh = [&](double burst) { return Bucket{burst, now}; };
    auto& own = by_slot_.try_emplace(slot.number(), fresh(burst_of_a_device)).first->second;
    // Who tries too often takes nothing from others.
    if (!own.take(now, 1, burst_of_a_device, a_second_of_a_device)) return false;
    if (!all_) all_ = fresh(burst_of_all);
    return all_->take(now, cost, burst_of_all, a_second_of_all);
}

// docs/age.md, "What binds a token".
Bytes ProofDesk::context(Asking const& asking, std::int64_t window) const {
    auto const digest =
        crypto::hmac_sha256(keys_.for_challenges(),
                            {bytes_of("kindgate age v1"), number(asking.slot.number()), number(asking.device.size()),
                             bytes_of(asking.device), number(asking.gate.category.size()),
                             bytes_of(asking.gate.category), number(static_cast<std::uint64_t>(window))});
    return {digest.begin(), digest.end()};
}

std::vector<age::AuthChallenge> ProofDesk::challenges(Asking const& asking) const {
    std::vector<age::Issuer const*> issuers;
    for (auto const& issuer : asking.trust.issuers)
        if (asking.gate.tokens && issuer.min_age >= asking.gate.min_age) issuers.push_back(&issuer);
    std::ranges::stable_sort(issuers, {}, [](auto const* issuer) { return issuer->min_age; });
    auto const now = asking.now.instant();
    auto const window = window_of(now);
    auto const left = policy::Instant{window_length * (window + 2)} - now;
    std::vector<age::AuthChallenge> all;
    auto const bound = issuers.empty() ? Bytes{} : context(asking, window);
    for (auto const* const issuer : issuers)
        for (auto const& key : issuer->keys)
            all.push_back({age::challenge_for(*issuer, settings_.name, bound).encoded(), key.spki(),
                           static_cast<unsigned>(left.count())});
    return all;
}

// Whatever its kind: a third one differs in what it is made of, and in its cost.
age::Verdict ProofDesk::check(Asking const& asking, age::Proof const& proof) {
    if (!asking.gate.takes(proof.kind())) return age::refused(age::Reason::not_allowed);
    auto const cost = proof.kind() == age::Kind::token ? cost_of_a_token : cost_of_a_document;
    if (!limiter_.take(asking.slot, asking.now.steady, cost)) return age::refused(age::Reason::too_often);
    return proof.check(asking.trust, {asking.gate.min_age, asking.now.instant()});
}

age::Verdict ProofDesk::check_token(Asking const& asking, ByteView token) {
    auto const window = window_of(asking.now.instant());
    auto verdict =
        check(asking, age::TokenProof{{token.begin(), token.end()},
                                      {settings_.name, {context(asking, window), context(asking, window - 1)}}});
    // However late in its window it was asked for, and if the clock was set back by what a power cut may make of it.
    verdict.dies = policy::Instant{window_length * (window + 2)} + forgotten_clock;
    return verdict;
}

bool ProofDesk::asks_wallets(Asking const& asking) const {
    return !settings_.site.empty() && asking.gate.documents && !asking.trust.providers.empty();
}

void ProofDesk::drop_old(Slot slot, Moment const& now) {
    std::erase_if(conversations_, [&](auto const& one) { return one.second.until <= now.steady; });
    auto const of_device = [&](auto const& one) { return one.second.slot == slot; };
    while (static_cast<std::size_t>(std::ranges::count_if(conversations_, of_device)) >= most_of_a_device) {
        auto oldest = conversations_.end();
        for (auto one = conversations_.begin(); one != conversations_.end(); ++one)
            if (of_device(*one) && (oldest == conversations_.end() || one->second.until < oldest->second.until))
                oldest = one;
        conversations_.erase(oldest);
    }
}

std::optional<ProofDesk::WalletRequest> ProofDesk::ask_wallet(Asking const& asking, WalletAnswerMode mode) {
    // An encrypted answer's key takes as long as a signature.
    if (!limiter_.take(asking.slot, asking.now.steady, cost_of_a_token)) return std::nullopt;
    drop_old(asking.slot, asking.now);
    if (conversations_.size() >= most_conversations) return std::nullopt;
    auto const state = random_text(16);
    Conversation conversation;
    auto& question = conversation.question;
    question.state = state;
    question.nonce = random_text(32);
    question.response_uri = fmt::format("{}/age/response/{}", settings_.site, state);
    question.min_age = asking.gate.min_age;
    for (auto const& provider : asking.trust.providers)
        if (std::ranges::find(question.types, provider.doc_type) == question.types.end())
            question.types.push_back(provider.doc_type);
    if (mode == WalletAnswerMode::direct_post_jwt) {
        conversation.key = crypto::AgreementKey::at_random(crypto::Curve::p256);
        question.encrypt_to = conversation.key->public_key();
    }
    conversation.slot = asking.slot;
    conversation.device = asking.device;
    conversation.category = asking.gate.category;
    conversation.until = asking.now.steady + conversation_length;
    WalletRequest request{question, fmt::format("{}/age/request/{}", settings_.site, state)};
    conversations_.emplace(state, std::move(conversation));
    return request;
}

std::optional<std::string> ProofDesk::request_object(std::string_view id, Moment const& now) {
    auto const found = conversations_.find(id);
    if (found == conversations_.end() || found->second.until <= now.steady) return std::nullopt;
    return age::request_object(found->second.question);
}

std::optional<ProofDesk::Conversation> ProofDesk::take_conversation(std::string_view id, Moment const& now) {
    auto const found = conversations_.find(id);
    if (found == conversations_.end()) return std::nullopt;
    auto conversation = std::move(found->second);
    conversations_.erase(found);
    if (conversation.until <= now.steady) return std::nullopt;
    return conversation;
}

age::Verdict ProofDesk::check_document(Asking const& asking, Conversation const& conversation, std::string_view body) {
    auto const answer = age::read_wallet_answer(body, conversation.key ? &*conversation.key : nullptr);
    if (!answer.ok()) return age::refused(age::Reason::malformed);
    if (!answer->state.empty() && answer->state != conversation.question.state)
        return age::refused(age::Reason::wrong_challenge);
    return check(asking, age::MdocProof{answer->response, conversation.question.transcript()});
}

ledger::ShownOnce ProofDesk::shown(age::Verdict const& verdict, Moment const& now) const {
    auto const digest =
        crypto::hmac_sha256(keys_.for_digests(), {bytes_of("kindgate age shown v1"), verdict.replay_digest});
    // A document is good in its last second, too.
    return {digest, verdict.dies.value_or(now.instant()) + std::chrono::seconds{1}};
}

}  // namespace kindgate::control
