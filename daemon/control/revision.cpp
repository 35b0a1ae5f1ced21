#include "revision.h"

#include "base/bytes.h"
#include "crypto/sha2.h"

namespace kindgate::control {

std::string revision_of(std::string_view text) {
    return hex(ByteView{crypto::sha256(text)}.first(8));
}

}  // namespace kindgate::control
