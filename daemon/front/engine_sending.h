// Answers on their way out, for the engine's two sources.
#pragma once

#include "engine.h"

namespace kindgate::front {

// An answer of ours becomes SERVFAIL to the same question; its new size.
std::size_t turn_to_servfail(std::span<std::byte> place, std::size_t size);

// What a verdict's reason says to this client.
std::optional<content::dns::ExtendedError> error_of(policy::NameVerdict const& verdict,
                                                    content::dns::Asked const& asked);

// As much as this client takes.
inline std::span<std::byte> room_of(Asker const& asker, content::dns::Asked const& asked, std::span<std::byte> place) {
    return asker.udp() ? place.first(asked.udp_size) : place;
}

template <typename Write>
void Engine::send(Asker const& asker, bool strict, Write&& write) {
    if (!asker.udp()) {
        auto const size = write(std::span<std::byte>{large_});
        held_.push_back({asker, {large_.begin(), large_.begin() + static_cast<std::ptrdiff_t>(size)}, strict});
        return;
    }
    if (udp_.full()) make_room();
    auto& out = udp_.next();
    out.size = write(std::span<std::byte>{out.bytes});
    if (out.size == 0) return;
    out.asker = asker;
    out.strict = strict;
    udp_.queue();
}

}  // namespace kindgate::front
