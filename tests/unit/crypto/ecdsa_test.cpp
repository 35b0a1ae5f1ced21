#include "crypto/ecdsa.h"

#include <string>

#include <fmt/format.h>

#include "keys.h"
#include "test.h"

namespace {

using namespace kindgate;

using test::pkcs8;
using test::public_pem;
using test::sec1;

crypto::PrivateKey key() {
    return test::value(crypto::PrivateKey::from_pem(sec1));
}

constexpr test::Test tests[] = {
    {"SHA-256 is that of FIPS 180-4",
     [] {
         test::equal(hex(crypto::sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                     "empty");
         test::equal(hex(crypto::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                     "abc");
         crypto::Sha256 pieces;
         for (int i = 0; i < 1000; ++i) pieces.add(std::string(1000, 'a'));
         test::equal(hex(std::move(pieces).finish()), hex(crypto::sha256(std::string(1'000'000, 'a'))), "in pieces");
         test::equal(hex(crypto::sha256(std::string(1'000'000, 'a'))),
                     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million");
     }},
    {"a signature is that of RFC 6979, A.2.5, every time",
     [] {
         auto const expected =
             "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
             "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
         for (int i = 0; i < 2; ++i)
             test::equal(hex(test::value(key().sign(crypto::sha256("sample")))), expected, "sample");
     }},
    {"a key is the same from each form that openssl writes",
     [] {
         auto const from_sec1 = test::value(key().public_key());
         auto const from_pkcs8 = test::value(test::value(crypto::PrivateKey::from_pem(pkcs8)).public_key());
         auto const from_public = test::value(crypto::PublicKey::from_pem(public_pem));
         test::check(from_sec1 == from_public && from_pkcs8 == from_public, "three forms");
         test::equal(crypto::text(from_public.id()).size(), 16U, "its id");
     }},
    {"a signature holds for its digest and its key only",
     [] {
         auto const digest = crypto::sha256("sample");
         auto signature = test::value(key().sign(digest));
         auto const with = test::value(key().public_key());
         test::check(with.verify(digest, signature), "as it was made");
         test::check(!with.verify(crypto::sha256("simple"), signature), "another digest");
         for (std::size_t i = 0; i < signature.size(); ++i) {
             signature[i] ^= 1;
             test::check(!with.verify(digest, signature), fmt::format("byte {} altered", i));
             signature[i] ^= 1;
         }
     }},
    {"a key is written as openssl does, and one made at random is read again as the same; two are two",
     [] {
         test::equal(test::value(key().to_pem()), std::string{pkcs8}, "as openssl");
         auto const made = crypto::PrivateKey::at_random();
         auto const read = test::value(crypto::PrivateKey::from_pem(test::value(made.to_pem())));
         test::check(test::value(read.public_key()) == test::value(made.public_key()), "the same");
         auto const other = crypto::PrivateKey::at_random();
         test::check(test::value(other.public_key()) != test::value(made.public_key()), "another");
         auto const digest = crypto::sha256("sample");
         test::check(test::value(made.public_key()).verify(digest, test::value(read.sign(digest))), "signs");
     }},
    {"what is no key on P-256 is refused in words",
     [] {
         std::string point{public_pem};
         point[120] = point[120] == 'A' ? 'B' : 'A';  // no point of the curve
         for (auto const wrong :
              {std::string_view{}, std::string_view{"nonsense"}, sec1.substr(0, 90), std::string_view{point}}) {
             test::check(!crypto::PublicKey::from_pem(wrong).ok(), "public");
             test::check(!crypto::PrivateKey::from_pem(wrong).ok(), "private");
         }
         test::contains(crypto::PublicKey::from_pem(sec1).error().message(), "openssl pkey -in KEY -pubout");
     }},
};

}  // namespace

int main() {
    return test::run("crypto/ecdsa", tests);
}
