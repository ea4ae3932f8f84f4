#include <windtunnel/scenarios/fuzzing/fingerprint.h>

#include <windtunnel/protocols/base/hash.h>

#include <fmt/format.h>

#include <utility>

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

// What the process said of its own end is the kind of a crash: an assertion, an exception, a
// sanitizer's summary. Where it was in the run is not.
std::string last_words_in(std::string_view text) {
  std::string words;
  for (const std::string_view mark : {"assertion failed", "Assertion `", "terminate called",
                                      "what():", "SUMMARY: ", "runtime error: "}) {
    const std::size_t found = text.find(mark);
    if (found == std::string_view::npos) continue;
    words += ": " + without_numbers(first_line(text.substr(found)));
  }
  return words;
}

}  // namespace

std::string shape_of(std::string_view witness) {
  return without_numbers(first_line(witness)) + last_words_in(witness);
}

std::string Fingerprint::text() const {
  if (check.empty()) return {};
  const std::uint64_t hash = hash_combine(hash_text(shape), hash_text(workload));
  return fmt::format("{}-{:08x}", check, hash >> 32);
}

std::vector<Failure> failures_of(const SeedReport& report) {
  std::vector<Failure> failures;
  for (const PropertyResult& violated : report.summary.violated) {
    if (violated.expected == Expectation::any) continue;
    const Finding& finding = violated.finding;
    Failure failure;
    failure.fingerprint = {violated.check, violated.workload,
                           finding.kind.empty() ? shape_of(finding.text) : finding.kind};
    failure.property = violated.property;
    failure.text = finding.text;
    failure.event = finding.event;
    failure.time = finding.time - Instant{};
    failure.crashed = report.crashed;
    failure.hung = report.crashed && report.crash.kind == JobOutcome::Kind::hung;
    if (!report.crashed) failure.trace_hash = report.summary.trace_hash;
    failures.push_back(std::move(failure));
  }
  return failures;
}

std::optional<Failure> failure_of(const SeedReport& report) {
  std::vector<Failure> failures = failures_of(report);
  if (failures.empty()) return std::nullopt;
  return std::move(failures.front());
}

std::optional<Failure> failure_of(const SeedReport& report, const Fingerprint& kind) {
  for (Failure& failure : failures_of(report)) {
    if (failure.fingerprint == kind) return std::move(failure);
  }
  return std::nullopt;
}

}  // namespace windtunnel::scenarios
