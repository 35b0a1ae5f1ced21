#include "report/task.h"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/hmac.h"
#include "crypto/sha2.h"
#include "dap_pieces.h"

namespace kindgate::report {

VdafConfig VdafConfig::of(Vdaf const& vdaf) {
    Writer config;
    switch (vdaf.type) {
        case VdafType::count: break;
        case VdafType::sum: config.number(vdaf.max, 8); break;
        case VdafType::sum_vec: config.number(vdaf.length, 4).number(vdaf.max, 8).number(vdaf.chunk, 4); break;
        case VdafType::histogram: config.number(vdaf.length, 4).number(vdaf.chunk, 4); break;
        case VdafType::multihot_count_vec:
            config.number(vdaf.length, 4).number(vdaf.chunk, 4).number(vdaf.max, 8);
            break;
    }
    return {static_cast<std::uint32_t>(vdaf.type), config.bytes()};
}

Result<Vdaf> VdafConfig::vdaf() const {
    Reader reader{config};
    Vdaf vdaf{.type = VdafType{type}};
    switch (vdaf.type) {
        case VdafType::count: break;
        case VdafType::sum: vdaf.max = reader.number(8); break;
        case VdafType::sum_vec:
        case VdafType::histogram:
        case VdafType::multihot_count_vec:
            vdaf.length = static_cast<std::uint32_t>(reader.number(4));
            if (vdaf.type == VdafType::sum_vec) vdaf.max = reader.number(8);
            vdaf.chunk = static_cast<std::uint32_t>(reader.number(4));
            if (vdaf.type == VdafType::multihot_count_vec) vdaf.max = reader.number(8);
            break;
    }
    KG_TRY(check(vdaf));
    if (!reader.ended())
        return Error{ErrorCode::invalid_input,
                     fmt::format("{}: {} octets are no parameters of it", text(vdaf.type), config.size())};
    return vdaf;
}

Bytes Task::encoded() const {
    Writer writer;
    writer.counted(info, 1).counted(bytes_of(leader_url), 2).counted(bytes_of(helper_url), 2);
    writer.number(time_precision.count(), 8).number(min_batch_size, 8);
    writer.number(static_cast<std::uint8_t>(batch_mode), 1).counted(batch_config, 2);
    write(writer, vdaf);
    write(writer, extensions);
    return writer.bytes();
}

Result<Task> Task::decode(ByteView bytes) {
    Reader reader{bytes};
    auto task = read_task(reader);
    if (!reader.ended()) return Error{ErrorCode::invalid_input, "this is no task configuration (DAP-18, 4.2)"};
    return task;
}

TaskId Task::id() const {
    auto const label = crypto::sha256("dap-taskprov task id");
    return crypto::sha256(ByteView{Writer{}.put(label).put(encoded()).bytes()});
}

std::optional<Interval> Task::interval() const {
    auto const found = std::ranges::find(extensions, task_interval_extension, &Extension::type);
    if (found == extensions.end()) return std::nullopt;
    Reader reader{found->data};
    return read_interval(reader);
}

std::uint64_t Task::time(std::chrono::sys_seconds now) const {
    auto const seconds = std::max<std::int64_t>(now.time_since_epoch().count(), 0);
    return static_cast<std::uint64_t>(seconds) / time_precision.count();
}

Extension task_interval(Interval const& interval) {
    return {task_interval_extension, Writer{}.number(interval.start, 8).number(interval.duration, 8).bytes()};
}

Bytes vdaf_context(TaskId const& id) {
    return Writer{}.put(bytes_of(dap_version)).put(id).bytes();
}

std::string taskprov_header(Task const& task) {
    auto text = base64url(task.encoded());
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    return ":" + text + ":";
}

Result<Task> read_taskprov_header(std::string_view value) {
    Error const wrong{ErrorCode::invalid_input, "the header DAP-Taskprov has no byte sequence (RFC 9651, 3.3.5)"};
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (!value.starts_with(':')) return wrong;
    auto const end = value.find(':', 1);
    if (end == std::string_view::npos) return wrong;
    auto const behind = value.substr(end + 1).substr(0, value.substr(end + 1).find_last_not_of(' ') + 1);
    if (!behind.empty() && behind[0] != ';') return wrong;
    std::string text{value.substr(1, end - 1)};
    if (text.find_first_of("-_") != std::string::npos) return wrong;
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    auto const bytes = from_base64url(text);
    if (!bytes) return wrong;
    return Task::decode(*bytes);
}

Seed taskprov_verify_key(Seed const& secret, TaskId const& id) {
    auto const extracted = crypto::hkdf_extract(crypto::sha256("dap-taskprov"), secret);
    Seed key;
    std::ranges::copy(crypto::hkdf_expand(extracted.view(), id, key.size()).view(), key.begin());
    return key;
}

}  // namespace kindgate::report
