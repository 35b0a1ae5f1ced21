#include "name_rules.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/whole_file.h"
#include "gate_addresses.h"
#include "kernel/table.h"

namespace kindgate::control {

namespace {

constexpr std::size_t largest_data = 4UL << 20;
constexpr char const* safe_search_file = "safesearch.textproto";
constexpr char const* helplines_file = "helplines.textproto";

void tell(std::vector<policy::Diagnostic> const& errors) {
    for (auto const& error : errors) spdlog::error("{}", error.text());
}

std::vector<std::string> contacts_of(Board const& board) {
    std::vector<std::string> contacts;
    if (!board.contact.empty()) contacts.push_back(board.contact);
    if (board.public_name)
        contacts.push_back(fmt::format("https://{}:{}/", board.public_name->text(), kernel::tls_port));
    return contacts;
}

}  // namespace

PackStore::Settings pack_settings(Board const& board) {
    auto const own = board.state_directory / "packs";
    return {{own, board.data_directory},
            own / ".good",
            board.signed_packs ? content::Signatures::required : content::Signatures::optional,
            board.pack_keys};
}

NameRules::NameRules(Board const& board, ledger::Ledger& ledger, EventHub& events)
    : lan_(board.lan),
      data_(board.data_directory),
      contacts_(contacts_of(board)),
      private_domains_(board.private_domains),
      own_name_(board.public_name),
      events_(events),
      book_(ledger),
      packs_(pack_settings(board), events),
      policy_(std::make_shared<policy::Policy>()) {}

std::string NameRules::read_data(char const* name) const {
    auto text = read_file(data_ / name, largest_data);
    if (text.ok()) return *std::move(text);
    spdlog::error("{}: is kindgate installed whole? (data_directory in the board file)", text.error().message());
    return {};
}

// What is missing or wrong is told, and the gate goes on without it: its policy is worth more than one part of it.
void NameRules::start(ledger::CategoryNumbers kept) {
    book_.load(std::move(kept));
    if (auto const text = read_data(safe_search_file); !text.empty()) {
        auto loaded = policy::load_safe_search(text, (data_ / safe_search_file).string());
        tell(loaded.errors);
        if (loaded.safe_search) safe_search_ = *std::move(loaded.safe_search);
    }
    if (auto const text = read_data(helplines_file); !text.empty()) {
        auto loaded = policy::load_helplines(text, (data_ / helplines_file).string());
        tell(loaded.errors);
        if (loaded.helplines) helplines_ = *std::move(loaded.helplines);
    }
}

void NameRules::set_policy(std::shared_ptr<policy::Policy const> policy, policy::Instant now) {
    policy_ = policy ? std::move(policy) : std::make_shared<policy::Policy>();
    ids_ = book_.number(*policy_);
    packs_.use(policy_->packs, now);
    compile();
    for (auto const& warning : empty_categories()) spdlog::warn("{}", warning);
}

bool NameRules::reread(policy::Instant now) {
    if (!packs_.use(policy_->packs, now)) return false;
    compile();
    return true;
}

void NameRules::compile() {
    names_ = policy::compile_names(
        *policy_, {ids_, packs_.categories(ids_), safe_search_, helplines_, private_domains_, contacts_, own_name_});
}

std::shared_ptr<policy::View const> NameRules::view(policy::Plan const& plan) {
    auto const gate = gate_addresses(lan_);
    return std::make_shared<policy::View const>(
        policy::make_view(names_, *policy_, plan, {++generation_, ids_, contacts_, gate.v4, gate.v6}));
}

std::vector<policy::Helpline> NameRules::helplines() const {
    std::vector<policy::Helpline> shown;
    auto const& countries = policy_->helpline_countries;
    std::ranges::copy_if(helplines_.helplines, std::back_inserter(shown), [&](policy::Helpline const& line) {
        return std::ranges::find(countries, line.country) != countries.end();
    });
    return shown;
}

std::vector<std::string> NameRules::warnings() const {
    auto all = packs_.complaints();
    std::ranges::move(empty_categories(), std::back_inserter(all));
    return all;
}

std::vector<std::string> NameRules::empty_categories() const {
    return policy::empty_categories(*policy_, packs_.category_names());
}

}  // namespace kindgate::control
