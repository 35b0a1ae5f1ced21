// Who carries requests to web servers outside: main.cpp gives one that speaks HTTPS, tests fake it.
#pragma once

#include <functional>

#include "base/http_message.h"
#include "base/result.h"

namespace kindgate::control {

class Web {
public:
    virtual ~Web() = default;
    // Returns at once; `then` is called later, on the control thread, with the answer or why there is none.
    virtual void ask(HttpRequest request, std::function<void(Result<HttpReply>)> then) = 0;
};

}  // namespace kindgate::control
