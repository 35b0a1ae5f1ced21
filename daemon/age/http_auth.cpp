#include "age/http_auth.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace kindgate::age {

namespace {

constexpr std::string_view scheme = "PrivateToken";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

// RFC 9110, 5.6.2.
bool is_token_sign(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

struct Parameter {
    std::string name;
    std::string value;
};

struct Credentials {
    std::string scheme;
    std::vector<Parameter> parameters;

    std::string const* find(std::string_view name) const {
        auto const found = std::ranges::find_if(parameters, [&](Parameter const& one) { return same(one.name, name); });
        return found == parameters.end() ? nullptr : &found->value;
    }
};

// RFC 9110, 11.6.1: schemes with their parameters, in lists with commas that are ambiguous but for what follows a name:
// with '=' behind it it is a parameter, else the next scheme.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::vector<Credentials> all() {
        std::vector<Credentials> found;
        for (skip_commas(); !rest_.empty(); skip_commas()) {
            auto const name = token();
            if (name.empty()) break;
            if (skip_blanks(); !found.empty() && !rest_.empty() && rest_[0] == '=' && !is_token68()) {
                auto value = this->value();
                if (!value) break;
                found.back().parameters.push_back({std::string{name}, *std::move(value)});
            } else {
                found.push_back({std::string{name}, {}});
                skip_token68();
            }
        }
        return found;
    }

private:
    void skip_blanks() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    }
    void skip_commas() {
        for (skip_blanks(); !rest_.empty() && rest_[0] == ','; skip_blanks()) rest_.remove_prefix(1);
    }
    std::string_view token() {
        auto const end = std::ranges::find_if_not(rest_, is_token_sign);
        auto const found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(found.size());
        return found;
    }
    // At "=" that pads, not one before a value.
    bool is_token68() const {
        auto const behind = rest_.find_first_not_of("= \t");
        return behind == std::string_view::npos || rest_[behind] == ',';
    }
    // RFC 9110, 11.2: "Basic dXNlcjpwYXNz" has no parameters.
    void skip_token68() {
        auto const end = rest_.find_first_of(" \t,\"");
        auto const word = rest_.substr(0, end);
        auto const bare = word.substr(0, word.find_last_not_of('=') + 1);
        bool const is_one = !bare.empty() && bare.find('=') == std::string_view::npos;
        auto behind = rest_.substr(word.size());
        behind.remove_prefix(std::min(behind.find_first_not_of(" \t"), behind.size()));
        if (is_one && (behind.empty() || behind[0] == ',')) rest_ = behind;
    }
    // Behind the name: "=" and a token or a quoted string. A bare value may be padded.
    std::optional<std::string> value() {
        rest_.remove_prefix(1);
        skip_blanks();
        if (rest_.empty() || rest_[0] != '"') {
            auto const end = std::min(rest_.find_first_of(" \t,"), rest_.size());
            std::string bare{rest_.substr(0, end)};
            rest_.remove_prefix(end);
            return bare;
        }
        std::string text;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return text;
            }
            if (rest_[i] == '\\' && ++i == rest_.size()) break;
            text += rest_[i];
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

std::optional<unsigned> number(std::string const* text) {
    unsigned value = 0;
    if (text == nullptr) return std::nullopt;
    auto const* const last = text->data() + text->size();
    auto const [stop, failed] = std::from_chars(text->data(), last, value);
    return failed == std::errc{} && stop == last ? std::optional{value} : std::nullopt;
}

}  // namespace

std::string www_authenticate(std::span<AuthChallenge const> challenges) {
    std::string value;
    for (auto const& one : challenges) {
        if (!value.empty()) value += ", ";
        value += fmt::format("{} challenge=\"{}\"", scheme, base64url(one.challenge));
        if (!one.token_key.empty()) value += fmt::format(", token-key=\"{}\"", base64url(one.token_key));
        if (one.max_age) value += fmt::format(", max-age=\"{}\"", *one.max_age);
    }
    return value;
}

std::vector<AuthChallenge> read_www_authenticate(std::string_view value) {
    std::vector<AuthChallenge> challenges;
    for (auto const& one : Reader{value}.all()) {
        auto const* const said = one.find("challenge");
        if (!same(one.scheme, scheme) || said == nullptr) continue;
        auto challenge = from_base64url(*said);
        auto const* const key = one.find("token-key");
        auto token_key = key == nullptr ? std::optional{Bytes{}} : from_base64url(*key);
        if (!challenge || challenge->empty() || !token_key) continue;
        challenges.push_back({*std::move(challenge), *std::move(token_key), number(one.find("max-age"))});
    }
    return challenges;
}

std::string authorization(ByteView token) {
    return fmt::format("{} token=\"{}\"", scheme, base64url(token));
}

std::optional<Bytes> read_authorization(std::string_view value) {
    auto const all = Reader{value}.all();
    if (all.size() != 1 || !same(all[0].scheme, scheme)) return std::nullopt;
    auto const* const token = all[0].find("token");
    return token == nullptr ? std::nullopt : from_base64url(*token);
}

}  // namespace kindgate::age
