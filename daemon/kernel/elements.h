// The elements of our sets, from a dump's bytes to the content that control speaks of.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "difference.h"
#include "message.h"

namespace kindgate::kernel {

// One set element as the kernel tells it.
struct Element {
    std::array<std::byte, 20> key{};  // the longest are those of resolved6
    std::size_t key_size = 0;
    std::optional<std::uint32_t> data;                    // a map's value
    std::optional<std::chrono::milliseconds> timeout;     // as it was given
    std::optional<std::chrono::milliseconds> expiration;  // what is left of it
    bool plain = true;                                    // nothing on it that we never put there
};

struct ElementList {
    std::string_view table;  // borrowed from the message
    std::string_view set;
    std::vector<Element> elements;
};

// The payload of a NEWSETELEM message; nullopt if it is broken.
std::optional<ElementList> parse_elements(Bytes payload);

// Puts them where they belong. False if one is such as we would never have written: then the table isn't ours.
bool collect(ElementList const& list, Steady::time_point dumped_at, Elements& content);

}  // namespace kindgate::kernel
