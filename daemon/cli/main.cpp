#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
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
