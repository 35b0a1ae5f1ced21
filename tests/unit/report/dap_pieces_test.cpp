// Every message of the vectors of dap/: read, written again to the same octets; and what must be refused is.
#include "dap_pieces.h"

#include <map>

#include "hpke_pieces.h"
#include "upload_pieces.h"
#include "vectors.h"

namespace {

using namespace kindgate;
using namespace kindgate::report;
using test::hex_bytes;
using test::Json;

// Read by one function, written by another. None: refused.
using Again = std::optional<Bytes> (*)(ByteView);

template <auto read>
std::optional<Bytes> again(ByteView bytes) {
    Reader reader{bytes};
    auto const value = read(reader);
    if (!reader.ended()) return std::nullopt;
    Writer writer;
    write(writer, value);
    return writer.bytes();
}

template <typename Message>
std::optional<Bytes> whole(ByteView bytes) {
    auto const message = Message::decode(bytes);
    if (!message.ok()) return std::nullopt;
    return message->encoded();
}

// One extension, as the only one of a list.
std::optional<Bytes> extension(ByteView bytes) {
    auto const list = Writer{}.counted(bytes, 2).bytes();
    auto const made = again<read_extensions>(list);
    Reader reader{list};
    if (!made || read_extensions(reader).size() != 1) return std::nullopt;
    return copied(ByteView{*made}.subspan(2));
}

std::optional<Bytes> aad(ByteView bytes) {
    Reader reader{bytes};
    auto const id = reader.array<TaskId>();
    auto const task = read_task(reader);
    auto const metadata = read_metadata(reader);
    auto const share = reader.counted(4);
    if (!reader.ended()) return std::nullopt;
    return input_share_aad(id, task, metadata, share);
}

std::optional<Bytes> upload(ByteView bytes) {
    auto const reports = decode_upload(bytes);
    if (!reports.ok()) return std::nullopt;
    return encode_upload(*reports);
}

std::optional<Bytes> configs(ByteView bytes) {
    auto const list = decode_hpke_configs(bytes);
    if (!list.ok()) return std::nullopt;
    return encode(*list);
}

std::optional<Bytes> interval(ByteView bytes) {
    Reader reader{bytes};
    auto const read = read_interval(reader);
    if (!reader.ended()) return std::nullopt;
    return task_interval(read).data;
}

// Those that have no writer of their own: only refused.
template <auto read>
std::optional<Bytes> only_read(ByteView bytes) {
    Reader reader{bytes};
    read(reader);
    if (!reader.ended()) return std::nullopt;
    return copied(bytes);
}

std::optional<Bytes> report_id(ByteView bytes) {
    Reader reader{bytes};
    auto const id = reader.array<ReportId>();
    return reader.ended() ? std::optional{copied(id)} : std::nullopt;
}

std::map<std::string, Again> const kinds{
    {"ReportID", report_id},
    {"Extension", extension},
    {"TaskExtension", extension},
    {"ReportMetadata", again<read_metadata>},
    {"PlaintextInputShare", whole<PlaintextInputShare>},
    {"Report", whole<report::Report>},
    {"InputShareAad", aad},
    {"UploadRequest", upload},
    {"HpkeCiphertext", again<read_ciphertext>},
    {"HpkeConfig", again<read_hpke_config>},
    {"HpkeConfigList", configs},
    {"TaskConfiguration", whole<Task>},
    {"VdafConfig", again<read_vdaf_config>},
    {"Interval", interval},
    {"Url", only_read<read_url>},
    {"TimePrecision", only_read<read_time_precision>},
    {"BatchMode+batch_config", only_read<read_batch_mode>},
};

Again kind(std::string const& name) {
    auto const found = kinds.find(name);
    if (found == kinds.end()) test::fail("a message that nobody here knows: " + name);
    return found->second;
}

// The parts one after the other. One that is its own note is a text which was taken for digits.
Bytes octets(Json const& vector) {
    Bytes made;
    for (auto const& part : vector.at("parts")) {
        auto const digits = part.at("hex").get<std::string>();
        if (part.at("note").is_string() && part.at("note") == '"' + digits + '"') continue;
        std::ranges::copy(hex_bytes(digits), std::back_inserter(made));
    }
    return made;
}

constexpr test::Test tests[] = {
    {"each message is read, and written again to the same octets",
     [] {
         std::size_t checked = 0;
         for (auto const& file : test::vector_files("dap", "messages"))
             for (auto const& [name, vectors] : file.content.at("messages").items())
                 for (auto const& one : vectors) {
                     auto const bytes = octets(one);
                     auto const about = file.name + ", " + name + " " + hex(bytes);
                     auto const made = kind(name)(bytes);
                     test::check(made.has_value(), about + ": read");
                     test::equal(hex(*made), hex(bytes), about);
                     ++checked;
                 }
         test::check(checked >= 20, "vectors were read");
     }},
    {"a message that is cut or has something behind it is refused",
     [] {
         for (auto const& file : test::vector_files("dap", "messages"))
             for (auto const& [name, vectors] : file.content.at("messages").items())
                 for (auto const& one : vectors) {
                     auto const bytes = octets(one);
                     // An upload of fewer reports is one, too.
                     if (name == "UploadRequest") continue;
                     for (std::size_t size = 0; size < bytes.size(); ++size)
                         test::check(!kind(name)(ByteView{bytes}.first(size)),
                                     name + ", cut at " + std::to_string(size));
                     auto longer = bytes;
                     longer.push_back(0);
                     test::check(!kind(name)(longer), name + ", longer");
                 }
     }},
    {"what must be refused is",
     [] {
         for (auto const& file : test::vector_files("dap", "messages"))
             for (auto const& one : file.content.at("must_reject"))
                 test::check(!kind(one.at("type").get<std::string>())(hex_bytes(one, "encoded")), one.dump());
     }},
    // The vectors of these have empty payloads, for which alone they would be refused.
    {"extensions that don't go up, or twice the same, are refused",
     [] {
         auto const read = [](char const* digits) {
             return kind("PlaintextInputShare")(hex_bytes(digits)).has_value();
         };
         test::check(read("000800000000ff0000000000000100"), "ascending");
         test::check(!read("0008ff000000000000000000000100"), "out of order");
         test::check(!read("000800000000000000000000000100"), "twice");
         test::check(!read("00030000000000000100"), "cut inside of the list");
         test::check(!read("000000000000"), "an empty payload");
     }},
};

}  // namespace

int main() {
    return test::run("report/dap_pieces", tests);
}
