#include "base/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/descriptor.h"

namespace kindgate {

namespace {

constexpr mode_t any_write = S_IWUSR | S_IWGRP | S_IWOTH;

Error refused(int number, std::string_view what) {
    auto error = Error::from_errno(number, what);
    if (number != EROFS && number != EACCES && number != EPERM) return error;
    return Error{ErrorCode::forbidden, error.message() + ": it is read-only here, change it where it comes from"};
}

std::optional<struct stat> status_of(std::filesystem::path const& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return std::nullopt;
    return status;
}

// Root may write anything: for it, too, a file or folder without a single write bit means "leave it alone".
Result<void> check_writable(std::filesystem::path const& path) {
    auto const status = status_of(path);
    if (!status) return {};
    if ((status->st_mode & any_write) == 0) return refused(EACCES, fmt::format("cannot change {}", path.string()));
    if (access(path.c_str(), W_OK) != 0) return refused(errno, fmt::format("cannot change {}", path.string()));
    return {};
}

Result<void> write_all(int file, std::string_view text) {
    while (!text.empty()) {
        auto const written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return Error::from_errno(errno, "cannot write");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(file) != 0) return Error::from_errno(errno, "cannot write to the disk");
    return {};
}

Result<void> fill(Descriptor const& file, std::filesystem::path const& target, std::string_view text) {
    auto const old = status_of(target);
    if (fchmod(file.get(), old ? old->st_mode & 07777 : 0644) != 0)
        return Error::from_errno(errno, "cannot set the mode");
    if (old && fchown(file.get(), old->st_uid, old->st_gid) != 0 && errno != EPERM)
        return Error::from_errno(errno, "cannot set the owner");
    return write_all(file.get(), text);
}

void sync_folder(std::filesystem::path const& folder) {
    Descriptor const descriptor{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (descriptor.open()) static_cast<void>(fsync(descriptor.get()));
}

std::filesystem::path target_of(std::filesystem::path const& file) {
    std::error_code error;
    auto target = std::filesystem::weakly_canonical(file, error);
    return error ? file : target;
}

struct OpenFile {
    Descriptor descriptor;
    std::size_t size = 0;  // that it says
};

Result<OpenFile> open_file(std::filesystem::path const& file, std::string_view what) {
    // Without O_NONBLOCK a FIFO of that name would hold us.
    Descriptor descriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!descriptor.open() && errno == ENOENT)
        return Error{ErrorCode::not_found, fmt::format("{}: there is no such file", what)};
    if (!descriptor.open()) return Error::from_errno(errno, what);
    struct stat status{};
    if (fstat(descriptor.get(), &status) != 0) return Error::from_errno(errno, what);
    if (!S_ISREG(status.st_mode)) return Error{ErrorCode::invalid_input, fmt::format("{}: it is no file", what)};
    return OpenFile{std::move(descriptor), static_cast<std::size_t>(status.st_size)};
}

// As many bytes as there are, `room` at most.
Result<std::size_t> read_some(Descriptor const& file, void* to, std::size_t room, std::string_view what) {
    for (;;) {
        auto const length = read(file.get(), to, room);
        if (length >= 0) return static_cast<std::size_t>(length);
        if (errno != EINTR) return Error::from_errno(errno, what);
    }
}

Error too_large(std::string_view what, std::size_t largest) {
    return Error{ErrorCode::invalid_input, fmt::format("{}: it has more than {} bytes", what, largest)};
}

}  // namespace

Result<std::string> read_file(std::filesystem::path const& file, std::size_t largest) {
    auto const what = fmt::format("cannot read {}", file.string());
    auto const opened = KG_TRY(open_file(file, what));
    std::string text;
    // As much as it says that it has: growing step by step costs more than the reading.
    text.reserve(std::min(opened.size, largest));
    char block[16384];
    for (;;) {
        auto const length = KG_TRY(read_some(opened.descriptor, block, sizeof block, what));
        if (length == 0) return text;
        text.append(block, length);
        if (text.size() > largest) return too_large(what, largest);
    }
}

Result<Pages> read_pages(std::filesystem::path const& file, std::size_t largest) {
    auto const what = fmt::format("cannot read {}", file.string());
    auto const opened = KG_TRY(open_file(file, what));
    if (opened.size > largest) return too_large(what, largest);
    Pages pages{opened.size};
    std::size_t at = 0;
    while (at < opened.size) {
        auto const rest = pages.bytes().subspan(at);
        auto const length = KG_TRY(read_some(opened.descriptor, rest.data(), rest.size(), what));
        if (length == 0) break;
        at += length;
    }
    pages.cut(at);
    return pages;
}

Result<void> replace_file(std::filesystem::path const& file, std::string_view text) {
    auto const target = target_of(file);
    if (auto const old = status_of(target); old && !S_ISREG(old->st_mode))
        return Error{ErrorCode::invalid_input, fmt::format("cannot replace {}: it is no file", target.string())};
    KG_TRY(check_writable(target));
    KG_TRY(check_writable(target.parent_path()));
    auto name = (target.parent_path() / fmt::format(".{}.XXXXXX", target.filename().string())).string();
    Descriptor const temporary{mkostemp(name.data(), O_CLOEXEC)};
    if (!temporary.open()) return refused(errno, fmt::format("cannot write {}", target.string()));
    auto const filled = fill(temporary, target, text);
    if (filled.ok() && rename(name.c_str(), target.c_str()) == 0) {
        sync_folder(target.parent_path());
        return {};
    }
    auto const number = errno;
    unlink(name.c_str());
    auto const what = fmt::format("cannot replace {}", target.string());
    return filled.ok() ? refused(number, what) : filled.error().within(what);
}

}  // namespace kindgate
