// Oblivious HTTP (RFC 9458): a request is sealed for a gateway and sent through a relay, so that the relay knows who
// asks, the gateway what is asked, and neither both. Bodies only: who carries them posts message/ohttp-req to the relay
// and gets message/ohttp-res. Inside is binary HTTP (RFC 9292).
#pragma once

#include "base/http_message.h"
#include "report/hpke_config.h"
#include "report/random_source.h"

namespace kindgate::report {

// A gateway's keys (3.1 and 3.2, application/ohttp-keys), a configuration for each pair of algorithms that a key is
// offered with, in their order; choose() takes the first that is known. Keys of a KEM that nobody here knows are left
// out. Anything wrong in any key, or no key at all: invalid_input, since who took the good ones could be told from
// others.
Result<std::vector<HpkeConfig>> decode_ohttp_keys(ByteView bytes);
// Configurations of one key stand one after the other. Keys have their KEM's form.
Bytes encode_ohttp_keys(std::span<HpkeConfig const> configs);

// What client and gateway keep of a request until its answer (4.4). Secret: it opens the answer.
struct OhttpState {
    crypto::Aead aead = crypto::Aead::aes_128_gcm;
    Bytes encapsulated;
    crypto::Secret exported;
};

struct EncapsulatedRequest {
    Bytes body;
    OhttpState state;
};

// 4.3. No https or http address, a field that can't be, unknown algorithms or a key that is none: invalid_input. The
// URL's fragment isn't sent.
Result<EncapsulatedRequest> encapsulate(HttpRequest const& request, Recipient const& gateway);
// 4.4. Not the answer to this request, changed, cut, or no answer: invalid_input. Trailers are left out.
Result<HttpReply> decapsulate(OhttpState const& state, ByteView body);

// The gateway's side.
struct OpenedRequest {
    HttpRequest request;
    OhttpState state;
};

// `offered`: the configurations of this key. Sealed for none of them, changed, or no request: invalid_input.
Result<OpenedRequest> open_request(std::span<HpkeConfig const> offered, crypto::AgreementKey const& key, ByteView body);
// A status that is none, or a field that can't be: invalid_input.
Result<Bytes> seal_reply(OhttpState const& state, HttpReply const& reply, RandomSource& random);

}  // namespace kindgate::report
