// Packs as the View asks them.
#include <array>
#include <bit>
#include <cstring>

#include "policy/names.h"

namespace kindgate::policy {

namespace {

using content::dns::Name;

// A wire name as Pack::look_up() wants it. What has a dot inside a label is in no list.
std::string_view text_of(Name const& name, std::array<char, Name::max_size>& place) {
    auto const bytes = name.bytes();
    std::size_t size = 0;
    for (std::size_t at = 0; bytes[at] != std::byte{0};) {
        auto const length = std::to_integer<std::size_t>(bytes[at]);
        if (size != 0) place[size++] = '.';
        std::memcpy(place.data() + size, &bytes[at + 1], length);
        size += length;
        at += 1 + length;
    }
    return {place.data(), size};
}

struct Part {
    std::shared_ptr<content::Pack const> pack;
    std::array<CategoryId, 64> numbers{};  // by the pack's bits; 0: no rule names the category
};

}  // namespace

Categories categories_of(std::vector<std::shared_ptr<content::Pack const>> const& packs, CategoryIds const& ids) {
    std::vector<Part> parts;
    for (auto const& pack : packs) {
        Part part{pack, {}};
        for (std::size_t bit = 0; bit < pack->info().categories.size(); ++bit)
            part.numbers.at(bit) = ids.of(pack->info().categories[bit]);
        parts.push_back(std::move(part));
    }
    if (parts.empty()) return {};
    return [parts = std::move(parts)](Name const& folded) {
        std::array<char, Name::max_size> place;
        auto const name = text_of(folded, place);
        CategorySet found;
        for (auto const& part : parts)
            for (auto bits = part.pack->look_up(name).categories; bits != 0; bits &= bits - 1)
                if (auto const number = part.numbers[static_cast<std::size_t>(std::countr_zero(bits))]; number != 0)
                    found.add(number);
        return found;
    };
}

}  // namespace kindgate::policy
