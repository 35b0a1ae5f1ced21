// Which cells of one table may be shown, for all groups at once.
//
// Everybody knows the groups' sizes. So in the grid of groups (and, of several, the whole as the last row) and buckets
// the sum of each row is known, and each column's cells of groups add up to its cell of the whole. Of the cells that
// aren't shown, take each as an edge between its row and its column: these equations leave a cell open exactly where
// its edge lies on a circle, since along a circle people can be moved without any sum changing. An edge on no circle is
// a bridge, and its cell can be solved for.
#pragma once

#include <cstdint>
#include <vector>

#include "report/summary.h"

namespace kindgate::report {

struct Row {
    Withheld withheld = Withheld::nothing;
    std::vector<std::uint64_t> counts;  // one a bucket
    std::vector<bool> shown;            // the same; none where the row is withheld
};

// `counts`: of each group, one a bucket, as many for all. Of several the whole is a last row. A cell of fewer than
// `least` isn't shown.
std::vector<Row> rows_to_show(std::vector<std::vector<std::uint64_t>> const& counts,
                              std::uint64_t least = least_people);

}  // namespace kindgate::report
