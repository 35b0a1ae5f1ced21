#include "polynomial.h"

#include "any_numbers.h"
#include "test.h"

namespace {

using namespace kindgate;
using report::Field128;
using report::Field64;
using report::Roots;

template <typename Field>
Field at(std::vector<Field> const& coefficients, Field point) {
    Field value;
    for (auto i = coefficients.size(); i-- > 0;) value = value * point + coefficients[i];
    return value;
}

// The values of the polynomial with these coefficients at the roots of unity of an order.
template <typename Field>
std::vector<Field> values(std::vector<Field> const& coefficients, std::size_t order) {
    auto const root = report::root_of_unity<Field>(static_cast<unsigned>(std::countr_zero(order)));
    std::vector<Field> made;
    for (std::size_t i = 0; i < order; ++i) made.push_back(at(coefficients, report::power(root, i)));
    return made;
}

template <typename Field>
void check(std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::size_t const nodes = std::size_t{2} << random() % 6;
    auto const about = "seed " + std::to_string(seed) + ", nodes " + std::to_string(nodes);
    Roots<Field> const roots{nodes};
    auto const coefficients = test::any_numbers<Field>(random, nodes);
    auto const at_nodes = values(coefficients, nodes);
    auto const at_both = values(coefficients, 2 * nodes);
    std::vector<Field> between(nodes);
    roots.between(at_nodes, between);
    for (std::size_t i = 0; i < nodes; ++i) test::check(between[i] == at_both[2 * i + 1], about + ": between");
    auto const point = test::any_numbers<Field>(random, 1)[0];
    for (auto const& known : {at_nodes, at_both}) {
        std::vector<Field> weights(known.size());
        roots.weights(point, weights);
        Field value;
        for (std::size_t i = 0; i < known.size(); ++i) value += weights[i] * known[i];
        test::check(value == at(coefficients, point), about + ": at a point");
    }
    test::check(!roots.is_node(point), about + ": any point is no node");
    for (std::size_t i = 0; i < nodes; ++i) test::check(roots.is_node(roots.at(2 * i)), about + ": a node");
    test::check(!roots.is_node(roots.at(1)), about + ": between nodes");
}

constexpr test::Test tests[] = {
    {"values between the nodes and at any point are those of the polynomial's coefficients",
     [] {
         auto const first = test::first_seed("polynomials");
         for (auto seed = first; seed < first + test::cases(60); ++seed) {
             check<Field64>(seed);
             check<Field128>(seed);
         }
     }},
};

}  // namespace

int main() {
    return test::run("report/polynomial", tests);
}
