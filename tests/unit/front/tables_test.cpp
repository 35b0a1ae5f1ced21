// What the front remembers: leases, answers, who asked how much. All with times that the test says.
#include <algorithm>

#include "answer_cache.h"
#include "dns_build.h"
#include "lease_book.h"
#include "limiter.h"

using namespace kindgate;
using std::chrono::seconds;

namespace {

IpAddress address(unsigned i) {
    return IpAddress{
        std::array<std::uint8_t, 4>{192, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
}

front::Steady::time_point at(int s) {
    return front::Steady::time_point{seconds{1000 + s}};
}

constexpr test::Test tests[] = {
    {"a lease with more than half its time left, and enough for the answer, isn't written again",
     [] {
         front::LeaseBook book{{}, 1};
         std::vector<kernel::AddressGrant> batch;
         auto const written = [&](int now, int ttl) {
             batch.clear();
             book.answered(Slot{1}, address(1), {1}, seconds{ttl}, at(now), batch);
             return batch.empty() ? 0 : static_cast<int>(batch[0].lifetime.count());
         };
         test::equal(written(0, 300), 600, "TTL and as much grace");
         test::equal(written(299, 300), 0, "301 of 600 left");
         test::equal(written(300, 10), 300, "half: written, and not shortened");
         test::equal(written(590, 300), 600, "nearly over");
         test::equal(written(2000, 5), 125, "over; two minutes of grace at least");
     }},
    {"of several names' categories the least restricted holds",
     [] {
         front::LeaseBook book{{}, 1};
         std::vector<kernel::AddressGrant> batch;
         constexpr CategorySet limited{5, 6};
         auto const holds = [&](CategoryId category, int now) {
             book.answered(Slot{1}, address(1), {category, limited}, seconds{60}, at(now), batch);
             return batch.back().category;
         };
         test::equal(holds(5, 0), 5, "a budget");
         test::equal(holds(1, 1), 1, "plain");
         test::equal(holds(5, 2), 1, "stays plain");
         test::equal(holds(63, 3), 63, "always reachable");
         test::equal(holds(5, 1000), 5, "until it ends");
         test::equal(holds(7, 2000), 7, "a category without limits for this device");
         test::equal(holds(5, 2001), 7, "stays it");
         test::equal(holds(8, 2002), 8, "as good as the other");
         test::equal(holds(5, 3000), 5, "of two with limits");
         test::equal(holds(6, 3001), 6, "the later");
         test::equal(holds(8, 3002), 8, "less restricted");
     }},
    {"a slot has so many addresses, and all have so many: the oldest goes, and the kernel is told",
     [] {
         front::LeaseBook book{{.per_slot = 3, .in_all = 5}, 1};
         std::vector<kernel::AddressGrant> batch;
         for (unsigned i = 0; i < 3; ++i) book.answered(Slot{1}, address(i), {1}, seconds{60}, at(0), batch);
         book.answered(Slot{1}, address(0), {1}, seconds{60}, at(1), batch);  // now the newest
         batch.clear();
         book.answered(Slot{1}, address(3), {1}, seconds{60}, at(2), batch);
         test::check(batch.size() == 2 && batch[0].address == address(1) && batch[0].lifetime == seconds{0} &&
                         batch[1].address == address(3),
                     "1 goes");
         for (unsigned i = 10; i < 13; ++i) book.answered(Slot{2}, address(i), {1}, seconds{60}, at(3), batch);
         test::equal(book.size(), 5U, "five in all");
         auto const all = book.all(at(10));
         test::check(all.size() == 5 && all[0].address == address(0) && all[0].lifetime < seconds{180},
                     "what is left of each");
         book.refused(all);
         test::equal(book.size(), 0U, "refused ones are forgotten");
     }},
    {"what has ended is forgotten, a part at a time, and so no lease that holds goes for it",
     [] {
         front::LeaseBook book{{.per_slot = 9, .in_all = 4}, 1};
         std::vector<kernel::AddressGrant> batch;
         book.answered(Slot{1}, address(0), {1}, seconds{3600}, at(0), batch);
         for (unsigned i = 1; i < 4; ++i) book.answered(Slot{1}, address(i), {1}, seconds{1}, at(0), batch);
         for (int i = 0; i < 5; ++i) book.forget_ended(at(100), 1);
         test::equal(book.size(), 4U, "all hold");
         for (int i = 0; i < 5; ++i) book.forget_ended(at(200), 1);
         test::equal(book.size(), 1U, "the long one");
         batch.clear();
         book.answered(Slot{2}, address(9), {1}, seconds{60}, at(200), batch);
         test::equal(batch.size(), 1U, "nobody's goes");
     }},
    {"the families' rooms are apart, as the kernel's maps are",
     [] {
         front::LeaseBook book{{.per_slot = 9, .in_all = 1}, 1};
         std::vector<kernel::AddressGrant> batch;
         book.answered(Slot{1}, address(0), {1}, seconds{60}, at(0), batch);
         book.answered(Slot{1}, test::value(IpAddress::parse("2001:db8::1")), {1}, seconds{60}, at(0), batch);
         test::equal(book.size(), 2U, "one of each");
         test::equal(book.all(at(1)).size(), 2U, "both are told");
     }},
    {"an answer is found until its time is over, with its age",
     [] {
         front::AnswerCache cache{64 * 1024, 7};
         auto const name = test::dns_name("www.example");
         auto const message = test::Message::query("www.example", 1).bytes();
         cache.put({&name, 1, false, false}, message, 60, 100);
         auto const found = cache.find({&name, 1, false, false}, 159);
         test::check(found && found->age == 59 && std::ranges::equal(found->message, message), "found");
         test::check(!cache.find({&name, 1, false, false}, 160), "over");
         test::check(!cache.find({&name, 28, false, false}, 100) && !cache.find({&name, 1, true, false}, 100) &&
                         !cache.find({&name, 1, false, true}, 100),
                     "another question");
         cache.put({&name, 1, false, false}, message, 0, 200);
         test::check(!cache.find({&name, 1, false, false}, 200), "a TTL of 0 isn't kept");
     }},
    {"the cache forgets its oldest and never gives another's answer",
     [] {
         front::AnswerCache cache{64 * 1024, 7};
         auto const name = [](int i) { return test::dns_name("n" + std::to_string(i) + ".example"); };
         for (int i = 0; i < 5000; ++i) {
             auto const one = name(i);
             cache.put({&one, 1, false, false}, test::Message::query(one.text(), 1), 60, 100);
         }
         int found = 0;
         for (int i = 0; i < 5000; ++i) {
             auto const one = name(i);
             auto const kept = cache.find({&one, 1, false, false}, 100);
             if (!kept) continue;
             ++found;
             test::check(std::ranges::equal(kept->message, test::Message::query(one.text(), 1).bytes()), "its own");
         }
         test::check(found > 300 && found < 1200, std::to_string(found));
         auto const last = name(4999);
         test::check(cache.find({&last, 1, false, false}, 100).has_value(), "the newest is there");
         front::AnswerCache none{0, 7};
         none.put({&last, 1, false, false}, test::Message::query("x", 1), 60, 100);
         test::check(!none.find({&last, 1, false, false}, 100), "a cache of nothing");
     }},
    {"so many a second after a burst, and so many waiting",
     [] {
         front::Limiter limiter{{.a_second = 10, .burst = 5, .waiting = 2}};
         auto const key = limiter.key(Slot{3}, 99);
         test::check(key == limiter.key(Slot{3}, 12) && key != limiter.key(Slot{}, 99), "by slot, else by address");
         int granted = 0;
         for (int i = 0; i < 20; ++i) granted += limiter.may_ask(key, 1000) ? 1 : 0;
         test::equal(granted, 5, "the burst");
         for (int i = 0; i < 20; ++i) granted += limiter.may_ask(key, 1300) ? 1 : 0;
         test::equal(granted, 8, "three in 300 ms");
         test::check(limiter.may_wait(key) && limiter.may_wait(key) && !limiter.may_wait(key), "two wait");
         limiter.waited(key);
         test::check(limiter.may_wait(key), "one more");
     }},
};

}  // namespace

int main() {
    return test::run("front/tables", tests);
}
