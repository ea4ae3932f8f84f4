#include <windtunnel/checkers/levels/consistency.h>

#include <windtunnel/checkers/levels/sequential.h>
#include <windtunnel/checkers/levels/sessions.h>
#include <windtunnel/checkers/objects/linearizable.h>

#include <string>

namespace windtunnel::checkers {
namespace {

struct Promise {
  std::string_view level;
  std::string_view text;
};
constexpr Promise kPromises[] = {
    {"linearizable",
     "each operation of the clients took effect at one moment between its call and its return"},
    {"sequential", "one order of all operations, in which those of each client keep theirs"},
    {"read-your-writes", "a read sees the client's own writes of the key, or later ones"},
    {"monotonic-reads", "successive reads of a key see the same version, or later ones"},
    {"monotonic-writes", "who sees a write sees the earlier writes of its client, or later ones"},
    {"writes-follow-reads",
     "who sees a write sees what its client had read before it, or later ones"},
    {"pram", "read-your-writes, monotonic-reads and monotonic-writes"},
};

}  // namespace

std::string_view promise_of(std::string_view object_level) {
  for (const Promise& promise : kPromises) {
    if (promise.level == object_level) return promise.text;
  }
  return {};
}

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
  if (guarantees) return check_sessions(history, spec, *guarantees, limits.max_work);
  std::string names;
  for (const std::string_view known : object_levels()) {
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  return undecided("no level '" + std::string(level) + "'; there are " + names);
}

}  // namespace windtunnel::checkers
