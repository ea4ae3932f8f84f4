// Results as JUnit XML, which CI systems read: a suite a scenario; failing seeds by themselves,
// passing ones together.
#pragma once

#include <windtunnel/scenarios/campaign/campaign.h>

#include <string>
#include <vector>

namespace windtunnel::cli {

class JUnitReport {
 public:
  void add(const std::string& scenario, const scenarios::SeedReport& report);
  // Checks of which a violation was expected in any seed and found in none: a failing case each.
  void add_never_violated(const std::string& scenario, const std::vector<std::string>& checks);
  // Of a campaign whose runs are not listed one by one.
  void add_passed(const std::string& scenario, std::uint64_t count, double seconds);
  void add_failure(const std::string& scenario, const std::string& name, const std::string& text);
  // Whose verdict is unknown.
  void add_skipped(const std::string& scenario, const std::string& name, const std::string& text);
  std::string text() const;

 private:
  struct Case {
    std::string name;
    double seconds = 0;
    std::string failure;  // empty: none
    std::string skipped;  // why the verdict is unknown
  };
  struct Suite {
    std::string name;
    std::uint64_t passed = 0;
    double passed_seconds = 0;
    std::vector<Case> cases;
  };
  Suite& suite_of(const std::string& scenario);

  std::vector<Suite> suites_;
};

}  // namespace windtunnel::cli
