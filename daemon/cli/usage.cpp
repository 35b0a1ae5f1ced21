#include "usage.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace kindgate::cli {

namespace {

// As the help calls it: "WHO", "--at".
std::string called(CLI::App const& app, std::string const& name) {
    auto const* option = app.get_option_no_throw(name);
    return option == nullptr || !option->get_positional() ? name : option->get_type_name();
}

std::string missing(CLI::App const& app, std::string const& what) {
    if (what.find("subcommand") == std::string::npos)
        return called(app, what.substr(0, what.find(" is required"))) + " is missing";
    auto const words = app.remaining();
    return words.empty() ? "a subcommand is missing" : fmt::format("there is no subcommand '{}'", words.front());
}

std::string wrong_count(CLI::App const& app, std::string const& what) {
    auto const name = what.substr(0, what.find(": "));
    auto const* option = app.get_option_no_throw(name);
    bool const too_few = what.find("missing") != std::string::npos || what.find("At Least") != std::string::npos;
    if (too_few && option != nullptr) return fmt::format("{} needs {} behind it", name, option->get_type_name());
    return called(app, name) + " is said more than once";
}

std::string unexpected(CLI::App const& app) {
    auto const words = app.remaining();
    if (words.empty()) return "something stands before the subcommand: options belong behind it";
    return words.front().starts_with('-') ? fmt::format("there is no option {}", words.front())
                                          : fmt::format("'{}' is not expected here", words.front());
}

}  // namespace

PlainHelp::PlainHelp() {
    label("Positionals", "Arguments");
}

std::string PlainHelp::make_option_usage(CLI::Option const* option) const {
    return option->get_type_name();
}

std::string PlainHelp::make_option_name(CLI::Option const* option, bool is_positional) const {
    return is_positional ? option->get_type_name() : Formatter::make_option_name(option, is_positional);
}

std::string PlainHelp::make_option_opts(CLI::Option const* option) const {
    return option->get_positional() ? std::string{} : Formatter::make_option_opts(option);
}

std::string in_words(CLI::ParseError const& error, CLI::App const& app) {
    std::string what = error.what();
    switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
        case CLI::ExitCodes::RequiredError: return missing(app, what);
        case CLI::ExitCodes::ArgumentMismatch: return wrong_count(app, what);
        case CLI::ExitCodes::ExtrasError: return unexpected(app);
        case CLI::ExitCodes::ValidationError: return what.substr(what.find(": ") + 2);  // the validator's own words
        default: return what;
    }
}

// In a script it is a variable that isn't set: nobody means it.
std::string empty_value(CLI::App const& app) {
    for (auto const* option : app.get_options())
        if (std::ranges::any_of(option->results(), [](std::string const& value) { return value.empty(); }))
            return called(app, option->get_name(option->get_positional()));
    return {};
}

CLI::Validator whole_number(std::string advice, std::uint64_t first, std::uint64_t last) {
    auto const check = [advice = std::move(advice), first, last](std::string& text) {
        std::uint64_t number = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        bool const whole = error == std::errc{} && end == text.data() + text.size();
        if (!whole) return fmt::format("'{}' is no number: {}", text, advice);
        return number >= first && number <= last ? std::string{} : fmt::format("{} can't be: {}", text, advice);
    };
    return CLI::Validator{check, ""};
}

int exit_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::damaged: return 2;
        case ErrorCode::forbidden:
        case ErrorCode::unavailable:
        case ErrorCode::system: return 1;
    }
    return 1;
}

}  // namespace kindgate::cli
