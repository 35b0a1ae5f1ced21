// Numbers of a field by chance.
#pragma once

#include <random>
#include <vector>

namespace kindgate::test {

template <typename Field>
std::vector<Field> any_numbers(std::mt19937_64& random, std::size_t count) {
    std::vector<Field> numbers(count);
    for (auto& number : numbers) number = Field{random()} * Field{random()};
    return numbers;
}

}  // namespace kindgate::test
