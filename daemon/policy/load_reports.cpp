// What the gate counts of its own house, and whose surveys it takes part in.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.h"
#include "load_content.h"
#include "load_words.h"
#include "report/ohttp.h"
#include "report/ratio.h"
#include "report/task_limits.h"

namespace kindgate::policy {

namespace {

constexpr std::uint32_t most_days = 400;
constexpr std::chrono::days least_keep{14};  // where a week has to be known until the next one ends
constexpr int most_tasks = 32;
constexpr std::uint32_t most_devices = 10;
constexpr std::uint32_t largest_batch = 1'000'000'000;
constexpr std::uint32_t most_task_days = 3660;
constexpr std::size_t longest_url = 253;

bool is_https(std::string_view url) {
    static constexpr std::string_view scheme = "https://";
    return url.size() > scheme.size() && url.size() <= longest_url && url.starts_with(scheme) &&
           url[scheme.size()] != '/' && std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
}

void check_url(std::string const& said, std::string_view of, Place at, Place whole, Report& report) {
    if (said.empty())
        report.error(whole, Complaint{fmt::format("the {} has no url", of), "write url: and its https address"});
    else if (!is_https(said))
        report.error(at, Complaint{fmt::format("{} is no https address", quoted(said)),
                                   "write one like \"https://leader.example/\", of at most 253 characters"});
}

// 0 stands for what is usual.
std::uint32_t number(std::uint32_t said, std::uint32_t usual, std::uint32_t least, std::uint32_t most, Place at,
                     std::string_view field, Report& report) {
    if (said == 0) return usual;
    if (said < least || said > most)
        report.error(at, Complaint{fmt::format("{} is {}", field, said), fmt::format("write {} to {}", least, most)});
    return said;
}

class ReportsReader {
public:
    ReportsReader(v1::Reports const& said, Places const& places, Report& report)
        : said_(said), places_(places), report_(report) {}

    Reports read() {
        using Said = v1::Reports;
        if (said_.has_keep_days()) reports_.keep = std::chrono::days{said_.keep_days()};
        if (said_.keep_days() > most_days)
            report_.error(at(Said::kKeepDaysFieldNumber), Complaint{fmt::format("keep_days is {}", said_.keep_days()),
                                                                    fmt::format("write 0 to {}", most_days)});
        read_epsilon();
        limits_.min_batch_size = number(said_.min_batch_size(), report::least_batch_size, report::least_batch_size,
                                        largest_batch, at(Said::kMinBatchSizeFieldNumber), "min_batch_size", report_);
        limits_.longest_lifetime =
            std::chrono::days{number(said_.longest_days(), static_cast<std::uint32_t>(limits_.longest_lifetime.count()),
                                     1, most_task_days, at(Said::kLongestDaysFieldNumber), "longest_days", report_)};
        reports_.devices_a_person = number(said_.devices_a_person(), reports_.devices_a_person, 1, most_devices,
                                           at(Said::kDevicesAPersonFieldNumber), "devices_a_person", report_);
        for (int i = 0; i < said_.aggregators_size(); ++i)
            read_aggregator(said_.aggregators(i), places_.of(Said::kAggregatorsFieldNumber, i));
        if (said_.tasks_size() > most_tasks)
            report_.error(places_.of(Said::kTasksFieldNumber, most_tasks).at,
                          Complaint{fmt::format("there are {} tasks", said_.tasks_size()),
                                    fmt::format("take part in at most {}", most_tasks)});
        for (int i = 0; i < std::min(said_.tasks_size(), most_tasks); ++i)
            read_task(said_.tasks(i), places_.of(Said::kTasksFieldNumber, i));
        if (said_.has_relay()) read_relay(said_.relay(), places_.of(Said::kRelayFieldNumber));
        if (reports_.keep < least_keep && said_.tasks_size() > 0)
            report_.error(at(Said::kKeepDaysFieldNumber),
                          Complaint{"a week is forgotten before its answers are drawn",
                                    fmt::format("write keep_days: {} or more, or leave it out", least_keep.count())});
        return std::move(reports_);
    }

private:
    Place at(int field) const { return places_.of(field).at; }

    void read_epsilon() {
        if (said_.epsilon().empty()) return;
        auto const epsilon = report::Epsilon::parse(said_.epsilon());
        if (epsilon.ok())
            reports_.epsilon_thousandths = epsilon->thousandths();
        else
            report_.error(at(v1::Reports::kEpsilonFieldNumber),
                          Complaint{fmt::format("{} is no ε", quoted(said_.epsilon())),
                                    "write a number from 0.001 to 20 with at most 3 decimals, like \"4\""});
    }

    void read_aggregator(v1::Aggregator const& said, Places const& places) {
        auto const name_at = places.of(v1::Aggregator::kNameFieldNumber).at;
        if (said.name().empty()) {
            report_.error(places.at, Complaint{"the aggregator has no name", "write name: and what people know it by"});
        } else {
            report_.error(name_at, wrong_name("name", said.name()));
            once(said.name(), "the aggregator " + quoted(said.name()), name_at, names_, report_);
        }
        check_url(said.url(), "aggregator", places.of(v1::Aggregator::kUrlFieldNumber).at, places.at, report_);
        urls_.emplace(said.name(), said.url());
    }

    // Its URL; none: an error.
    std::optional<std::string> url_of(std::string const& name, std::string_view role, Place at, Place whole) {
        if (name.empty()) {
            report_.error(whole, Complaint{fmt::format("the task has no {}", role),
                                           fmt::format("write {}: and the name of an aggregator", role)});
            return std::nullopt;
        }
        if (auto const found = urls_.find(name); found != urls_.end()) return found->second;
        std::vector<std::string> known;
        for (auto const& [one, url] : urls_) known.push_back(one);
        report_.error(at, Complaint{fmt::format("there is no aggregator {}", quoted(name)),
                                    known.empty() ? "add aggregators with their names and urls"
                                                  : "write one of: " + listed(known, " or ", 10)});
        return std::nullopt;
    }

    void read_task(v1::ReportTask const& said, Places const& places) {
        using Said = v1::ReportTask;
        auto const table_at = places.of(Said::kTableFieldNumber).at;
        if (said.table().empty()) {
            report_.error(places.at, Complaint{"the task has no table", "write table: and its id in report.textproto"});
        } else {
            report_.error(table_at, wrong_id("table", said.table()));
            once(said.table(), "a task for " + quoted(said.table()), table_at, tables_, report_);
        }
        auto const leader = url_of(said.leader(), "leader", places.of(Said::kLeaderFieldNumber).at, places.at);
        auto const helper = url_of(said.helper(), "helper", places.of(Said::kHelperFieldNumber).at, places.at);
        auto const at = places.of(Said::kConfigurationFieldNumber).at;
        auto const bytes = from_base64(said.configuration());
        auto task = bytes ? report::Task::decode(*bytes) : Error{ErrorCode::invalid_input, "it is not base64"};
        if (said.configuration().empty()) {
            report_.error(places.at, Complaint{"the task has no configuration",
                                               "write configuration: and what the survey's author publishes"});
        } else if (!task.ok()) {
            report_.error(at, Complaint{"this is no task configuration: " + task.error().message(),
                                        "write all of what the survey's author publishes"});
        } else if (leader && helper) {
            limits_.leader_url = *leader;
            limits_.helper_url = *helper;
            if (auto const checked = report::check_task(*task, limits_); !checked.ok())
                report_.error(at, complaint(checked.error()));
            reports_.tasks.push_back({said.table(), std::move(task).value(), said.leader(), said.helper()});
        }
    }

    void read_relay(v1::OhttpRelay const& said, Places const& places) {
        check_url(said.url(), "relay", places.of(v1::OhttpRelay::kUrlFieldNumber).at, places.at, report_);
        auto const at = places.of(v1::OhttpRelay::kKeysFieldNumber).at;
        auto keys = from_base64(said.keys());
        auto const offered = keys ? report::decode_ohttp_keys(*keys) : Error{ErrorCode::invalid_input, "no base64"};
        auto const chosen = offered.ok() ? report::choose(*offered) : Result<report::HpkeConfig>{offered.error()};
        if (said.keys().empty())
            report_.error(places.at, Complaint{"the relay has no keys", "write keys: and those of its gateway"});
        else if (!chosen.ok())
            report_.error(at, Complaint{"keys is of no use: " + chosen.error().message(),
                                        "write the gateway's key configurations (application/ohttp-keys) in base64"});
        else
            reports_.relay = OhttpRelay{said.url(), *std::move(keys)};
    }

    v1::Reports const& said_;
    Places const& places_;
    Report& report_;
    Reports reports_;
    report::TaskLimits limits_{};
    Lines names_;
    Lines tables_;
    std::map<std::string, std::string> urls_;  // by name
};

}  // namespace

Reports read_reports(v1::Reports const& said, Places const& places, Report& report) {
    return ReportsReader{said, places, report}.read();
}

}  // namespace kindgate::policy
