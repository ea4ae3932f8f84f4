// Exceptions, each with a number that may only fall.
#pragma once

#include "tests/tidy/finding.h"

namespace windtunnel::tidy {

struct Exception {
  std::string rule;
  std::string path;  // a file, or a folder with its / at the end
  int amount;        // no more than this may the amounts of the findings sum up to
  std::string why;   // a sentence
};

// The list for this tree.
const std::vector<Exception>& exceptions();

// Removes what is excepted. Over the amount, all findings of that rule and place stay; an exception
// that nothing needs any more is a finding itself.
Findings apply_ratchet(const Findings& findings, const std::vector<Exception>& exceptions);

}  // namespace windtunnel::tidy
