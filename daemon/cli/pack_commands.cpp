// `kindgate pack build`, `info` and `lookup`: lists to packs, and what a pack says.
#include <charconv>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "commands.h"
#include "content/pack.h"
#include "files.h"
#include "json.h"
#include "list_files.h"
#include "pack_files.h"
#include "policy/calendar.h"
#include "policy/names.h"
#include "text.h"
#include "words.h"

namespace kindgate::cli {

namespace {

// More of a file's skipped lines are told by `kindgate list read`.
constexpr std::size_t most_told = 20;
constexpr std::int64_t latest = 253'402'300'799;  // the last second of the year 9999: a pack has none beyond

Result<std::optional<std::chrono::sys_seconds>> read_date(std::string const& text) {
    if (text.empty()) return std::optional<std::chrono::sys_seconds>{};
    auto const* const utc = KG_TRY(find_zone("Etc/UTC"));
    return std::optional{KG_TRY(policy::parse_instant_or_date(text, *utc, policy::Edge::start))};
}

// reproducible-builds.org: the moment that a build shall give for its own.
Result<std::optional<std::chrono::sys_seconds>> created(std::string const& said) {
    auto const* const epoch = std::getenv("SOURCE_DATE_EPOCH");  // NOLINT(concurrency-mt-unsafe): one thread
    if (!said.empty() || epoch == nullptr) return read_date(said);
    std::string_view const text = epoch;
    std::int64_t seconds = -1;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > latest)
        return Error{
            ErrorCode::invalid_input,
            fmt::format("SOURCE_DATE_EPOCH is '{}': set it to whole seconds since 1970, up to the year 9999, or "
                        "say --created",
                        text)};
    return std::optional{std::chrono::sys_seconds{std::chrono::seconds{seconds}}};
}

Result<std::vector<crypto::PublicKey>> read_keys(std::vector<std::string> const& files) {
    std::vector<crypto::PublicKey> keys;
    for (auto const& file : files) {
        auto const key = crypto::PublicKey::from_pem(KG_TRY(read_file(file)));
        if (!key.ok()) return key.error().within(file);
        keys.push_back(*key);
    }
    return keys;
}

// Who names keys wants to know whose the pack is, and not only what it says.
Result<void> check_signer(content::PackInfo const& info, std::string const& path) {
    if (info.verified) return {};
    return Error{
        ErrorCode::invalid_input,
        fmt::format("{}: the pack {}: name the key of who made it, or leave --key out", path,
                    info.signed_by ? fmt::format("is signed by {}, none of these keys", crypto::text(*info.signed_by))
                                   : "is not signed")};
}

std::string date_text(std::optional<std::chrono::sys_seconds> at, std::string_view otherwise) {
    return at ? policy::rfc3339(*at) : std::string{otherwise};
}

std::string json_list(auto const& names) {
    std::vector<std::string> strings;
    strings.reserve(names.size());
    for (auto const& name : names) strings.push_back(json_string(name));
    return fmt::format("[{}]", fmt::join(strings, ","));
}

void show(content::PackInfo const& info, bool expired, Form form, Surroundings const& around) {
    auto const signer = info.signed_by ? crypto::text(*info.signed_by) : "";
    if (form == Form::json) {
        around.out
            << fmt::format(
                   R"({{"name":{},"categories":{},"names":{},"exceptions":{},"bytes":{},"bytes_a_name":{:.2f},"created":"{}",)"
                   R"("expires":"{}","expired":{},"signed_by":"{}","verified":{}}})",
                   json_string(info.name), json_list(info.categories), info.names, info.exceptions, info.bytes,
                   static_cast<double>(info.bytes) / info.names, date_text(info.created, ""),
                   date_text(info.expires, ""), expired, signer, info.verified)
            << '\n';
        return;
    }
    around.out << fmt::format(
        "name        {}\ncategories  {}\nnames       {} ({} taken out)\nbytes       {} ({:.2f} a name)\n"
        "created     {}\nexpires     {}{}\nsigned      {}\n",
        info.name.empty() ? "-" : printable(info.name), printable(fmt::format("{}", fmt::join(info.categories, ", "))),
        info.names, info.exceptions, info.bytes, static_cast<double>(info.bytes) / info.names,
        date_text(info.created, "not said"), date_text(info.expires, "never"), expired ? " (it has)" : "",
        signer.empty() ? "no" : fmt::format("by {}{}", signer, info.verified ? ", and right" : ", not checked"));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

Result<void> look_up(content::Pack const& pack, std::string_view text, Form form, Surroundings const& around) {
    auto const written = trimmed(text);
    auto const name = KG_TRY(policy::parse_name(written)).text();
    auto const match = pack.look_up(name);
    auto const categories = pack.names_of(match.categories);
    auto const matched = std::string_view{name}.substr(std::min(match.matched, name.size()));
    if (form == Form::json) {
        around.out << fmt::format(R"({{"name":{},"categories":{},"matched":{}}})", json_string(written),
                                  json_list(categories), json_string(matched))
                   << '\n';
    } else if (categories.empty()) {
        around.out << fmt::format("{}: in no list\n", printable(written));
    } else {
        around.out << fmt::format("{}: {} (by {})\n", printable(written), fmt::join(categories, ", "),
                                  printable(matched));
    }
    return {};
}

}  // namespace

Result<crypto::PrivateKey> read_signer(std::string const& file) {
    auto key = crypto::PrivateKey::from_pem(KG_TRY(read_file(file)));
    if (!key.ok()) return key.error().within(file);
    return key;
}

Result<content::ListSummary> add_list(content::PackBuilder& builder, ListSource const& source, Form form,
                                      Surroundings const& around) {
    auto const text = KG_TRY(read_list_file(source.file));
    if (auto const why = content::not_a_list(text))
        return Error{ErrorCode::invalid_input, fmt::format("{}: is no list of names, {}", source.file, *why)};
    auto const category = KG_TRY(builder.category(source.category));
    builder.expect(text.size());
    std::size_t told = 0;
    Progress progress{around.err};
    auto const summary = content::read_list(text, source.format, [&](content::Rule const& rule) {
        builder.add(category, rule);
        if (rule.action == content::RuleAction::skip && !rule.silent && ++told <= most_told)
            around.err << skipped_line(rule, source.file) << '\n';
        if (rule.line % 65536 == 0 && progress.due())
            progress.say(fmt::format("{}: {} lines read", printable(source.file), rule.line));
    });
    if (told > most_told)
        around.err << fmt::format("{}: {} more lines skipped: kindgate list read shows them\n", printable(source.file),
                                  told - most_told);
    if (form == Form::json)
        around.out << fmt::format(R"({{"category":{},"file":{},"format":"{}","names":{},"allowed":{},"skipped":{}}})"
                                  "\n",
                                  json_string(source.category), json_string(source.file),
                                  content::name_of(summary.format), summary.blocks, summary.allows, summary.skipped);
    else
        around.out << fmt::format("{}: {} names from {} (format {}), {} allowed, {} lines skipped\n",
                                  printable(source.category), summary.blocks, printable(source.file),
                                  content::name_of(summary.format), summary.allows, summary.skipped);
    return summary;
}

Result<void> write_pack(std::span<std::byte const> bytes, std::string const& out, Form form,
                        Surroundings const& around) {
    // What is written is what a gate will take, or the build is wrong.
    auto const pack = KG_TRY(content::Pack::open(bytes, {.now = {}}));
    KG_TRY(replace_file(out, {reinterpret_cast<char const*>(bytes.data()), bytes.size()}));
    if (form == Form::json)
        show(pack.info(), false, form, around);
    else
        around.out << fmt::format("{}: {} names in {} categories, {} bytes ({:.2f} a name)\n", printable(out),
                                  pack.info().names, pack.info().categories.size(), bytes.size(),
                                  static_cast<double>(bytes.size()) / pack.info().names);
    return {};
}

Outcome pack_build(Options const& options, Surroundings const& around) {
    content::PackBuilder builder;
    content::PackFacts facts{.name = options.name,
                             .created = KG_TRY(created(options.created)),
                             .expires = KG_TRY(read_date(options.expires))};
    if (facts.expires && facts.created && *facts.expires <= *facts.created)
        return Error{ErrorCode::invalid_input,
                     fmt::format("the pack would expire ({}) before it is made ({}): nobody could use it",
                                 policy::rfc3339(*facts.expires), policy::rfc3339(*facts.created))};
    if (options.out == "-") return Error{ErrorCode::invalid_input, "--out - : a pack is written to a file: name it"};
    std::optional<crypto::PrivateKey> signer;
    if (!options.sign.empty()) {
        facts.signer = &signer.emplace(KG_TRY(read_signer(options.sign)));
        if (!facts.created)
            around.err << "note: without --created nobody can tell whether another pack is older than this one\n";
    }
    auto const format = KG_TRY(read_format(options.format));
    for (auto const& word : options.files) {
        auto const equals = word.find('=');
        if (equals == std::string::npos || equals + 1 == word.size())
            return Error{ErrorCode::invalid_input,
                         fmt::format("'{}' doesn't say of which category it is: write CATEGORY=FILE", word)};
        KG_TRY(add_list(builder, {word.substr(0, equals), word.substr(equals + 1), format}, options.form, around));
    }
    KG_TRY(write_pack(KG_TRY(std::move(builder).build(facts)), options.out, options.form, around));
    return 0;
}

Outcome pack_info(Options const& options, Surroundings const& around) {
    auto const& path = options.pack;
    auto const file = KG_TRY(MappedFile::open(path));
    // An expired one can still be asked what it is.
    auto const pack = content::Pack::open(file.bytes(), {.now = {}, .keys = KG_TRY(read_keys(options.keys))});
    if (!pack.ok()) return pack.error().within(path);
    auto const& info = pack->info();
    if (!options.keys.empty()) KG_TRY(check_signer(info, path));
    show(info, info.expires && *info.expires <= around.now(), options.form, around);
    return 0;
}

Outcome pack_lookup(Options const& options, Surroundings const& around) {
    auto const& path = options.pack;
    auto const file = KG_TRY(MappedFile::open(path));
    auto const pack = content::Pack::open(file.bytes(), {.now = around.now(), .keys = KG_TRY(read_keys(options.keys))});
    if (!pack.ok()) return pack.error().within(path);
    if (!options.keys.empty()) KG_TRY(check_signer(pack->info(), path));
    for (auto const& name : options.names) {
        if (name != "-") {
            KG_TRY(look_up(*pack, name, options.form, around));
            continue;
        }
        for (std::string line; std::getline(std::cin, line);) {
            if (!trimmed(line).empty()) KG_TRY(look_up(*pack, line, options.form, around));
        }
    }
    return 0;
}

}  // namespace kindgate::cli
