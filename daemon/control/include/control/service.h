// What can be asked of the gate: the API (api/ paths over HTTP) and later the web page speak to this. Messages are
// those of proto/kindgate/v1/api.proto. All calls on the control thread; none blocks longer than one ledger write.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "age/http_auth.h"
#include "age/verdict.h"
#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "policy/model.h"
#include "policy/names_file.h"

namespace kindgate::v1 {
class CategoriesClosed;
class ClockAnswer;
class Devices;
class Event;
class Explanation;
class GiveOverride;
class Leases;
class MakeSummary;
class MoveClock;
class Override;
class Overrides;
class PlaceDevice;
class PolicyAnswer;
class PolicyRevisions;
class ReportFigures;
class ReportPreview;
class ReportStatus;
class ReportSummary;
class SeenDevice;
class Status;
class Timeline;
}  // namespace kindgate::v1

namespace kindgate::crypto {
class TlsIdentity;
}

namespace kindgate::control {

// Who asks, by peer credentials. The API checks may_change before it calls anything that changes something.
struct Caller {
    std::string user;  // name, else "uid 1234"
    bool may_change = false;
};

// Exactly one is not empty. Device: id or hardware address.
struct Who {
    std::string device;
    std::string profile;
};

struct PolicyText {
    std::string text;
    std::string revision;  // the ETag
};

// A policy that was checked: `error` is empty if it is good; then `warnings` may still say something.
struct PolicyVerdict {
    std::string error;
    ErrorCode code = ErrorCode::invalid_input;
    std::vector<std::string> details;  // "file:line:column: what: what to do", one each
    std::vector<std::string> warnings;
    std::string revision;
    std::shared_ptr<policy::Policy const> policy;  // null: wrong
};

// An age gate of a device.
struct GateFacts {
    std::string category;
    std::optional<age::Reason> reason{};  // accepted: it is open; why what was shown opens nothing; none: nothing was
    std::uint8_t min_age = 0;  // years: where open those that were proved, else those that are asked for; 0: no gate
    std::optional<policy::Instant> until{};        // where open
    std::string until_text{};                      // "until 15:00"
    std::vector<age::AuthChallenge> challenges{};  // that tokens answer; empty: none opens it
    bool wallet = false;                           // a wallet may show a document

    bool open() const { return reason == age::Reason::accepted; }
    std::string_view word() const { return reason ? age::word(*reason) : "closed"; }
    std::string text() const;  // a sentence without its full stop
};

// How a wallet is asked (OpenID4VP 1.0).
struct WalletFacts {
    std::string request;         // the authorization request as JSON
    std::string link;            // the same as a link that opens a wallet on this device
    std::string request_uri;     // gives it by reference
    std::string reference_link;  // for a QR code; "" where no other device may show one
};

// What the gate's page tells a device about a web request.
struct PageFacts {
    std::string device;  // its name; "" : unknown
    std::string name;    // that was asked for; "" : the gate itself, or none that makes sense: about the device's mode
    bool passes = false;
    policy::Mode mode = policy::Mode::off;
    std::string because;  // a sentence without its full stop
    std::string until;    // "until tomorrow 07:00"; "" : no end in sight
    std::string contact;  // URI; "" : nobody
    std::vector<policy::Helpline> helplines;
    std::string site{};  // where its links lead, "http://gate.example"; "" : on the page's own site
    // Of the device, for the gate's own page; of the name, where a gate closes it.
    std::vector<GateFacts> gates{};
    bool reports = false;  // the house takes part in statistics
};

// What a device is told of its access (RFC 8908, 5).
struct PortalFacts {
    bool captive = true;                              // no access
    std::optional<std::chrono::seconds> remaining{};  // of access; none: no end within a week, or none that is known
};

class Service {
public:
    virtual ~Service() = default;

    virtual v1::Status status() = 0;
    virtual v1::Devices devices() = 0;
    virtual v1::Leases leases() = 0;
    virtual Result<v1::SeenDevice> place(Mac mac, v1::PlaceDevice const& request, Caller const& caller) = 0;

    // `at`, `from`, `to`: as people write them (policy/calendar.h); `at` empty: now. `domain` empty: about the mode.
    virtual Result<v1::Explanation> explain(Who const& who, std::string_view at, std::string_view domain) = 0;
    virtual Result<v1::Timeline> timeline(Who const& who, std::string_view from, std::string_view to) = 0;

    virtual v1::Overrides overrides() = 0;
    virtual Result<v1::Override> give(v1::GiveOverride const& request, Caller const& caller) = 0;
    virtual Result<v1::Override> end_override(std::uint64_t id, Caller const& caller) = 0;
    virtual Result<v1::Overrides> end_overrides_of(std::string_view who, Caller const& caller) = 0;

    virtual Result<PolicyText> policy() = 0;
    virtual Result<v1::PolicyRevisions> policy_revisions() = 0;
    virtual Result<PolicyText> policy_revision(std::string_view revision) = 0;
    virtual PolicyVerdict validate(std::string_view text) = 0;
    // `if_match`: revision that the caller read; empty: whatever is in force.
    virtual PolicyVerdict replace_policy(std::string_view text, std::string_view if_match, Caller const& caller) = 0;

    // For a web request of this slot with this host name; "" : of the gate itself.
    virtual PageFacts page(Slot slot, std::string_view host) = 0;
    virtual PortalFacts portal(Slot slot) = 0;
    // What is shown to who connects by TLS. Null: there is none, or it has expired.
    virtual std::shared_ptr<crypto::TlsIdentity const> certificate() = 0;

    // A slot's age gates. `category`: whatever somebody wrote.
    virtual GateFacts gate(Slot slot, std::string_view category) = 0;
    // A Privacy Pass token, encoded. Opens the category if it is good: in force when this returns.
    virtual GateFacts show_token(Slot slot, std::string_view category, ByteView token) = 0;
    // `encrypted`: the wallet's answer shall be. No such gate: not_found; nothing opens now: forbidden; too often:
    // conflict.
    virtual Result<WalletFacts> ask_wallet(Slot slot, std::string_view category, bool encrypted) = 0;
    // By the id in its request_uri; none: no such question is open.
    virtual std::optional<std::string> wallet_request(std::string_view id) = 0;
    // What a wallet posted to the response_uri with this id. `slot`: who posted it.
    virtual GateFacts show_document(Slot slot, std::string_view id, std::string_view body) = 0;
    // Closes what proofs have opened for a profile, device or "all". Empty category: every one.
    virtual Result<v1::CategoriesClosed> close_opened(std::string_view who, std::string_view category,
                                                      Caller const& caller) = 0;
    // Of a device by its id or hardware address.
    virtual Result<Slot> slot_of(std::string_view device) = 0;

    // Statistics (docs/report.md).
    virtual v1::ReportStatus report_status() = 0;
    virtual v1::ReportPreview report_preview() = 0;
    virtual Result<v1::ReportStatus> switch_reports(bool on, Caller const& caller) = 0;
    // Local dates; empty: as far as there is anything.
    virtual Result<v1::ReportFigures> report_figures(std::string_view from, std::string_view to) = 0;
    virtual Result<v1::ReportSummary> report_summary(v1::MakeSummary const& request) = 0;
    // What waits is sent now: the lab board alone.
    virtual Result<v1::ReportStatus> send_reports(Caller const& caller) = 0;

    // Takes the table away and ends the daemon.
    virtual Result<void> release(Caller const& caller) = 0;
    virtual Result<v1::ClockAnswer> move_clock(v1::MoveClock const& request, Caller const& caller) = 0;

    // Events from now on, until the returned token is destroyed.
    virtual std::shared_ptr<void> subscribe(std::function<void(v1::Event const&)> listener) = 0;
};

}  // namespace kindgate::control
