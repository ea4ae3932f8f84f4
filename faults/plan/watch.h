// A pattern made ready for a run: its words looked up in the tables of the run's protocols.
#pragma once

#include <windtunnel/faults/plan/pattern.h>
#include <windtunnel/sim/trace/dictionary.h>
#include <windtunnel/sim/trace/record_kinds.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::faults {

// A node as the scenario names it. The index is the NodeId.
struct NodeName {
  std::string name;
  std::string group;  // the nodes' common name
  bool client = false;
  bool spare = false;  // not a member of its group at first
  // The groups whose services run on it beside its own one's.
  std::vector<std::string> guests = {};
};
bool belongs(const NodeName& node, std::string_view group);

// What is wrong with a pattern.
struct PatternFlaw {
  std::string message;             // "no service here has a word 'unheard'"
  std::string word;                // what it is about
  std::vector<std::string> known;  // what would be right
};

class Watch {
 public:
  // Which records match `pattern`. Where a name is not known none do, and `flaw` says why. A node
  // that is not there is no flaw.
  static Watch make(const Pattern& pattern, const Dictionary& dictionary,
                    const std::vector<NodeName>& nodes, std::optional<PatternFlaw>& flaw);

  bool matches(const Record& record) const;
  void add_kinds(RecordKinds& kinds) const;

 private:
  struct Check {
    enum class How : std::uint8_t { equal, at_least, among };
    std::uint8_t field = 0;  // of a, b, c, d
    How how = How::equal;
    std::uint64_t value = 0;  // among: a bit for each value
  };
  // The word of one service.
  struct Meaning {
    RecordKind kind = RecordKind::none;
    GroupId first;
    std::uint32_t groups = 1;
    std::vector<Check> checks;
  };
  friend class WatchMaker;

  std::vector<bool> nodes_;  // by id; empty: every node
  std::vector<Meaning> meanings_;
};

}  // namespace windtunnel::faults
