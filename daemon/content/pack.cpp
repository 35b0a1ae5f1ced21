#include "content/pack.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "pack_layout.h"

namespace kindgate::content {

namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035, 2.3.4
constexpr std::size_t most_labels = 127;
constexpr std::uint8_t most_value_bits = 14;

unsigned char folded(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<unsigned char>(c - 'A' + 'a');
    return c == '.' ? pack_dot : static_cast<unsigned char>(c);
}

std::chrono::sys_seconds instant(std::uint64_t seconds) {
    return std::chrono::sys_seconds{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

Error damaged(std::string_view what) {
    return {ErrorCode::damaged, fmt::format("the pack is damaged ({}): fetch or build it again", what)};
}

}  // namespace

// Opens a pack step by step; each step believes only what those before have checked.
class PackOpener {
public:
    PackOpener(std::span<std::byte const> bytes, PackRules const& rules) : bytes_(bytes), rules_(rules) {}

    Result<Pack> open() {
        KG_TRY(check_header());
        KG_TRY(check_sum());
        KG_TRY(check_signature());
        KG_TRY(check_dates());
        KG_TRY(read_texts());
        KG_TRY(read_values());
        KG_TRY(read_exact());
        take_slots();
        return std::move(pack_);
    }

private:
    Result<void> check_header() {
        if (!has_magic(bytes_))
            return Error{ErrorCode::invalid_input, "this is no pack: build one with kindgate pack build"};
        if (bytes_.size() < PackHeader::size || !read_header(bytes_, header_))
            return damaged("its head is cut or altered");
        if (header_.version != pack_version)
            return Error{
                ErrorCode::invalid_input,
                fmt::format("the pack has format {}, and this program reads format {}: use the kindgate that made it",
                            header_.version, pack_version)};
        if (header_.bytes != bytes_.size())
            return damaged(fmt::format("it says that it has {} bytes and has {}", header_.bytes, bytes_.size()));
        bool const sound = (header_.slot_bytes == 5 || header_.slot_bytes == 6) && header_.segment_bits >= 1 &&
                           header_.segment_bits <= most_segment_bits && header_.segments >= 1 && header_.names >= 1 &&
                           header_.shallowest >= 1 && header_.shallowest <= header_.deepest &&
                           header_.deepest <= most_labels && header_.is_signed <= 1 && header_.categories >= 1 &&
                           header_.categories <= most_categories && header_.values >= 1 &&
                           header_.values <= 1U << std::min<unsigned>(header_.value_bits(), most_value_bits) &&
                           header_.slot_count() <= UINT32_MAX && header_.slot_count() >= header_.names &&
                           header_.expected_bytes() == header_.bytes;
        return sound ? Result<void>{} : damaged("its head contradicts itself");
    }

    Result<void> check_sum() {
        auto const body = bytes_.first(bytes_.size() - checksum_size);
        auto const sum = hash_of(checksum_key, body);
        if (get(bytes_, body.size(), 8) != sum.high || get(bytes_, body.size() + 8, 8) != sum.low)
            return damaged("its checksum is wrong");
        return {};
    }

    Result<void> check_signature() {
        bool const needed = rules_.signatures == Signatures::required;
        auto const refuse = [](std::string_view what) {
            return Error{ErrorCode::forbidden,
                         fmt::format("{}: take a pack that is signed by a key of this board", what)};
        };
        if (header_.is_signed == 0) return needed ? refuse("the pack is not signed") : Result<void>{};
        auto const at = bytes_.size() - checksum_size - signature_size;
        crypto::KeyId id{};
        crypto::Signature signature{};
        for (std::size_t i = 0; i < id.size(); ++i) id[i] = std::to_integer<std::uint8_t>(bytes_[at + i]);
        for (std::size_t i = 0; i < signature.size(); ++i)
            signature[i] = std::to_integer<std::uint8_t>(bytes_[at + id.size() + i]);
        pack_.info_.signed_by = id;
        auto const key = std::ranges::find(rules_.keys, id, &crypto::PublicKey::id);
        if (key == rules_.keys.end())
            return needed ? refuse(fmt::format("the pack is signed by {}, a key that this board doesn't know",
                                               crypto::text(id)))
                          : Result<void>{};
        pack_.info_.verified = key->verify(crypto::sha256(bytes_.first(at)), signature);
        return pack_.info_.verified ? Result<void>{} : refuse("the pack's signature is wrong");
    }

    Result<void> check_dates() {
        // Far enough for anybody, and safe to count with.
        constexpr std::uint64_t year_9999 = 253'402'300'800;
        if (header_.created > year_9999 || header_.expires > year_9999) return damaged("a date that is none");
        if (header_.created != 0) pack_.info_.created = instant(header_.created);
        if (header_.expires != 0) pack_.info_.expires = instant(header_.expires);
        if (pack_.info_.expires && *pack_.info_.expires <= rules_.now)
            return Error{ErrorCode::invalid_input,
                         fmt::format("the pack expired on {:%Y-%m-%d at %H:%M:%SZ}: fetch a newer one",
                                     fmt::gmtime(pack_.info_.expires->time_since_epoch().count()))};
        if (rules_.in_force && instant(header_.created) < *rules_.in_force)
            return Error{
                ErrorCode::conflict,
                fmt::format("the pack was made {}, before the one in force ({:%Y-%m-%d %H:%M:%SZ}): keep that one",
                            pack_.info_.created
                                ? fmt::format("on {:%Y-%m-%d at %H:%M:%SZ}",
                                              fmt::gmtime(pack_.info_.created->time_since_epoch().count()))
                                : "at a time that it doesn't say",
                            fmt::gmtime(rules_.in_force->time_since_epoch().count()))};
        return {};
    }

    Result<std::string> read_text() {
        if (texts_.empty()) return damaged("a text is cut");
        auto const length = std::to_integer<std::size_t>(texts_.front());
        if (length > texts_.size() - 1) return damaged("a text is cut");
        std::string text(length, '\0');
        for (std::size_t i = 0; i < length; ++i) text[i] = std::to_integer<char>(texts_[1 + i]);
        texts_ = texts_.subspan(1 + length);
        if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
            return damaged("a control character in a text");
        return text;
    }

    Result<void> read_texts() {
        texts_ = bytes_.subspan(PackHeader::size, header_.texts);
        pack_.info_.name = KG_TRY(read_text());
        auto& categories = pack_.info_.categories;
        for (int i = 0; i < header_.categories; ++i) {
            auto name = KG_TRY(read_text());
            if (!is_category_name(name) || (i > 0 && name <= categories.back()))
                return damaged("a category's name that can't be");
            categories.push_back(std::move(name));
        }
        return texts_.empty() ? Result<void>{} : damaged("bytes behind the texts");
    }

    Pack::Value value_at(std::size_t at) const { return {get(bytes_, at, 8), get(bytes_, at + 8, 8)}; }

    bool known(Pack::Value const& value) const {
        auto const mask = (std::uint64_t{1} << header_.categories) - 1;
        return ((value.self | value.below) & ~mask) == 0 && (value.self | value.below) != 0;
    }

    Result<void> read_values() {
        auto at = PackHeader::size + header_.texts;
        for (std::uint32_t i = 0; i < header_.values; ++i, at += value_size) {
            pack_.values_.push_back(value_at(at));
            if (!known(pack_.values_.back())) return damaged("a set of categories that can't be");
        }
        return {};
    }

    // `count` entries from `start` on, in the order in which they are searched.
    Result<std::span<std::byte const>> read_exact(std::size_t start, std::uint32_t count) const {
        auto const entries = bytes_.subspan(start, count * exact_size);
        Hash before{};
        for (std::size_t at = start; at < start + entries.size(); at += exact_size) {
            Hash const hash{get(bytes_, at + 8, 8), get(bytes_, at, 8)};
            bool const ordered = at == start || std::pair{before.high, before.low} < std::pair{hash.high, hash.low};
            if (!ordered || !known(value_at(at + 16))) return damaged("its exceptions or rare names are out of order");
            before = hash;
        }
        return entries;
    }

    Result<void> read_exact() {
        auto const start = PackHeader::size + header_.texts + header_.values * value_size;
        pack_.exceptions_ = KG_TRY(read_exact(start, header_.exceptions));
        pack_.rare_ = KG_TRY(read_exact(start + pack_.exceptions_.size(), header_.rare));
        return {};
    }

    void take_slots() {
        auto const behind = (header_.is_signed != 0 ? signature_size : 0) + checksum_size;
        auto const size = header_.slot_count() * header_.slot_bytes;
        // Behind the slots follow at least the 16 bytes of the checksum: a slot may be read as eight bytes.
        pack_.slots_ = bytes_.subspan(bytes_.size() - behind - size);
        pack_.key_high_ = header_.key.high;
        pack_.key_low_ = header_.key.low;
        pack_.segments_ = header_.segments;
        pack_.segment_bits_ = header_.segment_bits;
        pack_.slot_bytes_ = header_.slot_bytes;
        pack_.shallowest_ = header_.shallowest;
        pack_.deepest_ = header_.deepest;
        pack_.info_.names = header_.names;
        pack_.info_.exceptions = header_.exceptions;
        pack_.info_.bytes = header_.bytes;
    }

    std::span<std::byte const> bytes_;
    PackRules const& rules_;
    PackHeader header_;
    std::span<std::byte const> texts_;
    Pack pack_;
};

Result<Pack> Pack::open(std::span<std::byte const> bytes, PackRules const& rules) {
    return PackOpener{bytes, rules}.open();
}

bool says_the_same(std::span<std::byte const> one, std::span<std::byte const> other) {
    PackHeader head;
    PackHeader other_head;
    if (!read_header(one, head) || !read_header(other, other_head)) return false;
    head.created = other_head.created;
    if (bytes_of(head) != bytes_of(other_head)) return false;
    auto const behind = checksum_size + (head.is_signed != 0 ? signature_size - sizeof(crypto::KeyId) : 0);
    auto const said = [&](std::span<std::byte const> bytes) {
        return bytes.subspan(PackHeader::size, bytes.size() - PackHeader::size - behind);
    };
    return std::ranges::equal(said(one), said(other));
}

std::vector<std::string_view> Pack::names_of(std::uint64_t categories) const {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < info_.categories.size(); ++i)
        if ((categories >> i & 1) != 0) names.emplace_back(info_.categories[i]);
    return names;
}

inline std::uint64_t Pack::slot(std::uint64_t index) const noexcept {
    return get_eight(slots_.data() + index * slot_bytes_) >> (64 - 8 * slot_bytes_);
}

// A name and what it stands below of, as far as the pack may have it.
struct Pack::Suffixes {
    struct One {
        Hash hash;
        Place place;
        std::size_t start;  // in the name
    };
    std::array<One, most_labels> all;
    std::size_t count = 0;
};

// All memory that the probes will need is asked for before the first of them waits.
void Pack::find_suffixes(std::string_view name, Suffixes& suffixes) const noexcept {
    unsigned labels = 0;
    SipHash sip{{key_low_, key_high_}};
    auto const note = [&](std::size_t start) {
        ++labels;
        if (labels < shallowest_ || labels > deepest_) return;
        auto const hash = sip.hash();
        auto& one = suffixes.all[suffixes.count++];
        one = {hash, place_of(hash, segments_, segment_bits_), start};
        for (auto const at : one.place.at) __builtin_prefetch(slots_.data() + std::size_t{at} * slot_bytes_);
    };
    for (std::size_t i = name.size(); i-- > 0 && labels < most_labels;) {
        if (name[i] == '.') note(i + 1);
        sip.add(folded(name[i]));
    }
    if (labels < most_labels) note(0);
}

Pack::Value Pack::probe(Hash const& hash, Place const& place) const noexcept {
    auto const value_bits = 8 * slot_bytes_ - fingerprint_bits;
    std::uint64_t bits = 0;
    for (auto const at : place.at) bits ^= slot(at);
    if (bits >> value_bits != place.fingerprint) return {};
    auto const index = bits & ((std::uint64_t{1} << value_bits) - 1);
    if (index < values_.size()) return values_[index];
    return index == values_.size() ? find(rare_, hash) : Value{};
}

PackMatch Pack::look_up(std::string_view name) const noexcept {
    PackMatch match{0, name.size()};
    if (name.empty() || name.size() > longest_name) return match;
    Suffixes suffixes;  // NOLINT(cppcoreguidelines-pro-type-member-init): 8 KiB that are written before they are read
    find_suffixes(name, suffixes);
    std::array<std::uint64_t, most_labels> listed;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < suffixes.count; ++i) {
        auto const value = probe(suffixes.all[i].hash, suffixes.all[i].place);
        listed[i] = suffixes.all[i].start == 0 ? value.self : value.below;
        any |= listed[i];
    }
    // The nearest listed name decides, each category for itself: the longest suffix first.
    std::uint64_t decided = 0;
    for (std::size_t i = suffixes.count; i-- > 0 && any != 0;) {
        auto const& suffix = suffixes.all[i];
        if (!exceptions_.empty()) {
            auto const except = find(exceptions_, suffix.hash);
            decided |= suffix.start == 0 ? except.self : except.below;
        }
        auto const found = listed[i] & ~decided;
        if (match.categories == 0 && found != 0) match.matched = suffix.start;
        match.categories |= found;
        decided |= found;
    }
    return match;
}

Pack::Value Pack::find(std::span<std::byte const> entries, Hash const& hash) noexcept {
    auto const wanted = std::pair{hash.high, hash.low};
    std::size_t first = 0;
    std::size_t last = entries.size() / exact_size;
    while (first < last) {
        auto const middle = first + (last - first) / 2;
        auto const at = middle * exact_size;
        auto const there = std::pair{get(entries, at, 8), get(entries, at + 8, 8)};
        if (there == wanted) return {get(entries, at + 16, 8), get(entries, at + 24, 8)};
        if (there < wanted) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return {};
}

}  // namespace kindgate::content
