// An upstream's reply, encoded anew for a client.
//
// Names are compressed as the upstream compressed them: a table remembers where a part of a name that stood at some
// offset in the reply was written to, and where the reply points to such a part again, so do we. No two names are ever
// compared.
#include <array>

#include "content/dns_answer.h"
#include "content/dns_svcb.h"
#include "dns_rdata.h"
#include "dns_writing.h"

namespace kindgate::content::dns {

namespace {

class Places {
public:
    // Where the part of a name at `source` was written; 0: nowhere.
    std::uint16_t find(std::size_t source) const {
        for (std::size_t i = source; entries_[i % entries_.size()].source != 0; ++i)
            if (entries_[i % entries_.size()].source == source) return entries_[i % entries_.size()].written;
        return 0;
    }
    // Forgets what there is no room for: that name is then written out again.
    void add(std::size_t source, std::size_t written) {
        if (written > 0x3fff || source > 0xffff || count_ == entries_.size() * 3 / 4) return;
        std::size_t i = source;
        while (entries_[i % entries_.size()].source != 0) ++i;
        entries_[i % entries_.size()] = {static_cast<std::uint16_t>(source), static_cast<std::uint16_t>(written)};
        ++count_;
    }

private:
    struct Entry {
        std::uint16_t source;
        std::uint16_t written;
    };
    std::array<Entry, 128> entries_{};
    std::size_t count_ = 0;
};

class ReplyWriter {
public:
    ReplyWriter(std::span<std::byte> place, Asked const& asked, Reply const& reply, Changes const& changes)
        : out_(place),
          asked_(asked),
          reply_(reply),
          changes_(changes),
          // BADVERS and its like are about our own hop, and their lower four bits alone would say NOERROR.
          rcode_(reply.rcode > flag::rcode ? rcode::servfail : reply.rcode) {}

    Rewritten write(std::optional<ExtendedError> const& error);

private:
    enum class Compress : std::uint8_t { no, yes };

    void question();
    void remember_question(std::size_t written);
    // False: the record doesn't pass.
    bool record(Record const& record);
    void service();
    bool goes(std::uint16_t key) const;
    void service_param(ServiceParam const& param);
    void data(Record const& record);
    void name(std::size_t at, Compress compress);
    std::uint32_t ttl(std::uint32_t of_record) const;
    bool strips(Record const& record);

    ByteWriter out_;
    Asked const& asked_;
    Reply const& reply_;
    Changes const& changes_;
    std::uint16_t rcode_;
    Places places_;
    Service service_;  // of the record at hand
    bool removed_ = false;
};

std::uint32_t ReplyWriter::ttl(std::uint32_t of_record) const {
    auto const bounded = std::min(of_record, changes_.longest);
    return bounded - std::min(bounded, changes_.age);
}

void ReplyWriter::name(std::size_t at, Compress compress) {
    auto const message = reply_.message;
    for (;;) {
        auto const length = std::to_integer<std::size_t>(message[at]);
        if (length > Name::max_label) {
            at = (length & 0x3f) << 8 | std::to_integer<std::size_t>(message[at + 1]);
            continue;
        }
        if (length == 0) break;
        auto const written = places_.find(at);
        if (written != 0 && compress == Compress::yes) {
            out_.u16(static_cast<std::uint16_t>(0xc000 | written));
            return;
        }
        if (written == 0) places_.add(at, out_.size());
        out_.bytes(message.subspan(at, length + 1));
        at += length + 1;
    }
    out_.u8(0);
}

// The question's name stands at `written`, label for label as in the reply.
void ReplyWriter::remember_question(std::size_t written) {
    auto const bytes = reply_.question.name.bytes();
    for (std::size_t at = 0; bytes[at] != std::byte{0}; at += 1 + std::to_integer<std::size_t>(bytes[at]))
        places_.add(header_size + at, written + at);
}

void ReplyWriter::question() {
    bool const authentic =
        reply_.header.has(flag::ad) && (asked_.authentic_data || asked_.dnssec_ok) && changes_.alias_of == nullptr;
    write_header(out_, asked_, static_cast<std::uint16_t>(rcode_ | (authentic ? flag::ad : 0)));
    if (changes_.alias_of == nullptr) {
        remember_question(header_size);
        return;
    }
    out_.u16(0xc000 | header_size);
    out_.u16(type::cname);
    out_.u16(class_in);
    out_.u32(changes_.alias_ttl);
    // Not in the case that upstream was asked in: that is between us and it.
    auto const folded = reply_.question.name.folded();
    auto const target = folded.bytes();
    out_.u16(static_cast<std::uint16_t>(target.size()));
    remember_question(out_.size());
    out_.bytes(target);
}

bool hints_left(Bytes hints, std::size_t size) {
    for (; !hints.empty(); hints = hints.subspan(size))
        if (!private_address(hints.first(size))) return true;
    return false;
}

// Of the service at hand: ech, and hints of which no address is left.
bool ReplyWriter::goes(std::uint16_t key) const {
    if (key == service_key::ech) return changes_.strip_ech;
    if (key == service_key::ipv4hint) return changes_.strip_private && !hints_left(service_.ipv4_hints, 4);
    if (key == service_key::ipv6hint) return changes_.strip_private && !hints_left(service_.ipv6_hints, 16);
    return false;
}

// The whole record goes: a private address, or a service whose mandatory keys would go.
bool ReplyWriter::strips(Record const& record) {
    auto const end = record.data_at + record.data_size;
    if (record.type == type::svcb || record.type == type::https) {
        service_ = {};
        if (!read_service(reply_.message.first(end), record.data_at, service_)) return true;
        for (ByteReader keys{service_.mandatory}; keys.left() > 0;)
            if (goes(keys.u16())) return true;
        return false;
    }
    return changes_.strip_private && (record.type == type::a || record.type == type::aaaa) &&
           private_address(reply_.message.subspan(record.data_at, record.data_size));
}

bool ReplyWriter::record(Record const& record) {
    if (strips(record)) {
        removed_ = true;
        return false;
    }
    name(record.owner_at, Compress::yes);
    out_.u16(record.type);
    out_.u16(record.klass);
    out_.u32(ttl(record.ttl));
    auto const size_at = out_.size();
    out_.u16(0);
    if (record.type == type::svcb || record.type == type::https) {
        service();
    } else {
        data(record);
    }
    if (out_.ok()) out_.u16_at(size_at, static_cast<std::uint16_t>(out_.size() - size_at - 2));
    return true;
}

void ReplyWriter::data(Record const& record) {
    auto const layout = data_layout(record.type);
    ByteReader from{reply_.message.first(record.data_at + record.data_size), record.data_at};
    NameReader names{reply_.message};
    for (char const field : layout) {
        if (field == 'n' || field == 'u') {
            name(from.at(), field == 'n' ? Compress::yes : Compress::no);
            if (auto const end = names.skip(from.at())) from.take(*end - from.at());
        } else if (field == 's') {
            auto const size = from.u8();
            out_.u8(size);
            out_.bytes(from.take(size));
        } else if (field >= '1' && field <= '9') {
            out_.bytes(from.take(static_cast<std::size_t>(field - '0')));
        } else if (field == 'r') {
            out_.bytes(from.take(18));
        }  // k, a, S and * are at the end
    }
    out_.bytes(from.take(from.left()));
}

void ReplyWriter::service() {
    out_.u16(service_.priority);
    out_.bytes(service_.target.bytes());
    ByteReader params{service_.params};
    for (ServiceParam param; next_param(params, param);) {
        if (goes(param.key))
            removed_ = true;
        else
            service_param(param);
    }
}

void ReplyWriter::service_param(ServiceParam const& param) {
    out_.u16(param.key);
    auto const size_at = out_.size();
    out_.u16(static_cast<std::uint16_t>(param.value.size()));
    bool const hints = param.key == service_key::ipv4hint || param.key == service_key::ipv6hint;
    if (!hints || !changes_.strip_private) return out_.bytes(param.value);
    std::size_t const size = param.key == service_key::ipv4hint ? 4 : 16;
    for (auto left = param.value; !left.empty(); left = left.subspan(size)) {
        if (private_address(left.first(size)))
            removed_ = true;
        else
            out_.bytes(left.first(size));
    }
    if (out_.ok()) out_.u16_at(size_at, static_cast<std::uint16_t>(out_.size() - size_at - 2));
}

Rewritten ReplyWriter::write(std::optional<ExtendedError> const& error) {
    question();
    std::array<std::uint16_t, 2> counts{};
    if (changes_.alias_of != nullptr) ++counts[0];
    Records records{reply_};
    for (Record one; out_.ok() && records.next(one);) {
        if (one.section == Section::additional) break;
        if (record(one)) ++counts[one.section == Section::answer ? 0 : 1];
    }
    if (!out_.ok()) return {};
    out_.u16_at(6, counts[0]);
    out_.u16_at(8, counts[1]);
    auto passed = error;
    if (!passed && reply_.edns && reply_.edns->has_error) {
        auto const text = reply_.edns->error_text;
        passed = ExtendedError{reply_.edns->error_code, {reinterpret_cast<char const*>(text.data()), text.size()}};
    }
    write_edns(out_, asked_, rcode_, passed);
    return {out_.ok() ? out_.size() : 0, removed_};
}

}  // namespace

Rewritten write_reply(std::span<std::byte> place, Asked const& asked, Reply const& reply, Changes const& changes,
                      std::optional<ExtendedError> const& error) {
    auto const rewritten = ReplyWriter{place, asked, reply, changes}.write(error);
    // What was changed isn't what was signed (RFC 4035, 3.2.3).
    if (rewritten.removed && rewritten.size != 0) place[3] &= static_cast<std::byte>(0xff & ~flag::ad);
    return rewritten;
}

std::optional<std::uint32_t> lifetime(Reply const& reply) {
    if (reply.header.has(flag::tc) || (reply.rcode != rcode::noerror && reply.rcode != rcode::nxdomain))
        return std::nullopt;
    std::uint32_t least = 0xffffffff;
    bool answered = false;
    std::optional<std::uint32_t> negative;
    Records records{reply};
    for (Record record; records.next(record) && record.section != Section::additional;) {
        if (record.section == Section::answer) {
            least = std::min(least, record.ttl);
            answered = answered || record.type == reply.question.type || reply.question.type == type::any;
        } else if (record.type == type::soa) {
            // RFC 2308, 4: the last of its numbers.
            ByteReader minimum{reply.message, record.data_at + record.data_size - 4};
            negative = std::min(record.ttl, minimum.u32());
        }
    }
    if (answered && reply.rcode == rcode::noerror) return least;
    if (!negative) return std::nullopt;
    return std::min(least, *negative);
}

}  // namespace kindgate::content::dns
