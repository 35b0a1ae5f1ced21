#include "table_reader.h"

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cerrno>

#include "contract.h"
#include "skeleton.h"

namespace kindgate::kernel {

namespace {

constexpr int attempts = 8;

struct Question {
    std::uint16_t type;
    std::uint16_t flags;
    char const* table;  // nullptr: not limited to one
    char const* set;
};

Result<void> ask(NetlinkSocket& socket, Question const& question, std::function<void(Message const&)> const& answer) {
    std::array<char, 512> buffer;
    auto const sequence = socket.next_sequence();
    socket.used(sequence);
    auto* message = nftnl_nlmsg_build_hdr(buffer.data(), question.type, question.table ? NFPROTO_INET : NFPROTO_UNSPEC,
                                          question.flags, sequence);
    // In tables, sets, chains, rules and element lists alike the first attribute is the table's name.
    if (question.table != nullptr) mnl_attr_put_strz(message, NFTA_TABLE_NAME, question.table);
    if (question.set != nullptr) mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, question.set);
    return socket.ask(std::as_bytes(std::span{buffer.data(), message->nlmsg_len}), sequence, answer);
}

Result<bool> skeleton_is_ours(NetlinkSocket& socket) {
    Skeleton found;
    bool readable = true;
    auto const add = [&](Message const& message) { readable = found.add(message, contract::table) && readable; };
    auto const table = ask(socket, {NFT_MSG_GETTABLE, NLM_F_ACK, contract::table, nullptr}, add);
    if (!table.ok() && table.error().system_error() == ENOENT) return false;
    KG_TRY(table);
    for (auto const type : {NFT_MSG_GETSET, NFT_MSG_GETCHAIN, NFT_MSG_GETRULE})
        KG_TRY(ask(socket, {static_cast<std::uint16_t>(type), NLM_F_DUMP, contract::table, nullptr}, add));
    return readable && found == wanted_skeleton();
}

Result<std::optional<Wanted>> read_once(NetlinkSocket& socket) {
    if (!KG_TRY(skeleton_is_ours(socket))) return std::optional<Wanted>{};
    Elements content;
    bool ours = true;
    for (auto const* set : {contract::lan, contract::slots, contract::access, contract::learning}) {
        auto const collect_all = [&](Message const& message) {
            auto const list = parse_elements(message.payload);
            ours = ours && list && collect(*list, Steady::now(), content);
        };
        KG_TRY(ask(socket, {NFT_MSG_GETSETELEM, NLM_F_DUMP, contract::table, set}, collect_all));
    }
    if (!ours) return std::optional<Wanted>{};
    return std::optional{content_of(std::move(content))};
}

// Interrupted, incomplete, changed between two questions, or an earlier incomplete answer is still on its way.
bool worth_repeating(Error const& error) {
    auto const number = error.system_error();
    return number == EINTR || number == ENOBUFS || number == ENOENT || number == EBUSY;
}

}  // namespace

Result<std::uint32_t> generation(NetlinkSocket& socket) {
    std::optional<std::uint32_t> found;
    KG_TRY(ask(socket, {NFT_MSG_GETGEN, NLM_F_ACK, nullptr, nullptr}, [&](Message const& message) {
        if (message.payload.size() < sizeof(nfgenmsg)) return;
        auto const id = find(message.payload.subspan(sizeof(nfgenmsg)), NFTA_GEN_ID);
        if (id) found = big32(*id);
    }));
    if (!found) return Error{ErrorCode::unavailable, "the kernel did not tell the generation of its nftables ruleset"};
    return *found;
}

Result<std::optional<Wanted>> read_table(NetlinkSocket& socket) {
    std::optional<Error> last;
    for (int i = 0; i < attempts; ++i) {
        auto const before = KG_TRY(generation(socket));
        auto content = read_once(socket);
        if (content.ok() && KG_TRY(generation(socket)) == before) return content;
        if (!content.ok() && !worth_repeating(content.error()))
            return content.error().within("reading table inet kindgate");
        if (!content.ok()) last = content.error();
    }
    return Error{ErrorCode::unavailable,
                 "table inet kindgate can't be read: somebody keeps changing the nftables ruleset" +
                     (last ? " (" + last->message() + ")" : std::string{})};
}

Result<std::vector<Element>> read_elements(NetlinkSocket& socket, char const* table, char const* set) {
    std::vector<Element> elements;
    KG_TRY(ask(socket, {NFT_MSG_GETSETELEM, NLM_F_DUMP, table, set}, [&](Message const& message) {
        if (auto const list = parse_elements(message.payload))
            elements.insert(elements.end(), list->elements.begin(), list->elements.end());
    }));
    return elements;
}

}  // namespace kindgate::kernel
