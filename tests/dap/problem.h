// Why a whole request isn't done (draft-ietf-ppm-dap-18, 3.4; RFC 9457).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace kindgate::dap {

enum class ProblemType : std::uint8_t {
    none,  // the status says all
    invalid_message,
    unrecognized_task,
    invalid_batch_size,
    batch_invalid,
    batch_mismatch,
    batch_overlap,
    invalid_aggregation_parameter,
    unsupported_extension,
};

// "invalidMessage": behind urn:ietf:params:ppm:dap:error:
std::string_view text(ProblemType type);

struct Problem {
    ProblemType type = ProblemType::none;
    std::string detail;
    unsigned status = 400;
};

template <typename T>
using Answered = std::expected<T, Problem>;

inline std::unexpected<Problem> problem(ProblemType type, std::string detail, unsigned status = 400) {
    return std::unexpected{Problem{type, std::move(detail), status}};
}

}  // namespace kindgate::dap
