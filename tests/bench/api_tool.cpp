// Asks a running kindgated for overrides, one after another on one connection, and times each from the request's first
// byte to the answer's last. The gate answers once the kernel has acknowledged.
//
//   api_tool SOCKET WHO COUNT
//
// A round: give OFF to WHO, give OPEN (both timed), take both back (not timed), so that there are never more than two
// in force. Prints one line of JSON: {"give_us": [microseconds, …]}.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

class Connection {
public:
    explicit Connection(std::string_view path) : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (connect(descriptor_, reinterpret_cast<sockaddr const*>(&address), sizeof address) < 0)
            throw std::system_error(errno, std::generic_category(), std::string{path});
    }
    ~Connection() { close(descriptor_); }
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    // Throws unless the answer's status is 2xx.
    void ask(std::string const& request) {
        if (send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            throw std::system_error(errno, std::generic_category(), "send");
        received_.clear();
        while (!whole()) receive();
        if (!received_.starts_with("HTTP/1.1 2")) throw std::runtime_error("the gate says: " + received_);
    }

private:
    void receive() {
        char buffer[16384];
        auto const got = recv(descriptor_, buffer, sizeof buffer, 0);
        if (got <= 0) throw std::runtime_error("the gate hung up after: " + received_);
        received_.append(buffer, static_cast<std::size_t>(got));
    }

    bool whole() const {
        auto const end = received_.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        constexpr std::string_view field = "Content-Length: ";
        auto const length = received_.find(field);
        if (length == std::string::npos || length > end) return true;  // 204
        std::size_t size = 0;
        std::from_chars(received_.data() + length + field.size(), received_.data() + end, size);
        return received_.size() >= end + 4 + size;
    }

    int descriptor_;
    std::string received_;
};

std::string give(std::string const& who, std::string_view mode) {
    auto const body = "{\"who\":\"" + who + "\",\"mode\":\"" + std::string{mode} + "\",\"seconds\":\"3600\"}";
    return "POST /v1/overrides HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string take_back(std::string const& who) {
    return "DELETE /v1/overrides?who=" + who + " HTTP/1.1\r\nHost: gate\r\n\r\n";
}

double microseconds(Connection& gate, std::string const& request) {
    auto const start = std::chrono::steady_clock::now();
    gate.ask(request);
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

void measure(std::string const& socket, std::string const& who, int rounds) {
    Connection gate{socket};
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        times.push_back(microseconds(gate, give(who, "OFF")));
        times.push_back(microseconds(gate, give(who, "OPEN")));
        gate.ask(take_back(who));
    }
    std::printf("{\"give_us\": [");
    for (std::size_t i = 0; i < times.size(); ++i) std::printf("%s%.1f", i == 0 ? "" : ", ", times[i]);
    std::printf("]}\n");
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::fputs("usage: api_tool SOCKET WHO ROUNDS\n", stderr);
        return 2;
    }
    try {
        measure(words[1], words[2], std::stoi(words[3]));
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "api_tool: %s\n", error.what());
        return 1;
    }
}
