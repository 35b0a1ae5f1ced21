// `kindgate pack update`: fetches the lists of a sources file and makes a pack of them. What can't be fetched, or is no
// list any more, leaves the last good copy where it is.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "commands.h"
#include "fetch.h"
#include "files.h"
#include "json.h"
#include "list_files.h"
#include "pack_files.h"
#include "sources.h"
#include "text.h"

namespace kindgate::cli {

namespace {

class Updater {
public:
    Updater(Options const& options, Surroundings const& around) : options_(options), around_(around) {}

    Outcome run() {
        auto const sources = KG_TRY(read_sources(options_.sources));
        for (auto const& id : options_.names)
            if (std::ranges::none_of(sources.sources(), [&](auto const& source) { return source.id() == id; }))
                return Error{ErrorCode::not_found, fmt::format("{} has no source '{}'", options_.sources, id)};
        if (!options_.sign.empty()) signer_ = KG_TRY(read_signer(options_.sign));
        KG_TRY(make_folder(options_.into));
        if (auto const folder = std::filesystem::path{pack_path()}.parent_path(); !folder.empty())
            KG_TRY(make_folder(folder));
        for (auto const& source : sources.sources())
            if (is_wanted(source)) update(source);
        // Whatever was fetched: the file may say other sources, categories or formats than last time.
        KG_TRY(build(sources));
        return failures_ == 0 ? 0 : 1;
    }

private:
    static Result<void> make_folder(std::filesystem::path const& folder) {
        std::error_code failed;
        std::filesystem::create_directories(folder, failed);
        if (!failed) return {};
        return Error::from_errno(failed.value(), fmt::format("{}: can't be made", folder.string()));
    }
    bool is_wanted(v1::Source const& source) const {
        if (options_.names.empty()) return !source.on_demand();
        return std::ranges::find(options_.names, source.id()) != options_.names.end();
    }
    std::string list_path(v1::Source const& source) const { return options_.into + "/" + source.id() + ".list"; }
    std::string etag_path(v1::Source const& source) const { return list_path(source) + ".etag"; }
    std::string const& pack_path() const { return options_.gate_pack; }
    std::size_t most_bytes() const { return static_cast<std::size_t>(options_.largest) << 20U; }

    void update(v1::Source const& source) {
        auto const outcome = try_update(source);
        if (outcome.ok()) return;
        ++failures_;
        bool const kept = std::filesystem::exists(list_path(source));
        tell(source, "FAILED", 0);
        around_.err << printable(fmt::format("{}: {}; {}", source.id(), outcome.error().message(),
                                             kept ? "the last good copy stays" : "there is no copy yet"))
                    << '\n';
    }

    Result<void> try_update(v1::Source const& source) {
        Progress progress{around_.err};
        FetchWanted const wanted{
            source.url(),
            options_.authorities,
            known_etag(source),
            most_bytes(),
            std::chrono::seconds{options_.patience},
            [&](std::size_t bytes) {
                if (progress.due())
                    progress.say(fmt::format("{}: {:.1f} MiB", source.id(), static_cast<double>(bytes) / (1U << 20U)));
            }};
        auto fetched = KG_TRY(fetch(wanted));
        if (fetched.unchanged) {
            tell(source, "UNCHANGED", 0);
            return {};
        }
        auto text = text_of(fetched.body);
        std::string unpacked;
        if (text.starts_with("\x1f\x8b")) text = unpacked = KG_TRY(gunzip(text, most_bytes()));
        auto const names = KG_TRY(count_names(source, text));
        // An ETag never stands beside a list that isn't its own, wherever this is ended.
        std::error_code failed;
        std::filesystem::remove(etag_path(source), failed);
        if (failed) return Error::from_errno(failed.value(), fmt::format("cannot remove {}", etag_path(source)));
        KG_TRY(replace_file(list_path(source), text));
        KG_TRY(replace_file(etag_path(source), source.url() + "\n" + fetched.etag + "\n"));
        tell(source, "UPDATED", names);
        return {};
    }

    // Why it failed is told on standard error.
    void tell(v1::Source const& source, std::string_view outcome, std::size_t names) const {
        if (options_.form == Form::json)
            around_.out << fmt::format(R"({{"source":"{}","outcome":"{}","names":{},"licence":{}}})"
                                       "\n",
                                       source.id(), outcome, names, json_string(source.licence()));
        else if (outcome == "UPDATED")
            around_.out << fmt::format("{}: {} names ({})\n", source.id(), names, printable(source.licence()));
        else if (outcome == "UNCHANGED")
            around_.out << fmt::format("{}: not changed\n", source.id());
    }

    // What came must be a list, or the copy that is there is better.
    static Result<std::size_t> count_names(v1::Source const& source, std::string_view text) {
        if (auto const why = content::not_a_list(text))
            return Error{ErrorCode::invalid_input, fmt::format("what came is no list of names, {}", *why)};
        auto const summary = content::read_list(text, format_of(source), [](content::Rule const&) {});
        if (summary.blocks == 0) return Error{ErrorCode::invalid_input, "what came has no names"};
        return summary.blocks;
    }

    // Of the copy that is there, if it came from the same address.
    std::string known_etag(v1::Source const& source) const {
        std::ifstream file{etag_path(source)};
        std::string url;
        std::string etag;
        std::getline(file, url);
        std::getline(file, etag);
        return url == source.url() && std::filesystem::exists(list_path(source)) ? etag : "";
    }

    Result<void> build(v1::SourceFile const& sources) {
        content::PackBuilder builder;
        bool any = false;
        for (auto const& source : sources.sources()) {
            if (!std::filesystem::exists(list_path(source))) continue;
            KG_TRY(add_to(builder, source));
            any = true;
        }
        if (!any) return Error{ErrorCode::unavailable, "no list is there, so there is no pack: see above"};
        auto const there = KG_TRY(present_pack());
        // A gate refuses what is older than the pack that it has, so a clock that was wrong once counts.
        auto created = around_.now();
        if (there) created = std::max(created, there->created.value_or(created));
        auto const bytes = KG_TRY(
            std::move(builder).build({.name = "Lists", .created = created, .signer = signer_ ? &*signer_ : nullptr}));
        if (there && content::says_the_same(there->file.bytes(), bytes)) {
            if (options_.form == Form::readable)
                around_.out << fmt::format("{}: not changed\n", printable(pack_path()));
            return {};
        }
        return write_pack(bytes, pack_path(), options_.form, around_);
    }

    struct Present {
        MappedFile file;
        std::optional<std::chrono::sys_seconds> created;
    };
    // The pack that is to be replaced, if it is a sound one.
    Result<std::optional<Present>> present_pack() const {
        content::PackRules rules{.now = {}};
        if (signer_) rules.keys.push_back(KG_TRY(signer_->public_key()));
        auto file = MappedFile::open(pack_path());
        if (!file.ok()) return std::optional<Present>{};
        auto const pack = content::Pack::open(file->bytes(), rules);
        if (!pack.ok()) return std::optional<Present>{};
        return std::optional{Present{std::move(file).value(), pack->info().created}};
    }

    Result<void> add_to(content::PackBuilder& builder, v1::Source const& source) {
        auto const text = KG_TRY(read_list_file(list_path(source)));
        auto const category = KG_TRY(builder.category(source.category()));
        auto const summary = content::read_list(text, format_of(source),
                                                [&](content::Rule const& rule) { builder.add(category, rule); });
        if (summary.blocks == 0) {
            ++failures_;
            around_.err << fmt::format("{}: its copy has no names as {}: correct the format, or take the source out\n",
                                       source.id(), v1::ListFormat_Name(source.format()));
        }
        if (summary.skipped > 0 && options_.form == Form::readable)
            around_.out << fmt::format("{}: {} lines skipped: kindgate list read {} shows them\n", source.id(),
                                       summary.skipped, printable(list_path(source)));
        return {};
    }

    Options const& options_;
    Surroundings const& around_;
    std::optional<crypto::PrivateKey> signer_;
    int failures_ = 0;
};

}  // namespace

Outcome pack_update(Options const& options, Surroundings const& around) {
    return Updater{options, around}.run();
}

}  // namespace kindgate::cli
