// When a history's nemesis had broken something.
#pragma once

#include <windtunnel/checkers/history/history.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// Something was wrong from `from` until `to`: a fault, or several that overlap.
struct FaultWindow {
  std::int64_t from_ns = 0;
  std::optional<std::int64_t> to_ns;  // nothing: until the end
};

// Overlapping ones become one; sorted.
std::vector<FaultWindow> merged(std::vector<FaultWindow> windows);

// No window was open. The windows are merged.
bool is_calm(const std::vector<FaultWindow>& windows, std::int64_t at_ns);

struct FaultWindows {
  std::vector<FaultWindow> windows;  // merged
  // An action of the nemesis of which it is not known whether it begins or ends something.
  std::string unknown_action;
};

// Something that the nemesis did, by the positions of its events in the history.
struct NemesisSpan {
  std::string name;  // "partition" of start-partition; "fault" of a plain start
  std::uint32_t from = 0;
  std::uint32_t to = kNoEvent;  // kNoEvent: until the end
  bool is_known = true;         // else an action that is not known to begin or end anything
};

// From the events of the nemesis, as Jepsen names them: `start-X` and `stop-X` belong together, so
// do `kill` and `start`, `pause` and `resume`, and `start` and `stop` where nothing is killed;
// `heal` and `recover` end all. An action has two events: it begins with the first, and has ended
// with the second. In the order of their beginnings.
std::vector<NemesisSpan> nemesis_spans(const History& history);

// The known ones by their times. Events without a time are passed over.
FaultWindows windows_of(const History& history);

}  // namespace windtunnel::checkers
