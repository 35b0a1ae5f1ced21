// An issuer's files. Everything in the folder is its owner's alone: 0600.
//
//   issuer.json                    its name and ages
//   ageNN.key                      the RSA key of the tokens for each age, PEM
//   documents-ca.crt, documents.crt, documents.key   authority and signer of attestations, PEM
//   codes.txt, used.txt            see code_book.h
//   trust.textproto                what a gate's policy needs
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "demo/issuer_service.h"

namespace kindgate::demo {

struct IssuerWanted {
    std::string name;  // host name: "issuer.example"
    std::vector<std::uint8_t> ages;
    unsigned codes = 0;  // for each age
};

// Makes the folder. One that has an issuer already: conflict.
Result<void> make_issuer(std::filesystem::path const& folder, IssuerWanted const& wanted, std::chrono::sys_seconds now);
// `uses`: how often a code is good.
Result<IssuerService> load_issuer(std::filesystem::path const& folder, unsigned uses);

// A file that its owner alone may read: made, or replaced.
Result<void> keep_secret(std::filesystem::path const& file, std::string_view text);

}  // namespace kindgate::demo
