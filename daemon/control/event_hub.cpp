#include "event_hub.h"

#include <spdlog/spdlog.h>

#include <vector>

#include <fmt/format.h>

#include "policy/calendar.h"

namespace kindgate::control {

namespace {

// "2026-03-29T01:30:00.250Z"
std::string with_milliseconds(Calendar at) {
    auto const whole = std::chrono::floor<std::chrono::seconds>(at);
    auto text = policy::rfc3339(whole);
    text.pop_back();
    return fmt::format("{}.{:03}Z", text, std::chrono::floor<std::chrono::milliseconds>(at - whole).count());
}

spdlog::level::level_enum level_of(v1::Event::Kind kind) {
    switch (kind) {
        case v1::Event::POLICY_REFUSED:
        case v1::Event::TABLE_LOST:
        case v1::Event::LEDGER_DAMAGED:
        case v1::Event::STORAGE_FAILED: return spdlog::level::err;
        case v1::Event::CLOCK_JUMPED:
        case v1::Event::CLOCK_UNTRUSTED:
        case v1::Event::DEVICE_WITHOUT_SLOT:
        case v1::Event::LEASE_REFUSED:
        case v1::Event::PACK_REFUSED:
        case v1::Event::CERTIFICATE_REFUSED:
        case v1::Event::TABLE_RESTORED: return spdlog::level::warn;
        default: return spdlog::level::info;
    }
}

}  // namespace

v1::Mode to_schema(policy::Mode mode) {
    switch (mode) {
        case policy::Mode::open: return v1::OPEN;
        case policy::Mode::learning: return v1::LEARNING;
        case policy::Mode::off: return v1::OFF;
    }
    return v1::MODE_UNSPECIFIED;
}

void EventHub::tell(v1::Event::Kind kind, std::string text, About const& about) {
    spdlog::log(level_of(kind), "{}", text);
    v1::Event event;
    event.set_at(with_milliseconds(clock_.now().calendar));
    event.set_kind(kind);
    event.set_text(std::move(text));
    event.set_profile(about.profile);
    event.set_device(about.device);
    if (about.mode) event.set_mode(to_schema(*about.mode));
    if (about.until) event.set_until(policy::rfc3339(*about.until));

    std::vector<std::shared_ptr<Listener>> present;
    std::erase_if(listeners_, [&](auto const& weak) {
        auto listener = weak.lock();
        if (!listener) return true;
        present.push_back(std::move(listener));
        return false;
    });
    for (auto const& listener : present) (*listener)(event);
}

std::shared_ptr<void> EventHub::subscribe(Listener listener) {
    auto token = std::make_shared<Listener>(std::move(listener));
    listeners_.push_back(token);
    return token;
}

}  // namespace kindgate::control
