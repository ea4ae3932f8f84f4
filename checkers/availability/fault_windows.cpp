#include <windtunnel/checkers/availability/fault_windows.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

class Nemesis {
 public:
  explicit Nemesis(const History& history) {
    for (const Event& event : history.events()) {
      kills_ = kills_ || (event.is_nemesis && event.f == "kill");
    }
  }

  void act(const std::string& f, std::uint32_t at) {
    const bool again = f == last_;
    last_ = again ? std::string() : f;
    if (again) return end_of_action(at);
    ended_.clear();
    if (f == "heal" || f == "recover") {
      while (!open_.empty()) close(open_.begin()->first, at);
    } else if (f == "kill" || f == "pause") {
      open(f, at);
    } else if (f == "resume") {
      close("pause", at);
    } else if (f == "start" && kills_) {
      close("kill", at);
    } else if (f == "start" || f.starts_with("start-")) {
      open(f.substr(5), at);
    } else if (f == "stop" || f.starts_with("stop-")) {
      close(f.substr(4), at);
    } else {
      ended_.push_back(spans_.size());
      spans_.push_back({f, at, at, false});
    }
  }
  std::vector<NemesisSpan> take() { return std::move(spans_); }

 private:
  // `name` is "kill", "-partition", or empty.
  void open(const std::string& name, std::uint32_t at) {
    if (!open_.try_emplace(name, spans_.size()).second) return;
    const bool dashed = name.starts_with("-");
    spans_.push_back({name.empty() ? "fault" : dashed ? name.substr(1) : name, at});
  }
  void close(std::string name, std::uint32_t at) {
    const auto found = open_.find(name);
    if (found == open_.end()) return;
    spans_[found->second].to = at;
    ended_.push_back(found->second);
    open_.erase(found);
  }
  // What it ended has ended by now.
  void end_of_action(std::uint32_t at) {
    for (const std::size_t span : ended_) spans_[span].to = at;
    ended_.clear();
  }

  bool kills_ = false;
  std::string last_;  // the action whose second event is to come
  std::map<std::string, std::size_t> open_;
  std::vector<std::size_t> ended_;  // by that action
  std::vector<NemesisSpan> spans_;
};

template <class Wanted>
std::vector<NemesisSpan> spans_of(const History& history, Wanted wanted) {
  Nemesis nemesis(history);
  for (std::size_t i = 0; i < history.events().size(); ++i) {
    const Event& event = history.events()[i];
    if (event.is_nemesis && wanted(event)) {
      nemesis.act(event.f, static_cast<std::uint32_t>(i));
    }
  }
  return nemesis.take();
}

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

std::vector<NemesisSpan> nemesis_spans(const History& history) {
  return spans_of(history, [](const Event&) { return true; });
}

FaultWindows windows_of(const History& history) {
  const auto& events = history.events();
  FaultWindows out;
  const auto has_time = [](const Event& event) { return event.time_ns != kNoTime; };
  for (const NemesisSpan& span : spans_of(history, has_time)) {
    if (!span.is_known) {
      if (out.unknown_action.empty()) out.unknown_action = span.name;
      continue;
    }
    FaultWindow window{events[span.from].time_ns, std::nullopt};
    if (span.to != kNoEvent) window.to_ns = events[span.to].time_ns;
    out.windows.push_back(window);
  }
  out.windows = merged(std::move(out.windows));
  return out;
}

}  // namespace windtunnel::checkers
