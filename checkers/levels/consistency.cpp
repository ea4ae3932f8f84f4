#include <windtunnel/checkers/levels/consistency.h>

#include <windtunnel/checkers/objects/linearizable.h>
#include <windtunnel/checkers/levels/sequential.h>
#include <windtunnel/checkers/levels/sessions.h>

#include <string>

namespace windtunnel::checkers {

std::vector<std::string_view> object_levels() {
  std::vector<std::string_view> levels{"linearizable", "sequential"};
  levels.insert(levels.end(), session_levels().begin(), session_levels().end());
  return levels;
}

Verdict check_consistency(const History& history, const ModelSpec& spec, std::string_view level,
                          const Limits& limits) {
  if (level == "linearizable") return check_linearizable(history, spec, limits);
  if (level == "sequential") return check_sequential(history, spec, limits);
  const auto guarantees = session_guarantees(level);
  if (guarantees) return check_sessions(history, spec, *guarantees);
  std::string names;
  for (const std::string_view known : object_levels()) {
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  return undecided("no level '" + std::string(level) + "'; there are " + names);
}

}  // namespace windtunnel::checkers
