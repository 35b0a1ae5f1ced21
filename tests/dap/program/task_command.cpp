// dap-party task, dap-party collector-key
#include <cmath>
#include <iostream>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "commands.h"
#include "key_ring.h"

namespace kindgate::dap {

namespace {

constexpr report::WholeSeconds week{7 * 24 * 60 * 60};

Result<report::Vdaf> vdaf_of(Options const& options) {
    if (options.count == (options.histogram != 0))
        return Error{ErrorCode::invalid_input, "either --histogram K or --count says what is counted"};
    if (options.count) return report::Vdaf{report::VdafType::count};
    auto const chunk = std::lround(std::sqrt(static_cast<double>(options.histogram)));
    report::Vdaf const vdaf{report::VdafType::histogram, static_cast<std::uint32_t>(options.histogram), 0,
                            static_cast<std::uint32_t>(chunk)};
    KG_TRY(report::check(vdaf));
    return vdaf;
}

}  // namespace

Result<int> task(Options const& options) {
    auto const info = bytes_of(options.info);
    report::Task task;
    task.info = {info.begin(), info.end()};
    task.leader_url = options.leader;
    task.helper_url = options.helper;
    task.time_precision = week;
    task.min_batch_size = options.min_batch;
    task.vdaf = report::VdafConfig::of(KG_TRY(vdaf_of(options)));
    task.extensions.push_back(report::task_interval({KG_TRY(week_of(options.weeks_from)), options.weeks}));
    KG_TRY(report::Task::decode(task.encoded()));
    auto const header = report::taskprov_header(task);
    std::cout << header.substr(1, header.size() - 2) << '\n' << base64url_unpadded(task.id()) << '\n';
    return 0;
}

Result<int> collector_key(Options const& options) {
    KeyRing const ring;
    auto const& config = ring.newest().config;
    KG_TRY(replace_file(options.file, ring.text()));
    KG_TRY(replace_file(options.file + ".config", hex(report::encode({&config, 1})) + "\n"));
    return 0;
}

}  // namespace kindgate::dap
