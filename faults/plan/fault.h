// A fault, as data: what triggers it, what it does, for how long. The nemesis plays it; nothing
// here acts.
//
// A fault has a stable id: all its draws are keyed by it, so that the others do not change when one
// is removed. A fault that fires several times (`every`, `random`) has occurrences, numbered from
// 0.
#pragma once

#include <windtunnel/faults/plan/pattern.h>
#include <windtunnel/faults/plan/selector.h>
#include <windtunnel/faults/plan/values.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace windtunnel::faults {

// --- Effects. Each is undone after the fault's duration, where it has one. ---

// Separates the sides from each other, both ways.
struct Partition {
  Sides sides;
  friend bool operator==(const Partition&, const Partition&) = default;
};

// Cuts the links from `from` to `to`; messages the other way still pass unless `both`.
struct Cut {
  Selector from;
  Selector to;
  bool both = false;
  friend bool operator==(const Cut&, const Cut&) = default;
};

// Cuts the nodes from all others, clients too.
struct Isolate {
  Selector nodes;
  friend bool operator==(const Isolate&, const Isolate&) = default;
};

// Changes links. What is not given stays as it is.
struct LinkChange {
  Selector from;
  Selector to;
  bool both = true;
  std::optional<PerMillion> loss;
  std::optional<PerMillion> duplicate;
  std::optional<PerMillion> reorder;
  std::optional<PerMillion> corrupt;
  std::optional<PerMillion> stream_corrupt;
  std::optional<Distribution> delay;  // added to the latency
  std::optional<Size> bandwidth;      // bytes a second
  std::optional<Size> queue;          // bytes that wait for it; only with `bandwidth`
  friend bool operator==(const LinkChange&, const LinkChange&) = default;
};

// Which messages: by link and by the service's name of their type; an empty type means every type.
struct MessageFilter {
  std::string type;
  Selector from;
  Selector to;
  friend bool operator==(const MessageFilter&, const MessageFilter&) = default;
};

// Keeps matching messages back from now on, until they are delivered, dropped or released.
struct Hold {
  MessageFilter messages;
  friend bool operator==(const Hold&, const Hold&) = default;
};
// Ends the holds with this filter (all holds where it is empty) and delivers what they kept, in
// order.
struct Release {
  MessageFilter messages;
  friend bool operator==(const Release&, const Release&) = default;
};

// Does something to matching messages as they are sent.
struct MessageRule {
  enum class Action : std::uint8_t { drop, duplicate, delay, corrupt };
  MessageFilter messages;
  Action action = Action::drop;
  PerMillion probability{1'000'000};
  DurationRange delay;  // action delay
  friend bool operator==(const MessageRule&, const MessageRule&) = default;
};

// Stops the nodes; with a duration they restart after it.
struct Crash {
  enum class Kind : std::uint8_t { process, power };
  Selector nodes;
  Kind kind = Kind::process;
  friend bool operator==(const Crash&, const Crash&) = default;
};
struct Restart {
  Selector nodes;
  friend bool operator==(const Restart&, const Restart&) = default;
};
// Runs nothing on the nodes while their clocks go on.
struct Pause {
  Selector nodes;
  friend bool operator==(const Pause&, const Pause&) = default;
};
// Runs nothing, and their monotonic clocks stop.
struct Suspend {
  Selector nodes;
  friend bool operator==(const Suspend&, const Suspend&) = default;
};

// Moves the wall clocks; timers stay.
struct ClockJump {
  Selector nodes;
  DurationRange by;
  friend bool operator==(const ClockJump&, const ClockJump&) = default;
};
// Makes the clocks run fast (positive) or slow, in parts per million.
struct ClockDrift {
  Selector nodes;
  IntegerRange ppm;
  friend bool operator==(const ClockDrift&, const ClockDrift&) = default;
};

struct DiskFault {
  enum class Kind : std::uint8_t {
    slow,        // operations take `delay` longer
    fail_fsync,  // fsync fails, dirty pages are dropped and marked clean
    lie_fsync,   // fsync says ok and syncs nothing
    full,        // no space
    eio_read,
    eio_write,
    bit_rot,    // flips bits of what is stored
    misdirect,  // a write lands elsewhere
    wipe,       // everything is gone
    torn_tail,  // at power loss an unsynced extension of a file survives up to some byte
  };
  Selector nodes;
  Kind kind = Kind::slow;
  PerMillion probability{1'000'000};  // of each operation; bit_rot: of each stored sector;
                                      // torn_tail: of each file
  std::optional<Distribution> delay;  // slow: added
  std::uint32_t factor = 1;           // slow: multiplies first
  friend bool operator==(const DiskFault&, const DiskFault&) = default;
};

// Makes each input of the nodes cost more core time.
struct Overload {
  Selector nodes;
  Duration per_input;        // added to each input's cost
  std::uint32_t factor = 1;  // and its cost is multiplied by this first
  friend bool operator==(const Overload&, const Overload&) = default;
};

// Ends every fault that still acts on the nodes, and restarts those that are down.
struct Heal {
  Selector nodes;
  friend bool operator==(const Heal&, const Heal&) = default;
};

// Makes the service's election timer of the node expire now.
struct TimeoutNow {
  Selector node;
  friend bool operator==(const TimeoutNow&, const TimeoutNow&) = default;
};

// monostate: a fault that has choices or a script instead.
using Effect = std::variant<std::monostate, Partition, Cut, Isolate, LinkChange, Hold, Release,
                            MessageRule, Crash, Restart, Pause, Suspend, ClockJump, ClockDrift,
                            DiskFault, Overload, Heal, TimeoutNow>;

// --- Scripts: exact interleavings, step by step. ---

// Waits until `ordinal` matching messages (from 1, in the order of sending) are held, and delivers
// that one.
struct Deliver {
  MessageFilter messages;
  std::uint32_t ordinal = 1;
  friend bool operator==(const Deliver&, const Deliver&) = default;
};
// The same, but the message is lost.
struct Drop {
  MessageFilter messages;
  std::uint32_t ordinal = 1;
  friend bool operator==(const Drop&, const Drop&) = default;
};
struct Wait {
  Duration time;
  friend bool operator==(const Wait&, const Wait&) = default;
};
struct WaitUntil {
  Pattern pattern;
  friend bool operator==(const WaitUntil&, const WaitUntil&) = default;
};
using ScriptAction = std::variant<std::monostate, Deliver, Drop, Wait, WaitUntil>;

// A step starts when the one before is done. It has either an effect, which is done at once, or an
// action.
struct Step {
  Effect effect;
  ScriptAction action;
  SourceSpan span;
  friend bool operator==(const Step&, const Step&) = default;
};

// --- Triggers. ---

struct At {
  DurationRange time;  // since the start of the run
  friend bool operator==(const At&, const At&) = default;
};
struct Every {
  Duration period;
  Duration from;
  std::optional<Duration> until;  // absent: the end of the run
  friend bool operator==(const Every&, const Every&) = default;
};
// At random instants, exponentially distributed with this mean distance.
struct Randomly {
  DurationRange between;
  Duration mean_interval;
  friend bool operator==(const Randomly&, const Randomly&) = default;
};
// When the pattern has matched; `delay` later. Once, or with `repeat` at each further match.
// Matches outside of [from, until] do not count.
struct When {
  Pattern pattern;
  DurationRange delay;
  bool repeat = false;
  Duration from;
  std::optional<Duration> until;  // absent: the end of the run
  friend bool operator==(const When&, const When&) = default;
};
using Trigger = std::variant<At, Every, Randomly, When>;

// One of the effects that a random fault chooses from.
struct Choice {
  std::uint32_t weight = 1;
  Effect effect;
  std::optional<DurationRange> duration;
  SourceSpan span;
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct Fault {
  std::string id;
  std::string label;  // what reports call it; empty: the effect's name
  Trigger trigger;
  // Exactly one of these three is given; choices only with the trigger `Randomly`.
  Effect effect;
  std::vector<Choice> choices;
  std::vector<Step> script;
  // How long it lasts; absent: until something heals it.
  std::optional<DurationRange> duration;
  SourceSpan span;
  friend bool operator==(const Fault&, const Fault&) = default;
};

// As scenario files write them, in the order of the enumerators.
inline constexpr std::string_view kDiskFaultNames[] = {
    "slow",      "fail-fsync", "lie-fsync", "full", "eio-read",
    "eio-write", "bit-rot",    "misdirect", "wipe", "torn-tail"};
inline constexpr std::string_view kMessageActionNames[] = {"drop", "duplicate", "delay", "corrupt"};
inline constexpr std::string_view kCrashNames[] = {"process", "power"};

// "crash", "clock_drift": the key of the effect in a scenario file.
std::string_view name_of(const Effect& effect);
// The same with what kind of it: "crash-power", "disk-slow", "messages-delay", "partition-halves".
std::string kind_of(const Effect& effect);
// Of a fault: that of its effect, or "choose" or "script".
std::string kind_of(const Fault& fault);
// Whether it is over as soon as it began: restart, release, heal, timeout. It has no duration.
bool is_instant(const Effect& effect);

}  // namespace windtunnel::faults
