#include "files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <ostream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "text.h"

namespace kindgate::cli {

namespace {

constexpr std::size_t largest_file = 4U << 20U;  // bytes; policy::load() takes no more

struct CloseFile {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

Error unreadable(std::string const& path, int number) {
    return {ErrorCode::invalid_input, fmt::format("{}: can't be read ({}): name a file that you may read", path,
                                                  std::generic_category().message(number))};
}

}  // namespace

Result<std::string> read_file(std::string const& path) {
    std::unique_ptr<std::FILE, CloseFile> const file{std::fopen(path.c_str(), "rbe")};
    if (!file) return unreadable(path, errno);
    std::string text(largest_file + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) return unreadable(path, errno);
    if (text.size() > largest_file)
        return Error{ErrorCode::invalid_input, fmt::format("{}: is larger than 4 MiB: name a policy file", path)};
    return text;
}

Result<std::shared_ptr<policy::Policy const>> load_text(std::string const& text, std::string const& path) {
    auto loaded = policy::load(text, path);
    if (loaded.policy) return std::move(loaded.policy);
    std::string message;
    for (auto const& error : loaded.errors) {
        if (!message.empty()) message += '\n';
        message += error.text();
    }
    return Error{ErrorCode::invalid_input, message};
}

Result<std::shared_ptr<policy::Policy const>> load_file(std::string const& path) {
    return load_text(KG_TRY(read_file(path)), path);
}

void tell(Error const& error, Surroundings const& around) {
    std::string_view rest = error.message();
    while (!rest.empty()) {
        auto const line = rest.substr(0, rest.find('\n'));
        around.err << printable(line) << '\n';
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
}

}  // namespace kindgate::cli
