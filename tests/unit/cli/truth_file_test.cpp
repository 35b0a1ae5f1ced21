#include "truth_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "test.h"

namespace {

using namespace kindgate;
using cli::read_truth;
using cli::shared_out;

void reads_shares() {
    auto const truth = test::value(read_truth(
        "# planned\r\n\r\nscreen-time , share\r\nnone,12.5\r\n\"one, \"\"two\"\"\" , 40\r\nlast,0", "t.csv"));
    test::equal(truth.table, "screen-time", "question");
    test::equal(fmt::format("{}", fmt::join(truth.answers, "|")), "none|one, \"two\"|last", "answers");
    test::equal(fmt::format("{}", truth.weights), "[12500, 40000, 0]", "thousandths");
}

void refuses_lines() {
    struct Case {
        std::string text;
        std::string_view told;
    };
    std::string many = "q,share\n";
    for (int i = 0; i < 33; ++i) many += fmt::format("a{},1\n", i);
    for (auto const& c : std::vector<Case>{
             {"", "t.csv:1: there are 0 answers: write 2 to 32, a line each"},
             {"q,share\na,1\n", "t.csv:2: there are 1 answers"},
             {many, "t.csv:34: there are 33 answers"},
             {"a,1\nb,2\n", "t.csv:1: write the question's name and the word share first"},
             {"screen-time\n", "t.csv:1: write the question's name and the word share first"},
             {"q,share\na\n", "t.csv:2: write an answer, a comma and its share: none,12.5"},
             {"q,share\n,1\n", "t.csv:2: write an answer"},
             {"q,share\n\"a,1\n", "t.csv:2: write an answer"},
             {"q,share\n\"a\"b,1\n", "t.csv:2: write an answer"},
             {"q,share\na\xff,1\n", "t.csv:2: write an answer"},
             {"q,share\na,1\na,2\n", "t.csv:3: the answer 'a' is there already"},
             {"q,share\na,0\nb,0.000\n", "t.csv:3: all shares are 0"},
             {"q,share\na,-1\n", "t.csv:2: '-1' is no share: write a number up to 999999 with at most 3 decimals"},
             {"q,share\na,1.\n", "'1.' is no share"},
             {"q,share\na,1.2345\n", "'1.2345' is no share"},
             {"q,share\na,1000000\n", "'1000000' is no share"},
             {"q,share\na,\n", "'' is no share"},
             {"q,share\na,1e3\n", "'1e3' is no share"},
         }) {
        auto const truth = read_truth(c.text, "t.csv");
        test::check(!truth.ok(), c.text);
        test::contains(truth.error().message(), c.told);
    }
}

void shares_out() {
    struct Case {
        std::uint64_t households;
        std::vector<std::uint64_t> weights;
        std::string_view shares;
    };
    for (auto const& c :
         {Case{10, {1, 1, 1}, "[3, 3, 4]"},
          {7, {0, 5, 0}, "[0, 7, 0]"},
          {0, {1, 2}, "[0, 0]"},
          {100'000'000, std::vector<std::uint64_t>(4, 999'999'999), "[25000000, 25000000, 25000000, 25000000]"}})
        test::equal(fmt::format("{}", shared_out(c.households, c.weights)), c.shares, c.shares);
}

constexpr test::Test tests[] = {
    {"a question, its answers and their shares are read, also as spreadsheets write them", reads_shares},
    {"a line that is wrong is told, and what to write", refuses_lines},
    {"households are shared out by weight, and none is lost", shares_out},
};

}  // namespace

int main() {
    return test::run("cli/truth_file", tests);
}
