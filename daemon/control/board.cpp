#include "control/board.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include <fmt/ranges.h>

#include "base/installation.h"
#include "base/whole_file.h"
#include "kindgate/v1/board.pb.h"
#include "policy/names.h"

namespace kindgate::control {

namespace {

namespace pb = google::protobuf;

constexpr std::size_t largest_file = 1 << 20;
// A socket's path stands in sockaddr_un with its end.
constexpr std::size_t longest_socket = sizeof(sockaddr_un{}.sun_path) - 1;
// IFNAMSIZ less the end.
constexpr std::size_t longest_interface = 15;

// What is wrong, one line each.
class Complaints final : public pb::io::ErrorCollector {
public:
    explicit Complaints(std::filesystem::path const& file) : file_(file.string()) {}

    // Protobuf counts from 0, people from 1. The first is meant; what follows is its consequence.
    void AddError(int line, pb::io::ColumnNumber column, std::string const& message) override {
        auto const what = std::string_view{message}.substr(0, message.find_last_not_of('.') + 1);
        if (text_.empty()) add(line, column, what, "correct it (kindgated(8) has the fields)");
    }
    void AddWarning(int line, pb::io::ColumnNumber column, std::string const& message) override {
        AddError(line, column, message);
    }
    void add(int line, int column, std::string_view what, std::string_view advice) {
        if (!text_.empty()) text_ += '\n';
        text_ += fmt::format("{}:{}:{}: {}: {}", file_, std::max(line, 0) + 1, std::max(column, 0) + 1, what, advice);
    }

    std::string const& text() const { return text_; }

private:
    std::string file_;
    std::string text_;
};

// A relative path is relative to the board file's folder.
std::filesystem::path beside(std::filesystem::path const& file, std::string const& said) {
    return (std::filesystem::absolute(file).parent_path() / said).lexically_normal();
}

// Checks a parsed board and makes the value of it.
class Reader {
public:
    Reader(v1::Board const& board, pb::TextFormat::ParseInfoTree const& places, Complaints& complaints,
           std::filesystem::path const& file)
        : said_(board), places_(places), complaints_(complaints), file_(file) {}

    Board read() {
        board_.data_directory = installed_data();
        read_lan();
        path("policy_file", said_.policy_file(), board_.policy_file);
        path("state_directory", said_.state_directory(), board_.state_directory);
        path("socket", said_.socket(), board_.socket);
        path("dhcp_leases", said_.dhcp_leases(), board_.dhcp_leases);
        if (board_.socket.string().size() > longest_socket)
            complain("socket", -1, fmt::format("the path is longer than {} bytes", longest_socket),
                     "use a shorter one");
        read_mode();
        board_.admin_groups.assign(said_.admin_groups().begin(), said_.admin_groups().end());
        board_.newcomers_per_minute = number("newcomers_per_minute", said_.newcomers_per_minute(), 10'000, 60);
        board_.slots = static_cast<std::uint16_t>(number("slots", said_.slots(), Slot::max, Slot::max));
        read_resolvers();
        board_.dns_for_everybody = said_.dns_for_everybody();
        path("data_directory", said_.data_directory(), board_.data_directory);
        path("authorities", said_.authorities(), board_.authorities);
        read_keys();
        read_private_domains();
        read_contact();
        read_public_name();
        board_.lab_clock = said_.lab_clock();
        return std::move(board_);
    }

private:
    void complain(char const* field, int index, std::string_view what, std::string_view advice) {
        auto const place = places_.GetLocation(v1::Board::descriptor()->FindFieldByName(field), index);
        complaints_.add(place.line, place.column, what, advice);
    }

    void read_lan() {
        if (said_.lan().empty())
            complaints_.add(0, 0, "no LAN interface is named", "add lan: \"NAME\" with a name that `ip link` shows");
        std::set<std::string> seen;
        for (int index = 0; index < said_.lan_size(); ++index) {
            auto const& name = said_.lan(index);
            if (!seen.insert(name).second)
                complain("lan", index, fmt::format("'{}' is named twice", name), "remove one");
            bool const clean =
                std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':'; });
            if (name.empty() || name.size() > longest_interface || !clean)
                complain("lan", index, fmt::format("'{}' can't be the name of an interface", name),
                         "write one that `ip link` shows, 1 to 15 characters");
            board_.lan.push_back(name);
        }
    }

    void path(char const* field, std::string const& said, std::filesystem::path& value) {
        if (said.empty()) return;
        if (said.find('\0') != std::string::npos) complain(field, -1, "a path can't have a zero byte", "remove it");
        value = beside(file_, said);
    }

    void read_mode() {
        switch (said_.untrusted_clock()) {
            case v1::MODE_UNSPECIFIED:
            case v1::OFF: board_.untrusted_clock = policy::Mode::off; return;
            case v1::LEARNING: board_.untrusted_clock = policy::Mode::learning; return;
            case v1::OPEN: board_.untrusted_clock = policy::Mode::open; return;
            default: complain("untrusted_clock", -1, "not a mode", "write OPEN, LEARNING or OFF");
        }
    }

    void read_resolvers() {
        constexpr int most = 8;
        if (said_.resolvers_size() > most)
            complain("resolvers", most, fmt::format("{} resolvers are too many", said_.resolvers_size()),
                     fmt::format("name at most {}", most));
        for (int index = 0; index < said_.resolvers_size(); ++index) {
            auto const& text = said_.resolvers(index);
            auto const hash = text.find('#');
            auto const address = IpAddress::parse(text.substr(0, hash));
            unsigned port = 53;
            bool good = address.ok();
            if (hash != std::string::npos) {
                auto const* const end = text.data() + text.size();
                auto const read = std::from_chars(text.data() + hash + 1, end, port);
                good = good && read.ec == std::errc{} && read.ptr == end && port != 0 && port <= 0xffff;
            }
            if (good)
                board_.resolvers.push_back({*address, static_cast<std::uint16_t>(port)});
            else
                complain("resolvers", index, fmt::format("'{}' is not the address of a resolver", text),
                         "write one like \"192.0.2.53\", \"2001:db8::53\" or \"127.0.0.1#5353\"");
        }
        if (board_.resolvers.empty())
            board_.resolvers.push_back({IpAddress{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, 53});
    }

    void read_keys() {
        constexpr std::size_t largest_key = 64 << 10;
        board_.signed_packs = said_.signed_packs();
        for (int index = 0; index < said_.pack_keys_size(); ++index) {
            std::filesystem::path file;
            path("pack_keys", said_.pack_keys(index), file);
            auto const text = read_file(file, largest_key);
            auto const key = text.ok() ? crypto::PublicKey::from_pem(*text) : Result<crypto::PublicKey>{text.error()};
            if (key.ok())
                board_.pack_keys.push_back(*key);
            else
                complain("pack_keys", index, key.error().message(), "write the file of a public key");
        }
        if (board_.signed_packs && said_.pack_keys().empty())
            complain("signed_packs", -1, "there are no keys to check signatures with", "add pack_keys");
    }

    void read_private_domains() {
        for (auto const* const always : {"home.arpa", "lan", "internal", "local"})
            board_.private_domains.push_back(*content::dns::Name::from_text(always));
        for (int index = 0; index < said_.private_domains_size(); ++index) {
            auto const name = content::dns::Name::from_text(said_.private_domains(index));
            if (name && !name->root())
                board_.private_domains.push_back(name->folded());
            else
                complain("private_domains", index, fmt::format("'{}' is not a domain", said_.private_domains(index)),
                         "write one like \"home.example\"");
        }
    }

    void read_contact() {
        board_.contact = said_.contact();
        auto const is_uri = [](std::string_view text) {
            return text.find(':') != std::string_view::npos && text.find(':') != 0 && text.size() <= 200 &&
                   std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
        };
        if (!board_.contact.empty() && !is_uri(board_.contact))
            complain("contact", -1, fmt::format("'{}' is not a URI", board_.contact),
                     "write one like \"mailto:office@school.example\", of at most 200 characters");
    }

    void read_public_name() {
        path("certificate", said_.certificate(), board_.certificate);
        path("certificate_key", said_.certificate_key(), board_.certificate_key);
        auto const fields = {std::pair{"public_name", &said_.public_name()},
                             {"certificate", &said_.certificate()},
                             {"certificate_key", &said_.certificate_key()}};
        auto const* const there =
            std::ranges::find_if(fields, [](auto const& field) { return !field.second->empty(); });
        for (auto const& [field, said] : fields)
            if (there != fields.end() && said->empty())
                complain(there->first, -1, fmt::format("{} is missing", field),
                         "name public_name, certificate and certificate_key, or none of them");
        if (said_.public_name().empty()) return;
        auto const name = policy::parse_name(said_.public_name());
        if (name.ok())
            board_.public_name = *name;
        else
            complain("public_name", -1, fmt::format("'{}' is not a name", said_.public_name()),
                     "write the name that the certificate is for");
    }

    unsigned number(char const* field, unsigned said, unsigned most, unsigned otherwise) {
        if (said > most)
            complain(field, -1, fmt::format("{} is too many", said),
                     fmt::format("write 1 to {}, or leave it out", most));
        return said == 0 ? otherwise : said;
    }

    v1::Board const& said_;
    pb::TextFormat::ParseInfoTree const& places_;
    Complaints& complaints_;
    std::filesystem::path const& file_;
    Board board_;
};

constexpr std::string_view last_lan_file = "lan";  // in the state directory: a name a line
constexpr std::size_t largest_lan = 1 << 16;

// Of a bad board file, as far as the parser came.
std::filesystem::path state_directory_of(std::filesystem::path const& file) {
    auto otherwise = Board{}.state_directory;
    auto const text = read_file(file, largest_file);
    if (!text.ok()) return otherwise;
    Complaints unheard{file};
    v1::Board said;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&unheard);
    static_cast<void>(parser.ParseFromString(*text, &said));
    return said.state_directory().empty() ? otherwise : beside(file, said.state_directory());
}

}  // namespace

Result<Board> parse_board(std::string_view text, std::filesystem::path const& file) {
    Complaints complaints{file};
    v1::Board said;
    pb::TextFormat::ParseInfoTree places;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&complaints);
    parser.WriteLocationsTo(&places);
    if (!parser.ParseFromString(std::string{text}, &said)) return Error{ErrorCode::invalid_input, complaints.text()};
    auto board = Reader{said, places, complaints, file}.read();
    if (!complaints.text().empty()) return Error{ErrorCode::invalid_input, complaints.text()};
    return board;
}

Result<Board> load_board(std::filesystem::path const& file) {
    auto const text = read_file(file, largest_file);
    if (!text.ok())
        return Error{ErrorCode::invalid_input,
                     text.error().message() + ": name another with --board, or write one (see boards/)"};
    return parse_board(*text, file);
}

Result<void> remember_lan(Board const& board) {
    auto const text = fmt::format("{}\n", fmt::join(board.lan, "\n"));
    auto const file = board.state_directory / last_lan_file;
    if (auto const kept = read_file(file, largest_lan); kept.ok() && *kept == text) return {};
    return replace_file(file, text);
}

std::vector<std::string> last_lan(std::filesystem::path const& file) {
    std::vector<std::string> lan;
    auto const text = read_file(state_directory_of(file) / last_lan_file, largest_lan);
    if (!text.ok()) return lan;
    for (std::string_view rest = *text; !rest.empty();) {
        auto const end = rest.find('\n');
        if (end == std::string_view::npos) break;  // each line has its end: this one was cut
        if (end > 0 && end <= longest_interface) lan.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return lan;
}

std::string board_family() {
    constexpr std::size_t largest_release = 64U << 10U;
    static constexpr std::string_view field = "\nID=";
    auto const file = read_file("/etc/os-release", largest_release);
    auto const text = "\n" + (file.ok() ? *file : std::string{});
    auto const at = text.find(field);
    if (at == std::string::npos) return {};
    auto const value = std::string_view{text}.substr(at + field.size());
    auto id = std::string{value.substr(0, value.find('\n'))};
    std::erase_if(id, [](char c) { return c == '"' || c == '\''; });
    return id;
}

}  // namespace kindgate::control
