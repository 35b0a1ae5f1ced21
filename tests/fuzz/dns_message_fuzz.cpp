// Any bytes, as a query and as a reply: refused, or read; and what we write of what we read is read as the same again.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "content/dns_answer.h"
#include "content/dns_svcb.h"

using namespace kindgate::content;

namespace {

using Place = std::array<std::byte, 65535>;

void require(bool holds, char const* what) {
    if (holds) return;
    std::fprintf(stderr, "dns_message: %s\n", what);
    std::abort();
}

bool has_ech(dns::Reply const& reply) {
    dns::Records records{reply};
    for (dns::Record record; records.next(record);) {
        dns::Service service;
        if ((record.type == dns::type::https || record.type == dns::type::svcb) &&
            dns::read_service(reply.message.first(record.data_at + record.data_size), record.data_at, service) &&
            service.has_ech)
            return true;
    }
    return false;
}

void as_query(dns::Bytes message, Place& place) {
    dns::Query query;
    if (dns::read_query(message, query) != dns::QueryFault::none) return;
    auto const asked = dns::asked_by(query);
    auto const size = dns::write_query(place, 1, asked.name, asked.type, asked.dnssec_ok, asked.checking_disabled);
    dns::Query again;
    require(dns::read_query(dns::Bytes{place}.first(size), again) == dns::QueryFault::none, "our query is none");
    require(again.question.name == asked.name && again.question.type == asked.type,
            "our query asks for something else");
    require(size == dns::header_size + asked.name.size() + 4 + 11, "our query has more in it");
    dns::Reply reply;
    auto const answer =
        dns::write_answer(place, asked, dns::rcode::nxdomain, dns::ExtendedError{dns::ede::blocked, "why"});
    require(dns::read_reply(dns::Bytes{place}.first(answer), reply), "our answer is none");
    require(reply.question.name == asked.name && reply.header.id == asked.id, "our answer is to something else");
}

void as_reply(dns::Bytes message, Place& place) {
    dns::Reply reply;
    if (!dns::read_reply(message, reply)) return;
    (void)dns::lifetime(reply);
    dns::Asked asked;
    asked.id = 7;
    asked.name = reply.question.name;
    asked.type = reply.question.type;
    asked.klass = reply.question.klass;
    asked.edns = true;
    auto const other = *dns::Name::from_text("alias.example");
    for (bool const strip : {false, true}) {
        for (auto const* alias : {static_cast<dns::Name const*>(nullptr), &other}) {
            if (alias != nullptr) asked.name = *alias;
            dns::Changes const changes{.age = 5, .strip_ech = strip, .strip_private = strip, .alias_of = alias};
            auto const written = dns::write_reply(place, asked, reply, changes);
            if (written.size == 0) continue;
            dns::Reply again;
            require(dns::read_reply(dns::Bytes{place}.first(written.size), again), "what we write we wouldn't read");
            require(again.header.counts[3] == 1, "additional records");
            require(!strip || !has_ech(again), "ech is left");
            auto const expected = reply.header.counts[1] + reply.header.counts[2] + (alias != nullptr ? 1 : 0);
            auto const counted = again.header.counts[1] + again.header.counts[2];
            require(strip ? counted <= expected : counted == expected, "other records");
        }
        asked.name = reply.question.name;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size > 65535) return 0;
    static auto const place = std::make_unique<Place>();
    auto const message = std::as_bytes(std::span{data, size});
    as_query(message, *place);
    as_reply(message, *place);
    dns::Service service;
    (void)dns::read_service(message, 0, service);
    if (auto const name = dns::Name::from_text({reinterpret_cast<char const*>(data), size}))
        require(dns::Name::from_text(name->text()) == name, "a name's text is another name");
    return 0;
}
