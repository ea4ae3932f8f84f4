// Explores a protocol in a process of its own: where protocol code ends that process, by an
// assertion or otherwise, the path to it is the finding. So `windtunnel explore` does it with Raft
// within the bounds of a file.
#pragma once

#include <windtunnel/checkers/explore/cluster_world.h>
#include <windtunnel/harness/raft/exploration_spec.h>

#include <functional>
#include <string>

namespace windtunnel::scenarios {

struct Exploration {
  enum class Ending : std::uint8_t {
    exhausted,  // every state within the bounds was seen, and none is bad
    bounded,    // a limit came first; `outcome.end` says which
    violated,
    crashed,      // in the last step of the story
    interrupted,  // by the user
    failed,       // not by protocol code: no process, no memory; `reason`
  };
  Ending verdict = Ending::failed;
  explore::Outcome outcome;  // where it did not crash
  explore::Story story;
  std::string reason;  // what the process said last where it crashed or failed
};

// Memory that the child writes and the parent reads after its end: the path to the step of protocol
// code that was taken last.
class LastPath {
 public:
  LastPath();
  ~LastPath();
  LastPath(const LastPath&) = delete;
  LastPath& operator=(const LastPath&) = delete;

  bool is_there() const { return memory_ != nullptr; }
  void write(const explore::PortablePath& path);
  // Empty where nothing was written.
  explore::PortablePath read() const;

 private:
  static constexpr std::size_t kBytes = std::size_t{1} << 16;
  std::byte* memory_ = nullptr;
  Bytes scratch_;
};

// The parts of `explore_apart` that no type of a protocol is in. `search` runs in the child and
// returns what `encode_result` makes of its end; `tell` repeats a path in the parent.
using SearchApart = std::function<std::string(LastPath&)>;
using TellPath = std::function<explore::Story(const explore::PortablePath&, explore::LastStep)>;
std::string encode_result(const explore::Outcome& outcome, const explore::PortablePath& path);
Exploration run_apart(const SearchApart& search, const TellPath& tell);

template <explore::Protocol P>
Exploration explore_apart(const P& protocol, const explore::ClusterOptions& options,
                          const explore::SearchBounds& limits) {
  const auto search = [&](LastPath& last) {
    explore::ClusterWorld<P> world(protocol, options);
    explore::Watchers watchers;
    watchers.risk = [&](const explore::Path& path) { last.write(world.portable(path)); };
    const explore::Outcome outcome = explore::Search(world, limits, watchers).run();
    return encode_result(outcome, world.portable(outcome.path));
  };
  return run_apart(search, [&](const explore::PortablePath& path, explore::LastStep last) {
    return explore::tell(protocol, path, last);
  });
}

// Without `reduce` both reductions of ClusterWorld are off.
Exploration explore_raft(const ExplorationSpec& spec, bool reduce);

}  // namespace windtunnel::scenarios
