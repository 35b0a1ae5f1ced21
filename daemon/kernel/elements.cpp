#include "elements.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <string>

#include "contract.h"

namespace kindgate::kernel {

namespace {

// An impossible number of milliseconds is taken as the longest that a steady clock can count.
std::optional<std::chrono::milliseconds> milliseconds(Bytes bytes) {
    constexpr std::uint64_t longest = 100ULL * 365 * 24 * 3600 * 1000;
    auto const value = big64(bytes);
    if (!value) return std::nullopt;
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::min(*value, longest))};
}

bool read_key(Bytes nest, Element& element) {
    auto const value = find(nest, NFTA_DATA_VALUE);
    if (!value || value->empty() || value->size() > element.key.size()) return false;
    std::ranges::copy(*value, element.key.begin());
    element.key_size = value->size();
    return true;
}

bool read_attribute(Attribute const& attribute, Element& element) {
    switch (attribute.type) {
        case NFTA_SET_ELEM_KEY: return read_key(attribute.payload, element);
        case NFTA_SET_ELEM_DATA: {
            auto const value = find(attribute.payload, NFTA_DATA_VALUE);
            element.data = value ? host32(*value) : std::nullopt;
            if (!element.data) element.plain = false;
            return true;
        }
        case NFTA_SET_ELEM_TIMEOUT:
            element.timeout = milliseconds(attribute.payload);
            return element.timeout.has_value();
        case NFTA_SET_ELEM_EXPIRATION:
            element.expiration = milliseconds(attribute.payload);
            return element.expiration.has_value();
        default: element.plain = false; return true;  // flags, comment, counter, …
    }
}

std::optional<Element> read_element(Bytes bytes) {
    Element element;
    Attributes all{bytes};
    while (auto const attribute = all.next())
        if (!read_attribute(*attribute, element)) return std::nullopt;
    // A catch-all element has no key: readable, but not ours.
    if (element.key_size == 0) element.plain = false;
    if (!all.ok()) return std::nullopt;
    return element;
}

Bytes key_of(Element const& element) {
    return Bytes{element.key}.first(element.key_size);
}

std::optional<Slot> slot_of(std::optional<std::uint32_t> mark) {
    if (!mark || *mark == 0 || *mark > Slot::max) return std::nullopt;
    return Slot{static_cast<std::uint16_t>(*mark)};
}

std::optional<SlotCategory> use_of(std::optional<std::uint32_t> mark) {
    if (!mark || (*mark & ~(contract::slot_mask | contract::category_mask)) != 0) return std::nullopt;
    auto const slot = slot_of(*mark & contract::slot_mask);
    if (!slot) return std::nullopt;
    return SlotCategory{*slot, static_cast<CategoryId>(*mark >> 14U)};
}

bool collect_lan(Element const& element, Elements& content) {
    if (element.key_size != 16 || element.data || element.timeout) return false;
    content.lan.emplace_back(text(key_of(element)));
    return true;
}

bool collect_slot(Element const& element, Elements& content) {
    auto const slot = slot_of(element.data);
    if (element.key_size != 6 || !slot || element.timeout) return false;
    std::array<std::uint8_t, 6> mac{};
    std::ranges::transform(key_of(element), mac.begin(),
                           [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    content.slots.emplace_back(Mac{mac}, *slot);
    return true;
}

template <typename Key>
bool collect_key(Element const& element, std::optional<Key> key, std::vector<Key>& keys) {
    if (!key || element.data || element.timeout) return false;
    keys.push_back(*key);
    return true;
}

template <typename Key>
bool collect_lease(Element const& element, std::optional<Key> key, Steady::time_point dumped_at,
                   std::vector<LeaseOf<Key>>& leases) {
    if (!key || element.data) return false;
    auto const left = element.expiration ? element.expiration : element.timeout;
    LeaseOf<Key> lease{*key, std::nullopt};
    if (left && (element.expiration || left->count() > 0)) lease.end = dumped_at + *left;
    leases.push_back(lease);
    return true;
}

bool collect_one(std::string_view set, Element const& element, Steady::time_point dumped_at, Elements& content) {
    if (!element.plain) return false;
    if (set == contract::lan) return collect_lan(element, content);
    if (set == contract::slots) return collect_slot(element, content);
    auto const number = host32(key_of(element));
    if (set == contract::access) return collect_lease(element, slot_of(number), dumped_at, content.leases.access);
    if (set == contract::asked) return collect_lease(element, slot_of(number), dumped_at, content.leases.asked);
    if (set == contract::granted) return collect_lease(element, use_of(number), dumped_at, content.leases.granted);
    if (set == contract::learning) return collect_key(element, slot_of(number), content.learning);
    if (set == contract::limited) return collect_key(element, use_of(number), content.limited);
    return set == contract::lan_index && number != 0U && collect_key(element, number, content.lan_index);
}

}  // namespace

std::optional<ElementList> parse_elements(Bytes payload) {
    if (payload.size() < sizeof(nfgenmsg)) return std::nullopt;
    ElementList list;
    Attributes all{payload.subspan(sizeof(nfgenmsg))};
    while (auto const attribute = all.next()) {
        if (attribute->type == NFTA_SET_ELEM_LIST_TABLE) list.table = text(attribute->payload);
        if (attribute->type == NFTA_SET_ELEM_LIST_SET) list.set = text(attribute->payload);
        if (attribute->type != NFTA_SET_ELEM_LIST_ELEMENTS) continue;
        Attributes elements{attribute->payload};
        while (auto const item = elements.next()) {
            auto const element = read_element(item->payload);
            if (!element) return std::nullopt;
            list.elements.push_back(*element);
        }
        if (!elements.ok()) return std::nullopt;
    }
    if (!all.ok()) return std::nullopt;
    return list;
}

bool collect(ElementList const& list, Steady::time_point dumped_at, Elements& content) {
    return std::ranges::all_of(
        list.elements, [&](Element const& element) { return collect_one(list.set, element, dumped_at, content); });
}

}  // namespace kindgate::kernel
