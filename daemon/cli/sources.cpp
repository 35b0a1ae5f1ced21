#include "sources.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "content/pack.h"
#include "files.h"

namespace kindgate::cli {

namespace {

namespace pb = google::protobuf;
using Tree = pb::TextFormat::ParseInfoTree;

class FirstError : public pb::io::ErrorCollector {
public:
    void AddError(int line, int column, std::string const& message) override {
        if (text.empty()) text = fmt::format("{}:{}: {}", line + 1, column + 1, message);
    }
    std::string text;
};

class Checker {
public:
    Checker(std::string const& path, v1::SourceFile const& file, Tree const& tree)
        : path_(path), file_(file), tree_(tree) {}

    Result<void> check() {
        if (file_.sources().empty())
            return Error{
                ErrorCode::invalid_input,
                fmt::format("{}: it names no source: write one, as the sources.textproto that came with kindgate does",
                            path_)};
        for (int i = 0; i < file_.sources_size(); ++i) KG_TRY(check(i));
        return {};
    }

private:
    Result<void> check(int index) {
        auto const& source = file_.sources(index);
        auto const wrong = [&](int field, std::string const& what) {
            return Error{ErrorCode::invalid_input, fmt::format("{}:{}: {}", path_, line_of(index, field), what)};
        };
        auto const& id = source.id();
        auto const sign = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        };
        if (id.empty() || id.size() > 32 || !std::ranges::all_of(id, sign) || !ids_.insert(id).second)
            return wrong(
                v1::Source::kIdFieldNumber,
                fmt::format("'{}' can't be the id of a source: write 1 to 32 of a-z, 0-9, - and _, each once", id));
        if (!source.url().starts_with("https://"))
            return wrong(v1::Source::kUrlFieldNumber,
                         fmt::format("{}: '{}' is no https address: write one", id, source.url()));
        if (auto const category = categories_.category(source.category()); !category.ok())
            return wrong(v1::Source::kCategoryFieldNumber, fmt::format("{}: {}", id, category.error().message()));
        if (!v1::ListFormat_IsValid(source.format()))
            return wrong(v1::Source::kFormatFieldNumber,
                         fmt::format("{}: {} is no format of lists: write AUTO, PLAIN, WILDCARD, HOSTS, DNSMASQ, "
                                     "ADBLOCK or RPZ",
                                     id, static_cast<int>(source.format())));
        return {};
    }

    // Of a field of a source, or of the source where the field isn't said.
    int line_of(int index, int field) const {
        auto const* sources = v1::SourceFile::descriptor()->FindFieldByNumber(v1::SourceFile::kSourcesFieldNumber);
        auto const* inside = tree_.GetTreeForNested(sources, index);
        int line = -1;
        if (inside != nullptr) line = inside->GetLocation(v1::Source::descriptor()->FindFieldByNumber(field), -1).line;
        return 1 + (line >= 0 ? line : tree_.GetLocation(sources, index).line);
    }

    std::string const& path_;
    v1::SourceFile const& file_;
    Tree const& tree_;
    std::set<std::string> ids_;
    content::PackBuilder categories_;  // knows what they may be, and how many
};

}  // namespace

Result<v1::SourceFile> read_sources(std::string const& path) {
    FirstError error;
    Tree tree;
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    parser.WriteLocationsTo(&tree);
    v1::SourceFile sources;
    if (!parser.ParseFromString(KG_TRY(read_file(path)), &sources))
        return Error{ErrorCode::invalid_input,
                     fmt::format("{}:{}: write it as proto/kindgate/v1/sources.proto says", path, error.text)};
    KG_TRY(Checker(path, sources, tree).check());
    return sources;
}

content::ListFormat format_of(v1::Source const& source) {
    switch (source.format()) {
        case v1::AUTO: return content::ListFormat::automatic;
        case v1::PLAIN: return content::ListFormat::plain;
        case v1::WILDCARD: return content::ListFormat::wildcard;
        case v1::HOSTS: return content::ListFormat::hosts;
        case v1::DNSMASQ: return content::ListFormat::dnsmasq;
        case v1::ADBLOCK: return content::ListFormat::adblock;
        case v1::RPZ: return content::ListFormat::rpz;
        default: return content::ListFormat::automatic;  // protobuf's own sentinels
    }
}

}  // namespace kindgate::cli
