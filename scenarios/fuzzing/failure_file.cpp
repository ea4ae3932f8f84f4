#include "scenarios/fuzzing/failure_file.h"

#include "scenarios/fuzzing/story.h"
#include "scenarios/print.h"
#include "scenarios/version.h"
#include "scenarios/workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kLineLength = 96;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The name of a scenario has letters, digits and dashes.
std::string name_from(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += good ? c : '-';
  }
  return name.substr(0, 64);
}

// In lines of comment, broken at spaces.
void add_comment(std::string& text, const std::string& words, const std::string& indent) {
  std::string left = words;
  while (left.size() > kLineLength) {
    std::size_t cut = left.rfind(' ', kLineLength);
    // Not in the indentation, which would never end.
    if (cut == std::string::npos || cut <= indent.size()) cut = kLineLength;
    text += "# " + left.substr(0, cut) + "\n";
    left = indent + left.substr(std::min(left.size(), cut + (left[cut] == ' ' ? 1 : 0)));
  }
  text += left.empty() ? "#\n" : "# " + left + "\n";
}

void add_lines(std::string& text, const std::string& lines) {
  std::size_t from = 0;
  while (from <= lines.size()) {
    const std::size_t end = std::min(lines.find('\n', from), lines.size());
    add_comment(text, lines.substr(from, end - from), "    ");
    from = end + 1;
  }
}

struct Told {
  std::string trace_hash;
  std::vector<std::string> story;
};

// The records that the first violation rests on.
std::vector<std::uint64_t> evidence_of(const RunResult& result) {
  for (const PropertyResult& property : result.properties) {
    if (property.finding.decision != Decision::violated) continue;
    // Of a history the story is in the witness.
    if (!property.finding.history.empty()) return {};
    std::vector<std::uint64_t> events = property.finding.related;
    events.push_back(property.finding.event);
    return events;
  }
  return {};
}

Told told_by(const ScenarioSpec& spec, const Registry& registry) {
  Told told;
  run_jobs(
      1, trace_worker_options(spec),
      [&](std::uint64_t) {
        RunOptions options;
        options.seed = spec.seeds.ranges.front().first;
        options.trace = TraceLevel::full;
        RunArtifacts artifacts;
        const RunResult result = run_scenario(spec, registry, options, &artifacts);
        std::string output = to_hex(result.trace_hash);
        for (const std::string& line : tell_story(artifacts.trace, spec, evidence_of(result))) {
          output += "\n" + line;
        }
        return output;
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        if (outcome.kind != JobOutcome::Kind::done) return true;
        std::size_t from = std::min(outcome.output.find('\n'), outcome.output.size());
        told.trace_hash = outcome.output.substr(0, from);
        while (from < outcome.output.size()) {
          const std::size_t next =
              std::min(outcome.output.find('\n', from + 1), outcome.output.size());
          told.story.push_back(outcome.output.substr(from + 1, next - from - 1));
          from = next;
        }
        return true;
      });
  return told;
}

}  // namespace

std::string build_text() {
#ifdef __clang__
  return fmt::format("windtunnel {}, clang {}.{}.{}", kVersion, __clang_major__, __clang_minor__,
                     __clang_patchlevel__);
#else
  return fmt::format("windtunnel {}, gcc {}.{}.{}", kVersion, __GNUC__, __GNUC_MINOR__,
                     __GNUC_PATCHLEVEL__);
#endif
}

ScenarioSpec failure_spec(const Subject& subject) {
  ScenarioSpec spec = subject.spec;
  const Fingerprint& fingerprint = subject.failure.fingerprint;
  for (PropertySpec& property : spec.properties) {
    if (property.check != fingerprint.check) continue;
    const bool judges = property.workload.empty() || property.workload == fingerprint.workload;
    if (!judges) continue;
    property.expect = Expectation::violated;
    property.because = "a fuzzer found it";
  }
  spec.name = name_from(fingerprint.text());
  const std::string origin = spec.found ? spec.found->scenario : subject.spec.name;
  spec.description =
      fmt::format("Found by fuzzing '{}': {}", origin, first_line(subject.failure.text));
  spec.found = FoundSpec{};
  spec.found->scenario = origin;
  spec.found->fingerprint = fingerprint.text();
  spec.found->build = build_text();
  return spec;
}

std::string failure_text(ScenarioSpec& spec, const Subject& subject, const Registry& registry) {
  // What hangs would hang for its story too.
  const Told told = subject.failure.hung ? Told{} : told_by(spec, registry);
  spec.found->trace_hash = told.trace_hash;
  std::string text;
  add_comment(text, subject.failure.fingerprint.check + " is violated:", "");
  add_lines(text, subject.failure.text);
  if (!told.story.empty()) {
    add_comment(text, "", "");
    add_comment(text, fmt::format("What happens with seed {}:", spec.seeds.ranges.front().first),
                "");
    for (const std::string& line : told.story) add_comment(text, "  " + line, "             ");
  }
  return text + print_spec(spec);
}

}  // namespace windtunnel::scenarios
