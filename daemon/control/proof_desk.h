// Where devices show proofs of age: what a proof has to answer, whether it does, and how often one may try. It decides
// nothing about a category: who asks for what age, and whether a proof is of use now, others have found out.
// docs/age.md says what binds a proof to a gate, a device, a category and a time.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "age/http_auth.h"
#include "age/openid4vp.h"
#include "age/proof.h"
#include "base/ids.h"
#include "control/clock.h"
#include "crypto/hmac.h"
#include "ledger/ledger.h"
#include "policy/model.h"

namespace kindgate::control {

// What is kept of the gate's own: 64 random octets, in a file of the state directory. With them a token that was asked
// for before a restart still opens.
class ProofKeys {
public:
    // A file that isn't there, or isn't one, is written anew; one that can't be read now is left, and without a disk
    // the keys last as long as the daemon.
    explicit ProofKeys(std::filesystem::path file) : file_(std::move(file)) {}

    void load();
    // No challenge that was given holds any more. After the calendar went back old ones would hold again.
    void renew_challenges();

    ByteView for_challenges() const { return ByteView{keys_}.first(32); }
    ByteView for_digests() const { return ByteView{keys_}.last(32); }

private:
    void write() const;

    std::filesystem::path file_;
    std::array<std::uint8_t, 64> keys_{};
};

// How often proofs may be tried: a burst, then some a minute; by device, and all together.
class ProofLimiter {
public:
    // `cost`: of all together, where a token's signature is 1.
    bool take(Slot slot, Steady::time_point now, double cost);

private:
    struct Bucket {
        double tokens = 0;
        Steady::time_point filled{};
        bool take(Steady::time_point now, double cost, double most, double a_second);
    };
    std::unordered_map<std::uint16_t, Bucket> by_slot_;
    std::optional<Bucket> all_;
};

// A device before an age gate. Borrows.
struct Asking {
    Slot slot;
    std::string_view device;  // id
    policy::AgeGate const& gate;
    age::Trust const& trust;
    Moment now;
};

enum class WalletAnswerMode : std::uint8_t { direct_post, direct_post_jwt };

class ProofDesk {
public:
    struct Settings {
        std::filesystem::path keys;
        std::string name;  // the gate's public one; "" : it has none
        std::string site;  // "https://gate.example:5443", where wallets answer; "" : none is asked
    };
    explicit ProofDesk(Settings settings) : settings_(std::move(settings)), keys_(settings_.keys) {}

    void start() { keys_.load(); }
    // Tokens that were asked for until now open nothing.
    void forget_challenges() { keys_.renew_challenges(); }

    // One for each key that is trusted for the gate's age or more; those that prove the least come first. None: no
    // token opens it.
    std::vector<age::AuthChallenge> challenges(Asking const& asking) const;
    age::Verdict check_token(Asking const& asking, ByteView token);

    // A wallet is of use here.
    bool asks_wallets(Asking const& asking) const;
    struct WalletRequest {
        age::WalletQuestion question;
        std::string request_uri;  // gives the request object
    };
    // Good for one answer within two minutes. None: too often, or too many at once.
    std::optional<WalletRequest> ask_wallet(Asking const& asking, WalletAnswerMode mode);
    // By reference: of a question that is open. None: there is no such.
    std::optional<std::string> request_object(std::string_view id, Moment const& now);

    struct Conversation {
        age::WalletQuestion question;
        std::optional<crypto::AgreementKey> key;  // of answers that are encrypted
        Slot slot;
        std::string device;  // id
        std::string category;
        Steady::time_point until{};
    };
    // Ends the question: whatever the answer, there is no second one. None: there is no such, any more.
    std::optional<Conversation> take_conversation(std::string_view id, Moment const& now);
    age::Verdict check_document(Asking const& asking, Conversation const& conversation, std::string_view body);

    // What is remembered of an accepted proof.
    ledger::ShownOnce shown(age::Verdict const& verdict, Moment const& now) const;

private:
    age::Verdict check(Asking const& asking, age::Proof const& proof);
    Bytes context(Asking const& asking, std::int64_t window) const;
    void drop_old(Slot slot, Moment const& now);

    Settings settings_;
    ProofKeys keys_;
    ProofLimiter limiter_;
    std::map<std::string, Conversation, std::less<>> conversations_;  // by state
};

}  // namespace kindgate::control
