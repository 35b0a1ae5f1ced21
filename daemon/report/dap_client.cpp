#include "report/dap_client.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace kindgate::report {

namespace {

constexpr std::string_view config_type = "application/ppm-dap;message=hpke-config-list";
constexpr std::string_view upload_type = "application/ppm-dap;message=upload-req";
constexpr std::string_view errors_type = "application/ppm-dap;message=upload-errors";

constexpr std::chrono::seconds shortest_use{60};
constexpr std::chrono::seconds longest_use{std::chrono::hours{24}};

// A media type with its parameters, as this protocol writes them; blanks don't count.
bool has_type(HttpReply const& reply, std::string_view wanted) {
    std::string said{field(reply.fields, "Content-Type")};
    std::erase(said, ' ');
    return said == wanted;
}

std::chrono::seconds max_age(std::string_view cache_control) {
    static constexpr std::string_view directive = "max-age=";
    std::int64_t seconds = 0;
    if (auto const at = cache_control.find(directive); at != std::string_view::npos) {
        auto const digits = cache_control.substr(at + directive.size());
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    }
    return std::clamp(std::chrono::seconds{seconds}, shortest_use, longest_use);
}

std::string below(std::string_view aggregator, std::string_view path) {
    return fmt::format("{}{}{}", aggregator, aggregator.ends_with('/') ? "" : "/", path);
}

Error other_answers(Vdaf const& vdaf, std::size_t answers) {
    return {
        ErrorCode::invalid_input,
        fmt::format("{} with length {} and maximum {} has no place for one of {} answers: ask the task's author for "
                    "a Prio3Histogram of length {}",
                    text(vdaf.type), vdaf.length, vdaf.max, answers, answers)};
}

UploadVerdict judge(ReportError error) {
    using enum UploadVerdict::Kind;
    switch (error) {
        case ReportError::report_replayed: return {taken, text(error)};
        case ReportError::report_too_early:
        case ReportError::task_not_started: return {later, text(error)};
        default: return {wants_new_configs(error) ? sealed_old : refused, text(error)};
    }
}

}  // namespace

Result<std::vector<std::uint64_t>> measurement(VdafConfig const& config, std::size_t answer, std::size_t answers) {
    auto const vdaf = KG_TRY(config.vdaf());
    if (answer >= answers)
        return Error{ErrorCode::invalid_input, fmt::format("there is no answer {} of {}", answer, answers)};
    std::vector<std::uint64_t> one_hot(answers);
    one_hot.at(answer) = 1;
    switch (vdaf.type) {
        case VdafType::count:
            if (answers == 2) return std::vector<std::uint64_t>{answer};
            break;
        case VdafType::sum:
            if (answers == 2 && vdaf.max == 1) return std::vector<std::uint64_t>{answer};
            break;
        case VdafType::histogram:
            if (vdaf.length == answers) return std::vector<std::uint64_t>{answer};
            break;
        case VdafType::sum_vec:
        case VdafType::multihot_count_vec:
            if (vdaf.length == answers && vdaf.max >= 1) return one_hot;
            break;
    }
    return other_answers(vdaf, answers);
}

HttpRequest config_request(std::string_view aggregator) {
    return {"GET", below(aggregator, "hpke_config"), {{"Accept", std::string{config_type}}}, {}};
}

Result<HpkeConfigs> read_configs(HttpReply const& reply) {
    if (reply.status != 200)
        return Error{ErrorCode::unavailable, fmt::format("it answers {} instead of its keys", reply.status)};
    auto list = has_type(reply, config_type) ? decode_hpke_configs(reply.body)
                                             : Error{ErrorCode::invalid_input, "its answer is of another type"};
    if (!list.ok())
        return Error{ErrorCode::unavailable, fmt::format("its keys can't be read ({})", list.error().message())};
    return HpkeConfigs{std::move(list).value(), max_age(field(reply.fields, "Cache-Control"))};
}

HttpRequest upload_request(Task const& task, ByteView report) {
    return {"POST",
            below(task.leader_url, fmt::format("tasks/{}/reports", base64url_unpadded(task.id()))),
            {{"Content-Type", std::string{upload_type}}, {"DAP-Taskprov", taskprov_header(task)}},
            {report.begin(), report.end()}};
}

UploadVerdict read_upload(HttpReply const& reply, ReportId const& id) {
    using enum UploadVerdict::Kind;
    bool const success = reply.status >= 200 && reply.status < 300;
    if (success && reply.body.empty()) return {taken};
    if (success && has_type(reply, errors_type)) {
        auto const refused = decode_upload_errors(reply.body);
        if (refused.ok() && refused->size() == 1 && refused->front().id == id) return judge(refused->front().error);
    }
    if (success) return {later, "the leader's answer makes no sense"};
    return {later, fmt::format("the leader answers {}", reply.status)};
}

}  // namespace kindgate::report
