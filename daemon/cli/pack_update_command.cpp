// `kindgate pack update`: fetches the lists of a sources file and makes a pack of them. What can't be fetched, or is no
// list any more, leaves the last good copy where it is.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "base/whole_file.h"
#include "commands.h"
#include "fetch.h"
#include "files.h"
#include "kindgate/v1/sources.pb.h"
#include "list_files.h"
#include "pack_files.h"
#include "text.h"

namespace kindgate::cli {

namespace {

namespace pb = google::protobuf;

class FirstError : public pb::io::ErrorCollector {
public:
    void AddError(int line, int column, std::string const& message) override {
        if (text.empty()) text = fmt::format("{}:{}: {}", line + 1, column + 1, message);
    }
    std::string text;
};

Result<v1::SourceFile> read_sources(std::string const& path) {
    FirstError error;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    v1::SourceFile sources;
    if (!parser.ParseFromString(KG_TRY(read_file(path)), &sources))
        return Error{ErrorCode::invalid_input,
                     fmt::format("{}:{}: write it as proto/kindgate/v1/sources.proto says", path, error.text)};
    std::set<std::string> ids;
    auto const id_sign = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    for (auto const& source : sources.sources()) {
        auto const& id = source.id();
        if (id.empty() || id.size() > 32 || !std::ranges::all_of(id, id_sign) || !ids.insert(id).second)
            return Error{
                ErrorCode::invalid_input,
                fmt::format("{}: '{}' can't be the id of a source: write 1 to 32 of a-z, 0-9, - and _, each once", path,
                            id)};
        if (!source.url().starts_with("https://") || source.category().empty())
            return Error{ErrorCode::invalid_input, fmt::format("{}: {} has no https url or no category", path, id)};
    }
    return sources;
}

Result<content::ListFormat> format_of(v1::Source const& source) {
    switch (source.format()) {
        case v1::AUTO: return content::ListFormat::automatic;
        case v1::PLAIN: return content::ListFormat::plain;
        case v1::WILDCARD: return content::ListFormat::wildcard;
        case v1::HOSTS: return content::ListFormat::hosts;
        case v1::DNSMASQ: return content::ListFormat::dnsmasq;
        case v1::ADBLOCK: return content::ListFormat::adblock;
        case v1::RPZ: return content::ListFormat::rpz;
        default: return Error{ErrorCode::invalid_input, fmt::format("{} has an unknown format", source.id())};
    }
}

class Updater {
public:
    Updater(Options const& options, Surroundings const& around) : options_(options), around_(around) {}

    Outcome run() {
        auto const sources = KG_TRY(read_sources(options_.sources));
        for (auto const& id : options_.names)
            if (std::ranges::none_of(sources.sources(), [&](auto const& source) { return source.id() == id; }))
                return Error{ErrorCode::not_found, fmt::format("{} has no source '{}'", options_.sources, id)};
        KG_TRY(make_folder(options_.into));
        if (auto const folder = std::filesystem::path{pack_path()}.parent_path(); !folder.empty())
            KG_TRY(make_folder(folder));
        for (auto const& source : sources.sources())
            if (is_wanted(source)) update(source);
        if (changed_ || !std::filesystem::exists(pack_path())) KG_TRY(build(sources));
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
    std::string const& pack_path() const { return options_.gate_pack; }

    void update(v1::Source const& source) {
        auto const outcome = try_update(source);
        if (outcome.ok()) return;
        ++failures_;
        bool const kept = std::filesystem::exists(list_path(source));
        around_.err << printable(fmt::format("{}: {}; {}", source.id(), outcome.error().message(),
                                             kept ? "the last good copy stays" : "there is no copy yet"))
                    << '\n';
    }

    Result<void> try_update(v1::Source const& source) {
        Progress progress{around_.err};
        FetchWanted const wanted{
            source.url(), options_.authorities, known_etag(source), largest_list, [&](std::size_t bytes) {
                if (progress.due())
                    progress.say(fmt::format("{}: {:.1f} MiB", source.id(), static_cast<double>(bytes) / (1U << 20U)));
            }};
        auto fetched = KG_TRY(fetch(wanted));
        if (fetched.unchanged) {
            around_.out << fmt::format("{}: not changed\n", source.id());
            return {};
        }
        if (fetched.body.starts_with("\x1f\x8b")) fetched.body = KG_TRY(gunzip(fetched.body, largest_list));
        auto const names = KG_TRY(count_names(source, fetched.body));
        KG_TRY(replace_file(list_path(source), fetched.body));
        KG_TRY(replace_file(list_path(source) + ".etag", source.url() + "\n" + fetched.etag + "\n"));
        changed_ = true;
        around_.out << fmt::format("{}: {} names ({})\n", source.id(), names, printable(source.licence()));
        return {};
    }

    // What came must be a list, or the copy that is there is better.
    static Result<std::size_t> count_names(v1::Source const& source, std::string const& text) {
        if (auto const why = content::not_a_list(text))
            return Error{ErrorCode::invalid_input, fmt::format("what came is no list of names, {}", *why)};
        auto const summary = content::read_list(text, KG_TRY(format_of(source)), [](content::Rule const&) {});
        if (summary.blocks == 0) return Error{ErrorCode::invalid_input, "what came has no names"};
        return summary.blocks;
    }

    // Of the copy that is there, if it came from the same address.
    std::string known_etag(v1::Source const& source) const {
        std::ifstream file{list_path(source) + ".etag"};
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
        return build_pack(std::move(builder), {.name = "Lists", .created = around_.now()}, pack_path(), around_);
    }

    Result<void> add_to(content::PackBuilder& builder, v1::Source const& source) const {
        auto const text = KG_TRY(read_list_file(list_path(source)));
        auto const category = KG_TRY(builder.category(source.category()));
        auto const summary = content::read_list(text, KG_TRY(format_of(source)),
                                                [&](content::Rule const& rule) { builder.add(category, rule); });
        if (summary.skipped > 0)
            around_.out << fmt::format("{}: {} lines skipped: kindgate list read {} shows them\n", source.id(),
                                       summary.skipped, printable(list_path(source)));
        return {};
    }

    Options const& options_;
    Surroundings const& around_;
    bool changed_ = false;
    int failures_ = 0;
};

}  // namespace

Outcome pack_update(Options const& options, Surroundings const& around) {
    return Updater{options, around}.run();
}

}  // namespace kindgate::cli
