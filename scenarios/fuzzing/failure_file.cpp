#include <windtunnel/scenarios/campaign/traced_run.h>
#include <windtunnel/scenarios/fuzzing/failure_file.h>

#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/version.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/fuzzing/story.h>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
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

// In lines of comment, broken at spaces. What code under test has said may hold anything; a
// scenario holds UTF-8 without control characters.
void add_comment(std::string& text, const std::string& words, const std::string& indent) {
  std::string left = printable(words);
  while (left.size() > kLineLength) {
    std::size_t cut = left.rfind(' ', kLineLength);
    // Not in the indentation, which would never end.
    if (cut == std::string::npos || cut <= indent.size()) {
      cut = whole_characters(left, kLineLength).size();
    }
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

// The check may stand among the properties by itself, or as part of `raft.*`: then it gets a line
// of its own after that, which counts. A crash is no property.
void expect_violation(std::vector<PropertySpec>& properties, const Failure& failure) {
  if (failure.property >= properties.size()) return;
  auto violated = properties.begin() + static_cast<std::ptrdiff_t>(failure.property);
  if (violated->check != failure.fingerprint.check) {
    const PropertySpec one = *violated;
    violated = properties.insert(violated + 1, one);
    violated->check = failure.fingerprint.check;
  }
  violated->expect = Expectation::violated;
  violated->because = "a fuzzer found it";
}

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

std::vector<std::string> story_of(const ScenarioSpec& spec, const Registry& registry) {
  std::vector<std::string> story;
  run_jobs(
      1, trace_worker_options(spec),
      [&](std::uint64_t) {
        RunOptions options;
        options.seed = spec.seeds.ranges.front().first;
        options.trace = TraceLevel::full;
        RunArtifacts artifacts;
        const RunResult result = run_scenario(spec, registry, options, &artifacts);
        std::string output;
        for (const std::string& line : tell_story(artifacts.trace, spec, evidence_of(result))) {
          output += line + "\n";
        }
        return output;
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        if (outcome.kind != JobOutcome::Kind::done) return true;
        std::istringstream lines(outcome.output);
        for (std::string line; std::getline(lines, line);) story.push_back(line);
        return true;
      });
  return story;
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
  expect_violation(spec.properties, subject.failure);
  spec.name = name_from(subject.failure.fingerprint.text());
  const std::string origin = spec.found ? spec.found->scenario : subject.spec.name;
  spec.description =
      fmt::format("Found by fuzzing '{}': {}", origin, printable(first_line(subject.failure.text)));
  spec.found = FoundSpec{};
  spec.found->scenario = origin;
  spec.found->fingerprint = subject.failure.fingerprint.text();
  spec.found->build = build_text();
  spec.found->trace_hash = subject.failure.trace_hash;
  return spec;
}

std::string failure_text(const ScenarioSpec& spec, const Failure& failure,
                         const Registry& registry) {
  std::string text;
  add_comment(text, failure.fingerprint.check + " is violated:", "");
  add_lines(text, failure.text);
  std::vector<std::string> story;
  // What hangs would hang for its story too.
  if (!failure.hung) story = story_of(spec, registry);
  if (!story.empty()) {
    add_comment(text, "", "");
    add_comment(text, fmt::format("What happens with seed {}:", spec.seeds.ranges.front().first),
                "");
    for (const std::string& line : story) add_comment(text, "  " + line, "             ");
  }
  return text + print_spec(spec);
}

}  // namespace windtunnel::scenarios
