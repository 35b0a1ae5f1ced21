#include "teller.h"

#include <algorithm>

#include <fmt/format.h>

namespace kindgate::demo {

namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t margin = 4;
constexpr std::size_t shown_octets = 8;

}  // namespace

void Teller::wrap(std::string_view first, std::size_t indent, std::string_view text) {
    std::string line{first};
    bool empty = true;  // but for what stands before the text
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (!empty && line.size() + 1 + word.size() > columns) {
            text_ += line + '\n';
            line.assign(indent, ' ');
            empty = true;
        }
        line += fmt::format("{}{}", empty ? "" : " ", word);
        empty = false;
    }
    text_ += line + '\n';
}

void Teller::title(std::string_view text) {
    text_ += fmt::format("{}{}\n", text_.empty() ? "" : "\n", text);
}

void Teller::step(std::string_view text) {
    text_ += '\n';
    wrap(fmt::format("{:>2}. ", ++steps_), margin, text);
}

void Teller::say(std::string_view text) {
    wrap(std::string(margin, ' '), margin, text);
}

void Teller::sees(std::string_view who, std::string_view what) {
    wrap(fmt::format("    {} ", who), margin + 2, what);
}

void Teller::octets(std::string_view name, ByteView bytes) {
    auto const some = bytes.first(std::min(bytes.size(), shown_octets));
    text_ += fmt::format("      {:<36}{:>5} octets  {}...\n", name, bytes.size(), hex(some));
}

void Teller::verdict(std::string_view shown, age::Verdict const& verdict, age::Reason expected) {
    text_ +=
        fmt::format("    {:<44}{} {}\n", shown, verdict.accepted() ? "ACCEPT" : "REFUSE", age::word(verdict.reason));
    expect(verdict.reason == expected, fmt::format("It should have been {}.", age::word(expected)));
}

void Teller::expect(bool so, std::string_view otherwise) {
    if (so) return;
    as_told_ = false;
    sees("NOT AS TOLD:", otherwise);
}

}  // namespace kindgate::demo
