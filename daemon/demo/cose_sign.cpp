#include "cose_sign.h"

namespace kindgate::demo {

Result<Bytes> cose_sign1(crypto::PrivateKey const& key, ByteView unprotected, ByteView payload, Payload where) {
    constexpr std::int64_t algorithm = 1;
    constexpr std::int64_t es256 = -7;
    auto const header = age::CborWriter{}.map(1).number(algorithm).number(es256).view();
    age::CborWriter signed_bytes;
    signed_bytes.array(4).text("Signature1").bytes(header).bytes({}).bytes(payload);
    auto const signature = KG_TRY(key.sign(crypto::sha256(ByteView{signed_bytes.view()})));
    age::CborWriter sign1;
    sign1.array(4).bytes(header).encoded(unprotected);
    if (where == Payload::inside)
        sign1.bytes(payload);
    else
        sign1.null();
    return sign1.bytes(signature).view();
}

}  // namespace kindgate::demo
