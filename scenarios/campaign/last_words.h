// What a worker process says when the code under test ends it: the signal, where the run was, and
// what somebody wants to save of it.
#pragma once

#include <functional>
#include <string>

namespace windtunnel {

// From now on a fatal signal of this process first writes the signal, seed, event and node to
// stderr, and hands the last words, if anybody has some, to `output`. For worker processes.
void install_last_words(int output);

// How the process ends.
struct Death {
  int signal = 0;     // 0: it exits by itself
  int exit_code = 0;  // with this, then
  std::string stack;  // of the code that did it, a line a frame (stack.h); empty: not known
};

// Words that a worker hands over in place of its job's output when a fatal signal ends it, when
// the code under test exits, or when the watchdog asks (SIGQUIT). At most one lives at a time.
//
// `say` runs inside the handler of the signal, in a process that may be broken. Where it fails or
// takes too long, the process ends without.
class LastWords {
 public:
  explicit LastWords(std::function<std::string(const Death&)> say);
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
  ~LastWords();
};

}  // namespace windtunnel
