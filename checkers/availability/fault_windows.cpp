#include <windtunnel/checkers/availability/fault_windows.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

class Nemesis {
 public:
  explicit Nemesis(const History& history) {
    for (const Event& event : history.events()) {
      kills_ = kills_ || (is_nemesis(event.process) && event.f == "kill");
    }
  }

  void act(const Event& event) {
    const bool again = event.f == last_;
    last_ = again ? std::string() : event.f;
    if (again) return end_of_action(event.time_ns);
    ended_.clear();
    const std::string& f = event.f;
    if (f == "heal" || f == "recover") {
      while (!open_.empty()) close(open_.begin()->first, event.time_ns);
    } else if (f == "kill" || f == "pause") {
      open(f, event.time_ns);
    } else if (f == "resume") {
      close("pause", event.time_ns);
    } else if (f == "start" && kills_) {
      close("kill", event.time_ns);
    } else if (f == "start" || f.starts_with("start-")) {
      open(f.substr(5), event.time_ns);
    } else if (f == "stop" || f.starts_with("stop-")) {
      close(f.substr(4), event.time_ns);
    } else if (out_.unknown_action.empty()) {
      out_.unknown_action = f;
    }
  }
  FaultWindows take() {
    out_.windows = merged(std::move(out_.windows));
    return std::move(out_);
  }

 private:
  void open(const std::string& name, std::int64_t at) {
    if (!open_.try_emplace(name, out_.windows.size()).second) return;
    out_.windows.push_back({at, std::nullopt});
  }
  void close(std::string name, std::int64_t at) {
    const auto found = open_.find(name);
    if (found == open_.end()) return;
    out_.windows[found->second].to_ns = at;
    ended_.push_back(found->second);
    open_.erase(found);
  }
  // What it ended has ended by now.
  void end_of_action(std::int64_t at) {
    for (const std::size_t window : ended_) out_.windows[window].to_ns = at;
    ended_.clear();
  }

  bool kills_ = false;
  std::string last_;  // the action whose second event is to come
  std::map<std::string, std::size_t> open_;
  std::vector<std::size_t> ended_;  // by that action
  FaultWindows out_;
};

}  // namespace

std::vector<FaultWindow> merged(std::vector<FaultWindow> windows) {
  std::stable_sort(windows.begin(), windows.end(), [](const FaultWindow& a, const FaultWindow& b) {
    return a.from_ns < b.from_ns;
  });
  std::vector<FaultWindow> out;
  for (const FaultWindow& window : windows) {
    if (out.empty() || (out.back().to_ns && *out.back().to_ns < window.from_ns)) {
      out.push_back(window);
      continue;
    }
    std::optional<std::int64_t>& end = out.back().to_ns;
    if (!window.to_ns) end.reset();
    if (end && window.to_ns) end = std::max(*end, *window.to_ns);
  }
  return out;
}

bool is_calm(const std::vector<FaultWindow>& windows, std::int64_t at_ns) {
  const auto after = std::partition_point(
      windows.begin(), windows.end(), [at_ns](const FaultWindow& w) { return w.from_ns <= at_ns; });
  if (after == windows.begin()) return true;
  const FaultWindow& last = *std::prev(after);
  return last.to_ns && *last.to_ns <= at_ns;
}

FaultWindows windows_of(const History& history) {
  Nemesis nemesis(history);
  for (const Event& event : history.events()) {
    if (is_nemesis(event.process) && event.time_ns != kNoTime) nemesis.act(event);
  }
  return nemesis.take();
}

}  // namespace windtunnel::checkers
