// `kindgate list read`: what each line of a list means.
#include <ostream>

#include <fmt/format.h>

#include "commands.h"
#include "content/list.h"
#include "json.h"
#include "list_files.h"
#include "pack_files.h"
#include "text.h"

namespace kindgate::cli {

namespace {

using content::Rule;
using content::RuleAction;

std::string json_of(Rule const& rule) {
    return fmt::format(R"({{"line":{},"action":"{}","domain":{},"scope":"{}","reason":{}}})", rule.line,
                       content::name_of(rule.action), json_string(rule.domain),
                       rule.action == RuleAction::skip ? "" : content::name_of(rule.scope), json_string(rule.reason));
}

void show(Rule const& rule, std::string const& file, Form form, Surroundings const& around) {
    if (form == Form::json) {
        around.out << json_of(rule) << '\n';
    } else if (rule.action != RuleAction::skip) {
        around.out << fmt::format("{}:{}: {} {} {}\n", printable(file), rule.line, content::name_of(rule.action),
                                  rule.domain, content::name_of(rule.scope));
    } else if (!rule.silent) {
        around.out << skipped_line(rule, file) << '\n';
    }
}

}  // namespace

std::string skipped_line(Rule const& rule, std::string const& file) {
    return printable(fmt::format("{}:{}: skipped: {}{}{}", file, rule.line, rule.domain,
                                 rule.domain.empty() ? "" : ": ", rule.reason));
}

Result<content::ListFormat> read_format(std::string const& word) {
    if (auto const format = content::format_named(word.empty() ? "auto" : word)) return *format;
    return Error{
        ErrorCode::invalid_input,
        fmt::format("'{}' is no format of lists: write auto, plain, wildcard, hosts, dnsmasq, adblock or rpz", word)};
}

Outcome list_read(Options const& options, Surroundings const& around) {
    auto const& file = options.files.front();
    auto const format = KG_TRY(read_format(options.format));
    auto const text = KG_TRY(read_list_file(file));
    if (auto const why = content::not_a_list(text))
        return Error{ErrorCode::invalid_input, fmt::format("{}: is no list of names, {}", file, *why)};
    auto const summary =
        content::read_list(text, format, [&](Rule const& rule) { show(rule, file, options.form, around); });
    if (options.form == Form::readable)
        around.out << fmt::format("{}: {} lines of format {}: {} block, {} allow, {} skipped\n", printable(file),
                                  summary.lines, content::name_of(summary.format), summary.blocks, summary.allows,
                                  summary.skipped);
    return 0;
}

}  // namespace kindgate::cli
