// The head of an HTTP request of any bytes is refused or read, the same in whatever pieces it comes; what the page
// makes of it has no markup but the page's own.
#include "web_request.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "page_text.h"

namespace {

using kindgate::control::WebRequestReader;
using State = WebRequestReader::State;

void require(bool holds, char const* what) {
    if (holds) return;
    std::fprintf(stderr, "web_request: %s\n", what);
    std::abort();
}

std::size_t count(std::string_view text, char what) {
    return static_cast<std::size_t>(std::ranges::count(text, what));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    // The first byte says in what pieces the rest comes the second time.
    std::size_t const piece = data[0] % 64 + 1;
    std::string_view const bytes{reinterpret_cast<char const*>(data) + 1, size - 1};
    WebRequestReader whole;
    auto const state = whole.put(bytes);
    WebRequestReader pieces;
    for (std::size_t at = 0; at < bytes.size(); at += piece) pieces.put(bytes.substr(at, piece));
    require(pieces.put({}) == State::whole || state != State::whole, "in pieces it is none");
    require(bytes.size() <= 2 * WebRequestReader::largest || state != State::more, "no limit");
    if (state != State::whole) return 0;
    require(whole.request() == pieces.request(), "in pieces it is another");
    auto const request = whole.request();
    require(request.path.find('?') == std::string::npos, "the path has a query");
    require(request.name.find(':') == std::string::npos, "the name has a port");
    kindgate::control::PageFacts facts;
    facts.because = "Bedtime";
    facts.mode = kindgate::policy::Mode::open;
    auto const plain = kindgate::control::page_html(facts);
    facts.name = request.name;
    auto const page = kindgate::control::page_html(facts);
    for (char const sign : {'<', '>', '"'}) require(count(page, sign) == count(plain, sign), "markup");
    return 0;
}
