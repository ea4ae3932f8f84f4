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
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace windtunnel::faults {

// --- Effects. Each is undone after the fault's duration, where it has one. ---

// What an effect does to the run once it has begun.
enum class Lasting : std::uint8_t {
  until_its_end,  // it acts all the time
  undone,         // it acts once; its end, where it has one, takes that back
  not_at_all,     // it is over as soon as it began, and has no duration
};

// What holds of every effect of a kind. Whatever has to know the kinds of effects reads the rows:
// the scenario format, the checks, the generators.
struct EffectRow {
  std::string_view name;  // its key in a scenario file
  std::string_view doc;
  Lasting lasting = Lasting::until_its_end;
};

// Separates the sides from each other, both ways.
struct Partition {
  static constexpr EffectRow kRow{"partition", "Separates groups of servers."};
  Sides sides;
  friend bool operator==(const Partition&, const Partition&) = default;
};

// Cuts the links from `from` to `to`; messages the other way still pass unless `both`.
struct Cut {
  static constexpr EffectRow kRow{"cut", "Cuts links, one way."};
  Selector from;
  Selector to;
  bool both = false;
  friend bool operator==(const Cut&, const Cut&) = default;
};

// Cuts the nodes from all others, clients too.
struct Isolate {
  static constexpr EffectRow kRow{"isolate", "Cuts nodes from all others, clients too."};
  Selector nodes;
  friend bool operator==(const Isolate&, const Isolate&) = default;
};

// Changes links. What is not given stays as it is.
struct LinkChange {
  static constexpr EffectRow kRow{"link", "Makes links worse."};
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
  static constexpr EffectRow kRow{"hold", "Keeps matching messages back."};
  MessageFilter messages;
  friend bool operator==(const Hold&, const Hold&) = default;
};
// Ends the holds with this filter (all holds where it is empty) and delivers what they kept, in
// order.
struct Release {
  static constexpr EffectRow kRow{"release", "Ends holds and delivers what they kept.",
                                  Lasting::not_at_all};
  MessageFilter messages;
  friend bool operator==(const Release&, const Release&) = default;
};

// Does something to matching messages as they are sent.
struct MessageRule {
  static constexpr EffectRow kRow{"messages",
                                  "Drops, delays, doubles or damages matching messages."};
  enum class Action : std::uint8_t { drop, duplicate, delay, corrupt };
  MessageFilter messages;
  Action action = Action::drop;
  PerMillion probability{1'000'000};
  DurationRange delay;  // action delay
  friend bool operator==(const MessageRule&, const MessageRule&) = default;
};

// Stops the nodes; with a duration they restart after it.
struct Crash {
  static constexpr EffectRow kRow{"crash", "Stops nodes; with `for` they restart after it.",
                                  Lasting::undone};
  enum class Kind : std::uint8_t { process, power };
  Selector nodes;
  Kind kind = Kind::process;
  friend bool operator==(const Crash&, const Crash&) = default;
};
struct Restart {
  static constexpr EffectRow kRow{"restart", "Starts nodes that are down.", Lasting::not_at_all};
  Selector nodes;
  friend bool operator==(const Restart&, const Restart&) = default;
};
// Runs nothing on the nodes while their clocks go on.
struct Pause {
  static constexpr EffectRow kRow{"pause", "Nodes run nothing; their clocks go on."};
  Selector nodes;
  friend bool operator==(const Pause&, const Pause&) = default;
};
// Runs nothing, and their monotonic clocks stop.
struct Suspend {
  static constexpr EffectRow kRow{"suspend", "Nodes run nothing; their monotonic clocks stop."};
  Selector nodes;
  friend bool operator==(const Suspend&, const Suspend&) = default;
};

// Moves the wall clocks; timers stay.
struct ClockJump {
  static constexpr EffectRow kRow{"clock_jump", "Moves wall clocks.", Lasting::undone};
  Selector nodes;
  DurationRange by;
  friend bool operator==(const ClockJump&, const ClockJump&) = default;
};
// Makes the clocks run fast (positive) or slow, in parts per million.
struct ClockDrift {
  static constexpr EffectRow kRow{"clock_drift", "Makes clocks run fast or slow."};
  Selector nodes;
  IntegerRange ppm;
  friend bool operator==(const ClockDrift&, const ClockDrift&) = default;
};

struct DiskTrouble {
  static constexpr EffectRow kRow{"disk", "Makes disks slow, full or wrong."};
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
  friend bool operator==(const DiskTrouble&, const DiskTrouble&) = default;
};

// Makes each input of the nodes cost more core time.
struct Overload {
  static constexpr EffectRow kRow{"overload", "Makes input cost more core time."};
  Selector nodes;
  Duration per_input;        // added to each input's cost
  std::uint32_t factor = 1;  // and its cost is multiplied by this first
  friend bool operator==(const Overload&, const Overload&) = default;
};

// Ends every fault that still acts on the nodes, and restarts those that are down.
struct Heal {
  static constexpr EffectRow kRow{
      "heal", "Ends the faults that still act on nodes and restarts them.", Lasting::not_at_all};
  Selector nodes;
  friend bool operator==(const Heal&, const Heal&) = default;
};

// Has the nodes' services do one of their actions, such as `timeout`; a node whose service has no
// such action is left out.
struct Act {
  static constexpr EffectRow kRow{"act", "Has nodes do an action of their service.",
                                  Lasting::not_at_all};
  Selector nodes;
  std::string action;
  std::map<std::string, std::string, std::less<>> options;  // of the action, as written
  friend bool operator==(const Act&, const Act&) = default;
};

// monostate: a fault that has choices or a script instead.
using Effect = std::variant<std::monostate, Partition, Cut, Isolate, LinkChange, Hold, Release,
                            MessageRule, Crash, Restart, Pause, Suspend, ClockJump, ClockDrift,
                            DiskTrouble, Overload, Heal, Act>;

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
template <auto last, std::size_t size>
constexpr bool ends_with(const std::string_view (&)[size]) {
  return size == static_cast<std::size_t>(last) + 1;
}
static_assert(ends_with<DiskTrouble::Kind::torn_tail>(kDiskFaultNames));
static_assert(ends_with<MessageRule::Action::corrupt>(kMessageActionNames));
static_assert(ends_with<Crash::Kind::power>(kCrashNames));

// The row of the effect that `Effect` holds at this index; that of monostate is empty.
const EffectRow& row_at(std::size_t index);
inline const EffectRow& row_of(const Effect& effect) { return row_at(effect.index()); }
// What reports call it: its key, "crash"; of an action its name and options, "transfer to=n2".
std::string title_of(const Effect& effect);
// Its key with what kind of it: "crash-power", "disk-slow", "messages-delay", "partition-halves";
// of an action its name.
std::string kind_of(const Effect& effect);
// Of a fault: that of its effect, or "choose" or "script".
std::string kind_of(const Fault& fault);
// Whether the name means the fault: its id, its label, or its kind.
bool is_called(const Fault& fault, std::string_view name);

}  // namespace windtunnel::faults
