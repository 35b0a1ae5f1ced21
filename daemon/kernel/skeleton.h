// Is the table in the kernel the one that we would build? A table's sets, chains, rules and objects as lines of text,
// made by the same function from the messages that we send and from those that the kernel dumps.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "message.h"

namespace kindgate::kernel {

class Skeleton {
public:
    // Takes a NEWTABLE, NEWSET, NEWCHAIN, NEWRULE or NEWOBJ message; others and those of other tables are left out.
    // False if it can't be read.
    bool add(Message const& message, std::string_view table);

    // One line each: sets, chains and objects by name, rules in their order within the chain.
    std::vector<std::string> lines() const;
    bool operator==(Skeleton const&) const = default;

private:
    std::map<std::string, std::string, std::less<>> definitions_;         // "set lan" -> what it is
    std::map<std::string, std::vector<std::string>, std::less<>> rules_;  // chain -> its rules
};

// A rule's expressions (NFTA_RULE_EXPRESSIONS), such that what we send and what any kernel makes of it is the same
// text: attributes in the order of their types, and those that are zero left out, because the kernel adds defaults.
std::string normal_form(Bytes expressions);

// The skeleton of our table as this version builds it.
Skeleton const& wanted_skeleton();

}  // namespace kindgate::kernel
