#include "kernel/nft_table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "contract.h"
#include "foreign_changes.h"
#include "table_reader.h"

namespace kindgate::kernel {

namespace {

// Only what is to be added can be wrong: the rest is in the kernel already.
Result<void> check(Changes const& changes) {
    for (auto const& name : changes.add.lan)
        if (name.empty() || name.size() > 15 || name.find_first_of(" \t\n/") != std::string::npos)
            return Error{
                ErrorCode::invalid_input,
                fmt::format("'{}' can't be the name of an interface: write 1 to 15 characters without spaces or '/'",
                            name)};
    if (std::ranges::find(changes.add.lan_index, 0U) != changes.add.lan_index.end())
        return Error{ErrorCode::invalid_input,
                     "0 can't be the index of an interface: leave out those that aren't there"};
    std::optional<SlotCategory> bad;
    auto const look_at_use = [&](SlotCategory use) {
        if (!use.slot.valid() || use.category > category_always_reachable) bad = use;
    };
    auto const look = [&](Slot slot) { look_at_use({slot, category_unknown}); };
    auto const look_at_lease = [&](Lease const& lease) { look(lease.key); };
    for (auto const& [mac, slot] : changes.add.slots) look(slot);
    std::ranges::for_each(changes.add.leases.access, look_at_lease);
    std::ranges::for_each(changes.add.leases.asked, look_at_lease);
    for (auto const& lease : changes.add.leases.granted) look_at_use(lease.key);
    std::ranges::for_each(changes.add.learning, look);
    std::ranges::for_each(changes.add.limited, look_at_use);
    if (!bad) return {};
    if (bad->slot.valid())
        return Error{ErrorCode::invalid_input,
                     fmt::format("category {} can't be put into the kernel: categories are 0 to {}", bad->category,
                                 category_always_reachable)};
    return Error{ErrorCode::invalid_input,
                 fmt::format("slot {} can't be put into the kernel: slots are 1 to {}", bad->slot.number(), Slot::max)};
}

// The kernel's table is not as remembered: an element expired between, or somebody changed it.
bool was_otherwise(Error const& error) {
    auto const number = error.system_error();
    return number == ENOENT || number == EEXIST || number == EBUSY;
}

// Asks the kernel itself, in a table without hooks, which no packet sees, and which goes with the socket.
Result<Extension> probe(NetlinkSocket& socket) {
    auto const now = Steady::now();
    auto const name = fmt::format("kindgate_probe_{}_{}", getpid(), now.time_since_epoch().count());
    Slot const slot{1};
    Batch first{socket.next_sequence()};
    contract::install_scratch(first, name.c_str());
    add_lease(first, name.c_str(), {slot, now + std::chrono::hours{1}}, now, IfPresent::refuse);
    first.finish();
    socket.used(first.last_sequence());
    KG_TRY(socket.send(first));
    Batch second{socket.next_sequence()};
    add_lease(second, name.c_str(), {slot, now + std::chrono::hours{2}}, now, IfPresent::keep_or_extend);
    second.finish();
    socket.used(second.last_sequence());
    auto const extended = socket.send(second);
    auto const elements = read_elements(socket, name.c_str(), contract::access);
    Batch last{socket.next_sequence()};
    contract::remove(last, name.c_str());
    last.finish();
    socket.used(last.last_sequence());
    KG_TRY(socket.send(last));
    auto const long_enough = [](Element const& element) {
        return element.timeout && *element.timeout > std::chrono::minutes{90} && element.expiration &&
               *element.expiration > std::chrono::minutes{90};
    };
    bool const in_place = extended.ok() && KG_TRY(elements).size() == 1 && long_enough(elements.value().front());
    return in_place ? Extension::in_place : Extension::replace;
}

Error in_words(Error const& error) {
    if (error.system_error() == EPERM)
        return {ErrorCode::forbidden,
                "changing the kernel's nftables needs root: run this as root, with sudo for instance"};
    return error.within("nftables can't be changed (has the kernel nf_tables?)");
}

}  // namespace

class NftTable::Impl {
public:
    Impl(NetlinkSocket socket, ForeignChanges foreign, Extension can)
        : extension(can), foreign_(std::move(foreign)), socket_(std::move(socket)) {}

    Extension const extension;
    std::function<void()> foreign_change;

    Result<Applied> apply(Wanted const& wanted) {
        prepared_.reset();
        if (!known_) KG_TRY(resync());
        auto first = attempt(wanted);
        if (first.ok() || !was_otherwise(first.error())) return first;
        KG_TRY(resync());
        return attempt(wanted);
    }

    Result<bool> close_if_missing(std::set<std::string> lan) {
        KG_TRY(resync());
        if (present_) return false;
        Wanted closed;
        closed.lan = std::move(lan);
        KG_TRY(apply(closed));
        return true;
    }

    Result<void> prepare(Wanted const& wanted) {
        prepared_.reset();
        if (!known_) KG_TRY(resync());
        auto const now = Steady::now();
        auto changes = difference(table(), wanted, now, extension, Sent::later);
        KG_TRY(check(changes));
        auto batch = make(changes, now);
        prepared_.emplace(Prepared{wanted, std::move(changes), std::move(batch), reading_});
        return {};
    }

    Result<Applied> send_prepared() {
        if (!prepared_) return Error{ErrorCode::unavailable, "no change of table inet kindgate was prepared"};
        auto prepared = std::move(*prepared_);
        prepared_.reset();
        if (prepared.reading != reading_ || !prepared.batch.count_timeouts_from(Steady::now()))
            return apply(prepared.wanted);
        if (prepared.changes.empty()) return Applied{};
        auto sent = send(prepared.changes, prepared.batch);
        if (!sent.ok() && was_otherwise(sent.error())) return apply(prepared.wanted);
        return sent;
    }

    Result<void> resync() {
        forget();
        present_ = KG_TRY(read_table(socket_));
        known_ = true;
        return {};
    }

    Result<void> remove() {
        forget();
        Batch batch{socket_.next_sequence()};
        contract::remove(batch);
        batch.finish();
        socket_.used(batch.last_sequence());
        auto removed = socket_.send(batch);
        if (!removed.ok() && removed.error().system_error() != ENOENT) return removed;
        return {};
    }

    int event_descriptor() const { return foreign_.descriptor(); }

    void read_events() {
        if (!foreign_.read()) return;
        forget();
        if (foreign_change) foreign_change();
    }

private:
    struct Prepared {
        Wanted wanted;
        Changes changes;
        Batch batch;
        std::uint64_t reading;  // the changes start from what was read then
    };

    Wanted const* table() const { return present_ ? &*present_ : nullptr; }

    // What was prepared stays for its wanted content; sending it then goes by apply().
    void forget() {
        known_ = false;
        ++reading_;
        present_.reset();
    }

    Batch make(Changes const& changes, Steady::time_point now) {
        auto batch = build(changes, now, socket_.next_sequence());
        socket_.used(batch.last_sequence());
        return batch;
    }

    Result<Applied> attempt(Wanted const& wanted) {
        auto const now = Steady::now();
        auto const changes = difference(table(), wanted, now, extension, Sent::now);
        KG_TRY(check(changes));
        if (changes.empty()) return Applied{};
        return send(changes, make(changes, now));
    }

    Result<Applied> send(Changes const& changes, Batch const& batch) {
        auto const sent = changes.elements() < few ? socket_.send(batch) : send_unheard(batch);
        if (!sent.ok()) {
            // A refused batch changed nothing; after any other failure nobody knows.
            if (sent.error().code() == ErrorCode::system && !was_otherwise(sent.error())) forget();
            return sent.error();
        }
        if (!present_) present_.emplace();
        carry_out(changes, *present_);
        return Applied{changes.count(), changes.install};
    }

    // Nobody listens meanwhile, which makes the kernel three times as fast; whether others changed anything is seen by
    // the generation's number.
    Result<void> send_unheard(Batch const& batch) {
        auto const before = KG_TRY(generation(socket_));
        KG_TRY(foreign_.pause());
        auto sent = socket_.send(batch);
        KG_TRY(foreign_.resume());
        auto const after = generation(socket_);
        auto const ours = sent.ok() ? 1U : 0U;
        if (!after.ok() || *after - before != ours) foreign_.suspect();
        return sent;
    }

    // Below this the two questions for the generation cost more than they save.
    static constexpr std::size_t few = 64;

    ForeignChanges foreign_;
    NetlinkSocket socket_;
    std::uint64_t reading_ = 0;      // how often present_ was forgotten
    bool known_ = false;             // the kernel's table is as in present_
    std::optional<Wanted> present_;  // nullopt: there is none of ours
    std::optional<Prepared> prepared_;
};

NftTable::NftTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NftTable::~NftTable() = default;

Result<std::unique_ptr<NftTable>> NftTable::create(Options options) {
    auto socket = KG_TRY(NetlinkSocket::open());
    auto foreign = ForeignChanges::listen(socket.port());
    if (!foreign.ok()) return in_words(foreign.error());
    auto const extension = options.extension ? Result<Extension>{*options.extension} : probe(socket);
    if (!extension.ok()) return in_words(extension.error());
    auto impl = std::make_unique<Impl>(std::move(socket), std::move(foreign).value(), *extension);
    return std::unique_ptr<NftTable>{new NftTable{std::move(impl)}};  // NOLINT: the constructor is private
}

Extension NftTable::extension() const {
    return impl_->extension;
}
Result<bool> NftTable::close_if_missing(std::set<std::string> lan) {
    return impl_->close_if_missing(std::move(lan));
}

Result<Applied> NftTable::apply(Wanted const& wanted) {
    return impl_->apply(wanted);
}
Result<void> NftTable::prepare(Wanted const& wanted) {
    return impl_->prepare(wanted);
}
Result<Applied> NftTable::send_prepared() {
    return impl_->send_prepared();
}
Result<void> NftTable::resync() {
    return impl_->resync();
}
Result<void> NftTable::remove() {
    return impl_->remove();
}
void NftTable::on_foreign_change(std::function<void()> callback) {
    impl_->foreign_change = std::move(callback);
}
int NftTable::event_descriptor() const {
    return impl_->event_descriptor();
}
void NftTable::read_events() {
    impl_->read_events();
}

}  // namespace kindgate::kernel
