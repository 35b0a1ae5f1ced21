// Gatekeeper: from what happened to what the kernel holds. Answers stand in gatekeeper_ask.cpp, changes that people ask
// for in gatekeeper_change.cpp, proofs of age in gatekeeper_age.cpp.
#include "gatekeeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/whole_file.h"
#include "build_info.h"
#include "dhcp_names.h"

namespace kindgate::control {

namespace {

constexpr std::chrono::minutes flush_interval{5};
constexpr std::chrono::seconds trust_interval{1};
constexpr std::chrono::seconds asked_interval{20};
constexpr std::chrono::seconds asked_lease{60};
constexpr std::chrono::milliseconds first_backoff{50};
constexpr std::chrono::milliseconds longest_backoff{1000};
// Somebody who changes the table again and again is answered, but not at any price.
constexpr std::chrono::milliseconds restore_interval{250};
// Time services step by less now and then; nobody needs to hear of it.
constexpr std::chrono::seconds jump_worth_telling{1};

std::chrono::nanoseconds difference(Moment const& now) {
    return now.calendar.time_since_epoch() - now.steady.time_since_epoch();
}

template <typename Time>
void earlier(std::optional<Time>& soonest, std::optional<Time> const& other) {
    if (other && (!soonest || *other < *soonest)) soonest = other;
}

ProofDesk::Settings desk_settings(Board const& board) {
    auto const name = board.public_name ? board.public_name->text() : std::string{};
    return {board.state_directory / "age.keys", name,
            name.empty() ? std::string{} : fmt::format("https://{}:{}", name, kernel::tls_port)};
}

std::string how_far(std::chrono::nanoseconds jump) {
    auto const seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(jump)).count();
    auto const text = seconds < 120      ? fmt::format("{} seconds", seconds)
                      : seconds < 7200   ? fmt::format("{} minutes", seconds / 60)
                      : seconds < 172800 ? fmt::format("{} hours", seconds / 3600)
                                         : fmt::format("{} days", seconds / 86400);
    return text + (jump.count() < 0 ? " back" : " ahead");
}

}  // namespace

Gatekeeper::Gatekeeper(Board board, Parts parts, Hooks hooks)
    : board_(std::move(board)),
      parts_(parts),
      hooks_(std::move(hooks)),
      events_(parts.clock),
      store_(board_.policy_file, board_.state_directory, parts.ledger, events_),
      names_(board_, parts.ledger, events_),
      certificate_(board_, events_),
      devices_(parts.ledger, events_, {board_.slots, board_.newcomers_per_minute}),
      overrides_(parts.ledger),
      proofs_(parts.ledger),
      desk_(desk_settings(board_)),
      counts_(parts.ledger),
      reporter_({board_.data_directory / "report.textproto", std::string{version()}, board_family()}, parts.ledger,
                parts.web, parts.random, events_),
      summary_(parts.ledger, parts.random),
      enforcer_(parts.table),
      news_(events_) {}

Result<void> Gatekeeper::start() {
    auto contents = KG_TRY(parts_.ledger.read());
    auto const& damage = parts_.ledger.damage();
    if (!damage.empty()) events_.tell(v1::Event::LEDGER_DAMAGED, damage);
    auto const at = parts_.clock.now();
    clock_difference_ = difference(at);
    trust_ = Trust{contents.last_trusted, build_time()};
    next_flush_ = at.steady + flush_interval;
    next_minute_ = at.steady;
    others_asked_ = at.steady;
    bool const flows_unknown = contents.devices.empty();
    devices_.load(std::move(contents.devices), flows_unknown);
    overrides_.load(std::move(contents.overrides));
    proofs_.load(std::move(contents.proofs));
    desk_.start();
    KG_TRY(reporter_.start());
    parts_.usage.on_answer([this](auto const& uses) { used(uses); });
    // What was shown isn't known any more, so what was asked for before opens nothing.
    if (!damage.empty()) desk_.forget_challenges();
    names_.start(std::move(contents.categories));
    store_.start(at.instant());
    policy_changed();

    KG_TRY(parts_.table.resync());
    parts_.table.on_foreign_change([this] { foreign_change(); });
    read_dhcp_leases();
    // Who is where decides about devices placed by network: known before anything is enforced, or a restart would cut
    // them.
    KG_TRY(start_watching_network());
    devices_.let_in_all();
    check_trust();
    certificate_changed();
    started_ = true;
    KG_TRY(replan_for_caller());
    events_.tell(v1::Event::STARTED, fmt::format("kindgated {} enforces", version()));
    stamp(Trust::When::if_due);
    return {};
}

Result<void> Gatekeeper::start_watching_network() {
    for (auto const& interface : board_.lan) links_[interface] = {};
    kernel::Neighbours::Callbacks callbacks;
    callbacks.neighbour = [this](kernel::Neighbour const& one) {
        if (devices_.seen(one, now())) replan_soon();
    };
    callbacks.resynced = [this](std::vector<kernel::Neighbour> const& all) {
        if (devices_.seen_all(all, now())) replan_soon();
    };
    callbacks.link = [this](kernel::Link const& link) { link_changed(link); };
    KG_TRY(parts_.neighbours.start(board_.lan, std::move(callbacks)));
    for (auto const& [interface, link] : links_)
        if (!link.up) spdlog::warn("the LAN interface {} is not up: kindgated waits for it", interface);
    return {};
}

void Gatekeeper::link_changed(kernel::Link const& link) {
    auto const found = links_.find(link.interface);
    if (found == links_.end()) return;
    auto const before = std::exchange(found->second, {link.up, link.index});
    if (!started_) return;
    // Its index stands in the kernel's table, its addresses in what the front answers.
    replan_soon();
    if (before.up == link.up) return;
    events_.tell(v1::Event::LINK_CHANGED,
                 fmt::format("the LAN interface {} is {}", link.interface, link.up ? "up" : "down or gone"));
}

void Gatekeeper::stop() {
    devices_.flush(now());
    stamp(Trust::When::now);
    if (!released_)
        events_.tell(v1::Event::STOPPING,
                     "kindgated ends: leases stay and run out by themselves, none is given any more");
}

Situation Gatekeeper::situation() const {
    std::vector<std::uint32_t> indexes;
    for (auto const& [interface, link] : links_)
        if (link.index != 0) indexes.push_back(link.index);
    return {.policy = store_.policy(),
            .devices = devices_.planned(),
            .overrides = overrides_.all(),
            .proofs = proofs_.planned(devices_),
            .untrusted_clock = trusted_ ? std::nullopt : std::optional{board_.untrusted_clock},
            .lan = board_.lan,
            .lan_index = FlatSet<std::uint32_t>{std::move(indexes)},
            .slots = devices_.slots(),
            .names = names_.names(),
            .ids = names_.ids(),
            .asks_others_until = board_.dns_for_everybody ? std::optional{others_asked_ + asked_lease} : std::nullopt};
}

void Gatekeeper::replan_soon() {
    news_pending_ = true;
    if (started_) hooks_.rearm();
}

Result<kernel::Applied> Gatekeeper::replan_for_caller() {
    if (released_) return kernel::Applied{};
    news_pending_ = false;
    check_trust();
    end_overrides_in_time();
    auto applied = enforce();
    if (applied.ok())
        took_effect(*applied);
    else
        failed(applied.error());
    // The kernel first: what the front answers, the kernel lets through.
    publish();
    news_.update(situation(), enforcer_.plan(), devices_, now());
    hooks_.rearm();
    return applied;
}

// A plan may free slots that others wait for: until nobody can be helped any more.
Result<kernel::Applied> Gatekeeper::enforce() {
    kernel::Applied sum;
    devices_.admit(parts_.clock.now());
    // Not with every plan: that would change thousands of leases for one word.
    if (auto const at = parts_.clock.now().steady; at >= others_asked_ + asked_interval) others_asked_ = at;
    do {
        enforcer_.replan(situation(), parts_.clock.now());
        if (table_unknown_) KG_TRY(parts_.table.resync());
        table_unknown_ = false;
        auto const applied = KG_TRY(enforcer_.apply());
        sum.changes += applied.changes;
        sum.installed = sum.installed || applied.installed;
        change_flows();
    } while (devices_.admit(parts_.clock.now()));
    return sum;
}

// Only now, when new flows get their new slot already. What fails is tried again after the next plan.
void Gatekeeper::change_flows() {
    while (!devices_.flow_changes().empty()) {
        auto const change = devices_.flow_changes().front();
        // Those that end go together: a school's first start ends thousands.
        std::vector<Slot> ending;
        for (auto const& other : devices_.flow_changes()) {
            if (other.to.valid()) break;
            ending.push_back(other.from);
        }
        auto const done = ending.empty() ? parts_.flows.move(change.from, change.to) : parts_.flows.end(ending);
        if (!done.ok()) return spdlog::warn("flows keep an old slot for now: {}", done.error().message());
        devices_.flows_changed(std::max<std::size_t>(ending.size(), 1));
    }
}

void Gatekeeper::check_trust() {
    bool const trusted = trust_.judge(parts_.clock);
    next_trust_check_ = parts_.clock.now().steady + trust_interval;
    if (trusted == trusted_) return;
    trusted_ = trusted;
    if (trusted) {
        events_.tell(v1::Event::CLOCK_TRUSTED, "the time is known: windows apply again");
        return stamp(Trust::When::now);
    }
    reporter_.stand_still();
    events_.tell(v1::Event::CLOCK_UNTRUSTED,
                 fmt::format("the time can't be trusted: profiles with windows are {} until a time source is heard "
                             "(untrusted_clock in the board file)",
                             in_words(board_.untrusted_clock)));
}

void Gatekeeper::end_overrides_in_time() {
    if (!trusted_) return;
    for (auto const& ended : overrides_.take_ended(now())) tell_ended(ended, "ran out");
}

void Gatekeeper::took_effect(kernel::Applied const& applied) {
    if (!in_force_ && started_ && backoff_.count() != 0)
        events_.tell(v1::Event::TABLE_RESTORED, "the kernel takes the table again: everything is in force");
    else if (in_force_ && applied.installed)
        events_.tell(v1::Event::TABLE_RESTORED, "the kernel's table was gone or changed: it is whole again");
    in_force_ = true;
    backoff_ = {};
    retry_.reset();
    if (applied.installed) parts_.front.reinstall_leases();
}

void Gatekeeper::failed(Error const& error) {
    if (backoff_.count() == 0)
        events_.tell(
            v1::Event::TABLE_LOST,
            fmt::format("the kernel refuses the plan, what it held before stays in force: {}", error.message()));
    in_force_ = false;
    table_unknown_ = true;
    backoff_ = backoff_.count() == 0 ? first_backoff : std::min(backoff_ * 2, longest_backoff);
    retry_ = parts_.clock.now().steady + backoff_;
}

void Gatekeeper::foreign_change() {
    table_unknown_ = true;
    retry_ = parts_.clock.now().steady;
    if (restored_) retry_ = std::max(*retry_, *restored_ + restore_interval);
    hooks_.rearm();
}

void Gatekeeper::restore() {
    restored_ = parts_.clock.now().steady;
    bool const was_in_force = in_force_;
    auto const applied = replan_for_caller();
    // Only elements were missing: told here; a whole table is told by took_effect().
    if (applied.ok() && was_in_force && applied->changes != 0 && !applied->installed)
        events_.tell(v1::Event::TABLE_RESTORED, "somebody changed the kernel's table: it is whole again");
}

Wake Gatekeeper::wake() const {
    Wake wake;
    if (released_) return wake;
    wake.calendar = enforcer_.wake();
    if (auto const end = overrides_.next_end(); end && trusted_) earlier(wake.calendar, std::optional<Calendar>{*end});
    wake.steady = std::min({next_flush_, next_minute_, trust_.next_stamp()});
    if (!trusted_) earlier(wake.steady, std::optional{next_trust_check_});
    if (news_pending_) wake.steady = parts_.clock.now().steady;
    earlier(wake.steady, retry_);
    earlier(wake.steady, devices_.next_admission());
    if (board_.dns_for_everybody) earlier(wake.steady, std::optional{others_asked_ + asked_interval});
    return wake;
}

void Gatekeeper::tick() {
    if (released_) return;
    tick_edge();
    auto const at = parts_.clock.now();
    tick_table(at);
    tick_minute(at);
    tick_ledger(at);
    hooks_.rearm();
}

void Gatekeeper::tick_edge() {
    auto const at = parts_.clock.now();
    if (enforcer_.approaching(at)) {
        auto const reached = enforcer_.approach(situation(), parts_.clock);
        if (!reached.ok()) spdlog::warn("what was prepared for the edge failed: {}", reached.error().message());
        if (!reached.ok() || *reached) replan();
    } else if (auto const end = overrides_.next_end(); trusted_ && end && *end <= at.calendar) {
        replan();
    }
}

void Gatekeeper::tick_table(Moment const& at) {
    if (!trusted_ && at.steady >= next_trust_check_) {
        next_trust_check_ = at.steady + trust_interval;
        if (trust_.judge(parts_.clock)) replan();
    }
    if (retry_ && at.steady >= *retry_) {
        retry_.reset();
        restore();
    } else if (auto const next = devices_.next_admission();
               news_pending_ || (next && at.steady >= *next) ||
               (board_.dns_for_everybody && at.steady >= others_asked_ + asked_interval)) {
        replan();
    }
}

void Gatekeeper::tick_ledger(Moment const& at) {
    if (at.steady >= next_flush_) {
        next_flush_ = at.steady + flush_interval;
        devices_.flush(at.instant());
        if (trusted_ && store_.policy()) proofs_.forget(devices_, at.instant(), today());
        static_cast<void>(certificate());  // one that has expired is told
    }
    if (at.steady >= trust_.next_stamp()) stamp(Trust::When::if_due);
}

void Gatekeeper::stamp(Trust::When when) {
    auto const due = trust_.stamp(parts_.clock, when);
    bool written = false;
    if (due) {
        auto const stamped = parts_.ledger.set_last_trusted(*due);
        written = stamped.ok();
        if (!written) spdlog::warn("the trusted time can't be kept: {}", stamped.error().message());
    }
    trust_.stamped(parts_.clock.now(), written);
}

void Gatekeeper::clock_changed() {
    auto const at = parts_.clock.now();
    auto const jump = difference(at) - clock_difference_;
    clock_difference_ = difference(at);
    if (jump < -jump_worth_telling) desk_.forget_challenges();
    if (std::chrono::abs(jump) >= jump_worth_telling)
        events_.tell(v1::Event::CLOCK_JUMPED,
                     fmt::format("the clock jumped {}: everything is planned anew", how_far(jump)));
    replan();
}

void Gatekeeper::policy_file_changed() {
    if (released_ || !store_.reread(now())) return;
    policy_changed();
    replan();
}

void Gatekeeper::policy_changed() {
    devices_.set_policy(store_.policy(), now());
    names_.set_policy(store_.policy(), now());
    reporter_.set_policy(store_.policy());
    counts_.set_keep(store_.policy() ? store_.policy()->reports.keep : std::chrono::days{0});
    counts_forgotten_ = {};  // it may keep less
    hooks_.packs();
}

void Gatekeeper::pack_file_changed() {
    if (!released_ && names_.reread(now())) replan();
}

void Gatekeeper::resolver_changed(std::string const& resolver, bool answers) {
    events_.tell(v1::Event::RESOLVER_CHANGED,
                 answers
                     ? fmt::format("the resolver {} answers again", resolver)
                     : fmt::format("the resolver {} doesn't answer: names are asked of the others of the board file, "
                                   "if there are any",
                                   resolver));
}

void Gatekeeper::name_refused(Slot slot, CategoryId category, std::string const& domain) {
    auto const* const holder = holder_of(slot);
    if (holder == nullptr || !holder->profile || !store_.policy()) return;
    auto const& device = *holder;
    auto const what = std::string{names_.ids().name_of(category)};
    if (what == policy::vpn_category || what == policy::encrypted_dns_category) attempted(device.id());
    if (store_.policy()->profiles[*device.profile].visibility == policy::Visibility::nothing) return;
    auto const named = domain.empty() ? what : what.empty() ? domain : fmt::format("{} ({})", domain, what);
    if (named.empty()) return;
    events_.tell(
        v1::Event::NAME_REFUSED, fmt::format("{} was refused {}", display_name(device), named),
        {.profile = store_.policy()->profiles[*device.profile].id, .device = device.id(), .mode = {}, .until = {}});
}

void Gatekeeper::leases_refused(Error const& why) {
    events_.tell(v1::Event::LEASE_REFUSED,
                 fmt::format("the kernel takes no lease of an address: devices that may reach resolved addresses only "
                             "get no answer: {}",
                             why.message()));
}

void Gatekeeper::dhcp_leases_changed() {
    read_dhcp_leases();
}

void Gatekeeper::read_dhcp_leases() {
    if (board_.dhcp_leases.empty()) return;
    auto const text = read_file(board_.dhcp_leases, largest_lease_file);
    if (text.ok()) devices_.set_host_names(parse_dhcp_leases(*text));
}

}  // namespace kindgate::control
