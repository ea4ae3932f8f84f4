#include <windtunnel/cli/fuzz_text.h>

#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/scenarios/campaign/shell_word.h>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace windtunnel::cli {
namespace {

namespace json = boost::json;
using scenarios::FailureGroup;
using scenarios::FuzzOptions;
using scenarios::FuzzTotals;

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

double rate_of(std::uint64_t count, double seconds) {
  return seconds <= 0 ? 0 : static_cast<double>(count) / seconds;
}

// The kinds of faults that the space has, each once.
std::vector<std::string> kinds_of(const scenarios::ScenarioSpec& space) {
  std::vector<std::string> kinds;
  for (const faults::Choice& kind : space.fuzz->kinds) {
    kinds.push_back(faults::kind_of(kind.effect));
  }
  for (const faults::Fault& fault : space.plan.faults) {
    kinds.push_back(faults::kind_of(fault));
  }
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

// Marks that the services of the space can leave, and how many of them were reached.
struct Marks {
  std::vector<std::string> missed;
  std::size_t known = 0;
};
Marks marks_of(const scenarios::ScenarioSpec& space, const scenarios::Registry& registry,
               const FuzzTotals& totals) {
  Marks marks;
  for (const scenarios::GroupSpec& group : space.cluster.groups) {
    const scenarios::ServiceDefinition* service = registry.service(group.service);
    if (service == nullptr) continue;
    for (const std::string_view mark : service->words.marks) {
      ++marks.known;
      if (!totals.coverage.marks.contains(hash_text(mark))) marks.missed.emplace_back(mark);
    }
  }
  return marks;
}

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

json::object json_of(const FoundFailure& finding) {
  const FailureGroup& group = *finding.group;
  json::object object;
  object["fingerprint"] = text_of(group.failure.fingerprint.text());
  object["check"] = text_of(group.failure.fingerprint.check);
  object["shape"] = text_of(group.failure.fingerprint.shape);
  object["count"] = group.count;
  object["first_seed"] = std::to_string(group.seed);
  object["first_run"] = group.run;
  object["cpu_seconds"] = group.cpu_seconds;
  object["known"] = finding.known;
  object["file"] = text_of(finding.saved.file);
  object["shrunk"] = finding.saved.shrunk;
  object["candidates"] = finding.saved.candidates;
  object["faults"] = finding.saved.faults;
  object["nodes"] = finding.saved.nodes;
  // What was not run again is not known.
  if (finding.saved.proved) {
    object["reproduces"] = finding.saved.reproduces;
    object["operations"] = finding.saved.operations;
  }
  object["text"] = text_of(group.failure.text);
  return object;
}

}  // namespace

bool is_mostly_judged(const FuzzTotals& totals) {
  return totals.pass > 0 && totals.unknown * 100 <= totals.runs;
}

std::string introduction(const std::string& name, const FuzzOptions& options) {
  std::string bound;
  if (options.runs != 0) bound = grouped(options.runs) + " runs";
  if (options.time.count() != 0) {
    const double seconds = static_cast<double>(options.time.count()) / 1000;
    bound += (bound.empty() ? "" : " or ") + duration_text(seconds);
  }
  return fmt::format("{}  {}, {}{} at a time, from seed {}{}", name, bound,
                     options.guided ? "guided, " : "", options.jobs, options.first_seed,
                     options.verify ? ", each run twice" : "");
}

std::string progress_line(const FuzzTotals& totals, const FuzzOptions& options) {
  const double real = totals.real_seconds;
  std::string line = fmt::format(
      "{} runs  {:.0f}/s  {:.0f}x real time  {} failing ({} kinds)  {} states",
      grouped(totals.runs), rate_of(totals.runs, real), real > 0 ? totals.sim_seconds / real : 0,
      totals.failing, totals.groups.size(), grouped(totals.coverage.states.size()));
  double left = 0;
  if (options.time.count() != 0) {
    left = static_cast<double>(options.time.count()) / 1000 - real;
  } else if (options.runs != 0 && totals.runs > 0) {
    left =
        real / static_cast<double>(totals.runs) * static_cast<double>(options.runs - totals.runs);
  }
  const auto seconds = static_cast<std::uint64_t>(std::max(0.0, left));
  return line + fmt::format("  {}:{:02} left", seconds / 60, seconds % 60);
}

std::string finding_text(const FoundFailure& finding, const FuzzTotals& totals,
                         const Terminal& terminal) {
  const FailureGroup& group = *finding.group;
  std::string text = fmt::format("{} {}  in {} of {} runs, first in run {} (seed {})\n  {}\n",
                                 terminal.bad("FOUND"), group.failure.fingerprint.text(),
                                 grouped(group.count), grouped(totals.runs), grouped(group.run),
                                 group.seed, scenarios::indented(group.failure.text));
  if (finding.known) return text + "  known    the corpus has it: " + finding.saved.file + "\n";
  if (!finding.rerun.empty()) {
    text += fmt::format("  first    {} {}\n", finding.rerun, group.seed);
  }
  return text + saved_text(finding.saved, finding.called_by);
}

std::string totals_text(const scenarios::ScenarioSpec& space, const scenarios::Registry& registry,
                        const FuzzTotals& totals, const std::string& rerun,
                        const Terminal& terminal) {
  std::string text;
  if (totals.end == JobsEnd::interrupted) text += "interrupted\n";
  if (totals.groups.empty()) {
    const bool says_something = is_mostly_judged(totals) && totals.nondeterministic == 0;
    text += says_something ? terminal.good("nothing found") : terminal.doubtful("nothing found");
    text += "\n";
  }
  std::vector<std::string> missed;
  const std::vector<std::string> kinds = kinds_of(space);
  for (const std::string& kind : kinds) {
    if (!totals.coverage.kinds.contains(kind)) missed.push_back(kind);
  }
  const Marks marks = marks_of(space, registry, totals);
  text += fmt::format("covered  {} states; {} of {} marks; {} of {} kinds of faults bit\n",
                      grouped(totals.coverage.states.size()), marks.known - marks.missed.size(),
                      marks.known, kinds.size() - missed.size(), kinds.size());
  if (!marks.missed.empty())
    text += fmt::format("         marks not reached: {}\n", checkers::joined(marks.missed));
  if (!missed.empty())
    text += fmt::format("         faults that never bit: {}\n", checkers::joined(missed));
  for (const auto& [shape, unknown] : totals.reasons) {
    text += fmt::format("unknown  {} x {}\n", grouped(unknown.count),
                        scenarios::indented(unknown.first_reason));
    if (!rerun.empty()) text += fmt::format("  first  {} {}\n", rerun, unknown.first_seed);
  }
  for (const scenarios::NondeterministicRun& run : totals.nondeterministic_runs) {
    text +=
        fmt::format("{} seed {}: two runs differ\n", terminal.bad("NONDETERMINISTIC"), run.seed);
    if (!run.spec && !rerun.empty()) {
      text += fmt::format("  where  {} {} --verify\n", rerun, run.seed);
    }
  }
  text += fmt::format(
      "{} runs: {} passed, {} failed in {} ways, {} unknown{}  {:.0f} runs/s, {} real, {} cpu\n",
      grouped(totals.runs), grouped(totals.pass), grouped(totals.failing), totals.groups.size(),
      grouped(totals.unknown),
      totals.crashed > 0 ? fmt::format(" ({} crashed)", totals.crashed) : "",
      rate_of(totals.runs, totals.real_seconds), duration_text(totals.real_seconds),
      duration_text(totals.cpu_seconds));
  return text;
}

std::string corpus_json(const std::string& path, const scenarios::CorpusResult& result) {
  json::object object;
  object["schema"] = "windtunnel.corpus/1";
  object["file"] = text_of(path);
  object["reproduces"] = result.state == scenarios::CorpusState::reproduces;
  object["fingerprint"] = text_of(result.fingerprint);
  object["text"] = text_of(result.text);
  return json::serialize(object);
}

std::string finding_json(const std::string& scenario, const FoundFailure& finding) {
  json::object object;
  object["schema"] = "windtunnel.finding/1";
  object["scenario"] = text_of(scenario);
  for (json::key_value_pair& member : json_of(finding)) {
    object[member.key()] = std::move(member.value());
  }
  return json::serialize(object);
}

std::string totals_json(const scenarios::ScenarioSpec& space, const FuzzTotals& totals,
                        const FuzzOptions& options, const std::vector<FoundFailure>& findings) {
  json::object object;
  object["schema"] = "windtunnel.fuzz/1";
  object["scenario"] = text_of(space.name);
  object["first_seed"] = std::to_string(options.first_seed);
  object["guided"] = options.guided;
  object["runs"] = totals.runs;
  object["pass"] = totals.pass;
  object["failing"] = totals.failing;
  object["unknown"] = totals.unknown;
  object["crashed"] = totals.crashed;
  object["nondeterministic"] = totals.nondeterministic;
  object["interrupted"] = totals.end == JobsEnd::interrupted;
  object["cpu_seconds"] = totals.cpu_seconds;
  object["real_seconds"] = totals.real_seconds;
  object["sim_seconds"] = totals.sim_seconds;
  json::array& reasons = object["unknown_reasons"].emplace_array();
  for (const auto& [shape, unknown] : totals.reasons) {
    json::object& one = reasons.emplace_back(json::object()).get_object();
    one["reason"] = text_of(unknown.first_reason);
    one["count"] = unknown.count;
    one["first_seed"] = std::to_string(unknown.first_seed);
  }
  json::array& differing = object["nondeterministic_seeds"].emplace_array();
  for (const scenarios::NondeterministicRun& run : totals.nondeterministic_runs) {
    differing.emplace_back(std::to_string(run.seed));
  }
  json::object& coverage = object["coverage"].emplace_object();
  coverage["states"] = totals.coverage.states.size();
  coverage["marks"] = totals.coverage.marks.size();
  json::object& kinds = coverage["faults"].emplace_object();
  for (const auto& [kind, count] : totals.coverage.kinds) kinds[kind] = count;
  json::array& groups = object["groups"].emplace_array();
  for (const FoundFailure& finding : findings) groups.emplace_back(json_of(finding));
  return json::serialize(object);
}

}  // namespace windtunnel::cli
