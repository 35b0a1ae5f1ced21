// A client's conversation with DAP's aggregators (draft-ietf-ppm-dap-18, 4.4), as requests to be carried and answers
// that came: whoever carries them stands outside.
//
//   config_request() to both aggregators; read_configs(); make_report(); upload_request() to the leader; read_upload()
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/http_message.h"
#include "report/upload.h"

namespace kindgate::report {

// How a task's VDAF says the answer `answer` of `answers`: one of them, never more. A VDAF that can't say it so, or is
// made for another number of answers: invalid_input.
Result<std::vector<std::uint64_t>> measurement(VdafConfig const& vdaf, std::size_t answer, std::size_t answers);

// 4.4.1. `aggregator`: its URL as the task has it.
HttpRequest config_request(std::string_view aggregator);

struct HpkeConfigs {
    std::vector<HpkeConfig> list;
    std::chrono::seconds good_for{};  // by its Cache-Control (RFC 9111, 5.2.2.1); a minute to a day
};
// Anything else than a list of configurations: unavailable.
Result<HpkeConfigs> read_configs(HttpReply const& reply);

// 4.4.2. `report`: Report::encoded().
HttpRequest upload_request(Task const& task, ByteView report);

struct UploadVerdict {
    enum class Kind : std::uint8_t {
        taken,
        refused,     // this report, for ever
        sealed_old,  // the same answer may be taken, sealed for the keys that the aggregators have now
        later,       // the same report may be taken later
    };
    Kind kind = Kind::taken;
    std::string note{};  // what the leader said
};
// What the leader answered to the upload of this one report. What makes no sense may be anybody's word: later.
UploadVerdict read_upload(HttpReply const& reply, ReportId const& id);

}  // namespace kindgate::report
