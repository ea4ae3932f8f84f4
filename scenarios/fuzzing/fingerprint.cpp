#include "scenarios/fuzzing/fingerprint.h"

#include "protocols/base/hash.h"

#include <fmt/format.h>

namespace windtunnel::scenarios {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string without_numbers(std::string_view text) {
  std::string shape;
  for (const char c : text) {
    if (!is_digit(c)) {
      shape += c;
    } else if (shape.empty() || shape.back() != '#') {
      shape += '#';
    }
  }
  return shape;
}

// What an assertion says is the kind of a crash; where it was in the run is not.
std::string_view assertion_in(std::string_view text) {
  const std::size_t found = text.find("assertion failed");
  return found == std::string_view::npos ? std::string_view() : first_line(text.substr(found));
}

}  // namespace

std::string shape_of(std::string_view witness) {
  std::string shape = without_numbers(first_line(witness));
  const std::string_view assertion = assertion_in(witness);
  if (!assertion.empty()) shape += ": " + without_numbers(assertion);
  return shape;
}

std::string Fingerprint::text() const {
  if (check.empty()) return {};
  const std::uint64_t hash = hash_combine(hash_text(shape), hash_text(workload));
  return fmt::format("{}-{:08x}", check, hash >> 32);
}

std::optional<Failure> failure_of(const SeedReport& report) {
  for (const ResultSummary::Violated& violated : report.summary.violated) {
    if (violated.expected == "any") continue;
    Failure failure;
    failure.fingerprint = {violated.check, violated.workload, shape_of(violated.text)};
    failure.text = violated.text;
    failure.event = violated.event;
    failure.time = violated.time;
    if (!report.crashed) failure.trace_hash = report.summary.trace_hash;
    failure.crashed = report.crashed;
    failure.hung = report.crashed && report.crash.kind == JobOutcome::Kind::hung;
    return failure;
  }
  return std::nullopt;
}

std::optional<Failure> failure_of(const ScenarioSpec& spec, std::uint64_t seed,
                                  const JobOutcome& outcome) {
  return failure_of(report_of(spec, seed, outcome));
}

}  // namespace windtunnel::scenarios
