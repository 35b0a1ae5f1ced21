// kindgate-age-demo tour
#include <chrono>
#include <iostream>

#include "commands.h"
#include "demo/tour.h"

namespace kindgate::demo {

Result<int> tour(Options const&) {
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto const taken = KG_TRY(take_tour(now, now));
    if (!(std::cout << taken.text << std::flush))
        return Error{ErrorCode::system, "the tour can't be written to standard output"};
    return taken.as_told ? 0 : 1;
}

}  // namespace kindgate::demo
