// The small texts of a policy file: days, times, dates, ids, domains. Each function reads one and knows no more of the
// file.
#pragma once

#include <optional>
#include <string_view>

#include <date/date.h>

#include "content/dns_name.h"
#include "load_report.h"
#include "policy/model.h"

namespace kindgate::policy {

// "mon-fri", "sat,sun", "fri-mon", "mon-wed,fri", "daily".
Read<Days> read_days(std::string_view text);

enum class Midnight : std::uint8_t { as_00_00, also_as_24_00 };
// "HH:MM".
Read<minutes> read_time(std::string_view text, Midnight midnight);

// "YYYY-MM-DD".
Read<date::local_days> read_date(std::string_view text);

// Finds the zone and touches it: the database reads a zone's file at first use, and who decides must open none.
Read<date::time_zone const*> read_zone(std::string_view text);

// `thing` is "profile", "device", …: [a-z0-9-]{1,32}.
std::optional<Complaint> wrong_id(std::string_view thing, std::string_view id);
// An id that people name in commands beside "all" and hardware addresses.
std::optional<Complaint> wrong_who(std::string_view thing, std::string_view id);
// Shown to people: 0 to `most` characters, none that a terminal or a page would obey.
std::optional<Complaint> wrong_name(std::string_view field, std::string_view name, std::size_t most = 64);
std::optional<Complaint> wrong_category(std::string_view category);
std::optional<Complaint> wrong_interface(std::string_view interface);
// ISO 3166-1 alpha-2.
std::optional<Complaint> wrong_country(std::string_view code);
// A host name, also an internationalised one; as DNS carries it: folded, in A-labels.
Read<content::dns::Name> read_domain(std::string_view domain);

// "'X' is not …: write …", the sentence of a base type's parser, as what and advice.
Complaint complaint(Error const& error);

}  // namespace kindgate::policy
