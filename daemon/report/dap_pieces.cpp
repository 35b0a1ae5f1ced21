#include "dap_pieces.h"

#include <algorithm>
#include <tuple>

namespace kindgate::report {

namespace {

// How long a known VDAF's parameters are. None: nobody here knows it.
std::optional<std::size_t> config_size(std::uint32_t type) {
    switch (VdafType{type}) {
        case VdafType::count: return 0;
        case VdafType::sum:
        case VdafType::histogram: return 8;
        case VdafType::sum_vec:
        case VdafType::multihot_count_vec: return 16;
    }
    return std::nullopt;
}

}  // namespace

std::vector<Extension> read_extensions(Reader& reader) {
    Reader list{reader.counted(2)};
    std::vector<Extension> extensions;
    while (!list.empty()) {
        Extension extension{.type = static_cast<std::uint16_t>(list.number(2)), .data = copied(list.counted(2))};
        if (!extensions.empty() && extension.type <= extensions.back().type) list.fail();
        extensions.push_back(std::move(extension));
    }
    if (!list.good()) reader.fail();
    return extensions;
}

void write(Writer& writer, std::vector<Extension> const& extensions) {
    Writer list;
    for (auto const& extension : extensions) list.number(extension.type, 2).counted(extension.data, 2);
    writer.counted(list.bytes(), 2);
}

std::string read_url(Reader& reader) {
    std::string const url{text_of(reader.counted(2, 1))};
    if (std::ranges::any_of(url, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; })) reader.fail();
    return url;
}

WholeSeconds read_time_precision(Reader& reader) {
    WholeSeconds const precision{reader.number(8)};
    if (precision.count() == 0) reader.fail();
    return precision;
}

Interval read_interval(Reader& reader) {
    Interval const interval{reader.number(8), reader.number(8)};
    if (interval.duration > ~interval.start) reader.fail();
    return interval;
}

std::pair<BatchMode, Bytes> read_batch_mode(Reader& reader) {
    BatchMode const mode{static_cast<std::uint8_t>(reader.number(1))};
    auto config = copied(reader.counted(2));
    if ((mode == BatchMode::time_interval || mode == BatchMode::leader_selected) && !config.empty()) reader.fail();
    return {mode, std::move(config)};
}

VdafConfig read_vdaf_config(Reader& reader) {
    VdafConfig vdaf{.type = static_cast<std::uint32_t>(reader.number(4)), .config = copied(reader.counted(2))};
    if (auto const size = config_size(vdaf.type); size && vdaf.config.size() != *size) reader.fail();
    return vdaf;
}

void write(Writer& writer, VdafConfig const& vdaf) {
    writer.number(vdaf.type, 4).counted(vdaf.config, 2);
}

Task read_task(Reader& reader) {
    Task task;
    task.info = copied(reader.counted(1, 1));
    task.leader_url = read_url(reader);
    task.helper_url = read_url(reader);
    task.time_precision = read_time_precision(reader);
    task.min_batch_size = reader.number(8);
    std::tie(task.batch_mode, task.batch_config) = read_batch_mode(reader);
    task.vdaf = read_vdaf_config(reader);
    task.extensions = read_extensions(reader);
    for (auto const& extension : task.extensions) {
        if (extension.type != task_interval_extension) continue;
        Reader interval{extension.data};
        read_interval(interval);
        if (!interval.ended()) reader.fail();
    }
    return task;
}

}  // namespace kindgate::report
