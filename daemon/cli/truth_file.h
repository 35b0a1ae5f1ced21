// What is true of the households that `kindgate report simulate` makes up.
//
//   screen-time,share        the question's name, then the word "share"
//   none,12.5                an answer and its share: percent, people, whatever adds up to all
//   "one, or two hours",40   in quotes where it has a comma
//
// Empty lines, and those that begin with #, say nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindgate::cli {

struct Truth {
    std::string table;
    std::vector<std::string> answers;    // 2 to 32, each once
    std::vector<std::uint64_t> weights;  // thousandths of their shares; not all 0
};

// `path` is for messages, which say the line.
Result<Truth> read_truth(std::string_view text, std::string const& path);

// So many households, shared out by weight: each answer has its share but for less than one. Not all weights are 0.
std::vector<std::uint64_t> shared_out(std::uint64_t households, std::vector<std::uint64_t> const& weights);

}  // namespace kindgate::cli
