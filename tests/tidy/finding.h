// What a rule says about a place in the tree.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace windtunnel::tidy {

struct Finding {
  std::string rule;  // a short name; the ratchet refers to it
  std::string path;
  std::size_t line = 0;
  std::string message;  // what is wrong, and what to write instead
  int amount = 1;       // what the ratchet adds up: 1, or the size that is over a limit
};
using Findings = std::vector<Finding>;

}  // namespace windtunnel::tidy
