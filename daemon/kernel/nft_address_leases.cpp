#include "kernel/nft_address_leases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <vector>

#include "contract.h"
#include "netlink_socket.h"

namespace kindgate::kernel {

namespace {

// The kernel may hold a lease already, with another category perhaps, and ends it when it will. So the simplest way is
// tried first, and what was refused goes another way the next time: the third finds everything as the second left it,
// unless a lease ended between them.
constexpr int attempts = 5;

enum class Way : std::uint8_t { add, replace, remove, none };

struct Pending {
    AddressGrant grant;
    Way way;
};

Result<void> check(AddressGrant const& grant) {
    if (!grant.slot.valid() || grant.category > category_always_reachable || grant.lifetime.count() < 0)
        return Error{ErrorCode::invalid_input,
                     fmt::format("{} can't be leased to slot {} in category {} for {} s: slots are 1 to {}, categories "
                                 "0 to {}, and no lease ends before it begins",
                                 grant.address.text(), grant.slot.number(), grant.category, grant.lifetime.count(),
                                 Slot::max, category_always_reachable)};
    return {};
}

// Of several grants of one slot and address the last.
std::vector<Pending> last_of_each(std::span<AddressGrant const> grants) {
    auto const key = [](Pending const& pending) { return std::tie(pending.grant.slot, pending.grant.address); };
    std::vector<Pending> pending;
    pending.reserve(grants.size());
    std::ranges::transform(grants.rbegin(), grants.rend(), std::back_inserter(pending), [](AddressGrant const& grant) {
        return Pending{grant, grant.lifetime.count() == 0 ? Way::remove : Way::add};
    });
    std::ranges::stable_sort(pending, {}, key);
    auto const same = std::ranges::unique(pending, {}, key);
    pending.erase(same.begin(), same.end());
    return pending;
}

Error error_of(int number, AddressGrant const& grant) {
    char const* map = contract::resolved_map(grant.address);
    if (number == ENOENT)
        return {
            ErrorCode::unavailable,
            fmt::format("table inet kindgate with its map {} is not in the kernel: ask again when it is back", map)};
    if (number == ENFILE)
        return {ErrorCode::unavailable, fmt::format("map {} of table inet kindgate is full: it takes {} addresses", map,
                                                    contract::resolved_size)};
    return Error::from_errno(number, fmt::format("leasing {} to slot {}", grant.address.text(), grant.slot.number()));
}

}  // namespace

class NftAddressLeases::Impl {
public:
    Impl(NetlinkSocket socket, Extension extension)
        : socket_(std::move(socket)),
          if_present_(extension == Extension::in_place ? IfPresent::keep_or_extend : IfPresent::refuse) {}

    Result<void> grant(std::span<AddressGrant const> grants) {
        for (auto const& grant : grants) KG_TRY(check(grant));
        pending_ = last_of_each(grants);
        for (int i = 0; i < attempts; ++i)
            if (KG_TRY(attempt())) return {};
        return Error{ErrorCode::unavailable,
                     "address leases can't be written: somebody keeps changing maps resolved4 and resolved6"};
    }

private:
    // False: the kernel refused, and what it refused goes another way.
    Result<bool> attempt() {
        Batch batch{socket_.next_sequence()};
        steps_.clear();
        // What goes makes room for what comes.
        for (auto& pending : pending_)
            if (pending.way == Way::remove || pending.way == Way::replace) {
                remove_address(batch, pending.grant);
                steps_.push_back({&pending, Way::remove});
            }
        for (auto& pending : pending_)
            if (pending.way == Way::add || pending.way == Way::replace) {
                add_address(batch, pending.grant, if_present_);
                steps_.push_back({&pending, Way::add});
            }
        if (steps_.empty()) return true;
        batch.finish();
        socket_.used(batch.last_sequence());
        std::optional<Error> failed;
        bool turned = false;
        auto const sent = socket_.send(batch, [&](std::uint32_t message, int number) {
            if (message == 0 || message > steps_.size()) return;
            auto const& step = steps_[message - 1];
            if (turn(step, number))
                turned = true;
            else if (!failed)
                failed = error_of(number, step.pending->grant);
        });
        if (failed) return *failed;
        if (!sent.ok() && !turned) return sent.error();
        return sent.ok();
    }

    struct Step {
        Pending* pending;
        Way way;  // add or remove
    };

    static bool turn(Step const& step, int number) {
        auto& way = step.pending->way;
        if (step.way == Way::remove && number == ENOENT) {
            way = way == Way::remove ? Way::none : Way::add;
            return true;
        }
        if (step.way == Way::add && number == EEXIST) {
            way = Way::replace;
            return true;
        }
        return false;
    }

    NetlinkSocket socket_;
    IfPresent if_present_;
    std::vector<Pending> pending_;
    std::vector<Step> steps_;
};

NftAddressLeases::NftAddressLeases(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NftAddressLeases::~NftAddressLeases() = default;

Result<std::unique_ptr<NftAddressLeases>> NftAddressLeases::create(Extension extension) {
    auto impl = std::make_unique<Impl>(KG_TRY(NetlinkSocket::open()), extension);
    return std::unique_ptr<NftAddressLeases>{
        new NftAddressLeases{std::move(impl)}};  // NOLINT: the constructor is private
}

Result<void> NftAddressLeases::grant(std::span<AddressGrant const> grants) {
    return impl_->grant(grants);
}

}  // namespace kindgate::kernel
