// `kindgate policy get`, `revisions`, `put` and `validate`: the running gate's policy.
#include <ostream>

#include <fmt/format.h>

#include "commands.h"
#include "files.h"
#include "kindgate/v1/api.pb.h"
#include "remote.h"
#include "text.h"

namespace kindgate::cli {

namespace {

// The gate would name the errors by its own file; a wrong text is refused here, by the name that the person gave.
Result<std::string> read_policy(Options const& options) {
    auto text = KG_TRY(read_file(options.files.front()));
    KG_TRY(load_text(text, options.files.front()));
    return text;
}

Outcome send_policy(Request const& request, std::string_view what, Options const& options, Surroundings const& around) {
    auto const answer = KG_TRY(ask(options.socket, request));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const verdict = KG_TRY(read_json<v1::PolicyAnswer>(answer.body));
    for (auto const& warning : verdict.warnings()) around.err << "warning: " << printable(warning) << '\n';
    around.out << fmt::format("{}: {} (revision {})\n", printable(options.files.front()), what,
                              printable(verdict.revision()));
    return 0;
}

}  // namespace

Outcome policy_get(Options const& options, Surroundings const& around) {
    auto const path = options.revision.empty() ? "/v1/policy" : "/v1/policy/revisions/" + url_word(options.revision);
    auto const answer = KG_TRY(ask(options.socket, {Method::get, path, {}, {}}));
    if (options.form == Form::json) {
        around.out << fmt::format(R"({{"revision":{},"text":{}}})", json_string(answer.revision),
                                  json_string(answer.body))
                   << '\n';
    } else {
        around.out << answer.body;
    }
    return 0;
}

Outcome policy_revisions(Options const& options, Surroundings const& around) {
    auto const answer = KG_TRY(ask(options.socket, {Method::get, "/v1/policy/revisions", {}, {}}));
    if (options.form == Form::json) {
        print_body(answer.body, around);
        return 0;
    }
    auto const kept = KG_TRY(read_json<v1::PolicyRevisions>(answer.body));
    auto const clock = KG_TRY(gate_clock(options));
    Table table{{"REVISION", "IN FORCE FROM"}};
    for (auto const& one : kept.revisions()) table.row({one.revision(), clock.local(one.in_force_from())});
    table.print(around.out, around.colour);
    return 0;
}

Outcome policy_put(Options const& options, Surroundings const& around) {
    auto const text = KG_TRY(read_policy(options));
    auto const revision = options.if_match.empty() ? "*" : options.if_match;
    return send_policy({Method::put, "/v1/policy", text, revision}, "in force", options, around);
}

Outcome policy_validate(Options const& options, Surroundings const& around) {
    auto const text = KG_TRY(read_policy(options));
    return send_policy({Method::post, "/v1/policy/validate", text, {}}, "good", options, around);
}

}  // namespace kindgate::cli
