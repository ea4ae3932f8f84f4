// Processes of a test: the command as a user runs it. Every process is killed and reaped with its
// object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli_test {

// A scenario that ships, for tests that want any.
inline const std::string kScenario = WT_SOURCE_DIR "/scenarios/raft/leader-partition.yaml";

struct Ended {
  int code = -1;  // the exit code, or 128 + the signal
  std::string out;
  std::string err;
};

struct Start {
  std::vector<std::string> arguments;  // without the command itself
  std::string directory;               // where it runs; empty: the source tree
  std::string output;                  // stdout goes to this file; empty: it is captured
  std::uint64_t file_limit = 0;        // bytes that a file may have (RLIMIT_FSIZE); 0: any
  std::uint64_t memory_limit = 0;      // bytes of address space (RLIMIT_AS); 0: any
  // After it the process is killed. For what hangs: a machine may be slow.
  std::chrono::seconds patience = std::chrono::hours(1);
};

class Process {
 public:
  // Runs `body` in a child process, which exits with what it returns.
  Process(const Start& start, const std::function<int()>& body);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  // Sends a signal. The process must not have been waited for.
  void signal(int number) const;
  // Waits until it ended. After its patience it is killed.
  Ended wait();
  // Reads what it wrote to stdout until `text` has come; false when it ended or too long passed.
  bool wait_for(const std::string& text);

 private:
  // False at the end of both streams, or after `limit`.
  bool read_some(std::chrono::milliseconds limit);
  void reap();

  std::chrono::seconds patience_;
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string out_text_;
  std::string err_text_;
  std::optional<int> status_;
};

// The command that was built.
std::unique_ptr<Process> start_command(const Start& start);
Ended run_command(const Start& start);
// A line for /bin/sh; the arguments of `start` are not used.
Ended run_shell(const Start& start, const std::string& script);
// `windtunnel ARGUMENTS...` in the source tree.
Ended windtunnel(const std::vector<std::string>& arguments);

// The same elsewhere.
inline Ended run_in(const std::string& directory, const std::vector<std::string>& arguments) {
  Start start;
  start.directory = directory;
  start.arguments = arguments;
  return run_command(start);
}

// A directory that is removed with its object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void write_file(const std::string& path, const std::string& text);
std::string read_file(const std::string& path);

}  // namespace windtunnel::cli_test
