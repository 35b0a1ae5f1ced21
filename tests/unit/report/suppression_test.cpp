// Nobody can work out what isn't shown: an attacker who knows every group's size, how the numbers are made, and,
// stronger than any there will be, the numbers without their noise, solves for it by exact linear algebra.
#include "suppression.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <fmt/format.h>

#include "report/ratio.h"
#include "test.h"

namespace {

using namespace kindgate;
using report::least_people;
using report::Row;
using report::Withheld;

using Grid = std::vector<std::vector<std::uint64_t>>;

// A fraction of small numbers with a sign: what elimination needs here stays far below 2^31.
struct Fraction {
    std::int64_t above = 0;
    std::int64_t below = 1;

    static Fraction of(std::int64_t above, std::int64_t below) {
        auto const common = std::gcd(above, below) * (below < 0 ? -1 : 1);
        test::check(
            std::abs(above / common) < (std::int64_t{1} << 31U) && std::abs(below / common) < (std::int64_t{1} << 31U),
            "small numbers");
        return {above / common, below / common};
    }
    bool zero() const { return above == 0; }
    Fraction operator-(Fraction other) const {
        return of(above * other.below - other.above * below, below * other.below);
    }
    Fraction operator*(Fraction other) const { return of(above * other.above, below * other.below); }
    Fraction operator/(Fraction other) const { return of(above * other.below, below * other.above); }
};

using Equation = std::vector<Fraction>;  // what stands before each unknown

// Equations in reduced echelon form; what follows from them is what they can be combined to.
class Knowledge {
public:
    void learn(Equation equation) {
        reduce(equation);
        auto const lead = leading(equation);
        if (lead == equation.size()) return;
        auto const by = equation[lead];
        for (auto& term : equation) term = term / by;
        for (auto& [other_lead, other] : known_)
            if (!other[lead].zero()) subtract(other, other[lead], equation);
        known_.emplace_back(lead, std::move(equation));
    }
    // Can this sum be solved for?
    bool tells(Equation wanted) const {
        reduce(wanted);
        return leading(wanted) == wanted.size();
    }

private:
    static std::size_t leading(Equation const& equation) {
        return static_cast<std::size_t>(std::ranges::find_if(equation, [](Fraction f) { return !f.zero(); }) -
                                        equation.begin());
    }
    static void subtract(Equation& from, Fraction times, Equation const& what) {
        for (std::size_t i = 0; i < from.size(); ++i)
            if (!what[i].zero()) from[i] = from[i] - times * what[i];
    }
    void reduce(Equation& equation) const {
        for (auto const& [lead, known] : known_)
            if (!equation[lead].zero()) subtract(equation, equation[lead], known);
    }

    std::vector<std::pair<std::size_t, Equation>> known_;
};

class Attack {
public:
    explicit Attack(std::vector<Row> const& rows) : rows_(rows), buckets_(rows[0].counts.size()) {
        for (std::size_t r = 0; r < rows.size(); ++r) {
            knowledge_.learn(sum_of([&](std::size_t row, std::size_t) { return row == r ? 1 : 0; }));
            for (std::size_t b = 0; b < buckets_; ++b)
                if (rows[r].shown[b]) knowledge_.learn(cell(r, b));
        }
        for (std::size_t b = 0; b < buckets_ && rows.size() > 1; ++b)
            knowledge_.learn(sum_of([&](std::size_t row, std::size_t bucket) {
                return bucket != b ? 0 : row + 1 == rows.size() ? -1 : 1;
            }));
    }

    // The first thing about fewer than ten people that follows; empty: nothing.
    std::string finds() const {
        for (std::size_t r = 0; r < rows_.size(); ++r)
            for (std::size_t b = 0; b < buckets_; ++b)
                if (rows_[r].counts[b] < least_people && knowledge_.tells(cell(r, b)))
                    return fmt::format("cell {} of row {}", b, r);
        for (std::size_t r = 0; r < rows_.size(); ++r)
            if (rows_[r].withheld == Withheld::nothing)
                if (auto what = few([&](std::size_t row, std::size_t) { return row == r; }); !what.empty()) return what;
        for (std::size_t b = 0; b < buckets_; ++b)
            if (auto what =
                    few([&](std::size_t row, std::size_t bucket) { return row + 1 < rows_.size() && bucket == b; });
                !what.empty())
                return what;
        return {};
    }

private:
    template <typename Factor>
    Equation sum_of(Factor factor) const {
        Equation equation;
        for (std::size_t r = 0; r < rows_.size(); ++r)
            for (std::size_t b = 0; b < buckets_; ++b) equation.push_back({factor(r, b), 1});
        return equation;
    }
    Equation cell(std::size_t r, std::size_t b) const {
        return sum_of([&](std::size_t row, std::size_t bucket) { return row == r && bucket == b ? 1 : 0; });
    }
    // The hidden cells that are chosen: does their sum follow, and is it of few people?
    template <typename Chosen>
    std::string few(Chosen chosen) const {
        std::uint64_t people = 0;
        std::uint64_t cells = 0;
        auto const hidden = [&](std::size_t r, std::size_t b) { return chosen(r, b) && !rows_[r].shown[b]; };
        for (std::size_t r = 0; r < rows_.size(); ++r)
            for (std::size_t b = 0; b < buckets_; ++b)
                if (hidden(r, b)) people += rows_[r].counts[b], ++cells;
        if (cells == 0 || people >= least_people) return {};
        return knowledge_.tells(sum_of([&](std::size_t r, std::size_t b) { return hidden(r, b) ? 1 : 0; }))
                   ? fmt::format("{} people in {} cells", people, cells)
                   : std::string{};
    }

    std::vector<Row> const& rows_;
    std::size_t buckets_;
    Knowledge knowledge_;
};

// Nothing is withheld that has ten people, and no cell of fewer is shown.
std::vector<Row> naively(Grid grid) {
    if (grid.size() > 1) {
        std::vector<std::uint64_t> whole(grid[0].size());
        for (auto const& group : grid)
            for (std::size_t b = 0; b < whole.size(); ++b) whole[b] += group[b];
        grid.push_back(whole);
    }
    std::vector<Row> rows;
    for (auto const& counts : grid) {
        rows.push_back({Withheld::nothing, counts, {}});
        for (auto const count : counts) rows.back().shown.push_back(count >= least_people);
    }
    return rows;
}

std::string shown(std::vector<Row> const& rows) {
    std::string text;
    for (auto const& row : rows) {
        text += row.withheld == Withheld::nothing ? "" : row.withheld == Withheld::few_people ? "few" : "back";
        for (std::size_t b = 0; b < row.counts.size() && row.withheld == Withheld::nothing; ++b)
            text += row.shown[b] ? 'x' : '.';
        text += ' ';
    }
    return text;
}

void tests_the_attack() {
    test::equal(Attack{naively({{3, 20, 30}})}.finds(), "cell 0 of row 0", "one cell follows from the group's size");
    test::equal(Attack{naively({{3, 4, 30}})}.finds(), "7 people in 2 cells", "two of seven people");
    test::equal(Attack{naively({{6, 7, 30}})}.finds(), "", "two of thirteen");
    // All of bucket 0 are 16, and the other group's 10: the rest are the first group's.
    test::equal(Attack{naively({{6, 7, 30}, {10, 11, 12}})}.finds(), "cell 0 of row 0", "through the whole");
    test::equal(Attack{naively({{6, 7, 30}, {9, 4, 12}, {10, 10, 10}})}.finds(), "", "two rows, two columns: a circle");
}

void hides_few() {
    struct Case {
        Grid grid;
        std::string_view shown;
    };
    for (auto const& c : std::vector<Case>{
             {{{10, 20}}, "xx "},
             {{{9, 20}}, "back "},
             {{{4, 5}}, "few "},
             {{{9, 9, 20}}, "back "},  // 18 in two cells of few people: nine each
             {{{9, 8, 20}}, "..x "},
             {{{0, 0, 20}}, "back "},
             {{{6, 6, 6, 6}}, ".... "},
             {{{10, 20}, {10, 20}}, "xx xx xx "},
             {{{10, 20}, {4, 4}}, "xx few back "},  // the small group would follow
             {{{6, 7, 30}, {10, 11, 12}}, "..x xxx back "},
             {{{6, 7, 30}, {9, 4, 12}, {10, 10, 10}}, "..x ..x xxx xxx "},
             {{{5, 3, 0}, {1, 1, 1}}, "few few ... "},   // of the whole 6, 4 and 1 are few, and eleven in all
             {{{1, 1, 6}, {1, 1, 6}}, "few few back "},  // of the whole 2 and 2 are four
             {{{12, 0, 0}, {0, 12, 0}, {0, 0, 12}}, "back back back xxx "},
         })
        test::equal(shown(report::rows_to_show(c.grid)), c.shown, shown(report::rows_to_show(c.grid)));
}

Grid random_grid(std::mt19937_64& random) {
    auto const below = [&](std::uint64_t n) { return random() % n; };
    Grid grid(1 + below(7), std::vector<std::uint64_t>(2 + below(5)));
    auto const usual = 4 + below(30);
    for (auto& group : grid)
        for (auto& count : group) count = below(4) == 0 ? below(12) : below(usual) + below(usual);
    return grid;
}

void withstands_the_attack() {
    auto const seed = test::first_seed("report/suppression");
    std::uint64_t open = 0;
    std::uint64_t wholes = 0;
    std::uint64_t partly = 0;
    auto const cases = test::cases(600);
    for (std::uint64_t i = 0; i < cases; ++i) {
        std::mt19937_64 random{seed + i};
        auto const grid = random_grid(random);
        auto const rows = report::rows_to_show(grid);
        auto const about = fmt::format("seed {}: {}", seed + i, shown(rows));
        test::equal(Attack{rows}.finds(), "", about);
        for (auto const& row : rows) {
            auto const people = std::accumulate(row.counts.begin(), row.counts.end(), std::uint64_t{0});
            test::check(people >= least_people || row.withheld == Withheld::few_people, about);
            bool any_hidden = false;
            for (std::size_t b = 0; b < row.counts.size(); ++b) {
                test::check(!row.shown[b] || row.counts[b] >= least_people, about);
                any_hidden |= !row.shown[b];
            }
            test::check(any_hidden || row.withheld == Withheld::nothing, about);
            partly += row.withheld == Withheld::nothing && any_hidden ? 1 : 0;
        }
        wholes += rows.size() > 1 && rows.back().withheld == Withheld::nothing ? 1 : 0;
        open += Attack{naively(grid)}.finds().empty() ? 0 : 1;
    }
    test::check(open > cases / 4, fmt::format("the naive way falls: {} of {}", open, cases));
    test::check(wholes > cases / 20, fmt::format("wholes are shown where they may be: {} of {}", wholes, cases));
    test::check(partly > cases / 20, fmt::format("tables are shown in part: {} of {}", partly, cases));
}

constexpr test::Test tests[] = {
    {"the attack finds what follows from the sizes of groups and from the whole", tests_the_attack},
    {"cells of few people, and tables that would give them back, are hidden, and no others", hides_few},
    {"of random groups nothing about fewer than ten people can be solved for", withstands_the_attack},
};

}  // namespace

int main() {
    return test::run("report/suppression", tests);
}
