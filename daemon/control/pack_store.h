// The packs that the policy names, as files: those of the state folder's packs/ (`kindgate pack update` puts them
// there) before those that came with the program. A bad file is refused whole and told, and the last good one stays,
// over a restart too: what was taken from the first folder is kept beside it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
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
        std::vector<std::filesystem::path> folders;  // the first that has a good file
        std::filesystem::path good;                  // where the last good ones of the first folder are kept
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

    // What is wrong with packs in use, a sentence each.
    std::vector<std::string> complaints() const;
    // All places where a pack in use may be.
    std::vector<std::filesystem::path> files() const;

private:
    // The bytes are read, not mapped: a file that is cut while it is in force would end a mapping's reader.
    struct Loaded {
        Pages pages;
        std::optional<content::Pack> pack;
    };
    struct Entry {
        std::filesystem::path file;  // that `loaded` is, or was when it was taken
        std::shared_ptr<Loaded const> loaded;
        std::optional<policy::Instant> newest;  // when the last of the first folder was made: none older is taken
        bool restored = false;                  // the last good one was looked for
        bool kept = false;                      // `loaded` is the last good one on the disk
        std::vector<std::string> refused;       // told, of files as they are now
        std::string unkept;                     // told
    };

    struct Refused {
        std::filesystem::path file;
        std::string why;
    };

    static Result<std::shared_ptr<Loaded const>> open(Pages&& pages, content::PackRules const& rules);
    bool read(std::string const& name, Entry& entry, policy::Instant now);
    void restore(std::string const& name, Entry& entry, policy::Instant now);
    Result<void> take(std::string const& name, std::filesystem::path const& file, Entry& entry, policy::Instant now);
    void tell(Entry& entry, std::vector<Refused> const& refused);
    void keep(std::string const& name, Entry& entry);
    void forget(std::string const& name, Entry& entry);
    // Where it would be, at least one.
    std::vector<std::filesystem::path> candidates(std::string const& name) const;
    std::filesystem::path own_file(std::string const& name) const;
    std::filesystem::path good_file(std::string const& name) const;

    Settings settings_;
    EventHub& events_;
    std::map<std::string, Entry, std::less<>> entries_;
};

// What these packs' files hold, as use() would find them, without being in force or kept.
struct PacksSeen {
    std::vector<std::string> categories;
    std::vector<std::string> complaints;  // a sentence each
};
PacksSeen look_at_packs(PackStore::Settings const& settings, std::span<std::string const> names, policy::Instant now);

}  // namespace kindgate::control
