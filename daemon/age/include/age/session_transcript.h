// What binds an mdoc to one conversation: SessionTranscript (ISO/IEC 18013-5, 9.1.5.1), as OpenID4VP 1.0, annex B, and
// ISO/IEC TS 18013-7, annex C, make it for the web.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/sha2.h"

namespace kindgate::age {

// RFC 7638 of a key on P-256 (`point`: 65 octets, uncompressed): what an encrypted answer's key is called.
crypto::Digest key_thumbprint(ByteView point);

// OpenID4VP 1.0, B.2.6.1: by redirects, `direct_post` without and `direct_post.jwt` with the thumbprint of the key that
// the answer is encrypted for.
Bytes redirect_transcript(std::string_view client_id, std::string_view nonce,
                          std::optional<crypto::Digest> const& thumbprint, std::string_view response_uri);
// OpenID4VP 1.0, B.2.6.2: by the browser's Digital Credentials API.
Bytes dc_api_transcript(std::string_view origin, std::string_view nonce,
                        std::optional<crypto::Digest> const& thumbprint);
// ISO/IEC TS 18013-7, annex C: `org-iso-mdoc`. `encryption_info`: the base64url string that was sent.
Bytes iso_mdoc_transcript(std::string_view encryption_info, std::string_view origin);

// One of these three forms.
bool is_known_transcript(ByteView transcript);

}  // namespace kindgate::age
