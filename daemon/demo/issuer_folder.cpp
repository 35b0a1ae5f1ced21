#include "demo/issuer_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "foreign_json.h"

namespace kindgate::demo {

namespace {

namespace fs = std::filesystem;

// ISO/IEC 18013-5, B.1.4: document signers.
constexpr std::string_view signer_use = "1.0.18013.5.1.2";
constexpr std::chrono::days authority_life{3650};
constexpr std::chrono::days signer_life{365};
constexpr std::size_t largest_file = std::size_t{1} << 20U;

std::string key_file(std::uint8_t age) {
    return fmt::format("age{}.key", age);
}

// A string of protobuf's text form, a line of the file for each of the text's.
std::string text_lines(std::string_view text) {
    std::string lines;
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        lines += fmt::format("\n      \"{}\\n\"", line);
    }
    return lines;
}

std::string trust_text(IssuerWanted const& wanted, std::vector<BlindSigner> const& signers, std::string_view ca_pem) {
    std::string text = "age_trust {\n";
    for (std::size_t i = 0; i < signers.size(); ++i) {
        auto const key = signers[i].token_key();
        if (!key.ok()) continue;
        text += fmt::format("  issuers {{\n    name: \"age{0}.{1}\"\n    token_keys: \"{2}\"\n    min_age: {0}\n  }}\n",
                            wanted.ages[i], wanted.name, base64url(key->spki()));
    }
    text += fmt::format(
        "  providers {{\n    name: \"{}\"\n    ca_pem:{}\n    eku: \"{}\"\n    doc_type: \"{}\"\n  }}\n}}\n",
        wanted.name, text_lines(ca_pem), signer_use, age::text(age::DocType::eu_age_verification));
    return text;
}

Result<void> make_codes(fs::path const& folder, IssuerWanted const& wanted) {
    std::string codes = "# One code a person, cut apart and handed out. Each says the age that it vouches for.\n";
    for (auto const age : wanted.ages)
        for (unsigned i = 0; i < wanted.codes; ++i) codes += CodeBook::new_code(age) + '\n';
    KG_TRY(keep_secret(folder / "codes.txt", codes));
    return keep_secret(folder / "used.txt", "");
}

Result<std::string> text_of_file(fs::path const& file) {
    return read_file(file, largest_file);
}

// With the file's or folder's name before what is wrong there.
template <typename T>
Result<T> named(fs::path const& file, Result<T> read) {
    if (read.ok()) return read;
    return read.error().within(file.string());
}

Result<std::map<std::uint8_t, TokenIssuer>> load_tokens(fs::path const& folder, Json const& ages) {
    std::map<std::uint8_t, TokenIssuer> tokens;
    for (auto const& one : ages) {
        auto const* const age = one.get_ptr<std::uint64_t const*>();
        if (age == nullptr || *age > 99) continue;
        auto const years = static_cast<std::uint8_t>(*age);
        auto const file = folder / key_file(years);
        auto signer = KG_TRY(named(file, BlindSigner::from_pem(KG_TRY(text_of_file(file)))));
        tokens.emplace(years, KG_TRY(named(file, TokenIssuer::create({std::move(signer)}))));
    }
    return tokens;
}

Result<MdocIssuer> load_documents(fs::path const& folder) {
    return named(folder / "documents.crt", MdocIssuer::load(KG_TRY(text_of_file(folder / "documents-ca.crt")),
                                                            KG_TRY(text_of_file(folder / "documents.crt")),
                                                            KG_TRY(text_of_file(folder / "documents.key"))));
}

}  // namespace

Result<void> keep_secret(fs::path const& file, std::string_view text) {
    // replace_file() keeps the mode that is there.
    int const made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (made < 0) return Error::from_errno(errno, fmt::format("{} can't be written", file.string()));
    ::close(made);
    return replace_file(file, text);
}

Result<void> make_issuer(fs::path const& folder, IssuerWanted const& wanted, std::chrono::sys_seconds now) {
    if (fs::exists(folder / "issuer.json"))
        return Error{ErrorCode::conflict,
                     fmt::format("{} has an issuer already: name another folder", folder.string())};
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return Error::from_errno(errno, fmt::format("{} can't be made", folder.string()));
    auto const today = std::chrono::floor<std::chrono::days>(now);
    auto const documents = KG_TRY(MdocIssuer::create(
        {wanted.name, std::string{signer_use}, {today, today + authority_life}, {today, today + signer_life}}));
    KG_TRY(keep_secret(folder / "documents-ca.crt", documents.ca_pem()));
    KG_TRY(keep_secret(folder / "documents.crt", documents.signer_pem()));
    KG_TRY(keep_secret(folder / "documents.key", KG_TRY(documents.key_pem())));
    std::vector<BlindSigner> signers;
    for (auto const age : wanted.ages) {
        auto const& signer = signers.emplace_back(KG_TRY(BlindSigner::generate()));
        KG_TRY(keep_secret(folder / key_file(age), signer.pem()));
    }
    KG_TRY(make_codes(folder, wanted));
    KG_TRY(keep_secret(folder / "trust.textproto", trust_text(wanted, signers, documents.ca_pem())));
    // The last one: now it is whole.
    return keep_secret(folder / "issuer.json", json_text({{"name", wanted.name}, {"ages", wanted.ages}}));
}

Result<IssuerService> load_issuer(fs::path const& folder, unsigned uses) {
    auto const file = folder / "issuer.json";
    auto const said = read_json(KG_TRY(text_of_file(file)));
    auto const name = text_member(said, "name");
    auto tokens = KG_TRY(load_tokens(folder, member(said, "ages")));
    if (!name || tokens.empty())
        return Error{ErrorCode::damaged, fmt::format("{} has no name and ages: make the issuer anew", file.string())};
    auto documents = KG_TRY(load_documents(folder));
    auto const used = folder / "used.txt";
    auto codes = KG_TRY(
        named(folder, CodeBook::read(KG_TRY(text_of_file(folder / "codes.txt")), KG_TRY(text_of_file(used)), uses)));
    return IssuerService{{*name, std::move(tokens), std::move(documents), std::move(codes),
                          [used](std::string const& text) { return keep_secret(used, text); }}};
}

}  // namespace kindgate::demo
