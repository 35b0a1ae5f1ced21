#include "event_reader.h"

#include <vector>

#include "test.h"

namespace {

using namespace kindgate;
using cli::EventReader;

std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
    EventReader reader;
    std::vector<std::string> events;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        reader.add(bytes.substr(0, piece));
        while (auto event = reader.next()) events.push_back(*std::move(event));
    }
    return events;
}

constexpr test::Test tests[] = {
    {"events come out whole, in whatever pieces the bytes arrive",
     [] {
         std::string_view const bytes =
             ": events from now on\n\ndata: {\"a\":1}\n\n:\n\nevent: x\r\ndata:{\"b\":2}\r\n\r\nid: 7\n\ndata: "
             "one\ndata: two\n\n";
         std::vector<std::string> const expected{"{\"a\":1}", "{\"b\":2}", "one\ntwo"};
         for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
             test::check(read(bytes, piece) == expected, std::to_string(piece));
     }},
    {"an event without its end isn't told",
     [] {
         test::equal(read("data: half\n", 100).size(), 0U, "no empty line");
         test::equal(read("data: half", 100).size(), 0U, "no line");
     }},
    {"an event whose data is empty is one", [] { test::equal(read("data:\n\n", 100).size(), 1U, "empty data"); }},
};

}  // namespace

int main() {
    return test::run("cli/event_reader", tests);
}
