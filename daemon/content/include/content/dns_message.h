// What a DNS message says: queries that a client sends us, replies of our upstreams. Nothing is copied but names; what
// is borrowed lives as long as the message's bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "content/dns_bytes.h"
#include "content/dns_name.h"
#include "content/dns_types.h"

namespace kindgate::content::dns {

// RFC 1035, 4.1.1.
struct Header {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::array<std::uint16_t, 4> counts{};  // questions, answers, authority, additional

    bool has(std::uint16_t bit) const { return (flags & bit) != 0; }
};
// nullopt: fewer than twelve bytes.
std::optional<Header> read_header(Bytes message);

// The OPT record (RFC 6891, 6.1.2) as far as we use it.
struct Edns {
    std::uint16_t udp_size = 0;
    std::uint8_t extended_rcode = 0;
    std::uint8_t version = 0;
    bool dnssec_ok = false;
    bool has_error = false;        // option 15 (RFC 8914): of a query, that the client understands it
    std::uint16_t error_code = 0;  // of the first one
    Bytes error_text;
};

struct Question {
    Name name;  // as sent, upper case and all
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::size_t end = 0;  // in the message
};

struct Query {
    Header header;
    Question question;
    std::optional<Edns> edns;
};

enum class QueryFault : std::uint8_t {
    none,
    unanswerable,  // too short, or an answer itself: drop it without a word
    malformed,     // FORMERR
    operation,     // not a standard query: NOTIMP
    version,       // EDNS of a version that we don't know: BADVERS
    refused,       // well-formed, but nothing that we do: RD=0, another class than IN, a zone transfer
};
// A standard query with exactly one question, no answers, at most one OPT and nothing behind the end. On any fault but
// `unanswerable` and `malformed` the question is valid; the header always is (but for unanswerable).
QueryFault read_query(Bytes message, Query& query);

enum class Section : std::uint8_t { answer, authority, additional };

struct Record {
    Section section = Section::answer;
    std::size_t owner_at = 0;  // in the message; a name
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::uint32_t ttl = 0;  // seconds; above 2^31 - 1 counts as 0 (RFC 2181, 8)
    std::size_t data_at = 0;
    std::uint16_t data_size = 0;
};

struct Reply {
    Bytes message;
    Header header;
    Question question;
    std::optional<Edns> edns;
    std::uint16_t rcode = 0;  // all twelve bits
};
// True: a whole and well-formed reply to a standard query, all names and the data of the types that we know checked, no
// TSIG (we sign nothing, so it isn't for us), nothing behind the end. Anything else must neither be used nor end the
// wait.
bool read_reply(Bytes message, Reply& reply);

// Walks the records of a reply that read_reply() accepted.
class Records {
public:
    explicit Records(Reply const& reply);
    // False at the end. The OPT record is passed over.
    bool next(Record& record);
    NameReader& names() { return names_; }
    // next() was false because there are no more. Else the budget for names ended first: what came can't be the whole.
    bool complete() const { return left_ == std::array<std::uint16_t, 3>{}; }

private:
    Bytes message_;
    NameReader names_;
    std::array<std::uint16_t, 3> left_{};
    std::size_t at_ = 0;
};

}  // namespace kindgate::content::dns
