// The unit tests' frame over CMocka. A failed CMocka assertion is a longjmp that skips destructors, and an escaped
// exception ends the runner: so checks throw, one trampoline catches, and only then CMocka is told.
//
//   constexpr test::Test tests[] = {{"a day has 24 hours", [] { test::equal(hours(day), 24, "day"); }}};
//   int main() { return test::run("policy/calendar", tests); }
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <source_location>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate::test {

struct Test {
    char const* name;  // a sentence
    void (*body)();
};

// Runs all, prints a line each; returns the number of failures, for main().
int run(char const* suite, std::span<Test const> tests);

// Ends the test as failed.
[[noreturn]] void fail(std::string const& message, std::source_location where = std::source_location::current());

// Ends the test as skipped: what it needs isn't here. In CI (variable CI), where it has to be, the test fails.
[[noreturn]] void skip(std::string const& why, std::source_location where = std::source_location::current());

// A file of the test data that nobody here wrote: KINDGATE_TESTDATA names their folder, else it is ../shared beside the
// sources. Where there is none the test is skipped.
std::filesystem::path data_file(std::string_view name);
// Its whole content.
std::string data_text(std::string_view name);

// The whole content of a file of the repository; `name` as seen from its top.
std::string source_text(std::string_view name);

// What a property's first case starts from, the others count up: KINDGATE_SEED, else ever another; printed.
std::uint64_t first_seed(char const* property);
// How many cases; KINDGATE_CASES for a longer search.
std::uint64_t cases(std::uint64_t usual);

template <typename T>
std::string show(T const& value) {
    if constexpr (requires(std::ostream& out) { out << value; }) {
        std::ostringstream out;
        out << std::boolalpha << value;
        return out.str();
    } else {
        return "(a value without <<)";
    }
}

template <typename Actual, typename Expected>
void equal(Actual const& actual, Expected const& expected, std::string_view about = "",
           std::source_location where = std::source_location::current()) {
    if (actual == expected) return;
    fail(std::string{about} + ": got " + show(actual) + ", expected " + show(expected), where);
}

inline void check(bool condition, std::string_view about,
                  std::source_location where = std::source_location::current()) {
    if (!condition) fail(std::string{about}, where);
}

// The value, or the test fails with the error's sentence.
template <typename T>
T value(Result<T> result, std::source_location where = std::source_location::current()) {
    if (!result.ok()) fail(result.error().message(), where);
    return std::move(result).value();
}

// The text contains the part.
inline void contains(std::string_view text, std::string_view part,
                     std::source_location where = std::source_location::current()) {
    if (text.find(part) == std::string_view::npos)
        fail("'" + std::string{text} + "' does not contain '" + std::string{part} + "'", where);
}

// Runs `body` in a forked child, so that nothing that it limits, mounts or gives up is left; the second as that user
// and group. True: it passed.
bool in_child(std::function<void()> const& body);
bool in_child_as(unsigned uid, std::function<void()> const& body);

}  // namespace kindgate::test
