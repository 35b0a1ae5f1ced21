// load_tables(): as load(), for the messages of report.proto.
#include <string>

#include <fmt/format.h>

#include "kindgate/v1/report.pb.h"
#include "load_text.h"
#include "load_words.h"
#include "policy/tables_file.h"

namespace kindgate::policy {

namespace {

using report::Measure;

constexpr int most_tables = 32;
constexpr int least_buckets = 2;
constexpr int most_buckets = 32;
constexpr std::uint32_t most_sensitive = 100;
constexpr std::uint64_t largest_from = 0xffff'ffff;
// Characters.
constexpr std::size_t longest_question = 120;
constexpr std::size_t longest_label = 40;
constexpr std::size_t longest_word = 32;

// A text that people read. True: it is there.
bool read_text(std::string const& said, std::string_view field, std::size_t most, Place at, Place whole,
               Report& report) {
    if (said.empty())
        report.error(whole, Complaint{fmt::format("there is no {} here", field),
                                      fmt::format("write {}: and 1 to {} characters", field, most)});
    else
        report.error(at, wrong_name(field, said, most));
    return !said.empty();
}

class TableReader {
public:
    TableReader(v1::ReportTable const& said, Places const& places, Report& report)
        : said_(said), places_(places), report_(report) {}

    std::optional<report::Table> read(Lines& ids) {
        using Said = v1::ReportTable;
        auto const id_at = places_.of(Said::kIdFieldNumber).at;
        if (said_.id().empty()) {
            report_.error(id_at, Complaint{"the table has no id", "write id: and 1 to 32 of a-z, 0-9 and -"});
        } else {
            report_.error(id_at, wrong_id("table", said_.id()));
            once(said_.id(), "the table " + quoted(said_.id()), id_at, ids, report_);
        }
        read_text(said_.question(), "question", longest_question, places_.of(Said::kQuestionFieldNumber).at, places_.at,
                  report_);
        auto const measure = read_measure();
        auto buckets = measure ? read_buckets(*measure) : std::vector<report::Bucket>{};
        read_sensitivity();
        auto const epsilon = read_epsilon();
        if (!measure || !epsilon) return std::nullopt;
        return report::Table{said_.id(), said_.question(), *measure, std::move(buckets), said_.sensitivity(), *epsilon};
    }

private:
    std::optional<Measure> read_measure() {
        using Said = v1::ReportTable;
        switch (said_.measure()) {
            case Said::SCREEN_MINUTES_A_DAY: return Measure::screen_minutes_a_day;
            case Said::CATEGORIES_BLOCKED: return Measure::categories_blocked;
            case Said::OVERRIDES_USED: return Measure::overrides_used;
            case Said::PROOFS_SHOWN: return Measure::proofs_shown;
            case Said::BYPASS_ATTEMPTS: return Measure::bypass_attempts;
            case Said::VERSION: return Measure::version;
            case Said::BOARD_FAMILY: return Measure::board_family;
            case Said::MEASURE_UNSPECIFIED:
            default: break;  // any number may stand there
        }
        report_.error(places_.of(Said::kMeasureFieldNumber).at,
                      Complaint{"nothing says what the table counts",
                                "write measure: SCREEN_MINUTES_A_DAY, CATEGORIES_BLOCKED, OVERRIDES_USED, "
                                "PROOFS_SHOWN, BYPASS_ATTEMPTS, VERSION or BOARD_FAMILY"});
        return std::nullopt;
    }

    std::vector<report::Bucket> read_buckets(Measure measure) {
        using Said = v1::ReportTable;
        if (said_.buckets_size() < least_buckets || said_.buckets_size() > most_buckets)
            report_.error(places_.at, Complaint{fmt::format("the table has {} buckets", said_.buckets_size()),
                                                fmt::format("write {} to {}", least_buckets, most_buckets)});
        std::vector<report::Bucket> buckets;
        for (int i = 0; i < std::min(said_.buckets_size(), most_buckets); ++i) {
            auto const& said = said_.buckets(i);
            auto const& places = places_.of(Said::kBucketsFieldNumber, i);
            auto const label_at = places.of(v1::ReportBucket::kLabelFieldNumber).at;
            if (read_text(said.label(), "label", longest_label, label_at, places.at, report_))
                once(said.label(), "the label " + quoted(said.label()), label_at, labels_, report_);
            if (report::is_counted(measure))
                check_number(i, said, places);
            else
                check_words(i, said, places);
            buckets.push_back({said.label(), said.from(), {said.words().begin(), said.words().end()}});
        }
        return buckets;
    }

    void check_number(int i, v1::ReportBucket const& said, Places const& places) {
        auto const at = places.of(v1::ReportBucket::kFromFieldNumber).at;
        if (said.words_size() > 0)
            report_.error(places.of(v1::ReportBucket::kWordsFieldNumber).at,
                          Complaint{"a table that counts has no words", "write from: and the lowest number instead"});
        if (i == 0 && said.from() != 0)
            report_.error(at, Complaint{fmt::format("the first bucket begins at {}", said.from()), "begin it at 0"});
        if (i > 0 && said.from() <= said_.buckets(i - 1).from())
            report_.error(at, Complaint{fmt::format("the bucket begins at {}, not above the one before, {}",
                                                    said.from(), said_.buckets(i - 1).from()),
                                        "write from: with ascending numbers"});
        if (said.from() > largest_from)
            report_.error(at, Complaint{fmt::format("{} is more than can be counted", said.from()),
                                        fmt::format("write at most {}", largest_from)});
    }

    void check_words(int i, v1::ReportBucket const& said, Places const& places) {
        using Said = v1::ReportBucket;
        bool const last = i + 1 == said_.buckets_size();
        if (said.from() != 0)
            report_.error(places.of(Said::kFromFieldNumber).at,
                          Complaint{"a table of words has no numbers", "write words: instead of from:"});
        if (last != (said.words_size() == 0))
            report_.error(places.at, last ? Complaint{"the last bucket has words", "add one without, for all others"}
                                          : Complaint{"the bucket has no words", "write words: and what belongs here"});
        for (int w = 0; w < said.words_size(); ++w) {
            auto const at = places.of(Said::kWordsFieldNumber, w).at;
            if (read_text(said.words(w), "word", longest_word, at, at, report_))
                once(said.words(w), "the word " + quoted(said.words(w)), at, words_, report_);
        }
    }

    void read_sensitivity() {
        auto const sensitivity = said_.sensitivity();
        if (sensitivity == 0)
            report_.error(places_.at, Complaint{fmt::format("the table {} has no sensitivity", quoted(said_.id())),
                                                "write sensitivity: and in how many of its buckets one household "
                                                "counts at most, like 1"});
        if (sensitivity > most_sensitive)
            report_.error(places_.of(v1::ReportTable::kSensitivityFieldNumber).at,
                          Complaint{fmt::format("a sensitivity of {}", sensitivity),
                                    fmt::format("write 1 to {}", most_sensitive)});
    }

    std::optional<report::Epsilon> read_epsilon() {
        if (said_.epsilon().empty()) {
            report_.error(places_.at, Complaint{fmt::format("the table {} has no epsilon", quoted(said_.id())),
                                                "write epsilon: and how much an answer may tell, like \"0.5\""});
            return std::nullopt;
        }
        auto const epsilon = report::Epsilon::parse(said_.epsilon());
        if (epsilon.ok()) return *epsilon;
        report_.error(places_.of(v1::ReportTable::kEpsilonFieldNumber).at,
                      Complaint{fmt::format("{} is no ε", quoted(said_.epsilon())),
                                "write a number from 0.001 to 20 with at most 3 decimals, like \"0.5\""});
        return std::nullopt;
    }

    v1::ReportTable const& said_;
    Places const& places_;
    Report& report_;
    Lines labels_;
    Lines words_;
};

report::Tables read_tables(v1::ReportTables const& said, Places const& places, Report& report) {
    using Said = v1::ReportTables;
    if (said.tables_size() == 0)
        report.error({}, Complaint{"the file has no table", "write tables { … } with an id, a question and buckets"});
    if (said.tables_size() > most_tables)
        report.error(places.of(Said::kTablesFieldNumber, most_tables).at,
                     Complaint{fmt::format("the file has {} tables", said.tables_size()),
                               fmt::format("write at most {}", most_tables)});
    report::Tables tables;
    Lines ids;
    for (int i = 0; i < std::min(said.tables_size(), most_tables); ++i)
        if (auto table = TableReader{said.tables(i), places.of(Said::kTablesFieldNumber, i), report}.read(ids))
            tables.tables.push_back(*std::move(table));
    return tables;
}

}  // namespace

LoadedTables load_tables(std::string_view text, std::string_view file) {
    Report report{file};
    v1::ReportTables said;
    std::optional<report::Tables> tables;
    if (auto const places = parse_text(text, said, report)) tables = read_tables(said, *places, report);
    if (report.failed()) tables.reset();
    return {std::move(tables), report.errors()};
}

}  // namespace kindgate::policy
