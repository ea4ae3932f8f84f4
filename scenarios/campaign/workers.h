// Runs jobs in forked single-threaded worker processes, one process a job, so that code under test
// may abort, crash or hang: that is a finding of its job and nothing else is lost. Results are
// delivered in job order for every number of workers.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>

namespace windtunnel {

// How a job ended.
struct JobOutcome {
  enum class Kind : std::uint8_t {
    done,     // `output` is what the job returned
    crashed,  // killed by `signal`, or exited by itself with `exit_code`
    hung,     // the watchdog killed it
    killed,   // by SIGKILL from outside, as the system does when memory runs out
  };
  Kind kind = Kind::done;
  std::string output;  // crashed, hung: its last words (last_words.h), if it came to them
  int signal = 0;
  int exit_code = 0;
  std::string errors;  // the last part of what it wrote to stderr, printable
};

struct WorkerOptions {
  unsigned workers = 1;
  // Real time after which a job is killed; 0: never. A watchdog only: no verdict depends on a job
  // being slow.
  std::int64_t watchdog_ms = 60'000;
  // How long a job that the watchdog ends has for its last words; 0: it has none.
  std::int64_t last_words_ms = 0;
  // Every job in the calling process, one after the other, for debuggers: nothing is watched, and
  // what ends a job ends the caller.
  bool in_process = false;
};

// What a job does, in a process of its own. May abort.
using Job = std::function<std::string(std::uint64_t job)>;
// Called in the calling process, in job order. Returns false to stop: jobs under way are killed.
using JobSink = std::function<bool(std::uint64_t job, const JobOutcome& outcome)>;

// While one lives, SIGINT and SIGTERM end run_jobs, and nothing else. Whoever runs jobs several
// times holds one for all of them, so that an interrupt between two is not lost. They nest.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();
  // Since the outermost of those that live.
  static bool interrupted();

 private:
  struct sigaction former_int_;
  struct sigaction former_term_;
};

enum class JobsEnd : std::uint8_t { all, stopped, interrupted, no_processes };

// Runs jobs 0 .. count-1. On SIGINT and SIGTERM kills what runs and returns `interrupted`, after
// the sink has seen the results that were complete and in order; workers do not notice these
// signals. A sink may run jobs itself: an interrupt during these ends both.
JobsEnd run_jobs(std::uint64_t count, const WorkerOptions& options, const Job& job,
                 const JobSink& sink);

}  // namespace windtunnel
