#include "list_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/descriptor.h"
#include "base/pages.h"

namespace kindgate::cli {

namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b";

struct CloseFile {
    void operator()(std::FILE* file) const {
        if (file != stdin) (void)std::fclose(file);
    }
};

Error unreadable(std::string const& path, int number) {
    return {ErrorCode::invalid_input, fmt::format("{}: can't be read ({}): name a file that you may read", path,
                                                  std::generic_category().message(number))};
}

Error too_large(std::size_t largest) {
    return {ErrorCode::invalid_input, fmt::format("it has more than {} MiB: no list is that large", largest >> 20U)};
}

}  // namespace

Result<std::string> read_list_file(std::string const& path) {
    std::unique_ptr<std::FILE, CloseFile> const file{path == "-" ? stdin : std::fopen(path.c_str(), "rbe")};
    if (!file) return unreadable(path, errno);
    std::string text;
    struct stat status{};
    if (::fstat(::fileno(file.get()), &status) == 0 && S_ISREG(status.st_mode)) {
        text.reserve(std::min(static_cast<std::size_t>(status.st_size), largest_list));
        wish_huge_pages(text.data(), text.capacity());
    }
    std::array<char, 1U << 16U> block;
    while (std::feof(file.get()) == 0 && std::ferror(file.get()) == 0) {
        text.append(block.data(), std::fread(block.data(), 1, block.size(), file.get()));
        if (text.size() > largest_list) return too_large(largest_list).within(path);
    }
    if (std::ferror(file.get()) != 0) return unreadable(path, errno);
    if (!text.starts_with(gzip_magic)) return text;
    auto plain = gunzip(text, largest_list);
    if (!plain.ok()) return plain.error().within(path);
    return plain;
}

Result<std::string> gunzip(std::string_view compressed, std::size_t largest) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) return Error{ErrorCode::system, "zlib can't be used"};
    std::unique_ptr<z_stream, int (*)(z_stream*)> const owned{&stream, inflateEnd};
    std::string text;
    std::array<unsigned char, 1U << 16U> block;
    // zlib reads only, whatever its type says.
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<unsigned>(compressed.size());
    int status = Z_OK;
    while (status != Z_STREAM_END || stream.avail_in > 0) {
        // Several members behind each other are one file (RFC 1952, 2.2).
        if (status == Z_STREAM_END && inflateReset(&stream) != Z_OK) break;
        stream.next_out = block.data();
        stream.avail_out = static_cast<unsigned>(block.size());
        status = inflate(&stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END)
            return Error{ErrorCode::invalid_input, "the gzip file is cut or damaged: fetch it again"};
        text.append(reinterpret_cast<char const*>(block.data()), block.size() - stream.avail_out);
        if (text.size() > largest) return too_large(largest);
    }
    return text;
}

Result<MappedFile> MappedFile::open(std::string const& path) {
    Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status{};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return unreadable(path, errno);
    if (!S_ISREG(status.st_mode)) return unreadable(path, EINVAL);
    auto const size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return MappedFile{{}};
    auto* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (start == MAP_FAILED) return unreadable(path, errno);
    return MappedFile{{static_cast<std::byte const*>(start), size}};
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

bool Progress::due() {
    auto const now = std::chrono::steady_clock::now();
    if (now - said_ < std::chrono::seconds{1}) return false;
    said_ = now;
    return true;
}

}  // namespace kindgate::cli
