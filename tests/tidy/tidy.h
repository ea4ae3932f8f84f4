// The rules of this tree that a machine can hold (docs/style.md): text in, findings out.
#pragma once

#include "tests/tidy/finding.h"
#include "tests/tidy/shape.h"

namespace windtunnel::tidy {

struct File {
  std::string path;  // from the root
  std::string text;
  std::string header;  // the text of a source's own header, or empty
};

struct Report {
  Findings findings;
  std::vector<Measure> functions;
};
Report check(const File& file);

}  // namespace windtunnel::tidy
