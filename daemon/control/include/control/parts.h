// What the gate works with, by interfaces: main.cpp gives the real ones, tests their fakes.
#pragma once

namespace kindgate::kernel {
class Flows;
class Neighbours;
class Table;
class Usage;
}  // namespace kindgate::kernel

namespace kindgate::ledger {
class Ledger;
}

namespace kindgate::report {
class RandomSource;
}

namespace kindgate::control {

class Clock;
class NamesFront;
class Web;

// All must outlive who is given them.
struct Parts {
    kernel::Table& table;
    kernel::Flows& flows;
    kernel::Neighbours& neighbours;
    kernel::Usage& usage;
    NamesFront& front;
    ledger::Ledger& ledger;
    Clock& clock;
    Web& web;
    report::RandomSource& random;
};

}  // namespace kindgate::control
