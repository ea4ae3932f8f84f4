// Runs Graphviz's `dot` as a process of its own: no shell, a bounded time, and no failure of ours
// when it is not there.
#pragma once

#include <chrono>
#include <string>

namespace windtunnel::reports {

struct Drawing {
  std::string svg;      // one svg element, safe to put into a page; empty when there is none
  std::string problem;  // why there is none, a sentence
};

struct GraphvizOptions {
  std::string program = "dot";  // looked up in PATH
  std::chrono::milliseconds timeout{5000};
};

Drawing draw(const std::string& dot, const GraphvizOptions& options = {});

// The svg element in what `dot -Tsvg` wrote, without its prologue. Empty when it holds anything
// that could run or load something: a script, a handler, a link, a foreign object.
std::string clean_svg(const std::string& output);

}  // namespace windtunnel::reports
