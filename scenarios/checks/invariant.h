// An invariant of your own at every event: it looks at records as they are made, and says what is
// wrong with one.
//
//   class DecidedOnce final : public Invariant {
//     std::string look(const Record& record) override {
//       const bool commits = record.b != 0;
//       if (decisions_.try_emplace(record.a, commits).first->second == commits) return {};
//       return name_of(record.node) + " decides otherwise than was decided";
//     }
//     std::map<std::uint64_t, bool> decisions_;
//   };
//   registry.add(invariant_check<DecidedOnce>("decided-once", "no decision is followed by another",
//                                             {kind_of(observed(Word::decided))}));
//
// The run ends there, unless the scenario says `stop: never`. What needs more than records is a
// Monitor (scenarios/engine/check.h).
#pragma once

#include <windtunnel/scenarios/engine/check.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::scenarios {

class Invariant {
 public:
  virtual ~Invariant() = default;
  // What is wrong with the next record, in whole sentences for people; empty: nothing. It is not
  // asked again after that. Where services of the scenario have words with the same numbers, the
  // record's group says whose it is.
  virtual std::string look(const Record& record) = 0;

 protected:
  // "n1".
  const std::string& name_of(NodeId node) const { return (*nodes_)[node.value].name; }

 private:
  friend class InvariantMonitor;
  const std::vector<NodeLayout>* nodes_ = nullptr;
};

// For each run a new one.
using MakeInvariant = std::function<std::unique_ptr<Invariant>()>;
CheckDefinition invariant_check(std::string_view name, std::string_view doc,
                                std::vector<RecordKind> kinds, MakeInvariant make);

template <class T>
CheckDefinition invariant_check(std::string_view name, std::string_view doc,
                                std::vector<RecordKind> kinds) {
  return invariant_check(name, doc, std::move(kinds), [] { return std::make_unique<T>(); });
}

}  // namespace windtunnel::scenarios
