// Result<T>: a value or an Error. std::expected with what g++ 12 lacks: a warning when it is dropped.
//
//   Result<Policy> policy = load(path);
//   auto policy = KG_TRY(load(path));      // returns the error to our caller
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace kindgate {

// What a caller may want to branch on; the sentence is for people.
enum class ErrorCode : std::uint8_t {
    invalid_input,  // what the caller gave is wrong: exit status 2, HTTP 400
    not_found,      // no such thing: HTTP 404
    conflict,       // somebody else changed it, or another rule owns it: HTTP 409 or 412
    forbidden,      // the caller may not: HTTP 403
    unavailable,    // a part is not there now (daemon not running, kernel refuses): try again
    system,         // the operating system said no: see system_error
    damaged,        // stored data can't be trusted
};

// One sentence that says what is wrong, where, and what to do.
class Error {
public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    // An error of the operating system; `number` is an errno value.
    static Error from_errno(int number, std::string_view what);

    ErrorCode code() const { return code_; }
    std::string const& message() const { return message_; }
    // errno value, 0 if the operating system had no part in it.
    int system_error() const { return system_error_; }

    // The same error, seen from one level further out: "what: message".
    Error within(std::string_view what) const;

private:
    ErrorCode code_;
    int system_error_ = 0;
    std::string message_;
};

template <typename T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : result_(std::move(value)) {}                     // NOLINT(google-explicit-*,performance-*)
    Result(Error error) : result_(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    explicit operator bool() const { return result_.has_value(); }
    bool ok() const { return result_.has_value(); }

    // Only after ok().
    T& value() & { return *result_; }
    T const& value() const& { return *result_; }
    T&& value() && { return *std::move(result_); }
    T& operator*() & { return *result_; }
    T const& operator*() const& { return *result_; }
    T&& operator*() && { return *std::move(result_); }
    T* operator->() { return &*result_; }
    T const* operator->() const { return &*result_; }

    // Only after !ok().
    Error const& error() const { return result_.error(); }

private:
    std::expected<T, Error> result_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    Result() = default;
    Result(Error error) : result_(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    explicit operator bool() const { return result_.has_value(); }
    bool ok() const { return result_.has_value(); }
    void value() const {}

    Error const& error() const { return result_.error(); }

private:
    std::expected<void, Error> result_;
};

}  // namespace kindgate

#define KG_JOIN_INNER(a, b) a##b
#define KG_JOIN(a, b) KG_JOIN_INNER(a, b)
#define KG_TRY_NAMED(name, expression)       \
    __extension__({                          \
        auto name = (expression);            \
        if (!name.ok()) return name.error(); \
        std::move(name).value();             \
    })
// The value of a Result, or return its error from the function we are in (which returns a Result).
#define KG_TRY(expression) KG_TRY_NAMED(KG_JOIN(kg_try_, __COUNTER__), expression)
