// The lattice of isolation levels: which anomaly implies which, which level forbids which, which
// level is stronger than which. After Adya (1999), Cerone et al. (CONCUR 2015), Bailis et al. (VLDB
// 2014) and Daudjee & Salem, as Elle has put them together.
#pragma once

#include <windtunnel/checkers/txn/cycles.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// From weak to strong; "read-uncommitted" ... "strict-serializable".
const std::vector<std::string_view>& isolation_levels();
bool is_isolation_level(std::string_view name);
// What the level rules out, and which levels are in it, in a line.
std::string promise_of_isolation(std::string_view level);
// Which orders of events the level promises to respect.
Scope scope_of(std::string_view level);
// Is every history of the level one of the other?
bool is_at_least(std::string_view level, std::string_view weaker);
// Does one of the anomalies show that the level did not hold?
bool is_ruled_out(std::string_view level, const std::set<std::string>& anomalies);
// Does this anomaly by itself?
bool forbids(std::string_view level, const std::string& anomaly);

// Every anomaly that some level forbids, by name.
const std::vector<std::string_view>& anomaly_names();
// The weakest level that forbids it, of those in the order of isolation_levels().
std::string_view forbidden_from(const std::string& anomaly);

// What counts against a level: what it forbids, but for what is permitted, and what is forbidden
// beside it. Of what is forbidden its cases count, too: who forbids G2-item forbids G-single. What
// is permitted is permitted by its name alone.
struct Counting {
  std::string_view level;
  std::vector<std::string> permitted;
  std::vector<std::string> forbidden;

  bool is_changed() const { return !permitted.empty() || !forbidden.empty(); }
  bool counts(const std::string& anomaly) const;
  // Is it a case of what is forbidden beside what the level forbids?
  bool is_asked_for(const std::string& anomaly) const;
};

struct LevelReport {
  std::vector<std::string> violated;       // the weakest levels that did not hold
  std::vector<std::string> also_violated;  // stronger ones, which cannot hold then
  std::vector<std::string> not_violated;   // nothing speaks against these
  std::vector<std::string> upheld;         // those of them that are proven to hold
};
// Judges the levels whose scope is at most `widest`: what was not looked for says nothing.
LevelReport judge_levels(const std::set<std::string>& anomalies, Scope widest);

}  // namespace windtunnel::checkers
