// From rules to a pack: sort the names so that those below a name follow it, drop what changes nothing, derive the key
// from what is left, and fill the table.
#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/pages.h"
#include "base/utf8.h"
#include "content/pack.h"
#include "pack_layout.h"
#include "pack_table.h"

namespace kindgate::content {

namespace {

constexpr std::size_t longest_text = 64;       // of the pack's name, in bytes
constexpr int most_keys = 64;                  // each fails about once in a hundred
constexpr std::uint32_t most_names = 1 << 28;  // positions in the table are numbers of 32 bits

std::uint64_t eight_bytes(std::string_view text, std::size_t from) {
    std::uint64_t number = 0;
    for (std::size_t i = from; i < from + 8; ++i)
        number = number << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    return number;
}

// How strong the rule is that covers a name: 0 none, else its rank + 1. Odd ones block.
using Cover = std::uint8_t;
constexpr Cover cover_of(RuleRank rank) {
    return static_cast<Cover>(static_cast<std::uint8_t>(rank) + 1);
}
constexpr bool blocks(Cover cover) {
    return cover % 2 == 1;
}
// What is as strong as another takes its place nearer to the name.
constexpr Cover strength_of(Cover cover) {
    return cover == cover_of(RuleRank::near_allow) ? cover_of(RuleRank::block) : cover;
}
static_assert(blocks(cover_of(RuleRank::wide_block)) && blocks(cover_of(RuleRank::block)) &&
              blocks(cover_of(RuleRank::important_block)) && !blocks(cover_of(RuleRank::allow)) &&
              !blocks(cover_of(RuleRank::near_allow)));

// What the pack says at a name: which categories it and those below it are in, or are taken out of.
struct Node {
    std::string_view name;  // backward
    std::uint64_t self = 0;
    std::uint64_t below = 0;
};

using Value = std::pair<std::uint64_t, std::uint64_t>;  // self, below

std::uint8_t labels_of(std::string_view backward) {
    return static_cast<std::uint8_t>(1 + std::ranges::count(backward, static_cast<char>(pack_dot)));
}

// Most of it is soon filled, and a fault for each of its pages would be a fifth of the time.
void reserve(auto& items, std::size_t count) {
    if (count <= items.capacity()) return;
    items.reserve(std::max(count, 2 * items.capacity()));
    wish_huge_pages(items.data(), items.capacity() * sizeof *items.data());
}

}  // namespace

Result<std::size_t> PackBuilder::category(std::string_view name) {
    if (!is_category_name(name))
        return Error{ErrorCode::invalid_input,
                     fmt::format("'{}' can't be the name of a category: write 1 to 32 of a-z, 0-9, - and _", name)};
    auto const found = std::ranges::find(categories_, name);
    if (found != categories_.end()) return static_cast<std::size_t>(found - categories_.begin());
    if (categories_.size() == most_categories)
        return Error{
            ErrorCode::invalid_input,
            fmt::format("there are more than {} categories: put lists of one meaning into one", most_categories)};
    categories_.emplace_back(name);
    return categories_.size() - 1;
}

void PackBuilder::add(std::size_t category, Rule const& rule) {
    assert(category < categories_.size());
    if (rule.action == RuleAction::skip || rule.domain.empty() || rule.domain.size() > 253) return;
    auto const offset = text_.size();
    text_.resize(offset + rule.domain.size());
    std::ranges::transform(rule.domain.rbegin(), rule.domain.rend(),
                           text_.begin() + static_cast<std::ptrdiff_t>(offset),
                           [](char c) { return c == '.' ? static_cast<char>(pack_dot) : c; });
    entries_.push_back({0, static_cast<std::uint32_t>(offset), static_cast<std::uint8_t>(rule.domain.size()),
                        static_cast<std::uint8_t>(category), rule.scope, rule.rank});
}

void PackBuilder::expect(std::size_t bytes) {
    constexpr std::size_t usual_line = 16;
    reserve(text_, text_.size() + bytes);
    reserve(entries_, entries_.size() + bytes / usual_line);
}

class PackMaker {
public:
    PackMaker(PackBuilder& builder, PackFacts const& facts) : builder_(builder), facts_(facts) {}

    Result<std::vector<std::byte>> make() {
        KG_TRY(check());
        order_categories();
        sort_entries();
        find_nodes();
        if (hashed_.empty())
            return Error{ErrorCode::invalid_input, "no list has a name that blocks: a pack needs at least one"};
        number_values();
        set_rare_apart();
        if (values_.size() > 1U << 14U)
            return Error{ErrorCode::invalid_input,
                         fmt::format("there are {} different sets of categories, and a pack has "
                                     "room for 16384: build it from fewer lists",
                                     values_.size())};
        KG_TRY(fill());
        return write();
    }

private:
    Result<void> check() const {
        if (facts_.name.size() > longest_text ||
            std::ranges::any_of(facts_.name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
            return Error{ErrorCode::invalid_input, "a pack's name has at most 64 bytes and no control character"};
        for (std::string_view rest = facts_.name; !rest.empty();) {
            auto const character = first_character(rest);
            if (!character.valid) return Error{ErrorCode::invalid_input, "a pack's name is UTF-8: write it as such"};
            rest.remove_prefix(character.bytes);
        }
        if (builder_.entries_.size() > most_names || builder_.text_.size() > UINT32_MAX)
            return Error{ErrorCode::invalid_input, "there are too many names for one pack"};
        return {};
    }

    // By name, so that the order of the lists on the command line makes no difference.
    void order_categories() {
        auto sorted = builder_.categories_;
        std::ranges::sort(sorted);
        std::array<std::uint8_t, most_categories> number{};
        for (std::size_t i = 0; i < sorted.size(); ++i)
            number[i] = static_cast<std::uint8_t>(std::ranges::find(sorted, builder_.categories_[i]) - sorted.begin());
        for (auto& entry : builder_.entries_) entry.category = number[entry.category];
        builder_.categories_ = std::move(sorted);
    }

    std::string_view name_of(PackBuilder::Entry const& entry) const {
        return std::string_view{builder_.text_}.substr(entry.offset, entry.length);
    }

    void sort_entries() {
        sort_from(builder_.entries_, 0);
        lay_out_in_order();
    }

    // Eight bytes at a time, as numbers; only names that are equal so far are looked at again.
    void sort_from(std::span<PackBuilder::Entry> entries, std::size_t from) {
        for (auto& entry : entries) entry.eight = eight_bytes(name_of(entry), from);
        std::ranges::sort(entries, {}, &PackBuilder::Entry::eight);
        for (auto rest = entries; !rest.empty();) {
            auto const eight = rest.front().eight;
            auto const other =
                std::ranges::find_if(rest, [eight](auto const& entry) { return entry.eight != eight; }) - rest.begin();
            auto const equal = rest.first(static_cast<std::size_t>(other));
            bool const ended = (eight & 0xff) == 0;  // no name has a byte 0: they are equal to their ends
            if (equal.size() > 1 && !ended) sort_from(equal, from + 8);
            rest = rest.subspan(equal.size());
        }
    }

    // From here on names are read in their order, several times.
    void lay_out_in_order() {
        std::string text;
        reserve(text, builder_.text_.size());
        for (auto& entry : builder_.entries_) {
            auto const name = name_of(entry);
            entry.offset = static_cast<std::uint32_t>(text.size());
            text += name;
        }
        builder_.text_ = std::move(text);
    }

    // A name on the way down to the one at hand, with what covers all below it.
    struct Above {
        std::string_view name;
        std::array<Cover, most_categories> cover{};
    };

    static bool is_below(std::string_view name, std::string_view above) {
        return name.size() > above.size() && name[above.size()] == static_cast<char>(pack_dot) &&
               name.starts_with(above);
    }

    // A rule counts where it is stronger than all above it; it is kept where it changes what a look-up would say.
    void find_nodes() {
        struct Said {
            Cover self = 0;
            Cover below = 0;
        };
        std::array<Said, most_categories> said{};  // at the name at hand
        std::vector<Above> stack{{}};              // the root, which nothing covers
        auto const& entries = builder_.entries_;
        reserve(hashed_, entries.size());
        for (std::size_t next = 0; next < entries.size();) {
            auto const name = name_of(entries[next]);
            while (stack.size() > 1 && !is_below(name, stack.back().name)) stack.pop_back();
            auto const& above = stack.back().cover;
            auto self = above;
            auto below = above;
            std::uint64_t touched = 0;
            for (; next < entries.size() && name_of(entries[next]) == name; ++next) {
                auto const& entry = entries[next];
                touched |= std::uint64_t{1} << entry.category;
                auto const cover = cover_of(entry.rank);
                auto& own = said[entry.category];
                if (entry.scope != RuleScope::subdomains) own.self = std::max(own.self, cover);
                if (entry.scope != RuleScope::exact) own.below = std::max(own.below, cover);
            }
            for (auto rest = touched; rest != 0; rest &= rest - 1) {
                auto const category = static_cast<std::size_t>(std::countr_zero(rest));
                auto const own = std::exchange(said[category], {});
                if (strength_of(own.self) >= strength_of(above[category])) self[category] = own.self;
                if (strength_of(own.below) >= strength_of(above[category])) below[category] = own.below;
            }
            note_node(name, touched, above, self, below);
            stack.push_back({name, below});
        }
    }

    void note_node(std::string_view name, std::uint64_t touched, auto const& above, auto const& self,
                   auto const& below) {
        Node in{name};
        Node out{name};
        for (std::size_t category = 0; touched != 0; ++category, touched >>= 1) {
            if ((touched & 1) == 0) continue;
            auto const bit = std::uint64_t{1} << category;
            bool const before = blocks(above[category]);
            if (blocks(self[category]) != before) (before ? out : in).self |= bit;
            if (blocks(below[category]) != before) (before ? out : in).below |= bit;
        }
        if ((in.self | in.below) != 0) hashed_.push_back(in);
        if ((out.self | out.below) != 0) exceptions_.push_back(out);
    }

    void number_values() {
        std::map<Value, std::uint16_t> numbers;
        value_of_.reserve(hashed_.size());
        Value last{0, 0};
        std::uint16_t last_number = 0;
        for (auto const& node : hashed_) {
            Value const value{node.self, node.below};
            if (value != last) {
                auto const [found, is_new] = numbers.try_emplace(value, static_cast<std::uint16_t>(values_.size()));
                if (is_new) values_.push_back(value);
                last = value;
                last_number = found->second;
            }
            value_of_.push_back(last_number);
        }
    }

    // Where most names have few values, the other names are worth more bytes each: all slots are smaller for it. Such a
    // name has the number behind the last value, and stands with its own in a table of whole hashes.
    void set_rare_apart() {
        constexpr std::size_t most_frequent = 63;
        if (values_.size() <= most_frequent + 1) return;
        std::vector<std::size_t> count(values_.size());
        for (auto const number : value_of_) ++count[number];
        std::vector<std::uint16_t> order(values_.size());
        std::iota(order.begin(), order.end(), std::uint16_t{0});
        std::ranges::stable_sort(order, std::greater{}, [&](auto number) { return count[number]; });
        std::size_t rare = 0;
        for (auto const number : std::span{order}.subspan(most_frequent)) rare += count[number];
        auto const slots = shape_for(hashed_.size()).slots();
        if (rare * exact_size >= slots) return;
        order.resize(most_frequent);
        std::ranges::sort(order);
        std::vector<std::uint16_t> renumbered(values_.size(), most_frequent);
        std::vector<Value> frequent;
        for (auto const number : order) {
            renumbered[number] = static_cast<std::uint16_t>(frequent.size());
            frequent.push_back(values_[number]);
        }
        values_ = std::move(frequent);
        for (std::size_t i = 0; i < hashed_.size(); ++i) {
            value_of_[i] = renumbered[value_of_[i]];
            if (value_of_[i] == most_frequent) rare_.push_back(hashed_[i]);
        }
    }

    // What the key is made of: everything that the pack says of names.
    crypto::Digest content_digest() const {
        constexpr std::size_t piece = 1U << 14U;
        crypto::Sha256 digest;
        std::string text;
        for (auto const& category : builder_.categories_) text.append(category) += '\n';
        auto const number = [&](std::uint64_t value) { text += fmt::format("{:x} ", value); };
        for (auto const& [self, below] : values_) number(self), number(below);
        for (std::size_t i = 0; i < hashed_.size(); ++i) {
            (text += '\n').append(hashed_[i].name);
            text += static_cast<char>(value_of_[i] >> 8);
            text += static_cast<char>(value_of_[i] & 0xff);
            if (text.size() > piece) digest.add(text), text.clear();
        }
        for (auto const* nodes : {&exceptions_, &rare_})
            for (auto const& node : *nodes) {
                (text += '\n').append(node.name);
                number(node.self), number(node.below);
            }
        digest.add(text);
        return std::move(digest).finish();
    }

    Result<void> fill() {
        header_.slot_bytes = values_.size() > 64 ? 6 : 5;
        auto const shape = shape_for(hashed_.size());
        header_.segments = shape.segments;
        header_.segment_bits = static_cast<std::uint8_t>(shape.segment_bits);
        auto const digest = content_digest();
        std::vector<Hash> hashes(hashed_.size());
        for (int attempt = 0; attempt < most_keys; ++attempt) {
            header_.key = key_of(digest, attempt);
            std::ranges::transform(hashed_, hashes.begin(),
                                   [this](auto const& node) { return hash_of(header_.key, node.name); });
            if (auto slots = fill_slots(hashes, value_of_, shape, header_.value_bits())) {
                slots_ = std::move(*slots);
                return {};
            }
        }
        return Error{ErrorCode::system, "no table could be made of these names: please report the lists as a bug"};
    }

    static SipKey key_of(crypto::Digest const& content, int attempt) {
        std::string text = "kindgate pack key 1";
        for (auto const byte : content) text += static_cast<char>(byte);
        text += static_cast<char>(attempt);
        auto const digest = crypto::sha256(text);
        auto const bytes = std::as_bytes(std::span{digest});
        return {get(bytes, 8, 8), get(bytes, 0, 8)};
    }

    void write_text(std::string_view text) {
        put(out_, text.size(), 1);
        for (char const c : text) out_.push_back(static_cast<std::byte>(c));
    }

    void write_head() {
        auto const seconds = [](auto const& at) {
            return at ? static_cast<std::uint64_t>(std::max<std::int64_t>(at->time_since_epoch().count(), 0)) : 0;
        };
        header_.created = seconds(facts_.created);
        header_.expires = seconds(facts_.expires);
        header_.is_signed = facts_.signer != nullptr ? 1 : 0;
        header_.categories = static_cast<std::uint8_t>(builder_.categories_.size());
        header_.names = static_cast<std::uint32_t>(hashed_.size());
        header_.values = static_cast<std::uint32_t>(values_.size());
        header_.exceptions = static_cast<std::uint32_t>(exceptions_.size());
        header_.rare = static_cast<std::uint32_t>(rare_.size());
        header_.texts = static_cast<std::uint32_t>(1 + facts_.name.size());
        for (auto const& category : builder_.categories_)
            header_.texts += static_cast<std::uint32_t>(1 + category.size());
        header_.shallowest = 255;
        for (auto const* nodes : {&hashed_, &exceptions_})
            for (auto const& node : *nodes) {
                header_.shallowest = std::min(header_.shallowest, labels_of(node.name));
                header_.deepest = std::max(header_.deepest, labels_of(node.name));
            }
        header_.bytes = header_.expected_bytes();
        out_ = bytes_of(header_);
        out_.reserve(header_.bytes);
    }

    void write_exact(std::vector<Node> const& nodes) {
        std::vector<std::pair<Hash, Node const*>> sorted;
        sorted.reserve(nodes.size());
        for (auto const& node : nodes) sorted.emplace_back(hash_of(header_.key, node.name), &node);
        std::ranges::sort(sorted, {}, [](auto const& one) { return std::pair{one.first.high, one.first.low}; });
        for (auto const& [hash, node] : sorted)
            for (auto const number : {hash.high, hash.low, node->self, node->below}) put(out_, number, 8);
    }

    Result<std::vector<std::byte>> write() {
        write_head();
        write_text(facts_.name);
        for (auto const& category : builder_.categories_) write_text(category);
        for (auto const& [self, below] : values_) put(out_, self, 8), put(out_, below, 8);
        write_exact(exceptions_);
        write_exact(rare_);
        write_slots();
        if (facts_.signer != nullptr) KG_TRY(sign());
        auto const sum = hash_of(checksum_key, out_);
        put(out_, sum.high, 8);
        put(out_, sum.low, 8);
        assert(out_.size() == header_.bytes);
        return std::move(out_);
    }

    void write_slots() {
        auto at = out_.size();
        out_.resize(at + slots_.size() * header_.slot_bytes);
        for (auto const slot : slots_)
            for (unsigned i = header_.slot_bytes; i-- > 0;) out_[at++] = static_cast<std::byte>(slot >> (8 * i) & 0xff);
    }

    Result<void> sign() {
        auto const signature = KG_TRY(facts_.signer->sign(crypto::sha256(out_)));
        auto const key = KG_TRY(facts_.signer->public_key());
        for (auto const byte : key.id()) put(out_, byte, 1);
        for (auto const byte : signature) put(out_, byte, 1);
        return {};
    }

    PackBuilder& builder_;
    PackFacts const& facts_;
    PackHeader header_;
    std::vector<Node> hashed_;
    std::vector<Node> exceptions_;
    std::vector<Node> rare_;  // of those in hashed_
    std::vector<Value> values_;
    std::vector<std::uint16_t> value_of_;
    std::vector<std::uint64_t> slots_;
    std::vector<std::byte> out_;
};

Result<std::vector<std::byte>> PackBuilder::build(PackFacts const& facts) && {
    return PackMaker{*this, facts}.make();
}

}  // namespace kindgate::content
