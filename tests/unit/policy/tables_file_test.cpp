#include "policy/tables_file.h"

#include <regex>
#include <set>

#include <fmt/format.h>

#include "test.h"

namespace {

using namespace kindgate;
using policy::load_tables;
using report::Bucket;
using report::HouseholdWeek;
using report::Measure;
using report::Table;

std::string told(std::string_view text) {
    auto const loaded = load_tables(text, "t");
    test::check(loaded.tables.has_value() == loaded.errors.empty(), "tables or errors");
    std::string lines;
    for (auto const& error : loaded.errors) lines += (lines.empty() ? "" : "\n") + error.text().substr(2);
    return lines;
}

report::Tables tables_of(std::string_view text) {
    auto const loaded = load_tables(text, "t");
    if (!loaded.tables) test::fail(loaded.errors.at(0).text());
    return *loaded.tables;
}

constexpr std::string_view good = R"(tables {
  id: "screen" question: "How much?" measure: SCREEN_MINUTES_A_DAY sensitivity: 1 epsilon: "1.5"
  buckets { label: "none" } buckets { label: "some" from: 1 } }
tables {
  id: "version" question: "Which?" measure: VERSION sensitivity: 2 epsilon: "0.25"
  buckets { label: "0.1" words: ["0.1", "0.0"] } buckets { label: "other" } }
)";

void reads_tables() {
    auto const read = tables_of(good).tables;
    test::equal(read.size(), 2U, "tables");
    test::equal(read[0].id + read[0].question, "screenHow much?", "as it stands");
    test::check(read[0].measure == Measure::screen_minutes_a_day && read[1].measure == Measure::version, "measures");
    test::check(read[0].buckets == std::vector{Bucket{"none", 0, {}}, Bucket{"some", 1, {}}}, "numbers");
    test::check(read[1].buckets == std::vector{Bucket{"0.1", 0, {"0.1", "0.0"}}, Bucket{"other", 0, {}}}, "words");
    test::equal(read[0].epsilon.thousandths() + read[1].epsilon.thousandths(), 1750U, "ε");
    test::equal(read[1].sensitivity, 2U, "sensitivity");
}

std::string counting(std::string_view said, std::string_view buckets) {
    return fmt::format("tables {{ id: \"a\" question: \"b\" {}\n{} }}", said, buckets);
}
constexpr std::string_view whole = "measure: PROOFS_SHOWN sensitivity: 1 epsilon: \"1\"";
constexpr std::string_view two = "buckets { label: \"x\" } buckets { label: \"y\" from: 1 }";

void refuses_tables() {
    struct Case {
        std::string text;
        std::string_view told;
    };
    for (auto const& c : std::vector<Case>{
             {"", "1:1: the file has no table: write tables { … } with an id, a question and buckets"},
             {counting(whole, two), ""},
             {counting("sensitivity: 1 epsilon: \"1\"", two),
              "1:1: nothing says what the table counts: write measure: SCREEN_MINUTES_A_DAY, CATEGORIES_BLOCKED, "
              "OVERRIDES_USED, PROOFS_SHOWN, BYPASS_ATTEMPTS, VERSION or BOARD_FAMILY"},
             {counting("measure: NAMES sensitivity: 1 epsilon: \"1\"", two),
              "1:41: 'NAMES' is not a value of 'measure': write SCREEN_MINUTES_A_DAY, CATEGORIES_BLOCKED, "
              "OVERRIDES_USED, PROOFS_SHOWN, BYPASS_ATTEMPTS, VERSION or BOARD_FAMILY"},
             {counting("domain: \"x\"", two),
              "1:32: ReportTable has no field 'domain': write one of id, question, measure, buckets, sensitivity or "
              "epsilon"},
             {counting("measure: PROOFS_SHOWN epsilon: \"1\"", two),
              "1:1: the table 'a' has no sensitivity: write sensitivity: and in how many of its buckets one household "
              "counts at most, like 1"},
             {counting("measure: PROOFS_SHOWN sensitivity: 101 epsilon: \"1\"", two),
              "1:54: a sensitivity of 101: write 1 to 100"},
             {counting("measure: PROOFS_SHOWN sensitivity: 1", two),
              "1:1: the table 'a' has no epsilon: write epsilon: and how much an answer may tell, like \"0.5\""},
             {counting("measure: PROOFS_SHOWN sensitivity: 1 epsilon: \"1e3\"", two),
              "1:69: '1e3' is no ε: write a number from 0.001 to 20 with at most 3 decimals, like \"0.5\""},
             {counting(whole, "buckets { label: \"x\" }"), "1:1: the table has 1 buckets: write 2 to 32"},
             {counting(whole, "buckets { label: \"x\" from: 1 } buckets { label: \"x\" from: 1 }"),
              "2:22: the first bucket begins at 1: begin it at 0\n"
              "2:42: the label 'x' stands in line 2 already: keep one of the two\n"
              "2:53: the bucket begins at 1, not above the one before, 1: write from: with ascending numbers"},
             {counting(whole, "buckets { } buckets { label: \"y\" from: 4294967296 words: \"z\" }"),
              "2:1: there is no label here: write label: and 1 to 40 characters\n"
              "2:34: 4294967296 is more than can be counted: write at most 4294967295\n"
              "2:51: a table that counts has no words: write from: and the lowest number instead"},
             {counting("measure: VERSION sensitivity: 1 epsilon: \"1\"",
                       "buckets { label: \"x\" from: 2 } buckets { label: \"y\" words: [\"\", \"v\", \"v\"] }"),
              "2:1: the bucket has no words: write words: and what belongs here\n"
              "2:22: a table of words has no numbers: write words: instead of from:\n"
              "2:32: the last bucket has words: add one without, for all others\n"
              "2:61: there is no word here: write word: and 1 to 32 characters\n"
              "2:70: the word 'v' stands in line 2 already: keep one of the two"},
             {"tables { measure: PROOFS_SHOWN sensitivity: 1 epsilon: \"1\" " + std::string{two} + " }",
              "1:1: the table has no id: write id: and 1 to 32 of a-z, 0-9 and -\n"
              "1:1: there is no question here: write question: and 1 to 120 characters"},
             {counting(whole, two) + "\n" + counting(whole, two),
              "3:10: the table 'a' stands in line 1 already: keep one of the two"},
             {counting(whole, "buckets { label: \"a\\nb\" } buckets { label: \"y\" from: 1 }"),
              "2:11: the label 'a?b' has a control character: write it in one line of text"},
             {counting(whole, "buckets { label: \"" + std::string(41, 'x') + "\" } buckets { label: \"y\" from: 1 }"),
              "2:11: the label has 41 characters: write at most 40"},
         })
        test::equal(told(c.text), c.told, c.text);
    std::string many;
    for (int i = 0; i < 33; ++i) many += fmt::format("tables {{ id: \"a{}\" question: \"b\" {} {} }}\n", i, whole, two);
    test::contains(told(many), "the file has 33 tables: write at most 32");
}

// What is wrong with a table by what a report may hold; empty: nothing. A household's answer must not be about
// somebody, somewhere or some hour, whatever the words around it.
std::string forbidden(Table const& table) {
    static std::regex const patterns[] = {
        std::regex{
            R"(\b(names?|domains?|addresse?s?|macs?|slots?|devices? called|child|children|pupils?|person|who|whose|ages?|years? old)\b)",
            std::regex::icase},
        std::regex{
            R"(\b(o'clock|hour of|time of day|times of day|at night|morning|afternoon|evening|midnight|school|postcode|street|town)\b)",
            std::regex::icase},
        std::regex{R"(\b(ids?|identifiers?|serial|uuid|installation|free text)\b)", std::regex::icase},
        std::regex{R"(\d{1,2}:\d{2}|([0-9a-f]{2}:){3}|(\d{1,3}\.){3}\d|@)", std::regex::icase},
        std::regex{R"([a-z0-9-]+\.(com|org|net|example|edu|de|[a-z]{2,3})\b)", std::regex::icase},
    };
    std::vector<std::string> texts{table.id, table.question};
    for (auto const& bucket : table.buckets) {
        texts.push_back(bucket.label);
        texts.insert(texts.end(), bucket.words.begin(), bucket.words.end());
    }
    for (auto const& text : texts) {
        // "proof of age" is what was shown, not somebody's age.
        auto const said = std::regex_replace(text, std::regex{"proofs? of age"}, "proof");
        std::smatch found;
        for (auto const& pattern : patterns)
            if (std::regex_search(said, found, pattern)) return fmt::format("'{}' in '{}'", found.str(), text);
    }
    if (table.sensitivity == 0) return "no sensitivity";
    if (table.buckets.size() > 8) return "buckets that are not coarse";
    if (report::is_counted(table.measure) && table.buckets.front().label != "none") return "no bucket for none";
    if (!report::is_counted(table.measure) && table.buckets.back().label != "other") return "no bucket for others";
    return "";
}

report::Tables const& shipped() {
    static auto const tables = tables_of(test::source_text("policies/report.textproto"));
    return tables;
}

void ships_nothing_forbidden() {
    for (auto const& table : shipped().tables) test::equal(forbidden(table), "", table.id);
    test::equal(shipped().tables.size(), 7U, "seven questions");
    std::set<Measure> measures;
    for (auto const& table : shipped().tables) {
        measures.insert(table.measure);
        test::equal(table.sensitivity, 1U, "one answer each: " + table.id);
        if (report::is_counted(table.measure)) test::equal(table.buckets.at(1).from, 1U, "none is 0: " + table.id);
    }
    test::equal(measures.size(), 7U, "each once");
    test::check(shipped().epsilon_thousandths() <= 4000, "within the default budget of 4");
}

// All that a household can be asked is these seven: one more has to be thought about here, too.
void knows_no_more() {
    auto const [minutes, categories, overrides, proofs, attempts, version, board] = HouseholdWeek{};
    test::check(minutes + categories + overrides + proofs + attempts == 0 && version.empty() && board.empty(),
                "nothing");
    auto const [label, from, words] = Bucket{};
    test::check(label.empty() && from == 0 && words.empty(), "nothing");
}

void tests_the_walk() {
    auto const bad = [](auto change) {
        auto table = shipped().tables.at(0);
        change(table);
        return forbidden(table);
    };
    for (auto const* text :
         {"Which names were asked for?", "Most used domain", "The MAC address", "How old is the child?", "Per pupil",
          "What happens at night?", "At 22:30?", "In the morning?", "aa:bb:cc:dd:ee:ff", "192.0.2.1", "www.example.com",
          "which slot", "your installation", "Children of 12 years", "Ages under ten", "the school", "which postcode",
          "an id of the board", "write@example"}) {
        test::check(!bad([&](Table& table) { table.question = text; }).empty(), text);
        test::check(!bad([&](Table& table) { table.buckets[1].label = text; }).empty(), text);
        test::check(!bad([&](Table& table) { table.buckets[1].words = {text}; }).empty(), text);
    }
    test::equal(bad([](Table& table) { table.sensitivity = 0; }), "no sensitivity", "sensitivity");
    test::equal(bad([](Table& table) { table.buckets.resize(9); }), "buckets that are not coarse", "coarse");
    test::equal(bad([](Table& table) { table.buckets[0].label = "little"; }), "no bucket for none", "none");
    test::equal(bad([](Table& table) { table.measure = Measure::version; }), "no bucket for others", "other");
    // Without sensitivity or ε a file doesn't load at all.
    auto const text = test::source_text("policies/report.textproto");
    for (auto const* field : {"  sensitivity: 1\n", "  epsilon: \"0.5\"\n"}) {
        auto without = text;
        without.erase(without.find(field), std::string_view{field}.size());
        test::contains(told(without),
                       field == std::string_view{"  sensitivity: 1\n"} ? "has no sensitivity" : "has no epsilon");
    }
}

constexpr test::Test tests[] = {
    {"tables of numbers and of words are read as they stand", reads_tables},
    {"what a table lacks, says twice or can't say is told with its place", refuses_tables},
    {"the shipped tables ask for nothing that is forbidden, within the default budget", ships_nothing_forbidden},
    {"a household's week and a bucket have no other fields", knows_no_more},
    {"the walk finds forbidden words, and what is missing", tests_the_walk},
};

}  // namespace

int main() {
    return test::run("policy/tables_file", tests);
}
