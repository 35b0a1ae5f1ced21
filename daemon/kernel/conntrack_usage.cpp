#include "kernel/conntrack_usage.h"

#include <libmnl/libmnl.h>

#include <utility>

#include "netlink_socket.h"
#include "usage_counter.h"

namespace kindgate::kernel {

class ConntrackUsage::Impl {
public:
    explicit Impl(NetlinkSocket socket) : socket_(std::move(socket)) {}

    void on_answer(Answer answer) { answer_ = std::move(answer); }

    Result<void> ask() {
        FlowMessages request{socket_.next_sequence()};
        request.list_all();
        asked_ = request.last_sequence();
        socket_.used(asked_);
        counter_.begin();
        return socket_.begin(request.bytes());
    }

    int descriptor() const { return socket_.descriptor(); }

    // What is lost on the way is counted with the next answer: counters only grow.
    void read_events() {
        static_cast<void>(socket_.receive_event([this](Message const& message) {
            if (message.sequence != asked_) return;
            if (message.type == NLMSG_DONE) {
                asked_ = 0;
                answer_(counter_.finish());
            } else if (message.type == NLMSG_ERROR) {
                asked_ = 0;  // an answer before is still under way: the next question has all of it
                counter_.give_up();
            } else if (auto const flow = parse_flow_use(message.payload)) {
                counter_.add(*flow);
            }
        }));
    }

private:
    NetlinkSocket socket_;
    UsageCounter counter_;
    std::uint32_t asked_ = 0;  // 0: nothing
    Answer answer_ = [](auto const&) {};
};

ConntrackUsage::ConntrackUsage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ConntrackUsage::~ConntrackUsage() = default;

Result<std::unique_ptr<ConntrackUsage>> ConntrackUsage::create() {
    auto impl = std::make_unique<Impl>(KG_TRY(NetlinkSocket::open()));
    return std::unique_ptr<ConntrackUsage>{new ConntrackUsage{std::move(impl)}};  // NOLINT: the constructor is private
}

void ConntrackUsage::on_answer(Answer answer) {
    impl_->on_answer(std::move(answer));
}
Result<void> ConntrackUsage::ask() {
    return impl_->ask();
}
int ConntrackUsage::event_descriptor() const {
    return impl_->descriptor();
}
void ConntrackUsage::read_events() {
    impl_->read_events();
}

}  // namespace kindgate::kernel
