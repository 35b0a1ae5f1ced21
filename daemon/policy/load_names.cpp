// Ids, names, domains: what may stand in a name of any kind.
#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include <fmt/format.h>

#include "base/utf8.h"
#include "load_words.h"

namespace kindgate::policy {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}
bool is_id_character(char c) {
    return is_lower(c) || is_digit(c) || c == '-';
}

}  // namespace

std::optional<Complaint> wrong_id(std::string_view thing, std::string_view id) {
    if (id.empty()) return Complaint{fmt::format("the {} has no name", thing), "write 1 to 32 of a-z, 0-9 and -"};
    if (id.size() <= 32 && std::ranges::all_of(id, is_id_character)) return std::nullopt;
    return Complaint{fmt::format("{} can't be the name of a {}", quoted(id), thing), "write 1 to 32 of a-z, 0-9 and -"};
}

std::optional<Complaint> wrong_who(std::string_view thing, std::string_view id) {
    if (id.empty()) return Complaint{fmt::format("the {} has no id", thing), "write id: and 1 to 32 of a-z, 0-9 and -"};
    if (id == "all")
        return Complaint{fmt::format("a {} can't be called 'all'", thing),
                         "choose another id: commands mean everybody by it"};
    if (Mac::parse(id).ok())
        return Complaint{fmt::format("the id {} reads like a hardware address", quoted(id)), "choose another id"};
    if (auto wrong = wrong_id(thing, id))
        return Complaint{fmt::format("{} can't be the id of a {}", quoted(id), thing), std::move(wrong->advice)};
    return std::nullopt;
}

std::optional<Complaint> wrong_name(std::string_view field, std::string_view name, std::size_t most) {
    switch (obeyed(name)) {
        case Obeyed::nothing: break;
        case Obeyed::control:
            return Complaint{fmt::format("the {} {} has a control character", field, quoted(name)),
                             "write it in one line of text"};
        case Obeyed::direction:
            return Complaint{
                fmt::format("the {} {} has a character that turns the direction of writing", field, quoted(name)),
                "write it without, right-to-left text needs none"};
    }
    if (auto const count = count_characters(name); count > most)
        return Complaint{fmt::format("the {} has {} characters", field, count), fmt::format("write at most {}", most)};
    return std::nullopt;
}

std::optional<Complaint> wrong_category(std::string_view category) {
    if (category.empty()) return Complaint{"a category without a name", "write one like \"games\""};
    if (category.size() <= 32 && std::ranges::all_of(category, [](char c) { return is_id_character(c) || c == '_'; }))
        return std::nullopt;
    return Complaint{fmt::format("{} can't be the name of a category", quoted(category)),
                     "write 1 to 32 of a-z, 0-9, - and _, like \"games\""};
}

// As the kernel's dev_valid_name().
std::optional<Complaint> wrong_interface(std::string_view interface) {
    auto const forbidden = [](char c) { return c == '/' || c == ':' || c == ' '; };
    if (!interface.empty() && interface.size() <= 15 && interface != "." && interface != ".." &&
        std::ranges::none_of(interface, forbidden) && obeyed(interface) == Obeyed::nothing)
        return std::nullopt;
    return Complaint{fmt::format("{} can't be the name of a network interface", quoted(interface)),
                     "write 1 to 15 characters as `ip link` shows them, like br-lan"};
}

std::optional<Complaint> wrong_country(std::string_view code) {
    static constexpr std::string_view countries =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
        "BZ "
        "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM "
        "FO "
        "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT "
        "JE "
        "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN "
        "MO "
        "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT "
        "PW "
        "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL "
        "TM "
        "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
    auto const is_known = [](std::string_view two) {
        return two.size() == 2 && std::ranges::all_of(two, is_upper) && countries.find(two) != std::string_view::npos;
    };
    if (is_known(code)) return std::nullopt;
    std::string upper{code};
    for (auto& c : upper)
        if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
    if (upper == "UK") upper = "GB";
    return Complaint{
        fmt::format("{} is not a country", quoted(code)),
        is_known(upper) ? fmt::format("write \"{}\"", upper) : "write its two letters of ISO 3166-1, like \"DE\""};
}

namespace {

// What people write where a domain should stand, and what they should write. RFC 1123, 2.1 is checked later.
std::optional<Complaint> not_a_host(std::string_view text) {
    auto const is = [&](std::string_view what, std::string advice) {
        return Complaint{fmt::format("{} {}", quoted(text), what), std::move(advice)};
    };
    auto const write = [](std::string_view meant) {
        return meant.empty() ? std::string{"write one like \"example.org\""}
                             : fmt::format("write only the host name, {}", quoted(meant));
    };
    if (text.empty()) return Complaint{"a domain without a name", "write one like \"example.org\""};
    if (auto const scheme = text.find("://"); scheme != std::string_view::npos) {
        auto const host = text.substr(scheme + 3);
        return is("is the address of a page", write(host.substr(0, host.find_first_of("/:?#"))));
    }
    if (IpAddress::parse(text).ok() || IpPrefix::parse(text).ok())
        return is("is an address", "write a domain like \"example.org\"");
    if (text.find('/') != std::string_view::npos)
        return is("is the address of a page", write(text.substr(0, text.find('/'))));
    if (text.find('@') != std::string_view::npos) return is("is not a domain", write(text.substr(text.rfind('@') + 1)));
    if (text.find(':') != std::string_view::npos) return is("has a port", write(text.substr(0, text.find(':'))));
    if (text.starts_with("*.") || text.starts_with(".")) {
        auto const meant = text.substr(text.find('.') + 1);
        return is("starts with a wildcard", "it stands for all below it anyway, so " + write(meant));
    }
    if (text.find('*') != std::string_view::npos)
        return is("has a wildcard", "a domain stands for all below it, so write the part behind the *");
    if (text.ends_with('.')) return is("ends with a dot", write(text.substr(0, text.size() - 1)));
    return std::nullopt;
}

bool is_ldh(std::string_view label) {
    auto const allowed = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '-'; };
    return !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
           std::ranges::all_of(label, allowed);
}

// The label as DNS carries it (RFC 5890, 2.3.2.1); empty if it has no such form.
std::string a_label(std::string_view label) {
    auto const starts_as_a_label = label.size() >= 4 && (label[0] == 'x' || label[0] == 'X') &&
                                   (label[1] == 'n' || label[1] == 'N') && label.substr(2, 2) == "--";
    if (std::ranges::all_of(label, is_ascii) && !starts_as_a_label) return std::string{label};
    std::string const terminated{label};
    std::uint8_t* found = nullptr;
    auto const status = idn2_lookup_u8(reinterpret_cast<std::uint8_t const*>(terminated.c_str()), &found,
                                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    std::unique_ptr<std::uint8_t, void (*)(void*)> const owned{found, idn2_free};
    return status == IDN2_OK ? reinterpret_cast<char const*>(found) : "";
}

}  // namespace

Read<content::dns::Name> read_domain(std::string_view domain) {
    if (auto wrong = not_a_host(domain)) return std::unexpected{*std::move(wrong)};
    auto const is = [&](std::string_view what) {
        return std::unexpected{
            Complaint{fmt::format("{} is not a domain ({})", quoted(domain), what), "write one like \"example.org\""}};
    };
    constexpr std::string_view too_long = "it is longer than 253 characters";
    if (domain.size() > 1024) return is(too_long);
    content::dns::Name name;
    std::string label;
    for (std::size_t start = 0; start <= domain.size();) {
        auto const end = std::min(domain.find('.', start), domain.size());
        auto const written = domain.substr(start, end - start);
        label = a_label(written);
        if (!is_ldh(label))
            return is(written.empty() ? "two dots in a row"
                                      : fmt::format("{} can't be a part of one", quoted(written)));
        if (!name.append(std::as_bytes(std::span{label}))) return is(too_long);
        start = end + 1;
    }
    if (std::ranges::all_of(label, is_digit)) return is("its last part is a number");
    return name.folded();
}

}  // namespace kindgate::policy
