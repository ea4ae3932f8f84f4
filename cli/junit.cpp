#include <windtunnel/cli/junit.h>

#include <fmt/format.h>

namespace windtunnel::cli {
namespace {

// XML 1.0 has no other control characters, not even escaped.
std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '&': result += "&amp;"; break;
      case '"': result += "&quot;"; break;
      case '\n':
      case '\t': result += c; break;
      default: result += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return result;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace

JUnitReport::Suite& JUnitReport::suite_of(const std::string& scenario) {
  if (suites_.empty() || suites_.back().name != scenario) suites_.push_back({scenario, 0, 0, {}});
  return suites_.back();
}

void JUnitReport::add_never_violated(const std::string& scenario,
                                     const std::vector<std::string>& checks) {
  for (const std::string& check : checks) {
    Case made;
    made.name = check;
    made.failure = "no seed violated " + check + ", but a violation was expected";
    suite_of(scenario).cases.push_back(std::move(made));
  }
}

void JUnitReport::add(const std::string& scenario, const scenarios::SeedReport& report) {
  Suite& suite = suite_of(scenario);
  const double seconds = report.summary.wall_ms / 1000;
  if (report.summary.verdict == scenarios::RunVerdict::pass && !report.nondeterministic) {
    ++suite.passed;
    suite.passed_seconds += seconds;
    return;
  }
  Case made;
  made.name = fmt::format("seed {}", report.seed);
  made.seconds = seconds;
  const std::string why = join(report.summary.reasons);
  if (report.nondeterministic) {
    made.failure = "two runs of this seed differ\n" + report.difference;
  } else if (report.summary.verdict == scenarios::RunVerdict::fail) {
    made.failure = why;
  } else {
    made.skipped = why;
  }
  suite.cases.push_back(std::move(made));
}

void JUnitReport::add_passed(const std::string& scenario, std::uint64_t count, double seconds) {
  Suite& suite = suite_of(scenario);
  suite.passed += count;
  suite.passed_seconds += seconds;
}

void JUnitReport::add_skipped(const std::string& scenario, const std::string& name,
                              const std::string& text) {
  suite_of(scenario).cases.push_back({name, 0, {}, text});
}

void JUnitReport::add_failure(const std::string& scenario, const std::string& name,
                              const std::string& text) {
  suite_of(scenario).cases.push_back({name, 0, text, {}});
}

std::string JUnitReport::text() const {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const Suite& suite : suites_) {
    std::uint64_t failures = 0;
    std::string body;
    if (suite.passed > 0) {
      body += fmt::format(
          "    <testcase classname=\"{}\" name=\"{} passing seeds\" time=\"{:.3f}\"/>\n",
          escape(suite.name), suite.passed, suite.passed_seconds);
    }
    for (const Case& entry : suite.cases) {
      body += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">",
                          escape(suite.name), escape(entry.name), entry.seconds);
      if (!entry.failure.empty()) {
        ++failures;
        const std::string first = entry.failure.substr(0, entry.failure.find('\n'));
        body += fmt::format("<failure message=\"{}\">{}</failure>", escape(first),
                            escape(entry.failure));
      } else {
        body += fmt::format("<skipped message=\"{}\"/>", escape(entry.skipped));
      }
      body += "</testcase>\n";
    }
    xml += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n{}  </testsuite>\n",
        escape(suite.name), suite.cases.size() + (suite.passed > 0 ? 1 : 0), failures,
        suite.cases.size() - failures, body);
  }
  return xml + "</testsuites>\n";
}

}  // namespace windtunnel::cli
