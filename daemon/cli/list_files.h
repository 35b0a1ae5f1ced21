// Lists and packs on the disk: larger than policies, and mapped rather than read where they can be.
#pragma once

#include <chrono>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindgate::cli {

inline constexpr std::size_t largest_list = 256U << 20U;  // bytes, uncompressed; the largest published ones have 100 MB

// A file's text, or standard input's for "-"; gzip is taken apart. What can't be read is wrong input.
Result<std::string> read_list_file(std::string const& path);

// gzip, RFC 1952; more than `largest` bytes of text are refused.
Result<std::string> gunzip(std::string_view compressed, std::size_t largest);

// A file's bytes for as long as this lives.
class MappedFile {
public:
    static Result<MappedFile> open(std::string const& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    MappedFile(MappedFile const&) = delete;
    MappedFile& operator=(MappedFile const&) = delete;

    std::span<std::byte const> bytes() const { return bytes_; }

private:
    explicit MappedFile(std::span<std::byte const> bytes) : bytes_(bytes) {}

    std::span<std::byte const> bytes_;
};

// Says how far something is, on a line of its own, at most once a second and never in the first.
class Progress {
public:
    explicit Progress(std::ostream& out) : out_(out) {}

    // True once a second: then say().
    bool due();
    void say(std::string_view text) { out_ << text << '\n' << std::flush; }

private:
    std::ostream& out_;
    std::chrono::steady_clock::time_point said_ = std::chrono::steady_clock::now();
};

}  // namespace kindgate::cli
