// Any text as the headers and forms that proofs come in: what is read is written and read again as the same.
#include <cstdlib>

#include "age/form.h"
#include "age/http_auth.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace kindgate;  // NOLINT(google-build-using-namespace)
    auto const text = text_of({data, size});
    auto const challenges = age::read_www_authenticate(text);
    if (age::read_www_authenticate(age::www_authenticate(challenges)) != challenges) std::abort();
    if (auto const token = age::read_authorization(text); token && !token->empty())
        if (age::read_authorization(age::authorization(*token)) != token) std::abort();
    auto const form = age::read_form(text);
    if (!form) return 0;
    std::string written;
    for (auto const& [name, value] : *form)
        written += age::percent_encoded(name) + '=' + age::percent_encoded(value) + '&';
    if (age::read_form(written) != form) std::abort();
    return 0;
}
