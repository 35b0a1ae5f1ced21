#include "turboshake.h"

#include <algorithm>

#include "vectors.h"

namespace {

using namespace kindgate;
using report::TurboShake128;
using test::hex_bytes;
using test::Json;

// "ptn" of RFC 9861, 5: octet i is i mod 251.
Bytes message_of(Json const& vector) {
    if (vector.contains("message")) return hex_bytes(vector, "message");
    Bytes message(vector.at("message_length").get<std::size_t>());
    for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i % 251);
    return message;
}

Bytes output_of(ByteView message, std::uint8_t domain, std::size_t size) {
    TurboShake128 shake{domain};
    shake.absorb(message);
    Bytes output(size);
    shake.squeeze(output);
    return output;
}

constexpr test::Test tests[] = {
    {"TurboSHAKE128 is that of RFC 9861, 5",
     [] {
         std::size_t checked = 0;
         for (auto const& file : test::vector_files("turboshake", "turboshake128")) {
             for (auto const& one : file.content.at("vectors")) {
                 if (one.at("algorithm") != "TurboSHAKE128") continue;
                 auto const about = file.name + "[" + std::to_string(checked++) + "]";
                 auto const output = output_of(message_of(one), hex_bytes(one, "domain").at(0),
                                               one.at("output_length").get<std::size_t>());
                 if (one.contains("output")) test::equal(hex(output), one.at("output").get<std::string>(), about);
                 if (one.contains("last_32_bytes"))
                     test::equal(hex(ByteView{output}.last(32)), one.at("last_32_bytes").get<std::string>(), about);
             }
         }
         test::check(checked >= 5, "vectors were read");
     }},
    {"in pieces it is the same, wherever they are cut",
     [] {
         Bytes message(400);
         for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
         auto const whole = output_of(message, 1, 400);
         for (std::size_t cut : {0U, 1U, 7U, 8U, 167U, 168U, 169U, 335U, 336U, 337U, 400U}) {
             TurboShake128 shake{1};
             shake.absorb(ByteView{message}.first(cut));
             shake.absorb(ByteView{message}.subspan(cut));
             Bytes output(400);
             shake.squeeze(std::span{output}.first(cut));
             shake.squeeze(std::span{output}.subspan(cut));
             test::equal(hex(output), hex(whole), std::to_string(cut));
         }
     }},
};

}  // namespace

int main() {
    return test::run("report/turboshake", tests);
}
