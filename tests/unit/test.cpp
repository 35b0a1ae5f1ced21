#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" {
#include <cmocka.h>
}
#undef fail  // macros there, our functions here
#undef skip

namespace kindgate::test {

namespace {

struct Failure : std::exception {
    explicit Failure(std::string text) : message(std::move(text)) {}
    char const* what() const noexcept override { return message.c_str(); }
    std::string message;
};

struct Skipped : Failure {
    using Failure::Failure;
};

// No object with a destructor is alive here when CMocka jumps.
void trampoline(void** state) {
    static char message[4096];
    message[0] = '\0';
    bool skipped = false;
    try {
        static_cast<Test const*>(*state)->body();
    } catch (Skipped const& reason) {
        std::snprintf(message, sizeof message, "%s", reason.what());
        skipped = true;
    } catch (std::exception const& failure) {
        std::snprintf(message, sizeof message, "%s", failure.what());
    } catch (...) {
        std::snprintf(message, sizeof message, "an exception that is no std::exception");
    }
    if (message[0] == '\0') return;
    if (skipped) {
        print_message("skipped: %s\n", message);
        _skip(__FILE__, __LINE__);
    }
    print_error("%s\n", message);
    _fail(__FILE__, __LINE__);
}

std::string text_of(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

void fail(std::string const& message, std::source_location where) {
    throw Failure{std::string{where.file_name()} + ":" + std::to_string(where.line()) + ": " + message};
}

void skip(std::string const& why, std::source_location where) {
    char const* const ci = std::getenv("CI");
    if (ci != nullptr && *ci != '\0') fail("may not be skipped in CI: " + why, where);
    throw Skipped{why};
}

std::filesystem::path data_file(std::string_view name) {
    auto const* said = std::getenv("KINDGATE_TESTDATA");  // NOLINT(concurrency-mt-unsafe): one thread
    auto const folder =
        said != nullptr ? std::filesystem::path{said} : std::filesystem::path{KINDGATE_SOURCE_DIR} / "../shared";
    auto path = folder / name;
    if (!std::filesystem::exists(path))
        skip("no " + path.string() + ": KINDGATE_TESTDATA names the folder of test data");
    return path;
}

std::string data_text(std::string_view name) {
    return text_of(data_file(name));
}

std::string source_text(std::string_view name) {
    auto const path = std::filesystem::path{KINDGATE_SOURCE_DIR} / name;
    if (!std::filesystem::exists(path)) fail("no " + path.string());
    return text_of(path);
}

std::uint64_t first_seed(char const* property) {
    auto const* said = std::getenv("KINDGATE_SEED");  // NOLINT(concurrency-mt-unsafe): one thread
    std::uint64_t const seed = said != nullptr ? std::strtoull(said, nullptr, 10) : std::random_device{}();
    std::printf("seed %s: KINDGATE_SEED=%llu\n", property, static_cast<unsigned long long>(seed));
    return seed;
}

std::uint64_t cases(std::uint64_t usual) {
    auto const* said = std::getenv("KINDGATE_CASES");  // NOLINT(concurrency-mt-unsafe): one thread
    return said != nullptr ? std::strtoull(said, nullptr, 10) : usual;
}

bool in_child(std::function<void()> const& body) {
    return in_child_as(::getuid(), body);
}

bool in_child_as(unsigned uid, std::function<void()> const& body) {
    pid_t const child = ::fork();
    if (child == 0) {
        if (uid != ::getuid() && (::setgid(uid) != 0 || ::setuid(uid) != 0)) ::_exit(2);
        try {
            body();
            ::_exit(0);
        } catch (std::exception const& failure) {
            std::fprintf(stderr, "%s\n", failure.what());
            ::_exit(1);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run(char const* suite, std::span<Test const> tests) {
    std::vector<::CMUnitTest> units;
    units.reserve(tests.size());
    for (auto const& test : tests) units.push_back({test.name, trampoline, nullptr, nullptr, const_cast<Test*>(&test)});
    return _cmocka_run_group_tests(suite, units.data(), units.size(), nullptr, nullptr);
}

}  // namespace kindgate::test
