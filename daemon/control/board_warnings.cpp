#include <fmt/format.h>
#include <net/if.h>

#include "api_peer.h"
#include "control/board.h"

namespace kindgate::control {

std::vector<std::string> board_warnings(Board const& board) {
    std::vector<std::string> warnings;
    for (auto const& group : board.admin_groups)
        if (find_groups({&group, 1}).empty())
            warnings.push_back(fmt::format(
                "the board's admin_groups names '{}', and there is no such group: nobody may change things by "
                "it. Make it with `groupadd {}`, or correct the board file",
                group, group));
    for (auto const& interface : board.lan)
        if (if_nametoindex(interface.c_str()) == 0)
            warnings.push_back(
                fmt::format("the board's lan names '{}', and there is no such interface now: correct the board file if "
                            "it won't come",
                            interface));
    return warnings;
}

}  // namespace kindgate::control
