#include <windtunnel/scenarios/campaign/workers.h>

#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/scenarios/campaign/last_words.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <vector>

namespace windtunnel {
namespace {

using Clock = std::chrono::steady_clock;

// How a worker ends that has done its job: 0 is how code under test may end the process.
constexpr int kThrough = 117;
constexpr std::size_t kErrorTail = 8192;

volatile std::sig_atomic_t interrupted_flag = 0;
void on_interrupt(int) { interrupted_flag = 1; }

struct Worker {
  std::uint64_t job = 0;
  pid_t pid = -1;
  int output = -1;
  int errors = -1;
  bool is_late = false;  // the watchdog has found it
  Clock::time_point deadline;
  JobOutcome outcome;
};

void write_all(int fd, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = ::write(fd, text.data() + sent, text.size() - sent);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

[[noreturn]] void run_child(const Job& job, std::uint64_t number, int output, int errors) {
  // A terminal sends its interrupt to the workers too: that is no crash of the code under test. A
  // worker ends with its parent instead.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(errors, STDERR_FILENO);
  ::dup2(errors, STDOUT_FILENO);
  install_last_words(output);
  write_all(output, job(number));
  std::fflush(nullptr);
  ::_exit(kThrough);
}

bool start(Worker& worker, std::uint64_t number, const Job& job) {
  int output[2];
  int errors[2];
  if (::pipe2(output, O_CLOEXEC) != 0) return false;
  if (::pipe2(errors, O_CLOEXEC) != 0) {
    ::close(output[0]);
    ::close(output[1]);
    return false;
  }
  // What the parent has buffered must not be written by the child as well.
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(output[0]);
    ::close(errors[0]);
    run_child(job, number, output[1], errors[1]);
  }
  ::close(output[1]);
  ::close(errors[1]);
  if (pid < 0) {
    ::close(output[0]);
    ::close(errors[0]);
    return false;
  }
  worker.job = number;
  worker.pid = pid;
  worker.output = output[0];
  worker.errors = errors[0];
  return true;
}

// Reads what is there; closes and forgets the descriptor at its end.
void take(int& fd, std::string& into, std::size_t keep_last) {
  char block[65536];
  const ssize_t count = ::read(fd, block, sizeof block);
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    ::close(fd);
    fd = -1;
    return;
  }
  into.append(block, static_cast<std::size_t>(count));
  if (keep_last != 0 && into.size() > 2 * keep_last) into.erase(0, into.size() - keep_last);
}

void finish(Worker& worker) {
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  JobOutcome& outcome = worker.outcome;
  if (outcome.errors.size() > kErrorTail) {
    outcome.errors.erase(0, outcome.errors.size() - kErrorTail);
  }
  outcome.errors = printable(outcome.errors);
  if (worker.is_late) {
    outcome.kind = JobOutcome::Kind::hung;
  } else if (WIFSIGNALED(status)) {
    outcome.signal = WTERMSIG(status);
    const bool from_outside = outcome.signal == SIGKILL;
    outcome.kind = from_outside ? JobOutcome::Kind::killed : JobOutcome::Kind::crashed;
  } else if (WEXITSTATUS(status) != kThrough) {
    outcome.kind = JobOutcome::Kind::crashed;
    outcome.exit_code = WEXITSTATUS(status);
  }
}

class Pool {
 public:
  Pool(std::uint64_t count, const WorkerOptions& options, const Job& job, const JobSink& sink)
      : count_(count), options_(options), job_(job), sink_(sink) {}

  JobsEnd run() {
    while (next_delivery_ < count_) {
      if (InterruptGuard::interrupted()) return end(JobsEnd::interrupted);
      if (!start_workers()) return end(JobsEnd::no_processes);
      wait();
      if (!deliver()) return end(JobsEnd::stopped);
    }
    return InterruptGuard::interrupted() ? JobsEnd::interrupted : JobsEnd::all;
  }

 private:
  // Results that wait for an earlier one are bounded too.
  static constexpr std::uint64_t kAheadPerWorker = 64;

  bool start_workers() {
    const std::uint64_t ahead = kAheadPerWorker * options_.workers;
    while (running_.size() < options_.workers && next_job_ < count_ &&
           next_job_ < next_delivery_ + ahead) {
      Worker worker;
      if (!start(worker, next_job_, job_)) return !running_.empty();
      worker.deadline = Clock::now() + std::chrono::milliseconds(options_.watchdog_ms);
      running_.push_back(std::move(worker));
      ++next_job_;
    }
    return true;
  }

  void wait() {
    std::vector<pollfd> polled;
    for (const Worker& worker : running_) {
      if (worker.output >= 0) polled.push_back({worker.output, POLLIN, 0});
      if (worker.errors >= 0) polled.push_back({worker.errors, POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), 200) > 0) {
      for (const pollfd& entry : polled) {
        if (entry.revents != 0) read_from(entry.fd);
      }
    }
    const Clock::time_point now = Clock::now();
    for (std::size_t i = 0; i < running_.size();) {
      Worker& worker = running_[i];
      if (worker.output < 0 && worker.errors < 0) {
        finish(worker);
        finished_[worker.job] = std::move(worker.outcome);
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      if (options_.watchdog_ms != 0 && now > worker.deadline) stop(worker, now);
      ++i;
    }
  }

  // Asks for last words first, where there may be some.
  void stop(Worker& worker, Clock::time_point now) {
    const bool asks = options_.last_words_ms != 0 && !worker.is_late;
    worker.is_late = true;
    worker.deadline = now + std::chrono::milliseconds(options_.last_words_ms);
    ::kill(worker.pid, asks ? SIGQUIT : SIGKILL);
  }

  void read_from(int fd) {
    for (Worker& worker : running_) {
      if (worker.output == fd)
        take(worker.output, worker.outcome.output, 0);
      else if (worker.errors == fd)
        take(worker.errors, worker.outcome.errors, kErrorTail);
    }
  }

  bool deliver() {
    for (auto found = finished_.find(next_delivery_); found != finished_.end();
         found = finished_.find(next_delivery_)) {
      const JobOutcome outcome = std::move(found->second);
      finished_.erase(found);
      if (!sink_(next_delivery_++, outcome)) return false;
    }
    return true;
  }

  JobsEnd end(JobsEnd how) {
    for (Worker& worker : running_) {
      ::kill(worker.pid, SIGKILL);
      if (worker.output >= 0) ::close(worker.output);
      if (worker.errors >= 0) ::close(worker.errors);
      finish(worker);
    }
    return how;
  }

  std::uint64_t count_;
  const WorkerOptions& options_;
  const Job& job_;
  const JobSink& sink_;
  std::vector<Worker> running_;
  std::map<std::uint64_t, JobOutcome> finished_;
  std::uint64_t next_job_ = 0;
  std::uint64_t next_delivery_ = 0;
};

}  // namespace

// An inner one keeps an interrupt that the outer one has not seen yet.
InterruptGuard::InterruptGuard() {
  struct sigaction current {};
  sigaction(SIGINT, nullptr, &current);
  if (current.sa_handler != &on_interrupt) interrupted_flag = 0;
  struct sigaction action {};
  action.sa_handler = &on_interrupt;
  sigaction(SIGINT, &action, &former_int_);
  sigaction(SIGTERM, &action, &former_term_);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &former_int_, nullptr);
  sigaction(SIGTERM, &former_term_, nullptr);
}

bool InterruptGuard::interrupted() { return interrupted_flag != 0; }

namespace {

JobsEnd run_here(std::uint64_t count, const Job& job, const JobSink& sink) {
  for (std::uint64_t number = 0; number < count; ++number) {
    if (InterruptGuard::interrupted()) return JobsEnd::interrupted;
    JobOutcome outcome;
    outcome.output = job(number);
    if (!sink(number, outcome)) return JobsEnd::stopped;
  }
  return InterruptGuard::interrupted() ? JobsEnd::interrupted : JobsEnd::all;
}

}  // namespace

JobsEnd run_jobs(std::uint64_t count, const WorkerOptions& options, const Job& job,
                 const JobSink& sink) {
  const InterruptGuard guard;
  if (options.in_process) return run_here(count, job, sink);
  return Pool(count, options, job, sink).run();
}

}  // namespace windtunnel
