#include "content/pack.h"

#include <string>

#include "keys.h"
#include "pack_help.h"
#include "pack_layout.h"
#include "test.h"

namespace {

using namespace kindgate;
using content::ListFormat;
using content::Pack;
using test::Bytes;
using test::day;
using test::opened;
using test::packed;
using test::said;

crypto::PrivateKey key() {
    return test::value(crypto::PrivateKey::from_pem(test::sec1));
}

// With everything that a pack can have.
Bytes whole_pack() {
    auto const signer = key();
    return packed({{"games", "||games.example^\n@@||learn.games.example^\n||bad.learn.games.example^$important"},
                   {"social", "social.example\n*.sub.example"},
                   {"video", "0.0.0.0 www.social.example", ListFormat::hosts}},
                  {.name = "Whole", .created = day(10), .expires = day(100), .signer = &signer});
}

void refused(Bytes const& bytes, content::PackRules const& rules, ErrorCode code, std::string_view part) {
    auto const pack = Pack::open(bytes, rules);
    test::check(!pack.ok(), "was taken");
    test::contains(pack.error().message(), part);
    test::check(pack.error().code() == code, pack.error().message());
}

// As somebody would who altered bytes on purpose.
void repair_checksum(Bytes& bytes) {
    bytes.resize(bytes.size() - content::checksum_size);
    auto const sum = content::hash_of(content::checksum_key, bytes);
    content::put(bytes, sum.high, 8);
    content::put(bytes, sum.low, 8);
}

constexpr test::Test meaning[] = {
    {"a plain name means itself and all below, *.name what is below, a hosts name itself alone",
     [] {
         auto const bytes = packed({{"a", "suffix.example\n*.star.example"}, {"b", "0.0.0.0 exact.example"}});
         auto const pack = opened(bytes);
         for (auto const& [name, expected] : {std::pair{"suffix.example", "a by suffix.example"},
                                              {"x.y.suffix.example", "a by suffix.example"},
                                              {"notsuffix.example", ""},
                                              {"example", ""},
                                              {"star.example", ""},
                                              {"x.star.example", "a by star.example"},
                                              {"exact.example", "b by exact.example"},
                                              {"x.exact.example", ""}})
             test::equal(said(pack, name), expected, name);
     }},
    {"a name in several lists is in all their categories, and the nearest listed name is told",
     [] {
         auto const bytes = packed({{"video", "site.example"},
                                    {"social", "site.example\nchat.site.example"},
                                    {"games", "0.0.0.0 play.site.example"}});
         auto const pack = opened(bytes);
         test::equal(said(pack, "site.example"), "social video by site.example", "itself");
         test::equal(said(pack, "a.chat.site.example"), "social video by site.example",
                     "chat.site.example adds nothing to site.example");
         test::equal(said(pack, "play.site.example"), "games social video by play.site.example", "one more");
         test::equal(said(pack, "a.play.site.example"), "social video by site.example", "below an exact name");
     }},
    {"upper case is the same name; what is no name is in no list",
     [] {
         auto const bytes = packed({{"a", "site.example"}});
         auto const pack = opened(bytes);
         test::equal(said(pack, "WwW.SITE.eXample"), "a by SITE.eXample", "case");
         for (auto const& name : {std::string{}, std::string{"."}, std::string{"site.example."},
                                  std::string{"site..example"}, std::string(300, 'a'),
                                  std::string{"site\x01"
                                              "example"}
                                      .substr(0, 4)})
             test::equal(said(pack, name), "", name);
         std::string deep = "site.example";
         while (deep.size() < 252) deep.insert(0, "a.");
         test::equal(said(pack, deep), "a by site.example", "a name of 121 labels");
     }},
    {"an exception takes its branch out, $important beats it, and only in its own list",
     [] {
         auto const bytes = whole_pack();
         auto const pack = opened(bytes);
         test::equal(said(pack, "games.example"), "games by games.example", "the list");
         test::equal(said(pack, "learn.games.example"), "", "the exception");
         test::equal(said(pack, "x.learn.games.example"), "", "below it");
         test::equal(said(pack, "x.bad.learn.games.example"), "games by bad.learn.games.example", "important");
         auto const both = packed({{"a", "||x.example^\n@@||y.x.example^"}, {"b", "||x.example^"}});
         test::equal(said(opened(both), "y.x.example"), "b by x.example", "another list's name stays");
     }},
    {"an exception beats a nearer block of the same list, as adblock lists mean it",
     [] {
         auto const bytes = packed({{"a", "@@||site.example^\n||ads.site.example^\n||other.example^"}});
         test::equal(said(opened(bytes), "ads.site.example"), "", "taken out");
     }},
    {"$denyallow takes names out of its own rule alone",
     [] {
         auto const bytes = packed({{"a", "||*.ga^$denyallow=good.ga\n||bad.good.ga^"}});
         auto const pack = opened(bytes);
         test::equal(said(pack, "any.ga"), "a by ga", "the zone");
         test::equal(said(pack, "www.good.ga"), "", "what it takes out");
         test::equal(said(pack, "x.bad.good.ga"), "a by bad.good.ga", "listed by itself");
         test::equal(said(pack, "ga"), "", "the zone's own name");
     }},
    {"more than 64 sets of categories fit, in slots of six bytes",
     [] {
         content::PackBuilder builder;
         std::vector<std::string> names;
         for (unsigned set = 1; set < 512; ++set) names.push_back(fmt::format("site{}.example", set));
         for (unsigned bit = 0; bit < 9; ++bit) {
             auto const category = test::value(builder.category(fmt::format("c{}", bit)));
             for (unsigned set = 1; set < 512; ++set)
                 if ((set >> bit & 1) != 0)
                     builder.add(category, {.action = content::RuleAction::block, .domain = names[set - 1]});
         }
         auto const bytes = test::value(std::move(builder).build({}));
         auto const pack = opened(bytes);
         for (unsigned set = 1; set < 512; ++set)
             test::equal(pack.look_up(names[set - 1]).categories, set, names[set - 1]);
     }},
    {"few names with rare sets of categories cost the others nothing",
     [] {
         constexpr unsigned sets = 100;
         constexpr unsigned names = 60'000;
         content::PackBuilder builder;
         auto const set_of = [](unsigned i) { return i % 2000 < sets ? i % 2000 + 1 : 1; };
         for (unsigned bit = 0; bit < 7; ++bit) {
             auto const category = test::value(builder.category(fmt::format("c{}", bit)));
             for (unsigned i = 0; i < names; ++i)
                 if (((set_of(i) >> bit) & 1) != 0)
                     builder.add(category,
                                 {.action = content::RuleAction::block,
                                  .domain = fmt::format("site{}.example", i),
                                  .scope = i % 3 == 0 ? content::RuleScope::exact : content::RuleScope::suffix});
         }
         auto const bytes = test::value(std::move(builder).build({}));
         test::equal(std::to_integer<int>(bytes[10]), 5, "bytes a slot");
         test::check(bytes.size() < names * 7, fmt::format("{} bytes", bytes.size()));
         auto const pack = opened(bytes);
         for (unsigned i = 0; i < names; ++i) {
             auto const name = fmt::format("site{}.example", i);
             test::equal(pack.look_up(name).categories, set_of(i), name);
             test::equal(pack.look_up("www." + name).categories, i % 3 == 0 ? 0 : set_of(i), "below " + name);
         }
         for (unsigned i = names; i < 2 * names; ++i)
             test::equal(pack.look_up(fmt::format("site{}.example", i)).categories, 0U, "in no list");
     }},
    {"the same rules give the same bytes, in whatever order, and other rules another key",
     [] {
         auto const one =
             packed({{"a", "x.example\ny.example\nb.y.example"}, {"b", "z.example\nx.example"}}, {.name = "N"});
         auto const other =
             packed({{"b", "x.example\nz.example\nz.example"}, {"a", "y.example\nx.example"}}, {.name = "N"});
         test::check(one == other, "order, repetition and what changes nothing make no difference");
         auto const third = packed({{"a", "x.example\ny.example"}, {"b", "z.example\nw.example"}}, {.name = "N"});
         auto const key_of = [](Bytes const& bytes) { return Bytes{bytes.begin() + 32, bytes.begin() + 48}; };
         test::check(key_of(one) != key_of(third), "the key");
         test::check(whole_pack() == whole_pack(), "signed, too");
     }},
    {"packs say the same if they differ in when they were made alone, signed by the same key or not",
     [] {
         auto const signer = key();
         auto const stranger = test::value(crypto::PrivateKey::from_pem(test::other_key));
         auto const made = [](content::PackFacts const& facts, std::string_view text = "a.example") {
             return packed({{"a", text}}, facts);
         };
         for (auto const* by : {static_cast<crypto::PrivateKey const*>(nullptr), &signer}) {
             auto const pack = made({.name = "N", .created = day(1), .expires = day(9), .signer = by});
             auto const same = [&](Bytes const& other) { return content::says_the_same(pack, other); };
             test::check(same(pack) && same(made({.name = "N", .created = day(2), .expires = day(9), .signer = by})),
                         "another day");
             test::check(!same(made({.name = "M", .created = day(1), .expires = day(9), .signer = by})), "name");
             test::check(!same(made({.name = "N", .created = day(1), .expires = day(8), .signer = by})), "end");
             test::check(!same(made({.name = "N", .created = day(1), .expires = day(9), .signer = &stranger})), "key");
             test::check(!same(made({.name = "N", .created = day(1), .expires = day(9), .signer = by}, "b.example")),
                         "names");
         }
     }},
    {"what can't be a pack is refused with a sentence",
     [] {
         content::PackBuilder builder;
         test::check(!builder.category("No Good").ok(), "a category's name");
         for (std::size_t i = 0; i < content::most_categories; ++i)
             test::value(builder.category(fmt::format("c{}", i)));
         test::contains(builder.category("one-more").error().message(), "more than 61");
         test::contains(std::move(builder).build({}).error().message(), "no list has a name");
         for (std::string_view const name : {"line\nbreak", "no UTF-8: \xff", "cut: \xc3"})
             test::check(!test::gathered({{"a", "x.example"}}).build({.name = std::string{name}}).ok(), name);
     }},
    {"what a pack says of itself is read back",
     [] {
         auto const bytes = whole_pack();
         auto const pack = opened(bytes);
         auto const& info = pack.info();
         test::equal(info.name, "Whole", "name");
         test::equal(fmt::format("{}", fmt::join(info.categories, " ")), "games social video", "categories");
         test::check(info.created == day(10) && info.expires == day(100), "dates");
         test::equal(info.names, 5U, "names");
         test::equal(info.exceptions, 1U, "exceptions");
         test::equal(info.bytes, bytes.size(), "bytes");
         test::check(info.signed_by == test::value(key().public_key()).id() && !info.verified, "signed, not verified");
     }},
};

constexpr test::Test refusing[] = {
    {"every byte that is altered is noticed, and every cut",
     [] {
         auto const good = whole_pack();
         for (std::size_t i = 0; i < good.size(); ++i)
             for (int bit = 0; bit < 8; ++bit) {
                 auto bytes = good;
                 bytes[i] ^= static_cast<std::byte>(1 << bit);
                 test::check(!Pack::open(bytes, {.now = day(1)}).ok(), fmt::format("bit {} of byte {}", bit, i));
             }
         for (std::size_t length = 0; length < good.size(); ++length)
             test::check(!Pack::open(std::span{good}.first(length), {.now = day(1)}).ok(),
                         fmt::format("cut to {}", length));
         auto longer = good;
         longer.push_back(std::byte{0});
         refused(longer, {.now = day(1)}, ErrorCode::damaged, "it says that it has");
     }},
    {"who alters bytes and repairs the checksum meets the signature; without one nothing breaks",
     [] {
         auto const good = whole_pack();
         content::PackRules const strict{
             .now = day(1), .signatures = content::Signatures::required, .keys = {test::value(key().public_key())}};
         test::check(test::value(Pack::open(good, strict)).info().verified, "as it was made");
         for (std::size_t i = 0; i < good.size() - content::checksum_size; ++i) {
             auto bytes = good;
             bytes[i] ^= std::byte{0x41};
             repair_checksum(bytes);
             test::check(!Pack::open(bytes, strict).ok(), fmt::format("byte {}", i));
             auto const pack = Pack::open(bytes, {.now = day(1)});
             if (pack.ok()) pack->names_of(pack->look_up("x.bad.learn.games.example").categories);
         }
     }},
    {"where a signature is demanded, none, a stranger's and a wrong one are refused",
     [] {
         content::PackRules rules{.now = day(1), .signatures = content::Signatures::required};
         refused(packed({{"a", "x.example"}}), rules, ErrorCode::forbidden, "the pack is not signed");
         refused(whole_pack(), rules, ErrorCode::forbidden, "a key that this board doesn't know");
         rules.keys.push_back(test::value(key().public_key()));
         auto bytes = whole_pack();
         bytes[bytes.size() - content::checksum_size - 1] ^= std::byte{1};
         repair_checksum(bytes);
         refused(bytes, rules, ErrorCode::forbidden, "the pack's signature is wrong");
         rules.signatures = content::Signatures::optional;
         refused(bytes, rules, ErrorCode::forbidden, "the pack's signature is wrong");
     }},
    {"an expired pack is refused from that second on",
     [] {
         test::value(Pack::open(whole_pack(), {.now = day(100) - std::chrono::seconds{1}}));
         refused(whole_pack(), {.now = day(100)}, ErrorCode::invalid_input, "expired on 1970-04-11");
     }},
    {"a pack that is older than the one in force is refused, the same age is taken",
     [] {
         test::value(Pack::open(whole_pack(), {.now = day(1), .in_force = day(10)}));
         refused(whole_pack(), {.now = day(1), .in_force = day(11)}, ErrorCode::conflict, "before the one in force");
         refused(packed({{"a", "x.example"}}), {.now = day(1), .in_force = day(10)}, ErrorCode::conflict,
                 "at a time that it doesn't say");
     }},
    {"another format and what is no pack at all are told apart",
     [] {
         auto bytes = whole_pack();
         bytes[9] = std::byte{2};
         refused(bytes, {.now = day(1)}, ErrorCode::invalid_input, "has format 2");
         refused({}, {.now = day(1)}, ErrorCode::invalid_input, "this is no pack");
         refused(Bytes(200), {.now = day(1)}, ErrorCode::invalid_input, "this is no pack");
     }},
};

}  // namespace

int main() {
    return test::run("content/pack: meaning", meaning) + test::run("content/pack: refusing", refusing);
}
