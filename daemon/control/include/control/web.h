// Who carries requests to web servers outside: main.cpp gives one that speaks HTTPS, tests fake it.
#pragma once

#include <functional>

#include "base/http_message.h"
#include "base/result.h"

namespace kindgate::control {

class Web {
public:
    virtual ~Web() = default;
    // Whom it asks sees the house's address; else a relay does.
    virtual bool shows_address() const { return true; }
    // Returns at once; `then` is called later, on the control thread, with the answer or why there is none.
    virtual void ask(HttpRequest request, std::function<void(Result<HttpReply>)> then) = 0;
};

}  // namespace kindgate::control
