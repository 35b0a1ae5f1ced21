// A pack: a million listed names with their categories in one file that is used as it is, without parsing.
// docs/pack-format.md has the bytes and the arithmetic.
//
// Names stand in the pack as 34-bit fingerprints: a listed name is always found; another one is taken for a listed one
// in at most one of 10⁹ look-ups of up to 8 labels. What takes a name out of a list is kept as 128-bit hashes, so that
// nobody can make up a name that is taken out by mistake.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/list.h"
#include "crypto/ecdsa.h"

namespace kindgate::content {

struct Hash;
struct Place;

// As many as a gate can have in force (docs/kernel-contract.md).
inline constexpr std::size_t most_categories = 61;

enum class Signatures : std::uint8_t { optional, required };

// What a pack must be to be taken.
struct PackRules {
    std::chrono::sys_seconds now;
    Signatures signatures = Signatures::optional;
    std::vector<crypto::PublicKey> keys{};  // whose signatures count
    // When the pack in force was made: an older one is refused.
    std::optional<std::chrono::sys_seconds> in_force{};
};

struct PackInfo {
    std::string name;                     // "" if it has none
    std::vector<std::string> categories;  // bit 0 first
    std::optional<std::chrono::sys_seconds> created;
    std::optional<std::chrono::sys_seconds> expires;
    std::uint32_t names = 0;       // in the filter
    std::uint32_t exceptions = 0;  // taken out of it
    std::uint64_t bytes = 0;
    std::optional<crypto::KeyId> signed_by;
    bool verified = false;  // by one of PackRules::keys
};

struct PackMatch {
    std::uint64_t categories = 0;  // a bit each
    std::size_t matched = 0;       // where in the name the listed name begins that decided; of several the longest
};

class Pack {
public:
    // Checks everything before anything is believed: form, checksum, signature, dates. Borrows the bytes: they must
    // stay as they are as long as the pack and its copies live. `invalid_input`: no pack, or not for now; `damaged`:
    // cut or altered; `forbidden`: the signature is missing or wrong; `conflict`: older than the one in force.
    static Result<Pack> open(std::span<std::byte const> bytes, PackRules const& rules);

    PackInfo const& info() const { return info_; }

    // The categories of a name in any case, without a dot at its end. No allocation; at most 127 probes for a name of
    // 127 labels, two or three for a usual one. Any thread.
    PackMatch look_up(std::string_view name) const noexcept;

    // The same as above, in words.
    std::vector<std::string_view> names_of(std::uint64_t categories) const;

private:
    friend class PackOpener;
    Pack() = default;

    struct Value {
        std::uint64_t self = 0;   // categories of the name itself
        std::uint64_t below = 0;  // of all below it
    };
    struct Suffixes;
    void find_suffixes(std::string_view name, Suffixes& suffixes) const noexcept;
    std::uint64_t slot(std::uint64_t index) const noexcept;
    Value probe(Hash const& hash, Place const& place) const noexcept;
    // In a sorted table of whole hashes.
    static Value find(std::span<std::byte const> entries, Hash const& hash) noexcept;

    std::span<std::byte const> slots_;
    std::span<std::byte const> exceptions_;
    std::span<std::byte const> rare_;  // of names whose value is none of values_
    std::vector<Value> values_;
    std::uint64_t key_high_ = 0;
    std::uint64_t key_low_ = 0;
    std::uint32_t segments_ = 0;
    unsigned segment_bits_ = 0;
    unsigned slot_bytes_ = 0;
    unsigned shallowest_ = 0;  // labels of the shortest listed name, and of the longest
    unsigned deepest_ = 0;
    PackInfo info_;
};

// Whether the packs differ in nothing but when they were made, and so in what the same key signed. Both are sound:
// open() took them.
bool says_the_same(std::span<std::byte const> one, std::span<std::byte const> other);

// What a pack says of itself beside its names.
struct PackFacts {
    std::string name{};
    std::optional<std::chrono::sys_seconds> created{};
    std::optional<std::chrono::sys_seconds> expires{};
    crypto::PrivateKey const* signer = nullptr;  // nobody signs; borrowed for the call
};

// Gathers the rules of lists and makes a pack of them. The same rules and facts give the same bytes, in whatever order.
class PackBuilder {
public:
    // The category's number; the same for the same name. 1 to 32 of a-z, 0-9, - and _; at most 61.
    Result<std::size_t> category(std::string_view name);

    // Rules of one category are one list: the rank says which of them wins (content/list.h).
    void add(std::size_t category, Rule const& rule);

    // Room for a list of so many bytes, so that what is there needn't move as it grows.
    void expect(std::size_t bytes);

    Result<std::vector<std::byte>> build(PackFacts const& facts) &&;

private:
    friend class PackMaker;
    struct Entry {
        std::uint64_t eight;   // bytes of the backward name, those that are being compared
        std::uint32_t offset;  // of the backward name in text_
        std::uint8_t length;
        std::uint8_t category;
        RuleScope scope;
        RuleRank rank;
    };

    std::vector<std::string> categories_;
    std::string text_;  // names backward, dots as pack_dot
    std::vector<Entry> entries_;
};

}  // namespace kindgate::content
