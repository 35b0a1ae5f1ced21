#include "load_schedule.h"

#include <fmt/format.h>

#include "load_words.h"

namespace kindgate::policy {

std::string_view in_words(Mode mode) {
    switch (mode) {
        case Mode::open: return "open";
        case Mode::learning: return "learning only";
        case Mode::off: return "off";
    }
    return "";
}

std::optional<Mode> read_mode(int said, Place at, Report& report) {
    switch (said) {
        case v1::MODE_UNSPECIFIED: return std::nullopt;
        case v1::OPEN: return Mode::open;
        case v1::LEARNING: return Mode::learning;
        case v1::OFF: return Mode::off;
        default:
            report.error(at, Complaint{fmt::format("{} is not a mode", said), "write OPEN, LEARNING or OFF"});
            return std::nullopt;
    }
}

namespace {

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

// Reads the windows of one list: of a profile, or of an exception.
class WindowReader {
public:
    // `exception_label` is "" for weekly windows.
    WindowReader(std::string rule, std::string exception_label, Report& report)
        : rule_(std::move(rule)), exception_label_(std::move(exception_label)), report_(report) {}

    Window read(v1::Window const& said, Places const& places, int index) const {
        Window window;
        window.days = days(said, places);
        times(said, places, window);
        window.mode = mode(said, places);
        report_.error(places.of(v1::Window::kLabelFieldNumber).at, wrong_name("label", said.label()));
        window.label = said.label().empty() ? capitalised(std::string{in_words(window.mode)}) : said.label();
        categories(said, places, window);
        window.reason = {fmt::format("{}windows[{}]", rule_, index), sentence(said, window.mode)};
        return window;
    }

private:
    bool weekly() const { return rule_.empty(); }

    Days days(v1::Window const& said, Places const& places) const {
        auto const at = places.of(v1::Window::kDaysFieldNumber).at;
        if (weekly()) {
            if (said.days().empty()) {
                report_.error(places.at,
                              Complaint{"the window has no days", "write days: and when it is, like \"mon-fri\""});
                return {};
            }
            return report_.take(at, read_days(said.days())).value_or(Days{});
        }
        if (!said.days().empty())
            report_.warn(
                at, {"'days' is ignored in an exception", "its windows are for each of its dates, so leave it out"});
        return *read_days("daily");
    }

    void times(v1::Window const& said, Places const& places, Window& window) const {
        constexpr minutes day{24 * 60};
        auto const from = time(said.from(), "from", places, v1::Window::kFromFieldNumber, Midnight::as_00_00);
        auto const to = time(said.to(), "to", places, v1::Window::kToFieldNumber, Midnight::also_as_24_00);
        if (!from || !to) return;
        window.from = *from;
        window.to = *to > *from ? *to : *to + day;
    }

    std::optional<minutes> time(std::string const& said, std::string_view field, Places const& places, int number,
                                Midnight midnight) const {
        if (!said.empty()) return report_.take(places.of(number).at, read_time(said, midnight));
        report_.error(places.at, Complaint{fmt::format("the window has no '{}'", field),
                                           fmt::format("write {}: and a time of day, like \"21:00\"", field)});
        return std::nullopt;
    }

    Mode mode(v1::Window const& said, Places const& places) const {
        auto const at = places.of(v1::Window::kModeFieldNumber).at;
        if (said.mode() == v1::MODE_UNSPECIFIED) {
            report_.error(places.at, Complaint{"the window has no mode", "write mode: OPEN, LEARNING or OFF"});
            return Mode::off;
        }
        auto const mode = read_mode(said.mode(), at, report_).value_or(Mode::off);
        if (mode != Mode::off && said.categories_size() > 0)
            report_.error(at, Complaint{fmt::format("a window for categories can't be {}", name(mode)),
                                        "write mode: OFF, or leave the categories out"});
        return mode;
    }

    void categories(v1::Window const& said, Places const& places, Window& window) const {
        constexpr int field = v1::Window::kCategoriesFieldNumber;
        for (int i = 0; i < said.categories_size(); ++i)
            report_.error(places.of(field, i).at, wrong_category(said.categories(i)));
        window.categories.assign(said.categories().begin(), said.categories().end());
    }

    // "Bedtime: off mon-thu 21:00-07:00"; "Exam (Exam week): learning only 08:00-12:00"; "Off daily 20:00-24:00".
    std::string sentence(v1::Window const& said, Mode mode) const {
        std::string text;
        if (said.categories_size() > 0)
            text = listed({said.categories().begin(), said.categories().end()}, " and ", most_listed) + " ";
        text += in_words(mode);
        if (weekly()) text += " " + said.days();
        text += fmt::format(" {}-{}", said.from(), said.to());
        if (weekly()) return said.label().empty() ? capitalised(text) : fmt::format("{}: {}", said.label(), text);
        if (said.label().empty()) return fmt::format("{}: {}", exception_label_, text);
        return fmt::format("{} ({}): {}", said.label(), exception_label_, text);
    }

    static constexpr std::size_t most_listed = 8;
    std::string rule_;  // "" or "exceptions[0]."
    std::string exception_label_;
    Report& report_;
};

template <typename List>
void check_count(List const& list, std::string_view things, Place at, Report& report) {
    if (list.size() > most_windows)
        report.error(at, Complaint{fmt::format("{} {} are too many", list.size(), things),
                                   fmt::format("write at most {}", most_windows)});
}

template <typename Parent>
std::vector<Window> read_list(WindowReader const& reader, Parent const& parent, Places const& places, Report& report) {
    constexpr int field = Parent::kWindowsFieldNumber;
    check_count(parent.windows(), "windows", places.of(field, most_windows).at, report);
    std::vector<Window> windows;
    windows.reserve(static_cast<std::size_t>(parent.windows_size()));
    for (int i = 0; i < parent.windows_size(); ++i)
        windows.push_back(reader.read(parent.windows(i), places.of(field, i), i));
    return windows;
}

void read_dates(v1::Exception const& said, Places const& places, Exception& exception, Report& report) {
    auto const first_at = places.of(v1::Exception::kFromDateFieldNumber).at;
    if (said.from_date().empty()) {
        report.error(places.at,
                     Complaint{"the exception has no from_date", "write from_date: and a date, like \"2026-12-23\""});
        return;
    }
    auto const first = report.take(first_at, read_date(said.from_date()));
    auto const last_at = places.of(v1::Exception::kToDateFieldNumber).at;
    auto const last = said.to_date().empty() ? first : report.take(last_at, read_date(said.to_date()));
    if (!first || !last) return;
    if (*last < *first)
        report.error(last_at,
                     Complaint{fmt::format("the exception ends on {}, before it begins", quoted(said.to_date())),
                               fmt::format("write a date from {} on", said.from_date())});
    exception.first = *first;
    exception.last = *last;
}

}  // namespace

std::vector<Window> read_windows(v1::Profile const& profile, Places const& places, Report& report) {
    return read_list(WindowReader{"", "", report}, profile, places, report);
}

std::vector<Exception> read_exceptions(v1::Profile const& profile, Places const& places, Report& report) {
    constexpr int field = v1::Profile::kExceptionsFieldNumber;
    check_count(profile.exceptions(), "exceptions", places.of(field, most_windows).at, report);
    std::vector<Exception> exceptions;
    for (int i = 0; i < profile.exceptions_size(); ++i) {
        auto const& said = profile.exceptions(i);
        auto const& here = places.of(field, i);
        auto& exception = exceptions.emplace_back();
        read_dates(said, here, exception, report);
        report.error(here.of(v1::Exception::kLabelFieldNumber).at, wrong_name("label", said.label()));
        exception.label = said.label();
        if (exception.label.empty())
            exception.label = said.to_date().empty() ? said.from_date() : said.from_date() + " to " + said.to_date();
        exception.windows =
            read_list(WindowReader{fmt::format("exceptions[{}].", i), exception.label, report}, said, here, report);
    }
    return exceptions;
}

}  // namespace kindgate::policy
