#include "tests/cli/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace windtunnel::cli_test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read = ends[0];
    write = ends[1];
  }
};

// In the child: the world as `start` says. Ends the child when that cannot be.
void arrange(const Start& start, int out, int err) {
  // A test that is itself killed leaves nothing behind.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string directory = start.directory.empty() ? WT_SOURCE_DIR : start.directory;
  if (::chdir(directory.c_str()) != 0) std::_Exit(125);
  if (!start.output.empty()) {
    out = ::open(start.output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (out < 0) std::_Exit(125);
  }
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (start.file_limit != 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{start.file_limit, start.file_limit};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (start.memory_limit != 0) {
    const rlimit limit{start.memory_limit, start.memory_limit};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ::setenv("NO_COLOR", "1", 1);
}

int exec_command(const std::vector<std::string>& arguments) {
  std::vector<char*> words;
  std::string command = WT_COMMAND;
  words.push_back(command.data());
  std::vector<std::string> copies = arguments;
  for (std::string& word : copies) words.push_back(word.data());
  words.push_back(nullptr);
  ::execv(WT_COMMAND, words.data());
  return 127;
}

}  // namespace

Process::Process(const Start& start, const std::function<int()>& body) : patience_(start.patience) {
  const Pipe out;
  const Pipe err;
  std::fflush(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    arrange(start, out.write, err.write);
    const int code = body();
    std::fflush(nullptr);
    std::_Exit(code);
  }
  ::close(out.write);
  ::close(err.write);
  out_ = out.read;
  err_ = err.read;
}

Process::~Process() {
  if (!status_) ::kill(pid_, SIGKILL);
  reap();
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
}

void Process::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

void Process::reap() {
  if (status_) return;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
}

bool Process::read_some(std::chrono::milliseconds limit) {
  pollfd streams[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if (out_ < 0 && err_ < 0) return false;
  if (::poll(streams, 2, static_cast<int>(limit.count())) <= 0) return false;
  int* const descriptors[2] = {&out_, &err_};
  std::string* const texts[2] = {&out_text_, &err_text_};
  for (int i = 0; i < 2; ++i) {
    if (streams[i].revents == 0) continue;
    char block[4096];
    const ssize_t count = ::read(*descriptors[i], block, sizeof block);
    if (count > 0) {
      texts[i]->append(block, static_cast<std::size_t>(count));
    } else {
      ::close(*descriptors[i]);
      *descriptors[i] = -1;
    }
  }
  return true;
}

Ended Process::wait() {
  const Clock::time_point last = Clock::now() + patience_;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(last - Clock::now());
    if (left.count() <= 0) break;
    if (!read_some(left) && out_ < 0 && err_ < 0) break;
  }
  if (out_ >= 0 || err_ >= 0) signal(SIGKILL);
  reap();
  const int status = *status_;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out_text_, err_text_};
}

bool Process::wait_for(const std::string& text) {
  const Clock::time_point last = Clock::now() + patience_;
  while (out_text_.find(text) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(last - Clock::now());
    if (left.count() <= 0 || out_ < 0 || !read_some(left)) return false;
  }
  return true;
}

std::unique_ptr<Process> start_command(const Start& start) {
  return std::make_unique<Process>(start, [&] { return exec_command(start.arguments); });
}

Ended run_command(const Start& start) { return start_command(start)->wait(); }

Ended run_shell(const Start& start, const std::string& script) {
  return Process(start,
                 [&] {
                   ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
                   return 127;
                 })
      .wait();
}

Ended windtunnel(const std::vector<std::string>& arguments) {
  Start start;
  start.arguments = arguments;
  return run_command(start);
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "windtunnel-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace windtunnel::cli_test
