// For the tests of audits: a history, a few options, and what is found.
#pragma once

#include <windtunnel/checkers/judges/judge.h>
#include "tests/unit/checkers/histories.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::checkers::test {

// A line of a history in short: process, type, f and value.
inline std::string line(int process, std::string_view type, std::string_view f,
                        std::string_view value = "nil") {
  return "{:process " + std::to_string(process) + ", :type :" + std::string(type) +
         ", :f :" + std::string(f) + ", :value " + std::string(value) + "}\n";
}

// An operation that nothing is concurrent with.
inline std::string done(int process, std::string_view f, std::string_view argument,
                        std::string_view result, std::string_view outcome = "ok") {
  return line(process, "invoke", f, argument) + line(process, outcome, f, result);
}
inline std::string done(int process, std::string_view f, std::string_view value) {
  return done(process, f, value, value);
}

// What an audit says of a history; the history lives as long as it.
struct Audited {
  History history;
  AuditReport report;

  Decision decision() const { return report.verdict.decision; }
  const Flaw* find(std::string_view name) const {
    for (const Flaw& flaw : report.flaws) {
      if (flaw.name == name) return &flaw;
    }
    return nullptr;
  }
  std::int64_t figure(std::string_view name) const {
    for (const Figure& figure : report.figures) {
      if (figure.name == name) return figure.value;
    }
    ADD_FAILURE() << "no figure " << name;
    return -1;
  }
};

// What is wrong with the options for the audit, if anything.
inline std::optional<std::string> refused(std::string_view model, const AuditOptions& options) {
  JudgeOptions all;
  static_cast<AuditOptions&>(all) = options;
  return refuse(*find_judge(model), all);
}

inline Audited audited(std::string_view model, History history, const AuditOptions& options = {}) {
  const AuditInfo* const info = find_audit(model);
  EXPECT_NE(info, nullptr) << model;
  EXPECT_EQ(refused(model, options), std::nullopt);
  Audited result{std::move(history), {}};
  result.report = audit(result.history, *info, options);
  for (const Flaw& flaw : result.report.flaws) {
    EXPECT_TRUE(flaw.witness.rechecked) << flaw.name << ": " << flaw.witness.explanation;
  }
  return result;
}
inline Audited audited(std::string_view model, std::string_view edn,
                       const AuditOptions& options = {}) {
  return audited(model, history_of(edn), options);
}

// The one flaw that the history has, held against it, with the lines of its witness.
inline void expect_only(const Audited& result, std::string_view flaw,
                        const std::vector<std::uint32_t>& lines) {
  EXPECT_EQ(result.decision(), Decision::violated);
  std::vector<std::string> names;
  for (const Flaw& one : result.report.flaws) names.push_back(one.name);
  EXPECT_EQ(names, std::vector<std::string>{std::string(flaw)});
  std::vector<std::uint32_t> shown;
  for (const Witness::Item& item : result.report.verdict.witness.operations) {
    shown.push_back(item.line);
  }
  EXPECT_EQ(shown, lines) << result.report.verdict.witness.explanation;
}

}  // namespace windtunnel::checkers::test
