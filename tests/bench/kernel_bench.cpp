// What the table costs above the bare netlink exchange: the same elements through NftTable (difference, batch, send,
// acknowledgement), through libnftnl and libmnl with nothing around them, and through `nft -f` as a process. Run in a
// network namespace of its own, with --benchmark_enable_random_interleaving=true, so that all three see the same
// minutes. And what the front pays before an answer leaves: grants of addresses, a batch of so many, new ones and
// renewed.
// Before the kernel's own headers, which then leave its types out.
#include <netinet/in.h>

#include <benchmark/benchmark.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/conntrack_usage.h"
#include "kernel/nft_address_leases.h"
#include "kernel/nft_table.h"

namespace {

using namespace kindgate;  // NOLINT(google-build-using-namespace)
using kernel::Steady;
using std::chrono::milliseconds;

constexpr std::uint16_t devices = 4096;
constexpr std::uint16_t profiles = 300;
constexpr std::uint16_t elements_a_message = 1000;

[[noreturn]] void give_up(char const* what) {
    std::fprintf(stderr, "kernel_bench: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

[[noreturn]] void give_up(Error const& error) {
    std::fprintf(stderr, "kernel_bench: %s\n", error.message().c_str());
    std::exit(1);
}

// Leases by slot; those of one profile end together.
using Ends = FlatMap<Slot, std::optional<Steady::time_point>>;

Ends ends_after(milliseconds first) {
    Ends ends;
    auto const now = Steady::now();
    for (std::uint16_t slot = 1; slot <= devices; ++slot)
        ends.insert_or_assign(Slot{slot}, now + first + milliseconds{60000} * (slot % profiles));
    return ends;
}

// A set like `access` in a table of its own, and batches against it without any knowledge of what it holds.
class Bare {
public:
    Bare() : socket_(mnl_socket_open(NETLINK_NETFILTER)), buffer_(1 << 20) {
        if (socket_ == nullptr || mnl_socket_bind(socket_, 0, MNL_SOCKET_AUTOPID) < 0) give_up("netlink socket");
        int const size = 4 << 20;
        setsockopt(mnl_socket_get_fd(socket_), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
        begin();
        add_table();
        add_set();
        end();
    }
    ~Bare() { mnl_socket_close(socket_); }
    Bare(Bare const&) = delete;
    Bare& operator=(Bare const&) = delete;

    void add(Ends const& ends) { change(NFT_MSG_NEWSETELEM, ends); }
    void remove(Ends const& ends) { change(NFT_MSG_DELSETELEM, ends); }
    void flush() {
        begin();
        auto* const message = open(NFT_MSG_DELSETELEM, 0);
        mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, "bare");
        mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, "access");
        close(message);
        end();
    }

private:
    void change(std::uint16_t type, Ends const& ends) {
        begin();
        auto const now = Steady::now();
        for (auto next = ends.begin(); next != ends.end();) {
            std::unique_ptr<nftnl_set, decltype(&nftnl_set_free)> const set{nftnl_set_alloc(), nftnl_set_free};
            nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, "bare");
            nftnl_set_set_str(set.get(), NFTNL_SET_NAME, "access");
            for (int i = 0; i < elements_a_message && next != ends.end(); ++i, ++next)
                add_element(set.get(), next->first,
                            type == NFT_MSG_NEWSETELEM ? *next->second - now : Steady::duration{});
            auto* const message = open(type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
            nftnl_set_elems_nlmsg_build_payload(message, set.get());
            close(message);
        }
        end();
    }

    static void add_element(nftnl_set* set, Slot slot, Steady::duration timeout) {
        auto* const element = nftnl_set_elem_alloc();
        std::uint32_t const key = slot.number();
        nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, &key, sizeof key);
        if (timeout > Steady::duration{})
            nftnl_set_elem_set_u64(
                element, NFTNL_SET_ELEM_TIMEOUT,
                static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(timeout).count()));
        nftnl_set_elem_add(set, element);
    }

    void add_table() {
        std::unique_ptr<nftnl_table, decltype(&nftnl_table_free)> const table{nftnl_table_alloc(), nftnl_table_free};
        nftnl_table_set_str(table.get(), NFTNL_TABLE_NAME, "bare");
        auto* const message = open(NFT_MSG_NEWTABLE, NLM_F_CREATE);
        nftnl_table_nlmsg_build_payload(message, table.get());
        close(message);
    }

    void add_set() {
        std::unique_ptr<nftnl_set, decltype(&nftnl_set_free)> const set{nftnl_set_alloc(), nftnl_set_free};
        constexpr std::uint32_t mark_type = 19;  // as nft names it: TYPE_MARK
        nftnl_set_set_str(set.get(), NFTNL_SET_TABLE, "bare");
        nftnl_set_set_str(set.get(), NFTNL_SET_NAME, "access");
        nftnl_set_set_u32(set.get(), NFTNL_SET_FLAGS, NFT_SET_TIMEOUT);
        nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_TYPE, mark_type);
        nftnl_set_set_u32(set.get(), NFTNL_SET_KEY_LEN, sizeof(std::uint32_t));
        nftnl_set_set_u32(set.get(), NFTNL_SET_ID, 1);
        // nft asks it whether numbers of this set are the machine's or big-endian: the machine's.
        std::unique_ptr<nftnl_udata_buf, decltype(&nftnl_udata_buf_free)> const user{
            nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN), nftnl_udata_buf_free};
        nftnl_udata_put_u32(user.get(), NFTNL_UDATA_SET_KEYBYTEORDER, 1);
        nftnl_set_set_data(set.get(), NFTNL_SET_USERDATA, nftnl_udata_buf_data(user.get()),
                           nftnl_udata_buf_len(user.get()));
        auto* const message = open(NFT_MSG_NEWSET, NLM_F_CREATE);
        nftnl_set_nlmsg_build_payload(message, set.get());
        close(message);
    }

    void begin() {
        used_ = 0;
        close(nftnl_batch_begin(buffer_.data(), ++sequence_));
    }
    nlmsghdr* open(std::uint16_t type, std::uint16_t flags) {
        last_ = nftnl_nlmsg_build_hdr(buffer_.data() + used_, type, NFPROTO_INET, flags, ++sequence_);
        return last_;
    }
    void close(nlmsghdr const* message) { used_ += MNL_ALIGN(message->nlmsg_len); }

    // Sends, and waits for the acknowledgement of the last message.
    void end() {
        last_->nlmsg_flags |= NLM_F_ACK;
        auto const awaited = last_->nlmsg_seq;
        close(nftnl_batch_end(buffer_.data() + used_, ++sequence_));
        if (mnl_socket_sendto(socket_, buffer_.data(), used_) < 0) give_up("send");
        char answer[8192];
        auto const got = mnl_socket_recvfrom(socket_, answer, sizeof answer);
        if (got < 0 || mnl_cb_run(answer, static_cast<std::size_t>(got), awaited, mnl_socket_get_portid(socket_),
                                  nullptr, nullptr) < 0)
            give_up("the kernel refuses the bare batch");
    }

    mnl_socket* socket_;
    std::vector<char> buffer_;
    std::size_t used_ = 0;
    nlmsghdr* last_ = nullptr;
    std::uint32_t sequence_ = static_cast<std::uint32_t>(time(nullptr));
};

kernel::Wanted wanted(Ends ends) {
    kernel::Wanted wanted;
    wanted.lan = {"lo"};
    wanted.access = std::move(ends);
    for (std::uint16_t slot = 1; slot <= devices; ++slot)
        wanted.slots[Mac{{2, 0, 0, 1, static_cast<std::uint8_t>(slot >> 8), static_cast<std::uint8_t>(slot & 0xff)}}] =
            Slot{slot};
    return wanted;
}

// Only while it is measured: it listens for foreign changes, and the kernel is slower to everybody while anybody does,
// in whatever namespace.
using Table = std::unique_ptr<kernel::NftTable>;

void open(Table& table) {
    auto opened = kernel::NftTable::create({});
    if (!opened.ok()) give_up(opened.error());
    table = std::move(opened).value();
}

void apply(Table& table, kernel::Wanted const& content) {
    if (auto const applied = table->apply(content); !applied.ok()) give_up(applied.error());
}

using Step = std::function<void()>;

struct Measured {
    std::string name;
    benchmark::IterationCount iterations;
    Step once;    // untimed, before the first iteration
    Step before;  // untimed, before each
    Step step;    // timed
};

void measure(Measured const& measured) {
    benchmark::RegisterBenchmark(
        measured.name.c_str(),
        [measured](benchmark::State& state) {
            measured.once();
            for (auto _ : state) {
                measured.before();
                auto const start = Steady::now();
                measured.step();
                state.SetIterationTime(std::chrono::duration<double>(Steady::now() - start).count());
            }
        })
        ->UseManualTime()
        ->Iterations(measured.iterations)
        ->Unit(benchmark::kMicrosecond);
}

void nft_file(std::string const& path) {
    std::string program = "nft";
    std::string flag = "-f";
    std::string file = path;
    char* words[] = {program.data(), flag.data(), file.data(), nullptr};
    pid_t child = 0;
    int status = 0;
    if (posix_spawnp(&child, "nft", nullptr, nullptr, words, environ) != 0 || waitpid(child, &status, 0) < 0 ||
        status != 0)
        give_up("nft -f");
}

void write_nft_file(std::string const& path, Ends const& ends) {
    std::ofstream file{path};
    auto const now = Steady::now();
    for (auto const& [slot, end] : ends)
        file << (slot == ends.begin()->first ? "add element inet bare access { " : ", ") << slot.number() << " timeout "
             << std::chrono::duration_cast<std::chrono::seconds>(*end - now).count() << "s";
    file << " }\n";
}

// The lease of one slot, in a map of the bare set's.
Ends only(Ends const& ends, Slot slot) {
    return {{slot, ends.at(slot)}};
}

// Grants of one slot, as many as an answer may have.
class Grants {
public:
    explicit Grants(std::uint8_t count) {
        for (std::uint8_t i = 0; i < count; ++i)
            grants_.push_back({.slot = Slot{1},
                               .address = IpAddress{std::array<std::uint8_t, 4>{192, 0, 2, i}},
                               .category = category_unremarkable,
                               .lifetime = std::chrono::hours{1}});
    }

    void open(kernel::Extension extension) {
        auto opened = kernel::NftAddressLeases::create(extension);
        if (!opened.ok()) give_up(opened.error());
        leases_ = std::move(opened).value();
    }
    void grant() const {
        if (auto const granted = leases_->grant(grants_); !granted.ok()) give_up(granted.error());
    }
    void take_back() const {
        auto back = grants_;
        for (auto& grant : back) grant.lifetime = {};
        if (auto const taken = leases_->grant(back); !taken.ok()) give_up(taken.error());
    }

private:
    std::vector<kernel::AddressGrant> grants_;
    std::unique_ptr<kernel::NftAddressLeases> leases_;
};

void register_grants(Table& table, std::uint8_t count) {
    auto const grants = std::make_shared<Grants>(count);
    auto const once = [&table, grants] {
        static auto const none = wanted({});
        open(table);
        apply(table, none);
        grants->open(table->extension());
        grants->grant();
    };
    constexpr int many = 300;
    auto const number = std::to_string(count);
    auto const hear = [&table] { table->read_events(); };  // as the control thread does
    auto const gone = [grants, hear] { grants->take_back(), hear(); };
    measure({"grant_new/" + number, many, once, gone, [grants] { grants->grant(); }});
    measure({"grant_again/" + number, many, once, hear, [grants] { grants->grant(); }});
}

// Twenty thousand tracked flows, and what they carry asked of the kernel as the gate does once a minute.
class Flows {
public:
    static constexpr int count = 20'000;

    void make() {
        // NOLINTNEXTLINE: a bench of one thread
        int const made = std::system(
            "echo 1 > /proc/sys/net/netfilter/nf_conntrack_acct &&"
            "nft 'add table inet flows; add chain inet flows o { type filter hook output priority 0; };"
            "flush chain inet flows o; add rule inet flows o udp dport 20000-39999 ct mark set 7'");
        if (made != 0) give_up("nft");
        int const out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (int i = 0; i < count; ++i) {
            to.sin_port = htons(static_cast<std::uint16_t>(20'000 + i));
            static_cast<void>(sendto(out, "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to));
        }
        close(out);
        auto usage = kernel::ConntrackUsage::create();
        if (!usage.ok()) give_up(usage.error());
        usage_ = std::move(usage).value();
        usage_->on_answer([this](auto const&) { answered_ = true; });
        ask();
        finish();
    }
    void ask() {
        answered_ = false;
        if (auto const asked = usage_->ask(); !asked.ok()) give_up(asked.error());
    }
    void piece() { usage_->read_events(); }
    void finish() {
        while (!answered_) piece();
    }

private:
    std::unique_ptr<kernel::ConntrackUsage> usage_;
    bool answered_ = true;
};

void register_usage(Table& table) {
    auto const flows = std::make_shared<Flows>();
    auto const once = [&table, flows] {
        table.reset();
        flows->make();
    };
    constexpr int many = 50;
    measure({"usage/whole", many, once, [flows] { flows->finish(); }, [flows] { flows->ask(), flows->finish(); }});
    measure({"usage/piece", many, once, [flows] { flows->finish(), flows->ask(); }, [flows] { flows->piece(); }});
}

void register_all(Table& table, Bare& bare, std::string const& file) {
    static auto const none = wanted({});
    static auto const ends = ends_after(std::chrono::hours{1});
    static auto const later = ends_after(std::chrono::hours{2});
    static auto const all = wanted(ends);
    static auto const all_later = wanted(later);
    auto without_one = all;
    constexpr Slot one{77};
    without_one.access.erase(one);
    write_nft_file(file, ends);
    auto const one_file = file + "1";
    write_nft_file(one_file, only(ends, one));

    Step const opened = [&] { open(table); };
    Step const closed = [&] { table.reset(); };
    auto const table_all = [&] { apply(table, all); };
    auto const table_none = [&] { apply(table, none); };
    auto const table_without = [&, without_one] { apply(table, without_one); };
    auto const bare_all = [&] { bare.add(ends); };
    auto const bare_none = [&] { bare.flush(); };
    auto const bare_without = [&] { bare.remove(only(ends, one)); };
    constexpr int few = 10;
    constexpr int many = 300;
    measure({"begin_all/table", few, opened, table_none, table_all});
    measure({"begin_all/bare", few, closed, bare_none, bare_all});
    measure({"begin_all/nft", few, closed, bare_none, [file] { nft_file(file); }});
    measure({"extend_all/table", few, opened, table_all, [&] { apply(table, all_later); }});
    measure({"extend_all/bare", few, closed, bare_all, [&] { bare.add(later); }});
    measure({"end_all/table", few, opened, table_all, table_none});
    measure({"end_all/bare", few, closed, bare_all, [&] { bare.remove(ends); }});
    measure({"begin_one/table", many, [&] { open(table), apply(table, all); }, table_without, table_all});
    measure({"begin_one/bare", many, [&] { table.reset(), bare.add(ends); }, bare_without,
             [&] { bare.add(only(ends, one)); }});
    measure({"begin_one/nft", few, [&] { table.reset(), bare.add(ends); }, bare_without,
             [one_file] { nft_file(one_file); }});
    for (auto const count : std::array<std::uint8_t, 3>{1, 16, 64}) register_grants(table, count);
    register_usage(table);
}

}  // namespace

int main(int count, char** words) {
    Table table;
    Bare bare;
    auto const file = "/tmp/kindgate-kernel-bench-" + std::to_string(getpid()) + ".nft";
    register_all(table, bare, file);
    benchmark::Initialize(&count, words);
    benchmark::RunSpecifiedBenchmarks();
    std::remove(file.c_str());
    std::remove((file + "1").c_str());
    return 0;
}
