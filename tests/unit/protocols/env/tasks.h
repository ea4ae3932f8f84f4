// What the tests of the coroutine tools share: a log, and something that notes its end in it.
#pragma once

#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/channel.h>
#include <windtunnel/protocols/env/race.h>
#include "tests/unit/protocols/env/hand_made_env.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace windtunnel::testing {

using Log = std::vector<std::string>;

struct Leaves {
  Log& log;
  std::string name;
  ~Leaves() { log.push_back("~" + name); }
};

// How a result reads in a log: its value, or its error's name.
inline std::string spell(const Error& error) {
  return std::string(name_of(static_cast<Errc>(error.value())));
}
inline std::string spell(const Result<int>& result) {
  return result ? std::to_string(*result) : spell(result.error());
}
inline std::string spell(const Result<void>& result) {
  return result ? std::string("ok") : spell(result.error());
}

// A world made by hand, of which time passes with all that it brings.
struct Tasks : HandMadeEnv {
  void pass(Duration by) {
    clock.advance(by);
    executor.drain();
  }
  // Whether nothing is left of what was cancelled.
  bool is_quiet() { return clock.armed() == 0 && executor.idle() && executor.frames().live() == 0; }
};

}  // namespace windtunnel::testing
