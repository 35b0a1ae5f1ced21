#include "base/result.h"

#include <system_error>

namespace kindgate {

Error Error::from_errno(int number, std::string_view what) {
    Error error{ErrorCode::system, std::string{what} + ": " + std::generic_category().message(number)};
    error.system_error_ = number;
    return error;
}

Error Error::within(std::string_view what) const {
    Error outer = *this;
    outer.message_ = std::string{what} + ": " + message_;
    return outer;
}

}  // namespace kindgate
