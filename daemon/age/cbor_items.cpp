#include "cbor_items.h"

#include <cbor.h>

namespace kindgate::age {

namespace {

// What the library says of one item; a string's content is where its encoding ends.
struct Heard {
    Cbor::Kind kind = Cbor::Kind::other;
    std::uint64_t number = 0;
    bool definite = true;
};

template <Cbor::Kind Kind, typename Number>
void hear_number(void* to, Number number) {
    *static_cast<Heard*>(to) = {Kind, number};
}
template <Cbor::Kind Kind>
void hear_string(void* to, cbor_data, std::size_t size) {
    *static_cast<Heard*>(to) = {Kind, size};
}
void hear_indefinite(void* to) {
    static_cast<Heard*>(to)->definite = false;
}
void hear_other(void*) {}

cbor_callbacks make_callbacks() {
    using Kind = Cbor::Kind;
    cbor_callbacks heard = cbor_empty_callbacks;
    heard.uint8 = hear_number<Kind::unsigned_number, std::uint8_t>;
    heard.uint16 = hear_number<Kind::unsigned_number, std::uint16_t>;
    heard.uint32 = hear_number<Kind::unsigned_number, std::uint32_t>;
    heard.uint64 = hear_number<Kind::unsigned_number, std::uint64_t>;
    heard.negint8 = hear_number<Kind::negative, std::uint8_t>;
    heard.negint16 = hear_number<Kind::negative, std::uint16_t>;
    heard.negint32 = hear_number<Kind::negative, std::uint32_t>;
    heard.negint64 = hear_number<Kind::negative, std::uint64_t>;
    heard.byte_string = hear_string<Kind::bytes>;
    heard.string = hear_string<Kind::text>;
    heard.array_start = hear_number<Kind::array, std::size_t>;
    heard.map_start = hear_number<Kind::map, std::size_t>;
    heard.tag = hear_number<Kind::tag, std::uint64_t>;
    heard.boolean = hear_number<Kind::boolean, bool>;
    heard.null = [](void* to) { *static_cast<Heard*>(to) = {Kind::null, 0}; };
    heard.undefined = hear_other;
    heard.float2 = heard.float4 = [](void*, float) {};
    heard.float8 = [](void*, double) {};
    heard.byte_string_start = heard.string_start = heard.indef_array_start = heard.indef_map_start = heard.indef_break =
        hear_indefinite;
    return heard;
}

}  // namespace

class Cbor::Builder {
public:
    Builder(ByteView bytes, CborLimits const& limits) : limits_(limits) { cbor_.bytes_ = bytes; }

    std::optional<Cbor> build() {
        if (cbor_.bytes_.size() > limits_.bytes) return std::nullopt;
        do {
            if (!add()) return std::nullopt;
        } while (!open_.empty());
        if (at_ != cbor_.bytes_.size()) return std::nullopt;
        return std::move(cbor_);
    }

private:
    // An item that isn't whole yet.
    struct Open {
        std::size_t index = 0;
        std::uint64_t missing = 0;
    };

    bool add() {
        static cbor_callbacks const callbacks = make_callbacks();
        auto const rest = cbor_.bytes_.subspan(at_);
        Heard heard;
        auto const decoded = cbor_stream_decode(rest.data(), rest.size(), &callbacks, &heard);
        if (decoded.status != CBOR_DECODER_FINISHED || !heard.definite || cbor_.entries_.size() >= limits_.items)
            return false;
        auto const begin = static_cast<std::uint32_t>(at_);
        at_ += decoded.read;
        auto const inside = inside_of(heard);
        // So many can't follow in so few octets.
        if (inside > cbor_.bytes_.size() - at_) return false;
        cbor_.entries_.push_back({heard.kind, begin, 0, 0, heard.number});
        open_.push_back({cbor_.entries_.size() - 1, inside});
        if (open_.size() > limits_.depth) return false;
        close();
        return true;
    }

    static std::uint64_t inside_of(Heard const& heard) {
        switch (heard.kind) {
            case Kind::array: return heard.number;
            case Kind::map: return heard.number > limits_of_pairs ? UINT64_MAX : heard.number * 2;
            case Kind::tag: return 1;
            default: return 0;
        }
    }

    void close() {
        while (!open_.empty() && open_.back().missing == 0) {
            auto& entry = cbor_.entries_[open_.back().index];
            entry.end = static_cast<std::uint32_t>(at_);
            entry.next = static_cast<std::uint32_t>(cbor_.entries_.size());
            open_.pop_back();
            if (!open_.empty()) --open_.back().missing;
        }
    }

    static constexpr std::uint64_t limits_of_pairs = UINT64_MAX / 2;
    CborLimits limits_;
    Cbor cbor_;
    std::size_t at_ = 0;
    std::vector<Open> open_;
};

std::optional<Cbor> Cbor::read(ByteView bytes, CborLimits const& limits) {
    return Builder{bytes, limits}.build();
}

ByteView Cbor::Item::encoded() const {
    return of_ == nullptr ? ByteView{} : of_->bytes_.subspan(entry().begin, entry().end - entry().begin);
}

std::optional<std::uint64_t> Cbor::Item::number() const {
    return is(Kind::unsigned_number) ? std::optional{entry().number} : std::nullopt;
}

std::optional<bool> Cbor::Item::boolean() const {
    return is(Kind::boolean) ? std::optional{entry().number != 0} : std::nullopt;
}

std::optional<ByteView> Cbor::Item::bytes() const {
    return is(Kind::bytes) ? std::optional{encoded().last(entry().number)} : std::nullopt;
}

std::optional<std::string_view> Cbor::Item::text() const {
    return is(Kind::text) ? std::optional{text_of(encoded().last(entry().number))} : std::nullopt;
}

Cbor::Item Cbor::Item::tagged(std::uint64_t tag) const {
    return is(Kind::tag) && entry().number == tag ? first() : Item{};
}

Cbor::Item Cbor::Item::first() const {
    return of_ == nullptr ? Item{} : of_->item(index_ + 1);
}

Cbor::Item Cbor::Item::at(std::size_t index) const {
    if (!is(Kind::array) || index >= size()) return {};
    auto one = first();
    while (index-- > 0) one = one.next();
    return one;
}

template <typename Is>
Cbor::Item Cbor::Item::find_if(Is is) const {
    Item found;
    std::size_t count = 0;
    each_pair([&](Item const& key, Item const& value) {
        if (!is(key)) return;
        found = value;
        ++count;
    });
    return count == 1 ? found : Item{};
}

Cbor::Item Cbor::Item::find(std::string_view key) const {
    return find_if([&](Item const& one) { return one.text() == key; });
}

bool Cbor::Item::equals(std::int64_t number) const {
    if (number >= 0) return is(Kind::unsigned_number) && entry().number == static_cast<std::uint64_t>(number);
    return is(Kind::negative) && entry().number == static_cast<std::uint64_t>(-1 - number);
}

Cbor::Item Cbor::Item::find(std::int64_t key) const {
    return find_if([&](Item const& one) { return one.equals(key); });
}

}  // namespace kindgate::age
