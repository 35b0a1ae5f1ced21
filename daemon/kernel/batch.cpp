#include "batch.h"

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "contract.h"

namespace kindgate::kernel {

namespace {

// Zeroed once, because libmnl leaves the padding as it finds it.
constexpr std::size_t page_size = 72UL * 1024;
// A list of elements is an attribute, whose length has 16 bits: a message is closed well before.
constexpr std::size_t full = 60UL * 1024;

std::uint64_t big(std::uint64_t value) {
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

// The kernel counts jiffies, and older ones read less than one (up to 10 ms) as "no timeout".
std::uint64_t milliseconds_to(Steady::time_point end, Steady::time_point now) {
    auto const left = std::chrono::floor<std::chrono::milliseconds>(end - now).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(left, 10));
}

// What an element message does. Adding refuses what is there already (EEXIST), keeping takes it as it is.
struct Verb {
    std::uint16_t type;
    std::uint16_t flags;
};
constexpr Verb add{NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL};
constexpr Verb keep_or_extend{NFT_MSG_NEWSETELEM, NLM_F_CREATE};
constexpr Verb remove{NFT_MSG_DELSETELEM, 0};

// Element messages of one set: as many as it takes.
class ElementWriter {
public:
    ElementWriter(Batch& batch, char const* table, char const* set, Verb verb)
        : batch_(batch), table_(table), set_(set), verb_(verb) {}
    ElementWriter(ElementWriter const&) = delete;
    ElementWriter& operator=(ElementWriter const&) = delete;
    ~ElementWriter() { close(); }

    void open_element(void const* key, std::size_t size) {
        if (message_ != nullptr && message_->nlmsg_len > full) close();
        if (message_ == nullptr) open();
        element_ = mnl_attr_nest_start(message_, NFTA_LIST_ELEM);
        put_data(NFTA_SET_ELEM_KEY, key, size);
    }
    void put_data(std::uint16_t type, void const* value, std::size_t size) {
        auto* nest = mnl_attr_nest_start(message_, type);
        mnl_attr_put(message_, NFTA_DATA_VALUE, size, value);
        mnl_attr_nest_end(message_, nest);
    }
    void put_milliseconds(std::uint16_t type, std::uint64_t milliseconds) {
        auto const value = big(milliseconds);
        mnl_attr_put(message_, type, sizeof value, &value);
    }
    void put_milliseconds(std::uint16_t type, Steady::time_point end, Steady::time_point now) {
        std::uint64_t const value = milliseconds_to(end, now);
        put_milliseconds(type, value);
        batch_.note_timeout(static_cast<char*>(mnl_nlmsg_get_payload_tail(message_)) - sizeof value, end);
    }
    void close_element() { mnl_attr_nest_end(message_, element_); }

private:
    void open() {
        message_ = batch_.open(verb_.type, verb_.flags);
        mnl_attr_put_strz(message_, NFTA_SET_ELEM_LIST_TABLE, table_);
        mnl_attr_put_strz(message_, NFTA_SET_ELEM_LIST_SET, set_);
        list_ = mnl_attr_nest_start(message_, NFTA_SET_ELEM_LIST_ELEMENTS);
    }
    void close() {
        if (message_ == nullptr) return;
        mnl_attr_nest_end(message_, list_);
        batch_.close(message_);
        message_ = nullptr;
    }

    Batch& batch_;
    char const* table_;
    char const* set_;
    Verb verb_;
    nlmsghdr* message_ = nullptr;
    nlattr* list_ = nullptr;
    nlattr* element_ = nullptr;
};

// Marks and interface indexes stand in the machine's byte order.
std::uint32_t number(Slot slot) {
    return slot.number();
}
std::uint32_t number(SlotCategory use) {
    return use.mark();
}
std::uint32_t number(std::uint32_t index) {
    return index;
}

void write_lan(Batch& batch, Verb verb, std::vector<std::string> const& names) {
    ElementWriter writer{batch, contract::table, contract::lan, verb};
    for (auto const& name : names) {
        std::array<char, 16> key{};  // IFNAMSIZ
        std::memcpy(key.data(), name.data(), std::min(name.size(), key.size() - 1));
        writer.open_element(key.data(), key.size());
        writer.close_element();
    }
}

void write_slots(Batch& batch, Verb verb, std::vector<std::pair<Mac, Slot>> const& slots) {
    ElementWriter writer{batch, contract::table, contract::slots, verb};
    for (auto const& [mac, slot] : slots) {
        writer.open_element(mac.bytes().data(), mac.bytes().size());
        auto const value = number(slot);
        if (verb.type == NFT_MSG_NEWSETELEM) writer.put_data(NFTA_SET_ELEM_DATA, &value, sizeof value);
        writer.close_element();
    }
}

template <typename Key>
void write_numbers(Batch& batch, Verb verb, char const* set, std::vector<Key> const& keys) {
    ElementWriter writer{batch, contract::table, set, verb};
    for (auto const& one : keys) {
        auto const key = number(one);
        writer.open_element(&key, sizeof key);
        writer.close_element();
    }
}

struct Place {
    char const* table;
    char const* set;
};

template <typename Key>
void write_leases(Batch& batch, Verb verb, Place const& place, std::span<LeaseOf<Key> const> leases,
                  Steady::time_point now) {
    ElementWriter writer{batch, place.table, place.set, verb};
    for (auto const& lease : leases) {
        auto const key = number(lease.key);
        writer.open_element(&key, sizeof key);
        if (verb.type == NFT_MSG_NEWSETELEM && lease.end) {
            writer.put_milliseconds(NFTA_SET_ELEM_TIMEOUT, *lease.end, now);
            // With the same timeout as before the kernel would see nothing to change; the expiry counts from now.
            if ((verb.flags & NLM_F_EXCL) == 0) writer.put_milliseconds(NFTA_SET_ELEM_EXPIRATION, *lease.end, now);
        }
        writer.close_element();
    }
}

void write_address(Batch& batch, Verb verb, AddressGrant const& grant) {
    ElementWriter writer{batch, contract::table, contract::resolved_map(grant.address), verb};
    auto const slot = number(grant.slot);
    auto const address = std::as_bytes(grant.address.bytes());
    std::array<std::byte, sizeof slot + 16> key{};
    std::memcpy(key.data(), &slot, sizeof slot);
    std::ranges::copy(address, key.begin() + sizeof slot);
    writer.open_element(key.data(), sizeof slot + address.size());
    if (verb.type == NFT_MSG_NEWSETELEM) {
        auto const value = number(SlotCategory{grant.slot, grant.category});
        writer.put_data(NFTA_SET_ELEM_DATA, &value, sizeof value);
        auto const lifetime = static_cast<std::uint64_t>(std::chrono::milliseconds{grant.lifetime}.count());
        writer.put_milliseconds(NFTA_SET_ELEM_TIMEOUT, lifetime);
        if ((verb.flags & NLM_F_EXCL) == 0) writer.put_milliseconds(NFTA_SET_ELEM_EXPIRATION, lifetime);
    }
    writer.close_element();
}

void write_leases(Batch& batch, Verb verb, Leases const& leases, Steady::time_point now) {
    write_leases<Slot>(batch, verb, {contract::table, contract::access}, leases.access, now);
    write_leases<Slot>(batch, verb, {contract::table, contract::asked}, leases.asked, now);
    write_leases<SlotCategory>(batch, verb, {contract::table, contract::granted}, leases.granted, now);
}

void write_elements(Batch& batch, Verb verb, Elements const& elements, Steady::time_point now) {
    write_lan(batch, verb, elements.lan);
    write_numbers(batch, verb, contract::lan_index, elements.lan_index);
    write_slots(batch, verb, elements.slots);
    write_leases(batch, verb, elements.leases, now);
    write_numbers(batch, verb, contract::learning, elements.learning);
    write_numbers(batch, verb, contract::limited, elements.limited);
}

}  // namespace

Batch::Batch(std::uint32_t first_sequence)
    : first_(first_sequence), next_(first_sequence), page_(std::make_unique<char[]>(page_size)) {
    append(nftnl_batch_begin(page_.get(), next_++));
}

nlmsghdr* Batch::open(std::uint16_t type, std::uint16_t flags) {
    return nftnl_nlmsg_build_hdr(page_.get(), type, NFPROTO_INET, flags, next_++);
}

void Batch::close(nlmsghdr* message) {
    last_message_ = bytes_.size();
    append(message);
}

void Batch::append(nlmsghdr const* message) {
    auto const added = std::as_bytes(std::span{page_.get(), message->nlmsg_len});
    bytes_.insert(bytes_.end(), added.begin(), added.end());
}

void Batch::note_timeout(void const* value, Steady::time_point end) {
    auto const within = static_cast<char const*>(value) - page_.get();
    timeouts_.push_back({bytes_.size() + static_cast<std::size_t>(within), end});
}

void Batch::finish() {
    nlmsghdr header{};
    std::memcpy(&header, bytes_.data() + last_message_, sizeof header);
    header.nlmsg_flags |= NLM_F_ACK;
    std::memcpy(bytes_.data() + last_message_, &header, sizeof header);
    append(nftnl_batch_end(page_.get(), next_++));
}

bool Batch::count_timeouts_from(Steady::time_point now) {
    for (auto const& timeout : timeouts_) {
        if (timeout.end <= now) return false;
        auto const value = big(milliseconds_to(timeout.end, now));
        std::memcpy(bytes_.data() + timeout.offset, &value, sizeof value);
    }
    return true;
}

Batch build(Changes const& changes, Steady::time_point now, std::uint32_t first_sequence) {
    Batch batch{first_sequence};
    if (changes.install) contract::install(batch);
    write_leases(batch, keep_or_extend, changes.ensure, now);
    write_elements(batch, remove, changes.remove, now);
    write_elements(batch, add, changes.add, now);
    write_leases(batch, keep_or_extend, changes.extend, now);
    batch.finish();
    return batch;
}

void add_lease(Batch& batch, char const* table, Lease const& lease, Steady::time_point now, IfPresent if_present) {
    write_leases<Slot>(batch, if_present == IfPresent::refuse ? add : keep_or_extend, {table, contract::access},
                       {&lease, 1}, now);
}

void add_address(Batch& batch, AddressGrant const& grant, IfPresent if_present) {
    write_address(batch, if_present == IfPresent::refuse ? add : keep_or_extend, grant);
}

void remove_address(Batch& batch, AddressGrant const& grant) {
    write_address(batch, remove, grant);
}

}  // namespace kindgate::kernel
