#include <windtunnel/scenarios/checks/judge_check.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/scenarios/format/option_values.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using checkers::Judge;
using checkers::JudgeOptions;

// What is wrong comes first: the kind of a failure is told by its first line.
std::string text_of(const checkers::Judgement& judgement, const checkers::Witness& witness) {
  std::string text = witness.explanation;
  if (!judgement.flaw.empty() && !text.starts_with(judgement.flaw + ":")) {
    text = judgement.flaw + ": " + text;
  }
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

class JudgeMonitor final : public Monitor {
 public:
  explicit JudgeMonitor(const Judge& judge) : judge_(judge) {}

  void attach(const RunView&, OnViolation) override {}

  Finding finish(const RunView& view, const PropertySpec& property) override {
    Finding finding;
    bool found = false;
    for (const WorkloadHistory& entry : view.histories) {
      if (!is_meant(view, entry, property)) continue;
      found = true;
      if (finding.decision != Decision::violated) check(entry, property, finding);
    }
    if (!found) {
      finding.decision = Decision::unknown;
      finding.text = "there is no history to check";
    }
    return finding;
  }

 private:
  bool is_meant(const RunView& view, const WorkloadHistory& entry,
                const PropertySpec& property) const {
    if (!property.workload.empty()) return entry.workload == property.workload;
    const std::string& model = entry.reading.model;
    if (!judge_.is_level()) return model == judge_.name || view.histories.size() == 1;
    const auto& models = judge_.models;
    return property.options.contains("model") ||
           std::find(models.begin(), models.end(), model) != models.end();
  }

  // As the workload says, where the property says no more.
  JudgeOptions options_for(const WorkloadHistory& entry, const PropertySpec& property) const {
    JudgeOptions options = checkers::options_for(entry.reading);
    const auto text = [&](std::string_view name) -> const std::string* {
      const auto found = property.options.find(name);
      return found == property.options.end() ? nullptr : &found->second;
    };
    if (!judge_.is_level()) options.model = judge_.name;
    if (const std::string* model = text("model")) options.model = *model;
    if (options.model != entry.reading.model) options.initial.reset();
    if (const std::string* initial = text("initial")) {
      checkers::EdnReader reader(*initial);
      const bool read = reader.read(options.initial.emplace());
      WT_ASSERT(read, "options of a check are checked before a run");
    }
    if (const std::string* independent = text("independent")) {
      options.tuples = *independent == "true";
    }
    options.permitted = property.permit;
    options.forbidden = property.forbid;
    for (const checkers::LimitInfo& limit : judge_.limits) {
      const OptionInfo option = option_of(limit);
      const std::string* const given = text(option.name);
      const auto value = given == nullptr ? std::nullopt : quantity_of(option.kind, *given);
      if (value) options.limits.emplace_back(limit.name, *value);
    }
    return options;
  }

  void check(const WorkloadHistory& entry, const PropertySpec& property, Finding& finding) const {
    const JudgeOptions options = options_for(entry, property);
    if (const auto wrong = checkers::refuse(judge_, options)) return doubt(*wrong, finding);
    const checkers::Judgement judgement = checkers::judge(*entry.history, judge_, options);
    const checkers::Verdict& verdict = judgement.verdict;
    if (verdict.decision == checkers::Decision::unknown) {
      return doubt(entry.workload + ": " + verdict.reason, finding);
    }
    if (verdict.decision == checkers::Decision::violated) {
      finding.decision = Decision::violated;
      finding.group = entry.group;
      finding.text = text_of(judgement, verdict.witness);
      finding.kind = judgement.flaw.empty() ? verdict.witness.kind : judgement.flaw;
      place(entry, verdict.witness, finding);
    } else if (judge_.is_by_session && entry.splits_sessions) {
      doubt("a client of " + entry.workload +
                " had several operations open in one session, or was told what it had not asked "
                "for: the history has such a session as several processes, and nothing that is "
                "wrong in one of them",
            finding);
    }
  }

  static void doubt(std::string reason, Finding& finding) {
    finding.decision = Decision::unknown;
    finding.text = std::move(reason);
  }

  const Judge judge_;
};

CheckInfo info_of(const Judge& judge) {
  CheckInfo info;
  info.name = judge.name;
  info.doc = judge.doc;
  info.needs_workload = true;
  info.models = judge.is_level() ? judge.models : std::vector<std::string>{judge.name};
  for (const checkers::FlawInfo& flaw : judge.flaws) info.flaws.emplace_back(flaw.name);
  if (judge.is_level()) {
    info.options.push_back({"model", OptionInfo::Kind::text, "as the workload's type says",
                            "what the operations mean", judge.models});
  }
  if (judge.takes_initial) {
    info.options.push_back(
        {"initial", OptionInfo::Kind::edn, "as the workload's type says", "the start, as EDN", {}});
  }
  if (judge.takes_tuples) {
    info.options.push_back({"independent",
                            OptionInfo::Kind::boolean,
                            "as the workload's type says",
                            "values are tuples [key value], one object a key",
                            {}});
  }
  for (const checkers::LimitInfo& limit : judge.limits) info.options.push_back(option_of(limit));
  return info;
}

}  // namespace

OptionInfo option_of(const checkers::LimitInfo& limit) {
  using Unit = checkers::LimitInfo::Unit;
  OptionInfo option;
  option.name = limit.name;
  std::replace(option.name.begin(), option.name.end(), '-', '_');
  option.doc = limit.meaning;
  switch (limit.unit) {
    case Unit::nanoseconds:
      option.kind = OptionInfo::Kind::duration;
      option.minimum = "1ns";
      break;
    case Unit::per_million: option.kind = OptionInfo::Kind::probability; break;
    case Unit::count: option.kind = OptionInfo::Kind::integer; break;
  }
  return option;
}

CheckDefinition judge_check(const Judge& judge) {
  CheckDefinition definition;
  definition.info = info_of(judge);
  definition.make = [judge] { return std::make_unique<JudgeMonitor>(judge); };
  definition.judges_clients = true;
  return definition;
}

void add_judge(Registry& registry, const Judge& judge) {
  registry.add(judge);
  if (!judge.reads_nemesis) registry.add(judge_check(judge));
}

}  // namespace windtunnel::scenarios
