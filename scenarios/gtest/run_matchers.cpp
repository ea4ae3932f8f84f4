#include <windtunnel/scenarios/gtest/matchers.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel {
namespace {

using checkers::Decision;
using scenarios::PropertyResult;
using scenarios::RunResult;

std::string name_of(const PropertyResult& property) {
  if (property.workload.empty()) return property.check;
  return property.check + " (" + property.workload + ")";
}

// "linearizable (kv) is violated: ...".
std::string told(const PropertyResult& property) {
  const std::string name = name_of(property);
  switch (property.finding.decision) {
    case Decision::ok: return name + " holds";
    case Decision::violated: return name + " is violated: " + property.finding.text;
    case Decision::unknown: break;
  }
  return name + " could not be decided: " + property.finding.text;
}

// Why no property of the run is meant.
std::string what_it_checked(const RunResult& run) {
  std::string text;
  for (const PropertyResult& property : run.properties) {
    text += (text.empty() ? "" : ", ") + name_of(property);
  }
  if (text.empty()) return "which checked nothing";
  text = "which did not check it; it checked " + text;
  // A run that crashed checked nothing else.
  for (const PropertyResult& property : run.properties) {
    if (property.check == "no-crash") text += "\n  " + told(property);
  }
  return text;
}

class Finds final : public testing::MatcherInterface<const RunResult&> {
 public:
  Finds(std::string_view check, std::string_view workload, Decision wanted)
      : check_(check), workload_(workload), wanted_(wanted) {}

  bool MatchAndExplain(const RunResult& run,
                       testing::MatchResultListener* listener) const override {
    std::vector<const PropertyResult*> fit;
    std::vector<const PropertyResult*> others;
    for (const PropertyResult& property : run.properties) {
      if (!means(property)) continue;
      (property.finding.decision == wanted_ ? fit : others).push_back(&property);
    }
    if (fit.empty() && others.empty()) {
      *listener << what_it_checked(run);
      return false;
    }
    const bool all = wanted_ == Decision::ok;
    const bool matched = all ? others.empty() : !fit.empty();
    explain(matched ? fit : others, *listener);
    return matched;
  }
  void DescribeTo(std::ostream* out) const override {
    *out << (wanted_ == Decision::ok ? "holds " : "violates ") << subject();
  }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << (wanted_ == Decision::ok ? "does not hold " : "does not violate ") << subject();
  }

 private:
  bool means(const PropertyResult& property) const {
    const bool of_workload = workload_.empty() || property.workload == workload_;
    return of_workload && scenarios::matches(check_, property.check);
  }
  std::string subject() const {
    return workload_.empty() ? check_ : check_ + " (" + workload_ + ")";
  }
  static void explain(const std::vector<const PropertyResult*>& properties,
                      testing::MatchResultListener& listener) {
    listener << "of which";
    for (const PropertyResult* property : properties) listener << "\n  " << told(*property);
  }

  std::string check_;
  std::string workload_;
  Decision wanted_;
};

class Passing final : public testing::MatcherInterface<const RunResult&> {
 public:
  bool MatchAndExplain(const RunResult& run,
                       testing::MatchResultListener* listener) const override {
    if (run.verdict == scenarios::RunVerdict::pass) {
      *listener << "with " << run.stats.ops_ok << " operations ok";
      return true;
    }
    *listener << "because";
    for (const std::string& reason : run.reasons) *listener << "\n  " << reason;
    return false;
  }
  void DescribeTo(std::ostream* out) const override { *out << "passes"; }
  void DescribeNegationTo(std::ostream* out) const override { *out << "does not pass"; }
};

}  // namespace

RunMatcher Holds(std::string_view check, std::string_view workload) {
  return testing::MakeMatcher(new Finds(check, workload, Decision::ok));
}

RunMatcher Violates(std::string_view check, std::string_view workload) {
  return testing::MakeMatcher(new Finds(check, workload, Decision::violated));
}

RunMatcher Passes() { return testing::MakeMatcher(new Passing()); }

}  // namespace windtunnel

namespace windtunnel::scenarios {

void PrintTo(const RunResult& run, std::ostream* out) {
  *out << "the run of " << run.scenario << " with seed " << run.seed << " (" << name_of(run.verdict)
       << ")";
}

void PrintTo(const TestRun& run, std::ostream* out) {
  PrintTo(static_cast<const RunResult&>(run), out);
}

}  // namespace windtunnel::scenarios
