// The words of a run: which service each group belongs to, and what its observations mean. It is
// part of the trace file, so that a reader needs the file alone.
#pragma once

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/env/words.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

// Groups of all services of a run together.
inline constexpr std::uint32_t kMostGroups = 65'536;
// Nodes times groups, of a trace that can be read.
inline constexpr std::size_t kMostStandings = std::size_t{1} << 22;

// One service of a run: the nodes that carry it and the groups that they form.
struct ServiceWords {
  std::string_view nodes;    // as the scenario names its nodes together: "n"
  std::string_view service;  // "raft-kv"
  GroupId first;             // the service's groups are numbered from here
  std::uint32_t groups = 1;
  std::vector<ObservationWord> words;  // its own and everybody's, by kind
  std::vector<Counter> counters;       // at most kMostCounters
  std::vector<RoleWord> roles;
  std::vector<std::string_view> marks;  // that it can leave; none where this comes from a file

  // Null where there is none.
  const ObservationWord* word(ObservationKind kind) const;
  const ObservationWord* word(std::string_view name) const;
  // The position of the counter; counters.size() where there is none.
  std::size_t counter(std::string_view name) const;
  // "leader"; the number where the service has no such role.
  std::string role(std::uint64_t number) const;
  bool leads(std::uint64_t role) const;
  bool has(GroupId group) const { return group.value - first.value < groups; }
};

class Dictionary {
 public:
  // The next groups are those of this service. The words must outlive the dictionary.
  void add(std::string_view nodes, std::string_view service, std::uint32_t groups,
           const ProtocolWords& words);

  const std::vector<ServiceWords>& services() const { return services_; }
  std::uint32_t group_count() const { return groups_; }
  // Null for a group that is nobody's.
  const ServiceWords* of(GroupId group) const;
  // The word of a record; null where nobody says what it means.
  const ObservationWord* word(GroupId group, ObservationKind kind) const;
  // "n"; "n/1" for one of several groups of a service.
  std::string name(GroupId group) const;

  void encode(Writer& writer) const;
  // False when the input does not decode; then the dictionary is empty.
  bool decode(Reader& reader);

 private:
  std::string_view keep(std::string_view text);
  bool decode_service(Reader& reader);
  bool decode_word(Reader& reader, ObservationWord& word);
  bool decode_counters(Reader& reader, ServiceWords& service);
  void take(ServiceWords&& service);

  std::vector<ServiceWords> services_;
  std::uint32_t groups_ = 0;
  std::vector<std::uint32_t> service_of_;  // by group
  // Texts that came from a file; copies share them.
  std::shared_ptr<std::deque<std::string>> texts_;
};

}  // namespace windtunnel
