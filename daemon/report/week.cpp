#include "report/week.h"

#include <fmt/format.h>

namespace kindgate::report {

namespace {

using std::chrono::days;

// 1970-01-01 was a Thursday.
constexpr days before_first_monday{3};

}  // namespace

std::string date_text(Day day) {
    std::chrono::year_month_day const date{std::chrono::sys_days{day}};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

Week Week::of(Day day) {
    return {std::chrono::floor<std::chrono::weeks>(day + before_first_monday).count()};
}

Day Week::first() const {
    return days{std::chrono::weeks{number}} - before_first_monday;
}

// ISO 8601: the year is that of the week's Thursday, in which it is the nth.
std::string Week::name() const {
    std::chrono::sys_days const thursday{first() + days{3}};
    auto const year = std::chrono::year_month_day{thursday}.year();
    auto const nth = (thursday - std::chrono::sys_days{year / 1 / 1}).count() / 7 + 1;
    return fmt::format("{:04}-W{:02}", static_cast<int>(year), nth);
}

std::chrono::sys_seconds Week::report_time() const {
    return std::chrono::sys_days{next().first()};
}

}  // namespace kindgate::report
