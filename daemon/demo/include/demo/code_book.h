// One-time codes, as a school hands them out: whoever has one may ask the issuer a few times, and the issuer knows of
// him what the code says: an age.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindgate::demo {

class CodeBook {
public:
    // "16-K7QM-3XPD-9TRW": the age that it vouches for, and 60 random bits.
    static std::string new_code(std::uint8_t age);

    // `codes`: one a line; lines that begin with # don't count. `used`: as used_text() gave it. `uses`: of each code.
    static Result<CodeBook> read(std::string_view codes, std::string_view used, unsigned uses);

    enum class Taken : std::uint8_t { good, unknown, too_young, used_up };
    // One use of a code for this age, written down. In upper or lower case.
    Taken take(std::string_view code, std::uint8_t age);
    // How old a code says that somebody is. None: no such code.
    std::optional<std::uint8_t> age_of(std::string_view code) const;

    // One line for each code that was used: the code, a blank, how often.
    std::string used_text() const;

private:
    struct Entry {
        std::uint8_t age = 0;
        unsigned used = 0;
    };

    std::map<std::string, Entry, std::less<>> entries_;  // by code, in upper case
    unsigned uses_ = 0;
};

}  // namespace kindgate::demo
