#include <windtunnel/scenarios/checks/history_checks.h>

#include <windtunnel/checkers/objects/linearizable.h>

namespace windtunnel::scenarios {
namespace {

// What is wrong comes first.
std::string text_of(const checkers::Witness& witness) {
  std::string text = witness.explanation;
  if (!witness.key.empty()) text += "\n  key " + witness.key;
  return text + checkers::operations_text(witness);
}

// The moment at which the history can no longer be right is the last return among the witness; the
// calls and the other returns are its story.
void place(const WorkloadHistory& entry, const checkers::Witness& witness, Finding& finding) {
  for (const checkers::Witness::Item& item : witness.operations) {
    finding.history.push_back(item.index);
    const OperationRecords records = (*entry.records)[item.operation];
    finding.related.push_back(records.invoke);
    if (records.complete != 0) finding.related.push_back(records.complete);
    const checkers::Operation& op = entry.history->operations()[item.operation];
    if (op.outcome != checkers::EventType::ok || records.complete < finding.event) continue;
    finding.event = records.complete;
    finding.time = Instant{entry.history->completion(op)->time_ns};
  }
  std::erase(finding.related, finding.event);
}

class LinearizableMonitor final : public Monitor {
 public:
  void attach(const RunView&, OnViolation) override {}

  Finding finish(const RunView& view, const PropertySpec& property) override {
    Finding finding;
    bool found = false;
    for (const WorkloadHistory& entry : view.histories) {
      if (!property.workload.empty() && entry.workload != property.workload) continue;
      found = true;
      if (finding.decision != Decision::violated) check(entry, finding);
    }
    if (!found) {
      finding.decision = Decision::unknown;
      finding.text = "there is no history to check";
    }
    return finding;
  }

 private:
  static void check(const WorkloadHistory& entry, Finding& finding) {
    const checkers::Verdict verdict = checkers::check_linearizable(*entry.history, entry.model);
    if (verdict.decision == checkers::Decision::unknown) {
      finding.decision = Decision::unknown;
      finding.text = verdict.reason;
    } else if (verdict.decision == checkers::Decision::violated) {
      finding.decision = Decision::violated;
      finding.group = entry.group;
      finding.text = text_of(verdict.witness);
      finding.kind = verdict.witness.kind;
      place(entry, verdict.witness, finding);
    }
  }
};

}  // namespace

CheckDefinition linearizable_check() {
  CheckDefinition definition;
  definition.info.name = "linearizable";
  definition.info.doc =
      "each operation of the clients took effect at one moment between its call and its return";
  definition.info.needs_workload = true;
  definition.make = [] { return std::make_unique<LinearizableMonitor>(); };
  definition.judges_clients = true;
  return definition;
}

}  // namespace windtunnel::scenarios
