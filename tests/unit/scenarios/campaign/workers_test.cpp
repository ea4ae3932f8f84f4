#include <windtunnel/scenarios/campaign/workers.h>

#include <windtunnel/protocols/base/utf8.h>

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace windtunnel {
namespace {

TEST(Workers, DeliverInOrderForEveryNumberOfWorkers) {
  for (const unsigned workers : {1U, 2U, 7U}) {
    WorkerOptions options;
    options.workers = workers;
    std::vector<std::string> seen;
    const JobsEnd end = run_jobs(
        40, options,
        [](std::uint64_t job) {
          if (job % 3 == 0) ::usleep(3000);
          return std::to_string(job * job);
        },
        [&](std::uint64_t, const JobOutcome& outcome) {
          seen.push_back(outcome.output);
          return true;
        });
    EXPECT_EQ(end, JobsEnd::all);
    ASSERT_EQ(seen.size(), 40U);
    for (std::uint64_t job = 0; job < 40; ++job) EXPECT_EQ(seen[job], std::to_string(job * job));
  }
}

TEST(Workers, AnInterruptOfTheTerminalIsNoCrashOfAJob) {
  run_jobs(
      1, WorkerOptions{},
      [](std::uint64_t) {
        std::raise(SIGINT);
        std::raise(SIGTERM);
        return std::string("done");
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        EXPECT_EQ(outcome.kind, JobOutcome::Kind::done);
        EXPECT_EQ(outcome.output, "done");
        return true;
      });
}

TEST(Workers, AnInterruptBetweenTwoCallsIsNotLost) {
  const InterruptGuard guard;
  EXPECT_FALSE(InterruptGuard::interrupted());
  std::raise(SIGINT);
  std::uint64_t delivered = 0;
  const JobsEnd end = run_jobs(
      3, WorkerOptions{}, [](std::uint64_t) { return std::string(); },
      [&](std::uint64_t, const JobOutcome&) { return ++delivered != 0; });
  EXPECT_EQ(end, JobsEnd::interrupted);
  EXPECT_EQ(delivered, 0U);
}

TEST(Workers, WhatAJobSaysIsMadePrintable) {
  std::string errors;
  run_jobs(
      1, WorkerOptions{},
      [](std::uint64_t) -> std::string {
        // The last 8,192 bytes of it begin inside a character.
        for (int i = 0; i < 5'000; ++i) std::fputs("\xc3\xa4", stderr);
        std::fputs("\x1b[31m\xff", stderr);
        std::abort();
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        errors = outcome.errors;
        return true;
      });
  EXPECT_EQ(errors, printable(errors));
  EXPECT_NE(errors.find("\xc3\xa4 [31m\xef\xbf\xbd"), std::string::npos) << errors;
}

TEST(Workers, ACrashIsTheFindingOfItsJobAlone) {
  WorkerOptions options;
  options.workers = 2;
  std::vector<JobOutcome> seen;
  run_jobs(
      6, options,
      [](std::uint64_t job) -> std::string {
        if (job == 2) {
          std::fprintf(stderr, "about to abort\n");
          std::abort();
        }
        if (job == 4) ::_exit(9);
        return "fine";
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        seen.push_back(outcome);
        return true;
      });
  ASSERT_EQ(seen.size(), 6U);
  EXPECT_EQ(seen[2].kind, JobOutcome::Kind::crashed);
  EXPECT_EQ(seen[2].signal, SIGABRT);
  EXPECT_NE(seen[2].errors.find("about to abort"), std::string::npos);
  EXPECT_EQ(seen[4].kind, JobOutcome::Kind::crashed);
  EXPECT_EQ(seen[4].exit_code, 9);
  for (const std::size_t i : {0U, 1U, 3U, 5U}) EXPECT_EQ(seen[i].output, "fine");
}

// As the system does when memory runs out.
TEST(Workers, AKillFromOutsideIsNoCrash) {
  JobOutcome seen;
  run_jobs(
      1, WorkerOptions{},
      [](std::uint64_t) -> std::string {
        std::raise(SIGKILL);
        return {};
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        seen = outcome;
        return true;
      });
  EXPECT_EQ(seen.kind, JobOutcome::Kind::killed);
}

TEST(Workers, CanWorkInTheCallersProcess) {
  const pid_t here = ::getpid();
  WorkerOptions options;
  options.in_process = true;
  std::vector<std::string> seen;
  const JobsEnd end = run_jobs(
      9, options,
      [&](std::uint64_t job) {
        EXPECT_EQ(::getpid(), here);
        return std::to_string(job);
      },
      [&](std::uint64_t job, const JobOutcome& outcome) {
        seen.push_back(outcome.output);
        return job < 2;
      });
  EXPECT_EQ(end, JobsEnd::stopped);
  EXPECT_EQ(seen, (std::vector<std::string>{"0", "1", "2"}));
}

TEST(Workers, TheWatchdogEndsAnEndlessLoop) {
  WorkerOptions options;
  options.watchdog_ms = 100;
  JobOutcome seen;
  run_jobs(
      1, options,
      [](std::uint64_t) -> std::string {
        for (;;) ::usleep(1000);
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        seen = outcome;
        return true;
      });
  EXPECT_EQ(seen.kind, JobOutcome::Kind::hung);
}

TEST(Workers, TheSinkCanStopTheRest) {
  WorkerOptions options;
  options.workers = 2;
  int delivered = 0;
  const JobsEnd end = run_jobs(
      1000, options, [](std::uint64_t) { return std::string("x"); },
      [&](std::uint64_t job, const JobOutcome&) {
        ++delivered;
        return job < 4;
      });
  EXPECT_EQ(end, JobsEnd::stopped);
  EXPECT_EQ(delivered, 5);
}

TEST(Workers, LargeOutputArrivesWhole) {
  std::string seen;
  run_jobs(
      1, WorkerOptions{}, [](std::uint64_t) { return std::string(5'000'000, 'x'); },
      [&](std::uint64_t, const JobOutcome& outcome) {
        seen = outcome.output;
        return true;
      });
  EXPECT_EQ(seen.size(), 5'000'000U);
}

}  // namespace
}  // namespace windtunnel
