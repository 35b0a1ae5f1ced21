#include "policy_store.h"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <fmt/format.h>

#include "base/whole_file.h"
#include "revision.h"

namespace kindgate::control {

namespace {

std::vector<std::string> texts(std::vector<policy::Diagnostic> const& diagnostics) {
    std::vector<std::string> lines;
    lines.reserve(diagnostics.size());
    for (auto const& diagnostic : diagnostics) lines.push_back(diagnostic.text());
    return lines;
}

std::string joined(std::vector<std::string> const& lines) {
    std::string text;
    for (auto const& line : lines) text += "\n  " + line;
    return text;
}

}  // namespace

PolicyVerdict check_policy_text(std::string_view text, std::filesystem::path const& file) {
    PolicyVerdict verdict;
    if (text.size() > largest_policy) {
        verdict.error = fmt::format("the policy has more than {} bytes: make it shorter", largest_policy);
        return verdict;
    }
    auto const loaded = policy::load(text, file.string());
    verdict.warnings = texts(loaded.warnings);
    verdict.revision = revision_of(text);
    verdict.policy = loaded.policy;
    if (loaded.policy) return verdict;
    verdict.details = texts(loaded.errors);
    verdict.error = verdict.details.size() == 1
                        ? std::string{"the policy is wrong: correct this error"}
                        : fmt::format("the policy is wrong: correct these {} errors", verdict.details.size());
    return verdict;
}

void PolicyStore::start(policy::Instant now) {
    reread(now);
    if (policy_) return;
    if (fall_back()) return;
    events_.tell(v1::Event::POLICY_REFUSED,
                 fmt::format("no policy is in force: nobody has access until {} is a good policy", file_.string()));
}

bool PolicyStore::fall_back() {
    auto const revisions = ledger_.revisions();
    if (!revisions.ok()) return false;
    for (auto const& revision : *revisions) {
        auto loaded = policy::load(revision.text, file_.string());
        if (!loaded.policy) continue;
        put_in_force({revision.text, std::move(loaded)});
        events_.tell(v1::Event::POLICY_IN_FORCE,
                     fmt::format("the last good policy '{}' (revision {}) stays in force until {} is corrected",
                                 policy_->name, revision_, file_.string()));
        return true;
    }
    return false;
}

bool PolicyStore::reread(policy::Instant now) {
    auto text = read_file(file_, largest_policy);
    if (!text.ok()) {
        refuse("unreadable: " + text.error().message(), {text.error().message()});
        return false;
    }
    auto const revision = revision_of(*text);
    if (policy_ && revision == revision_) {
        if (!errors_.empty()) spdlog::info("{} is the policy in force again", file_.string());
        errors_.clear();
        refused_.clear();
        return false;
    }
    if (revision == refused_) return false;
    auto loaded = policy::load(*text, file_.string());
    if (!loaded.policy) {
        refuse(revision, texts(loaded.errors));
        static_cast<void>(malloc_trim(0));
        return false;
    }
    put_in_force({*std::move(text), std::move(loaded)});
    keep_revision(now);
    events_.tell(v1::Event::POLICY_IN_FORCE,
                 fmt::format("policy '{}' is in force (revision {})", policy_->name, revision_));
    for (auto const& warning : warnings_) spdlog::warn("{}", warning);
    return true;
}

void PolicyStore::put_in_force(Candidate candidate) {
    policy_ = std::move(candidate.loaded.policy);
    text_ = std::move(candidate.text);
    revision_ = revision_of(text_);
    warnings_ = texts(candidate.loaded.warnings);
    mac_lines_.clear();
    for (auto const& [mac, line] : candidate.loaded.mac_lines) mac_lines_.emplace(mac, line);
    // What the parser needed is given back: the daemon stays small.
    static_cast<void>(malloc_trim(0));
}

void PolicyStore::keep_revision(policy::Instant now) {
    errors_.clear();
    refused_.clear();
    auto const kept = ledger_.revisions();
    if (kept.ok() && !kept->empty() && kept->front().id == revision_) return;
    if (auto const added = ledger_.add_revision({revision_, now, text_}); !added.ok())
        events_.tell(
            v1::Event::STORAGE_FAILED,
            fmt::format("the policy is in force but could not be kept as a revision: {}", added.error().message()));
}

void PolicyStore::refuse(std::string key, std::vector<std::string> errors) {
    if (key == refused_) return;
    refused_ = std::move(key);
    errors_ = std::move(errors);
    auto const stays = policy_ ? fmt::format("policy '{}' (revision {}) stays in force", policy_->name, revision_)
                               : std::string{"it is not taken in force"};
    events_.tell(v1::Event::POLICY_REFUSED, fmt::format("the policy file is refused; {}:{}", stays, joined(errors_)));
}

PolicyVerdict PolicyStore::replace(std::string_view text, std::string_view if_match, policy::Instant now) {
    auto verdict = validate(text);
    if (!verdict.error.empty()) return verdict;
    // An editor's save of a moment ago counts as the other change.
    if (!if_match.empty()) reread(now);
    if (!if_match.empty() && if_match != revision_) {
        verdict.code = ErrorCode::conflict;
        verdict.error = fmt::format(
            "another policy is in force by now (revision {}, you changed {}): read it, and make your "
            "change to it",
            revision_, if_match);
        return verdict;
    }
    set_aside();
    if (auto const written = replace_file(file_, text); !written.ok()) {
        verdict.code = written.error().code();
        verdict.error = written.error().message();
        return verdict;
    }
    reread(now);
    return verdict;
}

// A file that is not in force was somebody's work: it is not lost by being overwritten.
void PolicyStore::set_aside() const {
    auto const present = read_file(file_, largest_policy);
    if (!present.ok() || *present == text_) return;
    auto const aside = state_ / "policy-set-aside.textproto";
    if (auto const kept = replace_file(aside, *present); kept.ok())
        spdlog::warn("{} was not in force and is replaced; its text is kept in {}", file_.string(), aside.string());
}

std::string PolicyStore::place_of(Mac const& mac) const {
    auto const found = mac_lines_.find(mac);
    return found == mac_lines_.end() ? "" : fmt::format("{}:{}", file_.string(), found->second);
}

}  // namespace kindgate::control
