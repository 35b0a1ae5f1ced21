// From the texts of names.proto to values: safe search and helplines, as policies/ has them. Opens no file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "content/dns_name.h"
#include "policy/load.h"
#include "policy/name_table.h"

namespace kindgate::policy {

struct SafeSearchDomain {
    content::dns::Name name;  // folded
    NameScope scope;
};

// Its domains are answered with the target's addresses or with these. Exactly one of both is there.
struct SafeSearchEngine {
    enum class Kind : std::uint8_t { search, youtube_moderate, youtube_strict };

    std::string name;  // "Google"; unique
    Kind kind = Kind::search;
    std::vector<SafeSearchDomain> domains;     // at least one; none twice among engines that can apply together
    std::optional<content::dns::Name> target;  // folded; no engine's domain covers it
    std::vector<IpAddress> addresses;
};

struct SafeSearch {
    std::vector<SafeSearchEngine> engines;  // 1 to 256, in the order of the file
};

struct Helpline {
    std::string country;                      // ISO 3166-1 alpha-2, upper case
    std::string name;                         // unique in its country
    std::string telephone;                    // as it is dialled within the country; may be empty if there are domains
    std::string about;                        // a sentence; may be empty
    std::vector<content::dns::Name> domains;  // folded; each means all below it too
};

struct Helplines {
    std::vector<Helpline> helplines;               // at least one, in the order of the file
    std::vector<content::dns::Name> time_servers;  // folded; each means all below it too
};

// Nothing if there is any error; errors as in Loaded. `file` is only used in messages; at most 4 MiB of text are taken.
// Any thread.
struct LoadedSafeSearch {
    std::optional<SafeSearch> safe_search;
    std::vector<Diagnostic> errors;
};
LoadedSafeSearch load_safe_search(std::string_view text, std::string_view file);

struct LoadedHelplines {
    std::optional<Helplines> helplines;
    std::vector<Diagnostic> errors;
};
LoadedHelplines load_helplines(std::string_view text, std::string_view file);

}  // namespace kindgate::policy
