#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include "cli/cli.h"
#include "kernel/nft_table.h"

namespace {

std::string environment(char const* name) {
    auto const* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return value == nullptr ? "" : value;
}

std::size_t terminal_columns() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

kindgate::Result<void> remove_table() {
    auto const table = KG_TRY(kindgate::kernel::NftTable::create({}));
    return table->remove();
}

// Beside this program, else where programs are looked for. Returns only if it can't.
kindgate::Result<int> run_age_demo() {
    std::error_code failed;
    auto const own = std::filesystem::read_symlink("/proc/self/exe", failed);
    auto const beside = (own.parent_path() / "kindgate-age-demo").string();
    std::cout.flush();
    for (auto const* program : {beside.c_str(), "kindgate-age-demo"}) {
        std::string name = program;
        std::string tour = "tour";
        std::array<char*, 3> arguments{name.data(), tour.data(), nullptr};
        execvp(program, arguments.data());
    }
    return kindgate::Error{kindgate::ErrorCode::not_found,
                           "there is no kindgate-age-demo here: it is no part of a gate; boards/lab/up builds it"};
}

}  // namespace

int main(int argc, char** argv) try {
    kindgate::cli::Surroundings const around{
        .out = std::cout,
        .err = std::cerr,
        .colour = isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb",
        .columns = terminal_columns(),
        .socket = environment("KINDGATE_SOCKET"),
        .now = [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); },
        .remove_table = remove_table,
        .age_demo = run_age_demo,
    };
    int const status = kindgate::cli::run({argv + 1, argv + argc}, around);
    std::cout.flush();
    if (!std::cout) {
        std::cerr << "what should be said couldn't be written: is the disk full?\n";
        return 1;
    }
    return status;
} catch (std::exception const& failure) {
    std::cerr << "kindgate failed: " << failure.what() << '\n';
    return 1;
}
