// HTTP messages in octets that say their lengths (RFC 9292, message/bhttp): what OHTTP seals.
#pragma once

#include "base/http_message.h"
#include "base/result.h"

namespace kindgate::report {

// Of known length, without the empty parts at its end and without padding. Names of fields become lower case. No https
// or http address, a method or a field that can't be: invalid_input.
Result<Bytes> encode_request(HttpRequest const& request);
// A status that is none of a final answer, or a field that can't be: invalid_input.
Result<Bytes> encode_response(HttpReply const& reply);

// Of known or indeterminate length, cut where empty parts may be left out, padded with zeros. Answers that only inform
// (1xx) and trailers are read and left out. Anything else, or more than 256 fields or informing answers: invalid_input.
// The host of a request may be said by the field Host alone, which then is none of its fields.
Result<HttpRequest> decode_request(ByteView bytes);
Result<HttpReply> decode_response(ByteView bytes);

}  // namespace kindgate::report
