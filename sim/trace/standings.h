// What each node is in each of its groups, by what it said itself: its role and its protocol's
// counters. Follows the records of a run, live or from a file.
#pragma once

#include <windtunnel/sim/trace/dictionary.h>
#include <windtunnel/sim/trace/record_kinds.h>

#include <array>
#include <cstdint>
#include <vector>

namespace windtunnel {

inline constexpr std::uint8_t kNoRole = 0xff;

// One node in one group.
struct Standing {
  NodeId node;
  GroupId group;
  bool up = true;               // the node is not down
  bool spoke = false;           // it observed something of the group in this life
  std::uint8_t role = kNoRole;  // a position in the service's table; of its last life while down
  bool leads = false;
  std::uint64_t term = 0;                             // in which it took that role
  std::array<std::uint64_t, kMostCounters> values{};  // by position of the service's counters
  // The configuration that it uses: bit sets of nodes, 0 before it said so.
  std::uint64_t voters = 0;
  std::uint64_t learners = 0;
  std::uint64_t configured_at = 0;  // word a of the record that said so
};

class Standings {
 public:
  // The dictionary must outlive it. Records of other groups and nodes than those are passed over.
  Standings(const Dictionary& dictionary, std::size_t nodes);

  // The kinds of records that change something.
  RecordKinds kinds() const;
  // The same, without words that change nothing but counters.
  RecordKinds kinds_of_roles() const;

  // What a record changes. `changed` is called with each standing it changes, after the change.
  template <class Changed>
  void take(const Record& record, const Changed& changed) {
    if (record.is_observation()) {
      Standing* standing = find(record);
      if (standing != nullptr && observe(*standing, record)) changed(*standing);
    } else if (record.kind == RecordKind::crash || record.kind == RecordKind::start) {
      if (record.node.value >= nodes_) return;
      for (std::uint32_t g = 0; g < groups_; ++g) {
        Standing& standing = at(record.node, GroupId{g});
        const bool was_shown = standing.spoke;
        if (!is_up(standing, record.kind == RecordKind::start) || !was_shown) continue;
        changed(standing);
      }
    }
  }

  const Standing& at(NodeId node, GroupId group) const {
    return standings_[std::size_t{node.value} * groups_ + group.value];
  }
  const std::vector<Standing>& all() const { return standings_; }  // by node, then group
  std::uint32_t groups() const { return groups_; }
  std::size_t nodes() const { return nodes_; }

  // The node of the group that leads with the newest term and is up; kNoNode while nobody does.
  NodeId leader(GroupId group) const;
  // The standing whose configuration is in force: the leader's, or the latest anybody uses; null
  // where nobody said.
  const Standing* configuration(GroupId group) const;

 private:
  // What one kind of record changes.
  struct Effect {
    enum class What : std::uint8_t { counter, role, voters, learners };
    What what = What::counter;
    Change change = Change::set;
    std::uint8_t field = 0;    // of a, b, c, d
    std::uint8_t counter = 0;  // position
  };
  struct Effects {
    std::uint16_t first = 0;  // into `list`
    std::uint16_t count = 0;
  };
  // Of one service.
  struct Table {
    std::vector<Effects> shipped;  // by kind
    std::vector<Effects> users;    // by kind - ObservationKind::user
    std::vector<Effect> list;
    const ServiceWords* words = nullptr;
  };

  static void add_effects(const ServiceWords& service, const ObservationWord& word, Table& table);
  static Effects effects_of(const Table& table, ObservationKind kind);
  Standing& at(NodeId node, GroupId group) {
    return standings_[std::size_t{node.value} * groups_ + group.value];
  }
  Standing* find(const Record& record) {
    if (record.node.value >= nodes_ || record.group.value >= groups_) return nullptr;
    return &at(record.node, record.group);
  }
  bool observe(Standing& standing, const Record& record);
  static bool is_up(Standing& standing, bool up);
  RecordKinds kinds_where(bool counters) const;

  std::size_t nodes_;
  std::uint32_t groups_;
  std::vector<Table> tables_;            // by service
  std::vector<std::uint32_t> table_of_;  // by group
  std::vector<Standing> standings_;
};

}  // namespace windtunnel
