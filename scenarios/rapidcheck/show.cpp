// Counterexamples, as files have them.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>

#include <ostream>
#include <string>
#include <string_view>

namespace windtunnel {
namespace {

// The printed form of a part of a spec: what follows its key.
std::string printed(const scenarios::ScenarioSpec& spec, const std::string& key) {
  const std::string text = scenarios::print_spec(spec);
  const std::size_t at = text.find(key);
  return at == std::string::npos ? std::string() : text.substr(at);
}

}  // namespace

namespace faults {

void showValue(const FaultPlan& plan, std::ostream& out) {
  scenarios::ScenarioSpec spec;
  spec.plan = plan;
  if (plan.faults.empty()) {
    out << "\nfaults: []";
  } else {
    out << "\n" << printed(spec, "faults:");
  }
}

void showValue(const Distribution& distribution, std::ostream& out) {
  scenarios::ScenarioSpec spec;
  scenarios::LinkRule rule;
  rule.profile.latency = distribution;
  spec.network.links.push_back(rule);
  constexpr std::string_view kBefore = "latency: ";
  const std::string text = printed(spec, std::string(kBefore)).substr(kBefore.size());
  // The last value of the only map of a list.
  out << text.substr(0, text.find(" }]"));
}

}  // namespace faults

namespace scenarios {

void showValue(const ScenarioSpec& spec, std::ostream& out) { out << "\n" << print_spec(spec); }

}  // namespace scenarios

namespace checkers {

void showValue(const History& history, std::ostream& out) {
  out << "\n" << write_history_edn(history);
}

}  // namespace checkers
}  // namespace windtunnel
