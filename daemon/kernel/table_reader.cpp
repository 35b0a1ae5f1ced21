#include "table_reader.h"

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
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

// A dump. Not certain: while it was made somebody changed something, of whatever table.
Result<void> dump(NetlinkSocket& socket, Question const& question, Reading& reading,
                  std::function<void(Message const&)> const& answer) {
    auto asked = ask(socket, question, answer);
    if (asked.ok() || asked.error().system_error() != EINTR) return asked;
    reading.certain = false;
    return {};
}

Result<bool> skeleton_is_ours(NetlinkSocket& socket, Reading& reading) {
    Skeleton found;
    bool readable = true;
    auto const add = [&](Message const& message) { readable = found.add(message, contract::table) && readable; };
    auto const table = ask(socket, {NFT_MSG_GETTABLE, NLM_F_ACK, contract::table, nullptr}, add);
    if (!table.ok() && table.error().system_error() == ENOENT) return false;
    KG_TRY(table);
    for (auto const type : {NFT_MSG_GETOBJ, NFT_MSG_GETSET, NFT_MSG_GETCHAIN, NFT_MSG_GETRULE})
        KG_TRY(dump(socket, {static_cast<std::uint16_t>(type), NLM_F_DUMP, contract::table, nullptr}, reading, add));
    return readable && found == wanted_skeleton();
}

// False: one of the elements is none of ours.
Result<bool> read_sets(NetlinkSocket& socket, Elements& content, Reading& reading) {
    bool ours = true;
    for (auto const* set : contract::wanted_sets) {
        int messages = 0;  // each fills a datagram
        auto const collect_all = [&](Message const& message) {
            if (++messages > 1) reading.certain = false;
            auto const list = parse_elements(message.payload);
            ours = ours && list && collect(*list, Steady::now(), content);
        };
        KG_TRY(dump(socket, {NFT_MSG_GETSETELEM, NLM_F_DUMP, contract::table, set}, reading, collect_all));
    }
    return ours;
}

Result<Reading> read_once(NetlinkSocket& socket) {
    Reading reading{.content = std::nullopt, .certain = true};
    auto const before = KG_TRY(generation(socket));
    Elements content;
    if (KG_TRY(skeleton_is_ours(socket, reading)) && KG_TRY(read_sets(socket, content, reading)))
        reading.content = content_of(std::move(content));
    if (KG_TRY(generation(socket)) != before) reading.certain = false;
    return reading;
}

// The ends of leases are told as what is left of them, a little different each time.
template <typename Key>
bool same_keys(FlatMap<Key, Wanted::End> const& one, FlatMap<Key, Wanted::End> const& other) {
    constexpr auto key = &FlatMap<Key, Wanted::End>::value_type::first;
    return std::ranges::equal(one, other, {}, key, key);
}

bool agree(std::optional<Wanted> const& one, std::optional<Wanted> const& other) {
    if (!one || !other) return one.has_value() == other.has_value();
    return one->lan == other->lan && one->slots == other->slots && one->learning == other->learning &&
           one->limited == other->limited && one->lan_index == other->lan_index &&
           same_keys(one->access, other->access) && same_keys(one->asked, other->asked) &&
           same_keys(one->granted, other->granted);
}

// Incomplete, changed between two questions, or an earlier incomplete answer is still on its way.
bool worth_repeating(Error const& error) {
    auto const number = error.system_error();
    return number == ENOBUFS || number == ENOENT || number == EBUSY;
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

Result<std::optional<Wanted>> until_certain(std::function<Result<Reading>()> const& read) {
    std::optional<Reading> last;
    std::optional<Error> why;
    for (int i = 0; i < attempts; ++i) {
        auto reading = read();
        if (!reading.ok()) {
            if (!worth_repeating(reading.error())) return reading.error().within("reading table inet kindgate");
            why = reading.error();
            last.reset();
            continue;
        }
        if (reading->certain || (last && agree(last->content, reading->content))) return std::move(reading->content);
        last = std::move(reading).value();
    }
    return Error{ErrorCode::unavailable,
                 "table inet kindgate can't be read: somebody keeps changing the nftables ruleset" +
                     (why ? " (" + why->message() + ")" : std::string{})};
}

Result<std::optional<Wanted>> read_table(NetlinkSocket& socket) {
    return until_certain([&] { return read_once(socket); });
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
