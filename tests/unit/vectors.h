// Test vectors of others: all files of a folder of `vectors/` in the test data, so that more can be dropped in.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "test.h"

namespace kindgate::test {

using Json = nlohmann::json;

struct VectorFile {
    std::string name;
    Json content;
};

// By name. `folder`: "hpke". `part`: of the names that count. None of them: the test is skipped.
inline std::vector<VectorFile> vector_files(std::string const& folder, std::string_view part = "") {
    std::vector<VectorFile> files;
    for (auto const& entry : std::filesystem::directory_iterator{data_file("vectors/" + folder)}) {
        auto const name = entry.path().filename().string();
        if (entry.path().extension() != ".json" || name.find(part) == std::string::npos) continue;
        files.push_back({name, Json::parse(data_text("vectors/" + folder + "/" + name))});
    }
    if (files.empty()) test::skip("no vectors in " + folder);
    std::ranges::sort(files, {}, &VectorFile::name);
    return files;
}

inline Bytes hex_bytes(std::string const& text) {
    auto const digits = text.starts_with("0x") ? text.substr(2) : text;
    auto const bytes = from_hex(digits);
    if (!bytes) fail("no hexadecimal digits: " + text);
    return *bytes;
}

inline Bytes hex_bytes(Json const& of, char const* member) {
    return hex_bytes(of.at(member).get<std::string>());
}

// Every test of Wycheproof files (github.com/C2SP/wycheproof) of a folder, with its group.
template <typename Body>
void each_wycheproof(std::string const& folder, Body body) {
    for (auto const& file : vector_files(folder)) {
        std::size_t count = 0;
        for (auto const& group : file.content.at("testGroups"))
            for (auto const& one : group.at("tests")) {
                body(group, one, file.name + ", " + std::to_string(one.at("tcId").get<int>()));
                ++count;
            }
        test::equal(count, file.content.at("numberOfTests").get<std::size_t>(), file.name);
    }
}

}  // namespace kindgate::test
