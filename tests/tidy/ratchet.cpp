#include "tests/tidy/ratchet.h"

#include <algorithm>

namespace windtunnel::tidy {
namespace {

bool covers(const Exception& exception, const Finding& finding) {
  const bool folder = exception.path.ends_with('/');
  return finding.rule == exception.rule &&
         (folder ? finding.path.starts_with(exception.path) : finding.path == exception.path);
}

}  // namespace

const std::vector<Exception>& exceptions() {
  static const std::string broken = "input that is broken on purpose";
  static const std::vector<Exception> list = {
      {"line-length", "tests/unit/scenarios/format/bad/", 2, broken},
      {"tab", "tests/unit/scenarios/format/bad/", 1, broken}};
  return list;
}

Findings apply_ratchet(const Findings& findings, const std::vector<Exception>& exceptions) {
  Findings left = findings;
  for (const Exception& exception : exceptions) {
    const auto covered = [&](const Finding& finding) { return covers(exception, finding); };
    int total = 0;
    for (const Finding& finding : findings) total += covered(finding) ? finding.amount : 0;
    if (total == 0) {
      left.push_back({"ratchet", exception.path, 1,
                      "nothing needs the exception from '" + exception.rule +
                          "' any more: delete it in tests/tidy/ratchet.cpp"});
    } else if (total <= exception.amount) {
      left.erase(std::remove_if(left.begin(), left.end(), covered), left.end());
    }
  }
  return left;
}

}  // namespace windtunnel::tidy
