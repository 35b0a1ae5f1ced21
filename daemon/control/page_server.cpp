#include "control/page.h"

#include <utility>

#include <fmt/format.h>

#include "age_pages.h"
#include "page_text.h"
#include "web_listener.h"

namespace kindgate::control {

namespace {

constexpr char const* html = "text/html; charset=utf-8";

// In somebody else's place the page is a refusal. While all is open nobody but the gate itself leads there.
WebAnswer page_answer(PageFacts const& facts) {
    bool const own = facts.name.empty() && facts.mode == policy::Mode::open;
    return {.status = own ? 200U : 403U, .type = html, .body = page_html(facts)};
}

}  // namespace

PageServer::PageServer(std::unique_ptr<WebListener> listener) : listener_(std::move(listener)) {}

PageServer::~PageServer() = default;

Result<std::unique_ptr<PageServer>> PageServer::listen(boost::asio::io_context& context, Service& service,
                                                       std::uint16_t port, std::string name) {
    WebListener::Settings settings;
    AgeSite site{Transport::plain, std::move(name)};
    settings.answer = [&service, site = std::move(site)](Slot slot, WebRequest const& request) {
        if (auto answer = age_answer(service, slot, request, site)) return *std::move(answer);
        return page_answer(service.page(slot, request.name));
    };
    auto listener = KG_TRY(WebListener::open(context, port, std::move(settings)));
    return std::unique_ptr<PageServer>{new PageServer{std::move(listener)}};  // NOLINT: the constructor is private
}

Result<std::unique_ptr<PageServer>> PageServer::listen_tls(boost::asio::io_context& context, Service& service,
                                                           std::uint16_t port, std::string name) {
    WebListener::Settings settings;
    settings.connections = 16;
    settings.connections_of_a_slot = 4;
    settings.patience = std::chrono::seconds{10};
    settings.tls = [&service]() -> std::unique_ptr<crypto::TlsSession> {
        auto const certificate = service.certificate();
        return certificate ? crypto::TlsSession::accept(*certificate) : nullptr;
    };
    settings.answer = [&service, page = fmt::format("https://{}:{}/", name, port),
                       site = AgeSite{Transport::tls, name}](Slot slot, WebRequest const& request) {
        if (auto answer = age_answer(service, slot, request, site)) return *std::move(answer);
        if (request.path != portal_path) {
            auto facts = service.page(slot, {});
            facts.site.clear();  // its links are of this page's own site
            return WebAnswer{200, html, page_html(facts)};
        }
        return WebAnswer{200, "application/captive+json", portal_json(service.portal(slot), page)};
    };
    auto listener = KG_TRY(WebListener::open(context, port, std::move(settings)));
    return std::unique_ptr<PageServer>{new PageServer{std::move(listener)}};  // NOLINT: the constructor is private
}

std::uint16_t PageServer::port() const {
    return listener_->port();
}

}  // namespace kindgate::control
