// A file over HTTPS.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace kindgate::cli {

struct FetchWanted {
    std::string url;
    std::string authorities;                    // file with the certificates that are trusted, PEM
    std::string etag;                           // of the copy that is there; "": none
    std::size_t largest = 0;                    // bytes
    std::chrono::seconds patience{};            // for all of it
    std::function<void(std::size_t)> progress;  // bytes so far; called often
};

struct Fetched {
    bool unchanged = false;  // the copy that is there is the newest
    Bytes body;
    std::string etag;
};

// Follows at most five redirects, to https alone and never to a private address.
Result<Fetched> fetch(FetchWanted const& wanted);

}  // namespace kindgate::cli
