#include <windtunnel/scenarios/checks/invariant.h>

#include <windtunnel/sim/simulation.h>
#include <windtunnel/sim/trace/record_kinds.h>

#include <algorithm>

namespace windtunnel::scenarios {

class InvariantMonitor final : public Monitor, public RecordListener {
 public:
  InvariantMonitor(std::string name, std::vector<RecordKind> kinds,
                   std::unique_ptr<Invariant> invariant)
      : name_(std::move(name)), kinds_(std::move(kinds)), invariant_(std::move(invariant)) {}
  ~InvariantMonitor() override {
    if (sim_ != nullptr) sim_->trace().remove_listener(*this);
  }

  void attach(const RunView& view, OnViolation on_violation) override {
    sim_ = &view.sim;
    on_violation_ = std::move(on_violation);
    invariant_->nodes_ = &view.nodes;
    RecordKinds kinds;
    for (const RecordKind kind : kinds_) kinds.add(kind);
    sim_->trace().add_listener(*this, kinds);
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (finding_.decision == Decision::violated) return;
    // Kinds may share a place.
    if (std::find(kinds_.begin(), kinds_.end(), record.kind) == kinds_.end()) return;
    std::string wrong = invariant_->look(record);
    if (wrong.empty()) return;
    finding_.decision = Decision::violated;
    finding_.text = std::move(wrong);
    finding_.event = number;
    finding_.time = record.time;
    finding_.node = record.node;
    on_violation_(name_);
  }

  Finding finish(const RunView&, const PropertySpec&) override { return finding_; }

 private:
  const std::string name_;
  const std::vector<RecordKind> kinds_;
  const std::unique_ptr<Invariant> invariant_;
  Simulation* sim_ = nullptr;
  OnViolation on_violation_;
  Finding finding_;
};

CheckDefinition invariant_check(std::string_view name, std::string_view doc,
                                std::vector<RecordKind> kinds, MakeInvariant make) {
  CheckDefinition definition;
  definition.info.name = name;
  definition.info.doc = doc;
  definition.make = [name = definition.info.name, kinds = std::move(kinds),
                     make = std::move(make)] {
    return std::make_unique<InvariantMonitor>(name, kinds, make());
  };
  return definition;
}

}  // namespace windtunnel::scenarios
