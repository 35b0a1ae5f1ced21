// Asks through an Oblivious HTTP relay (RFC 9458) where there is one: the relay learns whose request it is, its gateway
// what is asked, and nobody both.
#pragma once

#include <optional>

#include "control/web.h"
#include "policy/model.h"

namespace kindgate::control {

class ObliviousWeb final : public Web {
public:
    explicit ObliviousWeb(Web& web) : web_(web) {}  // must outlive this object

    // None: whom it asks sees the house's address.
    void set_relay(std::optional<policy::OhttpRelay> relay) { relay_ = std::move(relay); }
    bool shows_address() const override { return !relay_ && web_.shows_address(); }
    // Keys of the relay that are of no use, which no policy has, are told at once.
    void ask(HttpRequest request, std::function<void(Result<HttpReply>)> then) override;

private:
    Web& web_;
    std::optional<policy::OhttpRelay> relay_;
};

}  // namespace kindgate::control
