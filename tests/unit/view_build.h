// Views built by hand.
#pragma once

#include <memory>

#include "policy/view.h"

namespace kindgate::test {

// The view's names, to be filled while nobody else has the view.
inline policy::Names& names_in(policy::View& view) {
    if (!view.names) {
        auto names = std::make_shared<policy::Names>();
        names->reasons.resize(1);
        view.names = std::move(names);
    }
    return const_cast<policy::Names&>(*view.names);  // NOLINT(cppcoreguidelines-pro-type-const-cast): made above
}

}  // namespace kindgate::test
