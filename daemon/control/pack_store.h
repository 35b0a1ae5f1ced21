// The packs that the policy names, as files: those of the state folder's packs/ (`kindgate pack update` puts them
// there) before those that came with the program. A bad file is refused whole and told, and the last good one stays.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/pages.h"
#include "content/pack.h"
#include "event_hub.h"
#include "policy/names.h"

namespace kindgate::control {

class PackStore {
public:
    struct Settings {
        std::vector<std::filesystem::path> folders;  // the first that has the file
        content::Signatures signatures = content::Signatures::optional;
        std::vector<crypto::PublicKey> keys;
    };
    // The hub must outlive this object.
    PackStore(Settings settings, EventHub& events) : settings_(std::move(settings)), events_(events) {}

    // Reads what isn't read yet, and files that are others now; forgets packs that aren't among the names. True: some
    // pack is another than before.
    bool use(std::span<std::string const> names, policy::Instant now);

    // Of packs in use, by these numbers. Holds the packs as long as it lives. Empty if there is none.
    policy::Categories categories(policy::CategoryIds const& ids) const;
    // Of packs in use, each once, sorted.
    std::vector<std::string> category_names() const;

    struct Pack {
        std::string name;
        std::filesystem::path file;  // that is in force; empty: none is
        content::PackInfo info;
        std::string error;  // of a file that isn't
    };
    std::vector<Pack> packs() const;
    // All places where a pack in use may be.
    std::vector<std::filesystem::path> files() const;

private:
    // The bytes are read, not mapped: a file that is cut while it is in force would end a mapping's reader.
    struct Loaded {
        Pages pages;
        std::optional<content::Pack> pack;
    };
    struct Entry {
        std::filesystem::path file;
        std::shared_ptr<Loaded const> loaded;
        std::string refused;  // the error that was told last
    };

    bool read(std::string const& name, Entry& entry, policy::Instant now);

    Settings settings_;
    EventHub& events_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace kindgate::control
