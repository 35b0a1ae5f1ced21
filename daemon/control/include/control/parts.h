// What the gate works with, by interfaces: main.cpp gives the real ones, tests their fakes.
#pragma once

namespace kindgate::kernel {
class Flows;
class Neighbours;
class Table;
}  // namespace kindgate::kernel

namespace kindgate::ledger {
class Ledger;
}

namespace kindgate::control {

class Clock;
class NamesFront;

// All must outlive who is given them.
struct Parts {
    kernel::Table& table;
    kernel::Flows& flows;
    kernel::Neighbours& neighbours;
    NamesFront& front;
    ledger::Ledger& ledger;
    Clock& clock;
};

}  // namespace kindgate::control
