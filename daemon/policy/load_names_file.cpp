// load_safe_search() and load_helplines(): as load(), for the messages of names.proto.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "kindgate/v1/names.pb.h"
#include "load_text.h"
#include "load_words.h"
#include "policy/names_file.h"

namespace kindgate::policy {

namespace {

using content::dns::Name;
using Texts = google::protobuf::RepeatedPtrField<std::string>;
using Kind = SafeSearchEngine::Kind;

constexpr int most_engines = 256;
// Characters.
constexpr std::size_t longest_about = 200;
constexpr std::size_t longest_telephone = 32;

void check_title(std::string_view thing, std::string_view name, Place at, Place whole, Report& report) {
    if (name.empty()) {
        report.error(whole, Complaint{fmt::format("the {} has no name", thing), "write name: and 1 to 64 characters"});
    } else {
        report.error(at, wrong_name("name", name));
    }
}

// Each domain that is one; `seen(name, at)` hears where it stands.
template <typename Seen>
void read_domains(Texts const& said, int field, Places const& places, Report& report, Seen&& seen) {
    for (int i = 0; i < said.size(); ++i) {
        auto const at = places.of(field, i).at;
        if (auto const name = report.take(at, read_domain(said[i]))) seen(*name, at);
    }
}

// Safe search

Kind kind_of(v1::SafeSearchEngine const& said, Places const& places, Report& report) {
    switch (said.kind()) {
        case v1::SafeSearchEngine::KIND_UNSPECIFIED:
        case v1::SafeSearchEngine::SEARCH: return Kind::search;
        case v1::SafeSearchEngine::YOUTUBE_MODERATE: return Kind::youtube_moderate;
        case v1::SafeSearchEngine::YOUTUBE_STRICT: return Kind::youtube_strict;
        default: break;  // any number may stand there
    }
    report.error(places.of(v1::SafeSearchEngine::kKindFieldNumber).at,
                 Complaint{fmt::format("{} is not a value of 'kind'", static_cast<int>(said.kind())),
                           "write SEARCH, YOUTUBE_MODERATE or YOUTUBE_STRICT"});
    return Kind::search;
}

// Can both apply to one profile?
bool together(Kind a, Kind b) {
    return a == b || a == Kind::search || b == Kind::search;
}

class SafeSearchReader {
public:
    explicit SafeSearchReader(Report& report) : report_(report) {}

    SafeSearch read(v1::SafeSearchFile const& said, Places const& places) {
        using Said = v1::SafeSearchFile;
        if (said.engines_size() > most_engines)
            report_.error(places.of(Said::kEnginesFieldNumber, most_engines).at,
                          Complaint{fmt::format("the file has {} engines", said.engines_size()),
                                    fmt::format("write at most {}", most_engines)});
        if (said.engines_size() == 0)
            report_.error({},
                          Complaint{"the file has no engine", "write engines { … } with a name, domains and a target"});
        SafeSearch safe_search;
        for (int i = 0; i < said.engines_size(); ++i)
            safe_search.engines.push_back(engine(said.engines(i), places.of(Said::kEnginesFieldNumber, i)));
        check_loops();
        return safe_search;
    }

private:
    struct Domain {
        Kind kind;
        NameScope scope;
        std::size_t line;
    };
    struct Target {
        Name name;
        Kind kind;
        Place at;
    };

    SafeSearchEngine engine(v1::SafeSearchEngine const& said, Places const& places) {
        using Said = v1::SafeSearchEngine;
        SafeSearchEngine engine;
        engine.name = said.name();
        auto const at = places.of(Said::kNameFieldNumber).at;
        check_title("engine", said.name(), at, places.at, report_);
        if (!said.name().empty()) once(said.name(), "the engine " + quoted(said.name()), at, engines_, report_);
        engine.kind = kind_of(said, places, report_);
        domains(said.domains(), Said::kDomainsFieldNumber, NameScope::exact, places, engine);
        domains(said.suffixes(), Said::kSuffixesFieldNumber, NameScope::suffix, places, engine);
        if (said.domains_size() + said.suffixes_size() == 0)
            report_.error(places.at, Complaint{fmt::format("the engine {} has no domains", quoted(said.name())),
                                               "write domains: and one like \"www.example.org\""});
        answer(said, places, engine);
        return engine;
    }

    void domains(Texts const& said, int field, NameScope scope, Places const& places, SafeSearchEngine& engine) {
        read_domains(said, field, places, report_, [&](Name const& name, Place at) {
            auto& others = domains_[name.text()];
            for (auto const& other : others) {
                if (!together(other.kind, engine.kind)) continue;
                report_.error(at,
                              Complaint{fmt::format("{} stands in line {} already", quoted(name.text()), other.line),
                                        "a name has one answer: keep one of the two"});
                break;
            }
            others.push_back({engine.kind, scope, at.line});
            engine.domains.push_back({name, scope});
        });
    }

    void answer(v1::SafeSearchEngine const& said, Places const& places, SafeSearchEngine& engine) {
        using Said = v1::SafeSearchEngine;
        if (said.target().empty() == (said.addresses_size() == 0))
            report_.error(places.at, Complaint{fmt::format("the engine {} has {}", quoted(said.name()),
                                                           said.target().empty() ? "neither target nor addresses"
                                                                                 : "a target and addresses"),
                                               "write one of them"});
        if (!said.target().empty()) {
            auto const at = places.of(Said::kTargetFieldNumber).at;
            engine.target = report_.take(at, read_domain(said.target()));
            if (engine.target) targets_.push_back({*engine.target, engine.kind, at});
        }
        for (int i = 0; i < said.addresses_size(); ++i) {
            auto const at = places.of(Said::kAddressesFieldNumber, i).at;
            auto const address = IpAddress::parse(said.addresses(i));
            if (!address.ok()) {
                report_.error(at, complaint(address.error()));
            } else if (std::ranges::find(engine.addresses, address.value()) != engine.addresses.end()) {
                report_.error(at, Complaint{fmt::format("the address {} stands there twice", quoted(said.addresses(i))),
                                            "keep one of the two"});
            } else {
                engine.addresses.push_back(address.value());
            }
        }
    }

    // The domain that covers the target, its own or another engine's.
    Domain const* domain_of(Target const& target) const {
        auto const text = target.name.text();
        for (std::size_t start = 0;; start = text.find('.', start) + 1) {
            if (auto const found = domains_.find(text.substr(start)); found != domains_.end()) {
                auto const covers = [&](Domain const& domain) {
                    return together(domain.kind, target.kind) && (start == 0 || domain.scope == NameScope::suffix);
                };
                auto const domain = std::ranges::find_if(found->second, covers);
                if (domain != found->second.end()) return &*domain;
            }
            if (text.find('.', start) == std::string::npos) return nullptr;
        }
    }

    // A target whose own answer is rewritten would lead to itself, or to another engine.
    void check_loops() {
        for (auto const& target : targets_)
            if (auto const* domain = domain_of(target))
                report_.error(target.at, Complaint{fmt::format("the target {} is answered otherwise itself, by line {}",
                                                               quoted(target.name.text()), domain->line),
                                                   "write a target that no engine answers"});
    }

    Report& report_;
    Lines engines_;
    std::map<std::string, std::vector<Domain>> domains_;
    std::vector<Target> targets_;
};

// Helplines

std::optional<Complaint> wrong_telephone(std::string_view telephone) {
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    auto const is_dialled = [&](char c) {
        return is_digit(c) || std::string_view{" +-()"}.find(c) != std::string_view::npos;
    };
    if (telephone.size() <= longest_telephone && std::ranges::any_of(telephone, is_digit) &&
        std::ranges::all_of(telephone, is_dialled))
        return std::nullopt;
    return Complaint{fmt::format("{} is not a telephone number", quoted(telephone)),
                     "write it as it is dialled, like \"116 111\""};
}

class HelplineReader {
public:
    explicit HelplineReader(Report& report) : report_(report) {}

    Helplines read(v1::HelplineFile const& said, Places const& places) {
        using Said = v1::HelplineFile;
        Helplines helplines;
        for (int i = 0; i < said.helplines_size(); ++i)
            helplines.helplines.push_back(helpline(said.helplines(i), places.of(Said::kHelplinesFieldNumber, i)));
        if (said.helplines_size() == 0)
            report_.error({}, Complaint{"the file has no helpline", "write helplines { … } with a country and a name"});
        Lines lines;
        read_domains(said.time_servers(), Said::kTimeServersFieldNumber, places, report_,
                     [&](Name const& name, Place at) {
                         once(name.text(), quoted(name.text()), at, lines, report_);
                         helplines.time_servers.push_back(name);
                     });
        return helplines;
    }

private:
    Helpline helpline(v1::Helpline const& said, Places const& places) {
        using Said = v1::Helpline;
        Helpline helpline{said.country(), said.name(), said.telephone(), said.about(), {}};
        auto const of_country = [&](std::string_view what) { return fmt::format("{} {}", said.country(), what); };
        if (said.country().empty()) {
            report_.error(places.at,
                          Complaint{"the helpline has no country", "write country: and two letters like \"DE\""});
        } else {
            report_.error(places.of(Said::kCountryFieldNumber).at, wrong_country(said.country()));
        }
        auto const at = places.of(Said::kNameFieldNumber).at;
        check_title("helpline", said.name(), at, places.at, report_);
        if (!said.name().empty())
            once(of_country(said.name()), fmt::format("{} of {}", quoted(said.name()), shown(said.country())), at,
                 names_, report_);
        if (!said.telephone().empty())
            report_.error(places.of(Said::kTelephoneFieldNumber).at, wrong_telephone(said.telephone()));
        report_.error(places.of(Said::kAboutFieldNumber).at, wrong_name("about", said.about(), longest_about));
        read_domains(said.domains(), Said::kDomainsFieldNumber, places, report_, [&](Name const& name, Place name_at) {
            once(of_country(name.text()), quoted(name.text()), name_at, domains_, report_);
            helpline.domains.push_back(name);
        });
        if (said.telephone().empty() && said.domains_size() == 0)
            report_.error(places.at, Complaint{fmt::format("nothing says how to reach {}", quoted(said.name())),
                                               "write telephone: or domains:, or both"});
        return helpline;
    }

    Report& report_;
    Lines names_;    // "DE Nummer gegen Kummer"
    Lines domains_;  // "DE nummergegenkummer.de"
};

}  // namespace

LoadedSafeSearch load_safe_search(std::string_view text, std::string_view file) {
    Report report{file};
    v1::SafeSearchFile said;
    std::optional<SafeSearch> safe_search;
    if (auto const places = parse_text(text, said, report)) safe_search = SafeSearchReader{report}.read(said, *places);
    if (report.failed()) safe_search.reset();
    return {std::move(safe_search), report.errors()};
}

LoadedHelplines load_helplines(std::string_view text, std::string_view file) {
    Report report{file};
    v1::HelplineFile said;
    std::optional<Helplines> helplines;
    if (auto const places = parse_text(text, said, report)) helplines = HelplineReader{report}.read(said, *places);
    if (report.failed()) helplines.reset();
    return {std::move(helplines), report.errors()};
}

}  // namespace kindgate::policy
