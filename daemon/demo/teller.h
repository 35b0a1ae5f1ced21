// The tour's words on their lines: at most 80 columns.
#pragma once

#include <string>
#include <string_view>

#include "age/verdict.h"
#include "base/bytes.h"

namespace kindgate::demo {

class Teller {
public:
    void title(std::string_view text);
    // The next numbered step.
    void step(std::string_view text);
    void say(std::string_view text);
    // "The issuer sees: …", what follows below its own beginning.
    void sees(std::string_view who, std::string_view what);
    // How many, and the first of them.
    void octets(std::string_view name, ByteView bytes);
    // What a gate says, which should be this.
    void verdict(std::string_view shown, age::Verdict const& verdict, age::Reason expected);
    // Something else that has to be so.
    void expect(bool so, std::string_view otherwise);
    // As it is.
    void table(std::string_view text) { text_ += text; }

    std::string const& text() const { return text_; }
    bool as_told() const { return as_told_; }

private:
    void wrap(std::string_view first, std::size_t indent, std::string_view text);

    std::string text_;
    unsigned steps_ = 0;
    bool as_told_ = true;
};

}  // namespace kindgate::demo
