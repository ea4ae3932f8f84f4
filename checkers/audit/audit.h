// Audits: what the clients of a workload were promised beyond the model of one object, judged by
// accounting: nothing acknowledged is lost, nothing is there twice, in order, in time.
//
// An audit reads the operations of one workload and names each kind of flaw, as Jepsen does where
// Jepsen has a name. Sound: a flaw is in the history, and `recheck` finds it again by a plain
// reading of the events that shares nothing with the audit. A history in which nothing was put to
// the test is `unknown`, never `ok`.
#pragma once

#include <windtunnel/checkers/availability/availability.h>
#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// One kind of flaw in a history.
struct Flaw {
  std::string name;         // "lost"
  std::uint64_t count = 0;  // how many elements, reads, messages have it
  bool permitted = false;   // told, but not held against the history
  Value subject;            // what the first one is about: an element, a key, [key offset], ...
  Witness witness;          // of the first one
};

struct Figure {
  std::string name;  // with its unit last: "stable_latency_p99_ns"
  std::int64_t value = 0;
};

struct AuditReport {
  Verdict verdict;  // its witness is that of the first flaw that is not permitted
  std::vector<Flaw> flaws;
  std::vector<Figure> figures;
};

struct AuditOptions {
  std::optional<Value> initial;        // what the audit takes as such; see its summary
  std::vector<std::string> permitted;  // flaws to tell and to let pass
  std::vector<std::string> forbidden;  // flaws to hold against the history that else would pass
  std::vector<std::pair<std::string, std::int64_t>> limits;  // name and value, in the limit's unit
  bool tuples = false;  // values are tuples [key value], one object a key
};

struct FlawInfo {
  std::string_view name;
  bool permitted = false;  // unless it is forbidden
  std::string_view meaning;
};

struct AuditInfo {
  std::string_view name;  // as --model takes it
  std::string_view summary;
  // What it knows; none: it goes by none in particular. A history with others is `unknown`: they
  // may be what explains it.
  std::vector<std::string_view> operations;
  std::vector<FlawInfo> flaws;  // the worst first: the order in which they are told
  AuditReport (*run)(const History& history, const AuditOptions& options);
  // Reads the events once more and says whether the flaw is there. Shares nothing with `run`, and
  // may be slow.
  bool (*recheck)(const History& history, const AuditOptions& options, const Flaw& flaw);
  // Whether it takes this initial value; null: it takes none.
  bool (*takes_initial)(const Value& initial) = nullptr;
  std::vector<LimitInfo> limits{};
  // Each key is an object of its own; else it looks at all keys together, or at none.
  bool by_key = true;
  // It goes by which operations are of one process.
  bool by_session = false;
  // It goes by what a nemesis did, too.
  bool reads_nemesis = false;
};

// In the order of their names.
const std::vector<AuditInfo>& all_audits();
// Null when there is none of that name.
const AuditInfo* find_audit(std::string_view name);

// What is wrong with this initial value for the audit; nothing when it fits.
std::optional<std::string> refuse_initial(const AuditInfo& audit, const Value& initial);

// Runs the audit. The verdict is violated when a flaw is found that is not permitted and that
// `recheck` confirms.
//
// A history of several objects is judged key by key: where operations have a `:key`, or, with
// `tuples`, where their values are [key value], as Jepsen's `independent` makes them. Then each
// witness names its key, figures of counts are added up, and one key of which nothing can be said
// leaves the verdict `unknown` if none is violated.
AuditReport audit(const History& history, const AuditInfo& audit, const AuditOptions& options);

}  // namespace windtunnel::checkers
