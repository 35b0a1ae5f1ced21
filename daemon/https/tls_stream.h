// A TLS connection to a server that shows a certificate for its name, as a stream that Beast reads and writes.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include "base/result.h"
#include "https/exchange.h"
#include "waiting.h"

namespace kindgate::https {

class TlsStream {
public:
    struct Wanted {
        std::string host;
        std::string port;
        std::string authorities;  // file with the certificates that are trusted, PEM
        Reach reach = Reach::anywhere;
        Patience patience;  // for everything that is done with the stream
    };

    // Connects and shakes hands: TLS 1.2 or later, the name checked.
    static Result<TlsStream> connect(Wanted const& wanted);
    ~TlsStream();
    TlsStream(TlsStream&&) noexcept;
    TlsStream& operator=(TlsStream&&) = delete;
    TlsStream(TlsStream const&) = delete;
    TlsStream& operator=(TlsStream const&) = delete;

    template <typename Buffers>
    std::size_t read_some(Buffers const& buffers, boost::system::error_code& error) {
        auto const buffer = first_of<boost::asio::mutable_buffer>(buffers);
        return buffer.size() > 0 ? read(buffer, error) : 0;
    }
    template <typename Buffers>
    std::size_t write_some(Buffers const& buffers, boost::system::error_code& error) {
        auto const buffer = first_of<boost::asio::const_buffer>(buffers);
        return buffer.size() > 0 ? write(buffer, error) : 0;
    }
    // Beast asks for these, and calls none of them where an error_code is given.
    template <typename Buffers>
    std::size_t read_some(Buffers const& buffers) {
        boost::system::error_code error;
        auto const length = read_some(buffers, error);
        if (error) throw boost::system::system_error{error};
        return length;
    }
    template <typename Buffers>
    std::size_t write_some(Buffers const& buffers) {
        boost::system::error_code error;
        auto const length = write_some(buffers, error);
        if (error) throw boost::system::system_error{error};
        return length;
    }

private:
    struct Parts;
    explicit TlsStream(std::unique_ptr<Parts> parts);

    // The first that isn't empty, if there is one.
    template <typename Buffer, typename Buffers>
    static Buffer first_of(Buffers const& buffers) {
        auto const end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at)
            if (Buffer const buffer = *at; buffer.size() > 0) return buffer;
        return {};
    }
    std::size_t read(boost::asio::mutable_buffer buffer, boost::system::error_code& error);
    std::size_t write(boost::asio::const_buffer buffer, boost::system::error_code& error);

    std::unique_ptr<Parts> parts_;
};

}  // namespace kindgate::https
