#include "scenarios/recovery_check.h"

#include "sim/node.h"
#include "sim/simulation.h"

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

std::string seconds_text(Instant at) {
  const std::int64_t ms = at.ns / 1'000'000;
  std::string fraction = std::to_string(ms % 1'000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(ms / 1'000) + "." + fraction + " s";
}

class RecoveryMonitor final : public Monitor, public RecordListener {
 public:
  ~RecoveryMonitor() override {
    if (sim_ != nullptr) sim_->trace().remove_listener(*this);
  }

  void attach(const RunView& view, std::function<void()>) override {
    sim_ = &view.sim;
    nodes_ = &view.nodes;
    applied_.resize(view.nodes.size());
    if (view.spec.heal) within_ = view.spec.heal->within;
    RecordKinds kinds{RecordKind::phase, RecordKind::invoke, RecordKind::complete};
    for (const ObservationKind kind :
         {ObservationKind::commit, ObservationKind::recovered, ObservationKind::apply,
          ObservationKind::snapshot_installed}) {
      kinds.add(kind_of(kind));
    }
    sim_->trace().add_listener(*this, kinds);
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (record.kind == RecordKind::phase && record.a == 1) {
      healed_ = true;
      heal_record_ = number;
      healed_at_ = record.time;
      target_ = committed_;
      core_ = record.b;
      check_applied(record.time);
    } else if (record.kind == RecordKind::invoke) {
      if (healed_) invoked_ = true;
    } else if (record.kind == RecordKind::complete) {
      // Word b is the number of the call's record.
      const bool ok = record.aux == 0;
      if (healed_ && ok && record.b > heal_record_ && !served_) served_ = record.time;
    } else if (record.is_observation()) {
      on_observation(record);
    }
  }

  Finding finish(const RunView& view, const PropertySpec&) override {
    Finding finding;
    if (!view.healed_at) {
      finding.decision = Decision::unknown;
      finding.text = "the run was not healed, so recovery was not seen";
      return finding;
    }
    const Instant due = healed_at_ + within_;
    if (view.sim.now() < due) {
      finding.decision = Decision::unknown;
      finding.text = "the run ended before the bound of recovery, " + seconds_text(due);
      return finding;
    }
    if (!invoked_) {
      finding.decision = Decision::unknown;
      finding.text = "no client asked for anything after the heal, so nothing could be served";
      return finding;
    }
    std::string missing;
    if (!served_ || *served_ > due) {
      missing = "no operation that a client began after the heal succeeded";
    } else if (!converged_ || *converged_ > due) {
      missing = "not every healed node applied what was committed at the heal (index " +
                std::to_string(target_) + ")";
    }
    if (missing.empty()) return finding;
    finding.decision = Decision::violated;
    finding.time = due;
    finding.text = "a majority was healed at " + seconds_text(healed_at_) + ", but until " +
                   seconds_text(due) + " " + missing;
    return finding;
  }

 private:
  void on_observation(const Record& record) {
    if (record.node.value >= applied_.size()) return;
    switch (record.observation()) {
      case ObservationKind::commit: committed_ = std::max(committed_, record.a); break;
      case ObservationKind::recovered: applied_[record.node.value] = 0; break;
      case ObservationKind::apply:
      case ObservationKind::snapshot_installed:
        applied_[record.node.value] = std::max(applied_[record.node.value], record.a);
        if (healed_) check_applied(record.time);
        break;
      default: break;
    }
  }

  void check_applied(Instant now) {
    if (converged_) return;
    for (std::size_t i = 0; i < applied_.size() && i < 64; ++i) {
      if (((core_ >> i) & 1) != 0 && applied_[i] < target_) return;
    }
    converged_ = now;
  }

  Simulation* sim_ = nullptr;
  const std::vector<NodeLayout>* nodes_ = nullptr;
  Duration within_;
  std::vector<std::uint64_t> applied_;
  std::uint64_t committed_ = 0;
  std::uint64_t target_ = 0;
  std::uint64_t core_ = 0;
  bool healed_ = false;
  Instant healed_at_;
  std::uint64_t heal_record_ = 0;
  bool invoked_ = false;
  std::optional<Instant> served_;
  std::optional<Instant> converged_;
};

}  // namespace

CheckDefinition recovers_check() {
  CheckDefinition definition;
  definition.info.name = "recovers";
  definition.info.doc =
      "after the heal, a majority serves clients and catches up within the scenario's bound";
  definition.make = [] { return std::make_unique<RecoveryMonitor>(); };
  return definition;
}

}  // namespace windtunnel::scenarios
