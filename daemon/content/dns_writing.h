// Parts of answers that dns_answer.cpp and dns_reply.cpp share.
#pragma once

#include "content/dns_answer.h"

namespace kindgate::content::dns {

// Header and question; the counts of the other sections are zero until they are known.
void write_header(ByteWriter& out, Asked const& asked, std::uint16_t flags);
// The OPT record, for who sent one. Leaves the error's text out where it doesn't fit.
void write_edns(ByteWriter& out, Asked const& asked, std::uint16_t rcode, std::optional<ExtendedError> const& error);

}  // namespace kindgate::content::dns
