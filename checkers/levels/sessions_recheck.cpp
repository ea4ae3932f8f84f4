#include <windtunnel/checkers/levels/sessions_recheck.h>

#include <windtunnel/checkers/levels/sessions.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

struct SessionStep {
  std::int64_t session = 0;
  bool write = false;
  Value key;
  Value value;
};

// The place of each version of one key; the initial one is first.
using Places = std::map<Value, std::size_t>;

class Recheck {
 public:
  Recheck(const ModelSpec& spec, std::uint8_t guarantees, std::vector<SessionStep> steps)
      : spec_(spec), guarantees_(guarantees), steps_(std::move(steps)) {}

  // Some key of the steps has no order that keeps the guarantees.
  bool is_broken() const {
    std::vector<Value> keys;
    for (const SessionStep& step : steps_) keys.push_back(step.key);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return std::any_of(keys.begin(), keys.end(),
                       [this](const Value& key) { return !has_order(key); });
  }

 private:
  bool has_order(const Value& key) const {
    constexpr std::size_t kMostVersions = 8;
    std::vector<Value> versions;
    for (const SessionStep& step : steps_) {
      if (step.key == key && step.value != spec_.initial) versions.push_back(step.value);
    }
    std::sort(versions.begin(), versions.end());
    versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
    if (versions.size() > kMostVersions) return true;
    do {
      Places order{{spec_.initial, 0}};
      for (const Value& version : versions) order.try_emplace(version, order.size());
      if (keeps(key, order)) return true;
    } while (std::next_permutation(versions.begin(), versions.end()));
    return false;
  }

  bool wants(SessionGuarantee one) const { return (guarantees_ & one) != 0; }

  bool keeps(const Value& key, const Places& order) const {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const SessionStep& now = steps_[i];
      if (now.key != key) continue;
      for (std::size_t k = 0; k <= i; ++k) {
        const SessionStep& before = steps_[k];
        if (before.session != now.session) continue;
        if (k < i && before.key == key && !keeps_pair(before, now, order)) return false;
        if (!before.write && !now.write && !keeps_floor(before, now, order)) return false;
      }
    }
    return true;
  }
  // Of one session and key, one after the other.
  bool keeps_pair(const SessionStep& before, const SessionStep& now, const Places& order) const {
    const SessionGuarantee owed = before.write ? now.write ? kMonotonicWrites : kReadYourWrites
                                  : now.write  ? kWritesFollowReads
                                               : kMonotonicReads;
    return !wants(owed) || order.at(before.value) <= order.at(now.value);
  }
  // `before` showed a write, of any key. What its session had written and read of this key earlier,
  // `now` sees, or something later.
  bool keeps_floor(const SessionStep& before, const SessionStep& now, const Places& order) const {
    const auto write =
        std::find_if(steps_.begin(), steps_.end(), [&before](const SessionStep& step) {
          return step.write && step.key == before.key && step.value == before.value;
        });
    if (write == steps_.end()) return true;
    for (auto earlier = steps_.begin(); earlier != write; ++earlier) {
      if (earlier->session != write->session || earlier->key != now.key) continue;
      const SessionGuarantee owed = earlier->write ? kMonotonicWrites : kWritesFollowReads;
      if (wants(owed) && order.at(earlier->value) > order.at(now.value)) return false;
    }
    return true;
  }

  const ModelSpec& spec_;
  std::uint8_t guarantees_;
  std::vector<SessionStep> steps_;
};

bool is_pair(const Value& value) { return value.is_sequence() && value.items().size() == 2; }

SessionStep step_of(const History& history, const ModelSpec& spec, const Operation& op) {
  SessionStep step;
  step.session = history.process(op);
  step.write = history.f(op) == "write" || history.f(op) == "put";
  const Value& argument = history.argument(op);
  const Value& said = step.write ? argument : history.result(op);
  const bool tuple = spec.independent || (spec.model == Model::kv && history.key(op).is_nil());
  step.key = tuple && is_pair(argument) ? argument.items()[0] : history.key(op);
  step.value = tuple && is_pair(said) ? said.items()[1] : said;
  return step;
}

// It returned what nobody had written.
bool is_from_nowhere(const History& history, const ModelSpec& spec, const SessionStep& read) {
  if (read.write || read.value == spec.initial) return false;
  return std::none_of(history.operations().begin(), history.operations().end(),
                      [&](const Operation& op) {
                        const SessionStep other = step_of(history, spec, op);
                        return other.write && op.outcome != EventType::fail &&
                               other.key == read.key && other.value == read.value;
                      });
}

}  // namespace

bool recheck_sessions(const History& history, const ModelSpec& spec, std::uint8_t guarantees,
                      const std::vector<Witness::Item>& operations) {
  std::vector<SessionStep> steps;
  for (const Witness::Item& item : operations) {
    steps.push_back(step_of(history, spec, history.operations()[item.operation]));
  }
  if (steps.size() == 1 && is_from_nowhere(history, spec, steps.front())) return true;
  return Recheck(spec, guarantees, std::move(steps)).is_broken();
}

}  // namespace windtunnel::checkers
