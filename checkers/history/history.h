// Histories in Jepsen's sense: a list of events (a process invokes an operation, later it
// completes) and the operations that result from pairing them. Line order is the order of events.
//
// - `fail`: the operation did not take place. `info`: it may have taken place at any time after its
//   invocation, or never; its process never comes back. An operation that is still open at the end
//   of the history is `info`.
// - A process is an integer or a name. `nemesis` is no client, nor is a name that says
//   `:info` of nothing that is open, unless of a transaction: such events are kept, and are no
//   operations.
// - Where no process is told, a completion is that of the operation without a process that is open
//   and has the same `:index`, else of the only one of its name. Which operations were one client's
//   is not known then.
// - Transactions may be told by their completions alone. Then only the order within a process is
//   known, and no real time: where both would be judged, see `Knowledge`.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/protocols/base/value.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace windtunnel::checkers {

using windtunnel::Value;

enum class EventType : std::uint8_t { invoke, ok, fail, info };
std::string_view name_of(EventType type);
std::optional<EventType> event_type_of(std::string_view name);

inline constexpr std::int64_t kNoTime = -1;
inline constexpr std::uint32_t kNoEvent = 0xffffffffU;

struct Event {
  std::int64_t index = -1;         // as written; -1: take the position in the history
  std::int64_t time_ns = kNoTime;  // since the start of the run
  EventType type = EventType::invoke;
  std::uint32_t line = 0;  // where it was read, from 1; 0 for a recorded event
  Value process;           // an integer or a name; nil where it is not told
  std::string f;
  Value value;
  Value error;              // nil when absent
  Value extra;              // a map of the keys that we do not know (and `:key`), or nil
  bool is_nemesis = false;  // of no operation; History::add finds out
};

// "process 3", "process worker-1"; "a process" where it is not told.
std::string text_of_process(const Value& process);

// "in line 12" of an event that was read, else "at 1.200 s", or "with index 5" where it has no
// time.
std::string place_of(const Event& event);

// Positions are indices into `History::events()`.
struct Operation {
  std::uint32_t invoked = kNoEvent;
  std::uint32_t completed = kNoEvent;   // kNoEvent when it never completed
  EventType outcome = EventType::info;  // ok, fail or info
  // The number of its client: that of its process, or one that no process has.
  std::int64_t process = 0;
};

// Why a history was refused. Line and column count from 1; 0 means not known.
struct ReadError {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string reason;
};
// "line 12, column 5: unbalanced )"
std::string to_string(const ReadError& error);

// What a history does not tell.
struct Knowledge {
  bool sessions = true;   // which operations were one client's, in which order
  bool real_time = true;  // which operations had returned when others were called
};

// Which operation an event belongs to, and whether it fits the events before. Memory grows with the
// number of processes, not of events.
class Pairing {
 public:
  static constexpr std::uint64_t kNoOperation = 0xffffffffffffffffU;

  // Refuses a second invocation by a busy process, a completion without an invocation or of
  // something else, and any use of a process after its `:info`; such an event changes nothing.
  std::optional<ReadError> add(const Event& event);
  // That the last event invoked or completed, numbered by invocation from 0; kNoOperation where it
  // was one of no client.
  std::uint64_t operation() const { return operation_; }
  // Of that operation.
  std::int64_t client() const { return client_; }
  // The last event completed an operation that nobody told to have been invoked.
  bool lacks_invocation() const { return lacks_invocation_; }
  const Knowledge& knowledge() const { return knowledge_; }
  void know(const Knowledge& no_more) { knowledge_ = no_more; }

 private:
  static constexpr std::uint64_t kIdle = kNoOperation;
  static constexpr std::uint64_t kRetired = kNoOperation - 1;
  struct Process {
    std::uint64_t operation = kIdle;  // the one that is open, or a marker
    std::string f;                    // of that operation
  };
  struct Unnamed {
    std::uint64_t operation;
    std::int64_t client;
    std::string f;
    std::int64_t index;
  };

  std::int64_t number_of(const Value& process);
  std::optional<ReadError> add_named(const Event& event);
  std::optional<ReadError> add_unnamed(const Event& event);
  std::optional<ReadError> complete_alone(const Event& event);
  void invoke(std::int64_t client);

  std::unordered_map<std::int64_t, Process> processes_;
  std::unordered_map<std::string, std::int64_t> names_;  // for look-up only
  std::vector<Unnamed> unnamed_;                         // those that are open
  // Of names and of what has none; no process of a test has such a number.
  std::int64_t next_client_ = std::numeric_limits<std::int64_t>::min();
  std::uint64_t invoked_ = 0;
  std::uint64_t operation_ = kNoOperation;
  std::int64_t client_ = 0;
  bool lacks_invocation_ = false;
  Knowledge knowledge_;
};

class History {
 public:
  // Appends an event, unless it does not fit: see `Pairing`. The history is unchanged then.
  std::optional<ReadError> add(Event event);

  const std::vector<Event>& events() const { return events_; }
  // In the order of their invocations; `fail` ones included.
  const std::vector<Operation>& operations() const { return operations_; }

  const Event& invocation(const Operation& op) const { return events_[op.invoked]; }
  // Null when the operation never completed.
  const Event* completion(const Operation& op) const {
    return op.completed == kNoEvent ? nullptr : &events_[op.completed];
  }
  const std::string& f(const Operation& op) const { return invocation(op).f; }
  std::int64_t process(const Operation& op) const { return op.process; }
  // "process 3": see `text_of_process`.
  std::string client(const Operation& op) const { return text_of_process(invocation(op).process); }
  // The `:session` of the invocation, which several processes may share, or else its process.
  std::int64_t session(const Operation& op) const;
  const Value& argument(const Operation& op) const { return invocation(op).value; }
  // What it returned; nil unless it is `ok`.
  const Value& result(const Operation& op) const;
  // The `:key` of the invocation, nil when it has none.
  const Value& key(const Operation& op) const;
  const Knowledge& knowledge() const { return pairing_.knowledge(); }
  // Of a history that is made of a part of another one.
  void knows_as_little_as(const History& whole) { pairing_.know(whole.knowledge()); }
  // "process 3 write 5 (ok, 1.200 s to 1.450 s)", for people: a long value is cut.
  std::string describe(const Operation& op) const;
  // Where its invocation stands: see `place_of`.
  std::string place(const Operation& op) const;

 private:
  std::vector<Event> events_;
  std::vector<Operation> operations_;
  Pairing pairing_;
};

// Records a history while it happens. A worker is one session at a time, numbered from 0 below
// `workers`. Its first process has the worker's number for an id; each further one, when a process
// is lost to an `:info`, when another operation begins while all are busy, or when a new session
// begins, has an id larger by `workers`.
//
// A session that had several processes at once names itself in its further operations: their
// `:session` is the id of its first process, unless that is their own.
class HistoryRecorder {
 public:
  // How recorders of one run number, so that their histories fit into one file: no process is in
  // two of them, and the indices of their events are one sequence in order of time.
  struct Numbering {
    std::int64_t first_process = 0;      // the id of worker 0
    std::int64_t processes = 0;          // workers of all recorders
    std::int64_t* next_index = nullptr;  // shared by them; outlives the recorder
  };

  struct OpId {
    std::uint32_t value = 0;  // index into `History::operations()`
  };

  explicit HistoryRecorder(std::int64_t workers) : workers_(workers) {
    numbering_.processes = workers;
  }
  HistoryRecorder(std::int64_t workers, const Numbering& numbering)
      : workers_(workers), numbering_(numbering) {}

  // By a process of the worker that is idle. `key` becomes the event's `:key` unless it is nil.
  OpId invoke(std::int64_t worker, Instant now, std::string_view f, Value value, Value key = {});
  // What the session did not ask for: by a process of its own, which it has for that alone.
  OpId hear(std::int64_t worker, Instant now, std::string_view f, Value value);
  // The worker's session is over, and none of its operations is open: the next one has other
  // processes.
  void end_session(std::int64_t worker);
  // Whether a session had several processes at once, so that the order of its operations is not
  // that of one process.
  bool splits_sessions() const { return splits_sessions_; }
  // `outcome` is ok, fail or info; each operation completes at most once. For ok, `value` is what
  // it returned (an acknowledged write repeats its argument).
  void complete(OpId op, Instant now, EventType outcome, Value value, Value error = {});
  void nemesis(Instant now, std::string_view f, Value value = {});

  const History& history() const { return history_; }
  History take() { return std::move(history_); }

 private:
  struct Worker {
    std::vector<std::int64_t> idle;  // processes, the smallest id last
    std::int64_t next_process = 0;
    std::int64_t session = 0;             // its first process
    std::optional<std::int64_t> hearing;  // the process of what it hears
    std::uint32_t open = 0;
    bool is_split = false;
  };
  Worker& worker(std::int64_t number);
  std::int64_t new_process(Worker& state) const;
  OpId begin(std::int64_t number, Instant now, std::string_view f, Value value, Value key,
             std::int64_t process);
  void split(Worker& state);
  void add(Event event);

  std::int64_t workers_;
  Numbering numbering_;
  std::vector<Worker> states_;
  std::vector<std::uint32_t> worker_of_;  // by operation
  bool splits_sessions_ = false;
  History history_;
};

}  // namespace windtunnel::checkers
