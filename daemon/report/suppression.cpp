#include "suppression.h"

#include <algorithm>
#include <numeric>

namespace kindgate::report {

namespace {

std::uint64_t sum(std::vector<std::uint64_t> const& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// Cells that aren't shown, and whose sum can be solved for.
class Hidden {
public:
    explicit Hidden(std::uint64_t least) : least_(least) {}

    void add(std::uint64_t count) {
        people_ += count;
        most_ += std::max(count, least_ - 1);
        any_ = true;
    }
    // The sum is itself of few people, or so large that no cell can have less.
    bool tells() const { return any_ && (people_ < least_ || people_ == most_); }

private:
    std::uint64_t least_;
    std::uint64_t people_ = 0;
    std::uint64_t most_ = 0;  // what they can have, where each is known to be of few people
    bool any_ = false;
};

Row row_of(std::vector<std::uint64_t> counts, std::uint64_t least) {
    Row row{Withheld::nothing, std::move(counts), {}};
    Hidden hidden{least};
    for (auto const count : row.counts) {
        row.shown.push_back(count >= least);
        if (count < least) hidden.add(count);
    }
    if (sum(row.counts) < least)
        row.withheld = Withheld::few_people;
    else if (hidden.tells())
        row.withheld = Withheld::gives_back;
    if (row.withheld != Withheld::nothing) row.shown.assign(row.counts.size(), false);
    return row;
}

// Bridges of the graph of hidden cells (Tarjan): nodes are rows, then columns.
class Bridges {
public:
    Bridges(std::vector<Row> const& rows, std::uint64_t least)
        : rows_(rows),
          least_(least),
          columns_(rows[0].counts.size()),
          order_(rows.size() + columns_),
          low_(order_.size()) {}

    // Is a cell of few people one?
    bool give_back() {
        for (std::size_t node = 0; node < rows_.size(); ++node)
            if (order_[node] == 0) visit(node, none);
        return found_;
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};

    // Two nodes are joined by at most one edge. At most twice as deep as there are buckets.
    void visit(std::size_t node, std::size_t from) {
        order_[node] = low_[node] = ++time_;
        bool const is_row = node < rows_.size();
        for (std::size_t i = 0; i < (is_row ? columns_ : rows_.size()); ++i) {
            auto const& row = rows_[is_row ? node : i];
            auto const column = is_row ? i : node - rows_.size();
            auto const next = is_row ? rows_.size() + i : i;
            if (row.shown[column] || next == from) continue;
            if (order_[next] != 0) {
                low_[node] = std::min(low_[node], order_[next]);
                continue;
            }
            visit(next, node);
            low_[node] = std::min(low_[node], low_[next]);
            if (low_[next] > order_[node] && row.counts[column] < least_) found_ = true;
        }
    }

    std::vector<Row> const& rows_;
    std::uint64_t least_;
    std::size_t columns_;
    std::vector<std::size_t> order_;  // when a node was first seen; 0: not yet
    std::vector<std::size_t> low_;    // the earliest that is reached from it and below
    std::size_t time_ = 0;
    bool found_ = false;
};

// The groups' cells of a column that aren't shown, where the whole's is.
bool columns_tell(std::vector<Row> const& rows, std::uint64_t least) {
    auto const& whole = rows.back();
    for (std::size_t column = 0; column < whole.counts.size(); ++column) {
        Hidden hidden{least};
        for (auto const& row : rows)
            if (!row.shown[column] && &row != &whole) hidden.add(row.counts[column]);
        if (whole.shown[column] && hidden.tells()) return true;
    }
    return false;
}

}  // namespace

std::vector<Row> rows_to_show(std::vector<std::vector<std::uint64_t>> const& counts, std::uint64_t least) {
    std::vector<Row> rows;
    rows.reserve(counts.size() + 1);
    for (auto const& group : counts) rows.push_back(row_of(group, least));
    if (counts.size() < 2) return rows;
    std::vector<std::uint64_t> whole(counts[0].size());
    for (auto const& group : counts)
        for (std::size_t i = 0; i < whole.size(); ++i) whole[i] += group[i];
    rows.push_back(row_of(std::move(whole), least));
    // Groups alone give nothing back: each has two hidden cells or none, and the whole's row joins them in circles.
    if (rows.back().withheld == Withheld::nothing && (columns_tell(rows, least) || Bridges{rows, least}.give_back())) {
        rows.back().withheld = Withheld::gives_back;
        rows.back().shown.assign(rows.back().counts.size(), false);
    }
    return rows;
}

}  // namespace kindgate::report
