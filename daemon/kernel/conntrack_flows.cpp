#include "kernel/conntrack_flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "contract.h"
#include "flow_messages.h"
#include "netlink_socket.h"

namespace kindgate::kernel {

namespace {

// A dump may miss entries that come or move while it runs, so it is repeated until it finds none.
constexpr int rounds = 5;
// Acknowledgements of so many messages fit the receive buffer easily.
constexpr std::size_t at_once = 256;

}  // namespace

class ConntrackFlows::Impl {
public:
    explicit Impl(NetlinkSocket socket) : socket_(std::move(socket)) {}

    // Does `speak` to every entry of the slots; returns how many took it.
    template <typename Speak>
    Result<std::size_t> to_each(std::vector<Slot> const& slots, Speak speak) {
        std::vector<bool> meant(Slot::max + 1U);
        for (auto const slot : slots) {
            if (!slot.valid())
                return Error{ErrorCode::invalid_input,
                             fmt::format("slot {} has no flows: slots are 1 to {}", slot.number(), Slot::max)};
            meant[slot.number()] = true;
        }
        if (slots.empty()) return std::size_t{0};
        auto const only = slots.size() == 1 ? std::optional{slots.front()} : std::nullopt;
        std::size_t done = 0;
        for (int i = 0; i < rounds; ++i) {
            auto const flows = KG_TRY(list(meant, only));
            if (flows.empty()) break;
            for (std::size_t first = 0; first < flows.size(); first += at_once)
                done += KG_TRY(some(std::span{flows}.subspan(first, std::min(at_once, flows.size() - first)), speak));
        }
        return done;
    }

private:
    // `only`: the kernel may choose by itself.
    Result<std::vector<Flow>> list(std::vector<bool> const& meant, std::optional<Slot> only) {
        for (int i = 0;; ++i) {
            std::vector<Flow> flows;
            FlowMessages request{socket_.next_sequence()};
            only ? request.list(*only) : request.list_all();
            socket_.used(request.last_sequence());
            auto const asked = socket_.ask(request.bytes(), request.last_sequence(), [&](Message const& message) {
                auto flow = parse_flow(message.payload);
                if (flow && meant[flow->mark & contract::slot_mask]) flows.push_back(std::move(*flow));
            });
            if (asked.ok()) return flows;
            bool const incomplete = asked.error().system_error() == EINTR || asked.error().system_error() == ENOBUFS;
            if (!incomplete || i == rounds) return asked.error().within("listing the flows");
        }
    }

    template <typename Speak>
    Result<std::size_t> some(std::span<Flow const> flows, Speak speak) {
        FlowMessages messages{socket_.next_sequence()};
        for (auto const& flow : flows) speak(messages, flow);
        socket_.used(messages.last_sequence());
        std::size_t refused = 0;
        int why = 0;
        KG_TRY(socket_.send_each(messages.bytes(), messages.last_sequence(), [&](int number) {
            ++refused;
            if (number != ENOENT) why = number;  // ENOENT: it ended by itself
        }));
        if (why != 0) return Error::from_errno(why, "changing the connection tracking entries of a slot");
        return flows.size() - refused;
    }

    NetlinkSocket socket_;
};

ConntrackFlows::ConntrackFlows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ConntrackFlows::~ConntrackFlows() = default;

Result<std::unique_ptr<ConntrackFlows>> ConntrackFlows::create() {
    auto impl = std::make_unique<Impl>(KG_TRY(NetlinkSocket::open()));
    return std::unique_ptr<ConntrackFlows>{new ConntrackFlows{std::move(impl)}};  // NOLINT: the constructor is private
}

Result<std::size_t> ConntrackFlows::end(std::vector<Slot> const& slots) {
    return impl_->to_each(slots, [](FlowMessages& messages, Flow const& flow) { messages.end(flow); });
}

Result<std::size_t> ConntrackFlows::move(Slot from, Slot to) {
    if (!to.valid())
        return Error{ErrorCode::invalid_input,
                     fmt::format("flows can't move to slot {}: slots are 1 to {}", to.number(), Slot::max)};
    if (from == to) return std::size_t{0};
    return impl_->to_each({from}, [&](FlowMessages& messages, Flow const& flow) { messages.move(flow, to); });
}

}  // namespace kindgate::kernel
