// Where an audit writes what it finds: counts each kind of flaw and keeps the first of it.
#pragma once

#include <windtunnel/checkers/audit/audit.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

class Ledger {
 public:
  // `flaws` are the names that may be entered, the worst first.
  Ledger(const History& history, const AuditOptions& options, const std::vector<FlawInfo>& flaws);

  // `operations` (indices into `History::operations()`) show the flaw by themselves; `explanation`
  // is made of whole sentences. Only the first of a kind is kept.
  void enter(std::string_view flaw, Value subject, std::vector<std::uint32_t> operations,
             std::string explanation);
  // The same, for what costs too much to explain each time: `count` more of a kind that is there.
  bool has(std::string_view flaw) const;
  void count(std::string_view flaw, std::uint64_t more = 1);

  void figure(std::string name, std::int64_t value) {
    figures_.push_back({std::move(name), value});
  }
  // name_min, name_p50, name_p95, name_p99 and name_max with the unit behind; nothing for no
  // values.
  void quantiles(const std::string& name, const std::string& unit,
                 std::vector<std::int64_t> values);

  // `unknown`, with this reason, unless a flaw was found.
  void nothing_seen(std::string reason);
  // The verdict follows from the flaws.
  AuditReport close(std::string_view algorithm);

 private:
  std::size_t place_of(std::string_view flaw) const;
  const History& history_;
  std::vector<Flaw> flaws_;
  std::vector<Figure> figures_;
  std::string nothing_seen_;
};

// A key as JSON and EDN have it alike: the keys of a JSON object are strings.
Value plain_key(const Value& key);
// A list, vector or set; nil, say, is what a read returned that saw nothing of it.
bool is_collection(const Value& value);
// The error of a dequeue that failed because there was nothing: none, or one that says so.
bool says_empty(const Value& error);
// Of amounts of 64 bits, however many.
using Sum = __int128;
// Stops at the least and the greatest integer.
std::int64_t plus(std::int64_t a, std::int64_t b);

}  // namespace windtunnel::checkers
