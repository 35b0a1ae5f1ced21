#include "binary_http.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire.h"

namespace kindgate::report {

namespace {

// RFC 9292, 3.3.
constexpr std::uint64_t known_request = 0;
constexpr std::uint64_t known_response = 1;
constexpr std::uint64_t indeterminate_request = 2;
constexpr std::uint64_t indeterminate_response = 3;

// A field takes three octets on the way and a hundred here.
constexpr std::size_t most_fields = 256;

enum class Length : std::uint8_t { known, indeterminate };

// RFC 9000, 16: the first two bits say how many octets there are. Not the shortest form is as good.
std::uint64_t read_integer(Reader& reader) {
    auto const first = reader.number(1);
    auto const more = (std::size_t{1} << (first >> 6U)) - 1;
    return (first & 0x3fU) << (8 * more) | reader.number(more);
}

void write_integer(Writer& writer, std::uint64_t value) {
    if (value < 1U << 6U) {
        writer.number(value, 1);
    } else if (value < 1U << 14U) {
        writer.number(value | std::uint64_t{1} << 14U, 2);
    } else if (value < 1U << 30U) {
        writer.number(value | std::uint64_t{2} << 30U, 4);
    } else {
        writer.number(value | std::uint64_t{3} << 62U, 8);
    }
}

ByteView read_octets(Reader& reader, std::uint64_t length) {
    // Where std::size_t has 32 bits, it doesn't hold what is said here.
    if (length > std::uint32_t{0xffffffff}) reader.fail();
    return reader.take(static_cast<std::size_t>(length));
}
std::string_view read_text(Reader& reader) {
    return text_of(read_octets(reader, read_integer(reader)));
}

void write_octets(Writer& writer, ByteView octets) {
    write_integer(writer, octets.size());
    writer.put(octets);
}

// A path, an authority: what could end a line of a head, or begin another word in it, is nowhere.
bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

// RFC 9292, 3.6. No pseudo-fields, since there are none here that both sides know.
bool may_be(std::string_view name, std::string_view value) {
    return is_token(name) && std::ranges::none_of(name, is_upper) && is_field_value(value);
}

class MessageReader {
public:
    MessageReader(Reader& reader, Length length) : reader_(reader), length_(length) {}

    // RFC 9292, 3.8: where the message has ended, what would follow is empty.
    HttpFields section() {
        HttpFields fields;
        if (reader_.empty()) return fields;
        if (length_ == Length::known) {
            Reader lines{read_octets(reader_, read_integer(reader_))};
            while (!lines.empty()) add_line(fields, lines, read_integer(lines));
            if (!lines.good()) reader_.fail();
        } else {
            while (auto const name_length = read_integer(reader_)) add_line(fields, reader_, name_length);
        }
        return fields;
    }

    Bytes content() {
        Bytes content;
        if (reader_.empty()) return content;
        auto const add = [&](ByteView piece) { content.insert(content.end(), piece.begin(), piece.end()); };
        if (length_ == Length::known) {
            add(read_octets(reader_, read_integer(reader_)));
        } else {
            while (auto const piece = read_integer(reader_)) add(read_octets(reader_, piece));
        }
        return content;
    }

    // What is behind the content; true: all was well.
    bool ends() {
        section();
        while (!reader_.empty())
            if (reader_.number(1) != 0) reader_.fail();
        return reader_.good();
    }

private:
    // Once the reader has failed it gives zeros, and so ends every loop here.
    void add_line(HttpFields& fields, Reader& lines, std::uint64_t name_length) {
        auto const name = text_of(read_octets(lines, name_length));
        auto const value = read_text(lines);
        if (!may_be(name, value) || fields.size() >= most_fields) return lines.fail();
        fields.emplace_back(name, value);
    }

    Reader& reader_;
    Length length_;
};

Result<Bytes> with_rest(Writer writer, HttpFields const& fields, ByteView body) {
    Writer lines;
    for (auto const& [name, value] : fields) {
        auto lowered = name;
        for (auto& c : lowered)
            if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
        if (!may_be(lowered, value))
            return Error{ErrorCode::invalid_input, fmt::format("'{}' can't be a field of a message", name)};
        write_octets(lines, bytes_of(lowered));
        write_octets(lines, bytes_of(value));
    }
    if (!lines.bytes().empty() || !body.empty()) write_octets(writer, lines.bytes());
    if (!body.empty()) write_octets(writer, body);
    return writer.bytes();
}

Error no_message(std::string_view what) {
    return {ErrorCode::invalid_input, fmt::format("this is no {} in binary HTTP (RFC 9292)", what)};
}

bool is_scheme(std::string_view text) {
    return text == "https" || text == "http";
}

}  // namespace

// RFC 9292, 3.4.
Result<Bytes> encode_request(HttpRequest const& request) {
    std::string_view rest = request.url;
    auto const scheme = rest.substr(0, rest.find("://"));
    if (!is_token(request.method) || !is_scheme(scheme) || !is_visible(rest))
        return Error{
            ErrorCode::invalid_input,
            fmt::format("'{} {}' is no request: its address has to begin with https://", request.method, rest)};
    rest.remove_prefix(scheme.size() + 3);
    auto const authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    rest = rest.substr(0, rest.find('#'));
    if (authority.empty()) return Error{ErrorCode::invalid_input, fmt::format("'{}' has no host's name", request.url)};
    auto const path = rest.starts_with('/') ? std::string{rest} : fmt::format("/{}", rest);
    Writer writer;
    write_integer(writer, known_request);
    for (std::string_view const part : {std::string_view{request.method}, scheme, authority, std::string_view{path}})
        write_octets(writer, bytes_of(part));
    return with_rest(std::move(writer), request.fields, request.body);
}

// RFC 9292, 3.5.
Result<Bytes> encode_response(HttpReply const& reply) {
    if (reply.status < 200 || reply.status > 599)
        return Error{ErrorCode::invalid_input, fmt::format("{} is the status of no answer", reply.status)};
    Writer writer;
    write_integer(writer, known_response);
    write_integer(writer, reply.status);
    return with_rest(std::move(writer), reply.fields, reply.body);
}

Result<HttpRequest> decode_request(ByteView bytes) {
    Reader reader{bytes};
    auto const framing = read_integer(reader);
    std::string_view const method = read_text(reader);
    std::string_view const scheme = read_text(reader);
    std::string_view authority = read_text(reader);
    std::string_view const path = read_text(reader);
    MessageReader message{reader, framing == known_request ? Length::known : Length::indeterminate};
    auto fields = message.section();
    auto body = message.content();
    // RFC 9113, 8.3.1: both may say the host, and then the same.
    auto const host = std::string{field(fields, "host")};
    if (authority.empty()) authority = host;
    auto const is_host = [](auto const& one) { return one.first == "host"; };
    bool const one_host =
        std::ranges::all_of(fields, [&](auto const& one) { return !is_host(one) || one.second == authority; });
    if (!message.ends() || (framing != known_request && framing != indeterminate_request) || !is_token(method) ||
        !is_scheme(scheme) || !one_host || authority.empty() || !is_visible(authority) ||
        authority.find_first_of("/?#") != std::string_view::npos || !path.starts_with('/') || !is_visible(path) ||
        path.contains('#'))
        return no_message("request");
    std::erase_if(fields, is_host);
    return HttpRequest{std::string{method}, fmt::format("{}://{}{}", scheme, authority, path), std::move(fields),
                       std::move(body)};
}

Result<HttpReply> decode_response(ByteView bytes) {
    Reader reader{bytes};
    auto const framing = read_integer(reader);
    if (framing != known_response && framing != indeterminate_response) return no_message("answer");
    MessageReader message{reader, framing == known_response ? Length::known : Length::indeterminate};
    auto status = read_integer(reader);
    for (std::size_t informing = 0; status >= 100 && status <= 199; ++informing) {
        message.section();
        status = read_integer(reader);
        if (informing >= most_fields) reader.fail();
    }
    if (status < 200 || status > 599) return no_message("answer");
    auto fields = message.section();
    auto body = message.content();
    if (!message.ends()) return no_message("answer");
    return HttpReply{static_cast<unsigned>(status), std::move(fields), std::move(body)};
}

}  // namespace kindgate::report
