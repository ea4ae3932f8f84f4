// Code under test that crashes, hangs or is not deterministic, registered as a user registers it:
// by a program of its own that calls `windtunnel::main`.
#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>
#include <windtunnel/protocols/env/await.h>
#include "tests/cli/process.h"
#include "tests/unit/sanitized.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <regex>

namespace windtunnel::cli_test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What a service does half a second into the run.
using Misdeed = void (*)(Env& env);

class LateService final : public Service {
 public:
  LateService(Env& env, Misdeed misdeed) : env_(env), misdeed_(misdeed) {}
  void start() override {
    const Instant now = env_.clock.now();
    env_.timers.arm(now + milliseconds(500), timer_);
  }

 private:
  void on_timer() { misdeed_(env_); }
  Env& env_;
  Misdeed misdeed_;
  MemberWaiter<LateService, &LateService::on_timer> timer_{*this};
};

// Answers nothing; nobody needs it to.
class SilentClient final : public Client {
 public:
  Task<Outcome> invoke(Env& env, const Operation& operation) override {
    (void)operation;
    co_await sleep_for(env, milliseconds(100));
    co_return Outcome{};
  }
};

void observe(Env& env, std::uint64_t word) {
  Observation observation;
  observation.kind = ObservationKind::user;
  observation.a = word;
  env.observer.observe(observation);
}

void do_abort(Env& env) {
  (void)env;
  std::abort();
}

void do_crash(Env& env) {
  (void)env;
  std::raise(SIGSEGV);
}

// As the system does when memory runs out.
void do_die(Env& env) {
  (void)env;
  std::raise(SIGKILL);
}

void do_say(Env& env) {
  WT_LOG(env, info, "the answer is {}", 42);
  std::printf("printed without a line end");
  std::fprintf(stderr, "and an error\n");
}

void do_flood(Env& env) {
  (void)env;
  const std::string line(1000, 'x');
  for (int i = 0; i < 5'000; ++i) std::printf("%s\n", line.c_str());
}

void do_break(Env& env) {
  WT_LOG(env, debug, "one step from the end");
  std::printf("about to break\n");
  WT_ASSERT(env.self.value == 7, "only the eighth may");
}

void do_overflow(Env& env) {
  struct Deep {
    static int go(int depth) {
      volatile char room[4096];
      room[depth % 4096] = 1;
      return depth < 0 ? 0 : go(depth + 1) + room[(depth + 1) % 4096];
    }
  };
  observe(env, static_cast<std::uint64_t>(Deep::go(0)));
}

void do_leave(Env& env) {
  (void)env;
  std::exit(3);
}

void do_end(Env& env) {
  (void)env;
  std::_Exit(0);
}

void do_exit(Env& env) {
  (void)env;
  std::_Exit(3);
}

void do_hang(Env& env) {
  (void)env;
  const volatile bool hangs = true;
  while (hangs) {
  }
}

// From here on the runs differ by an accident of the machine.
void observe_chance(Env& env) {
  std::random_device device;
  observe(env, device());
}

// Differs only where the heap lies differently, which is why `--verify` moves it.
void observe_address(Env& env) {
  const auto object = std::make_unique<int>(0);
  observe(env, reinterpret_cast<std::uintptr_t>(object.get()));
}

void behave(Env& env) { observe(env, 1); }

scenarios::ServiceDefinition service(std::string name, Misdeed misdeed) {
  scenarios::ServiceDefinition definition;
  definition.name = std::move(name);
  definition.doc = "misbehaves half a second into the run";
  definition.make = [misdeed](Env& env, const ServiceConfig&) -> std::unique_ptr<Service> {
    return std::make_unique<LateService>(env, misdeed);
  };
  definition.make_client = [](Env&, const ServiceConfig&) -> std::unique_ptr<Client> {
    return std::make_unique<SilentClient>();
  };
  return definition;
}

// A user's program: its services beside what ships.
int users_main(std::vector<std::string> arguments) {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  registry.add(service("aborts", &do_abort));
  registry.add(service("crashes", &do_crash));
  registry.add(service("dies", &do_die));
  registry.add(service("ends", &do_end));
  registry.add(service("exits", &do_exit));
  registry.add(service("leaves", &do_leave));
  registry.add(service("says", &do_say));
  registry.add(service("floods", &do_flood));
  registry.add(service("breaks", &do_break));
  registry.add(service("overflows", &do_overflow));
  registry.add(service("hangs", &do_hang));
  registry.add(service("chancy", &observe_chance));
  registry.add(service("addressed", &observe_address));
  registry.add(service("behaves", &behave));
  arguments.insert(arguments.begin(), "my-windtunnel");
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  return windtunnel::main(static_cast<int>(arguments.size()), words.data(), registry);
}

// Writes the scenario of that service and calls a program of its own, in `directory`.
Ended run_service_in(const TemporaryDirectory& directory, const std::string& name,
                     const std::vector<std::string>& options,
                     const std::string& subcommand = "run") {
  write_file(directory / "it.yaml",
             "scenario: v1\nname: it\nlimits: { sim_time: 2s" +
                 // Only one of them needs the watchdog.
                 std::string(name == "hangs" ? ", wall_time: 300ms" : "") +
                 " }\n"
                 "cluster: { groups: [ { name: n, count: 2, service: " +
                 name +
                 " } ] }\n"
                 "workloads: [ { name: w, type: register, clients: 1, think_time: 200ms } ]\n"
                 "properties: [ { check: linearizable, workload: w } ]\n" +
                 (subcommand == "fuzz" ? "fuzz: { between: 0s..1s, faults: 0 }\n" : ""));
  Start start;
  start.directory = directory.path();
  std::vector<std::string> arguments = {subcommand, "it.yaml"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return Process(start, [&] { return users_main(arguments); }).wait();
}

// Runs, or fuzzes, the scenario of that service.
Ended run_service(const std::string& name, const std::vector<std::string>& options,
                  const std::string& subcommand = "run") {
  return run_service_in(TemporaryDirectory(), name, options, subcommand);
}

TEST(CrashingService, IsAFindingAndNotTheEndOfTheTool) {
  for (const char* name : {"aborts", "crashes", "exits", "hangs"}) {
    const Ended ended = run_service(name, {"--seeds", "1..2"});
    EXPECT_EQ(ended.code, 4) << name << ended.out << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("no-crash is violated")) << name;
    EXPECT_THAT(ended.out, HasSubstr("FAIL it  seed 2")) << name;
    EXPECT_THAT(ended.out, HasSubstr("2 failed, 0 unknown (2 crashed)")) << name;
  }
}

TEST(CrashingService, SaysHowItEnded) {
  EXPECT_THAT(run_service("aborts", {}).out, HasSubstr("Aborted"));
  // AddressSanitizer turns the signal into an exit.
  EXPECT_THAT(run_service("crashes", {}).out,
              AnyOf(HasSubstr("Segmentation fault"), HasSubstr("exited with status 1")));
  EXPECT_THAT(run_service("exits", {}).out, HasSubstr("exited with status 3"));
  EXPECT_THAT(run_service("ends", {}).out, HasSubstr("exited with status 0"));
  EXPECT_THAT(run_service("hangs", {}).out,
              HasSubstr("stopped after 300 ms of real time (limits.wall_time)"));
}

TEST(CrashingService, SaysSeedEventAndNode) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer reports crashes in its own way";
  EXPECT_THAT(run_service("crashes", {"--seed", "7"}).out,
              HasSubstr("fatal signal 11, seed 7, event"));
  EXPECT_THAT(run_service("aborts", {"--seed", "7"}).out,
              HasSubstr("fatal signal 6, seed 7, event"));
}

TEST(CrashingService, OneThatIsKilledFromOutsideIsNotBlamed) {
  const Ended ended = run_service("dies", {"--seeds", "1..2"});
  EXPECT_EQ(ended.code, 2) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("UNKNOWN it"));
  EXPECT_THAT(ended.out, HasSubstr("the worker was killed from outside (SIGKILL)"));
  EXPECT_THAT(ended.out, Not(HasSubstr("no-crash")));
  EXPECT_THAT(ended.out, HasSubstr("2 of 2 seeds: 0 passed, 0 failed, 2 unknown"));
  const Ended twice = run_service("dies", {"--verify"});
  EXPECT_EQ(twice.code, 2) << "nothing is known of a second run either" << twice.out;
}

// The debugger gets the crash.
TEST(CrashingService, EndsTheCommandItselfWithoutForks) {
  const Ended ended = run_service("aborts", {"--no-fork"});
  EXPECT_EQ(ended.code, 128 + SIGABRT) << ended.out << ended.err;
}

TEST(CrashingService, IsALineOfJson) {
  const Ended ended = run_service("aborts", {"--json", "--seed", "5"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.out, HasSubstr("\"seed\":\"5\",\"verdict\":\"fail\""));
  EXPECT_THAT(ended.out, HasSubstr("\"check\":\"no-crash\",\"verdict\":\"violated\""));
}

TEST(CrashingService, LeavesWhatReplayNeeds) {
  TemporaryDirectory directory;
  const std::string out = directory / "out";
  const Ended ended = run_service("aborts", {"--seed", "5", "--out", out});
  EXPECT_THAT(ended.out, HasSubstr("report   " + out + "/it/5/report.html"));
  EXPECT_THAT(read_file(out + "/it/5/result.json"), HasSubstr("no-crash"));
  const Ended again = Process({}, [&] { return users_main({"replay", out + "/it/5"}); }).wait();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("the same: the code under test crashes"));
}

// What is left of a run whose code crashed.
class SavedCrash : public testing::Test {
 protected:
  Ended crash(const std::string& name) const {
    return run_service_in(directory_, name, {"--seed", "5", "--out", "out"});
  }
  Ended command(std::vector<std::string> arguments) const {
    Start start;
    start.directory = directory_.path();
    return Process(start, [&] { return users_main(std::move(arguments)); }).wait();
  }
  bool has(const std::string& name) const {
    return std::filesystem::exists(directory_ / ("out/it/5/" + name));
  }
  std::string result() const { return read_file(directory_ / "out/it/5/result.json"); }

  TemporaryDirectory directory_;
};

TEST_F(SavedCrash, HasATraceAReportAndAStack) {
  const Ended ended = crash("breaks");
  EXPECT_EQ(ended.code, 4) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("only the eighth may"));
  EXPECT_THAT(ended.out, HasSubstr(", node n1"));
  EXPECT_THAT(ended.out, HasSubstr("  stack    #0 windtunnel::cli_test::"));
  EXPECT_THAT(ended.out, HasSubstr("do_break("));
  EXPECT_THAT(ended.out, Not(HasSubstr("Simulation::"))) << "the tool is not the code under test";
  EXPECT_THAT(ended.out, HasSubstr("  report   out/it/5/report.html"));
  for (const char* name : {"trace.wtt", "history.jsonl", "report.html", "scenario.yaml"}) {
    EXPECT_TRUE(has(name)) << name;
  }
  EXPECT_THAT(result(), HasSubstr("\"check\":\"no-crash\",\"verdict\":\"violated\""));
  EXPECT_THAT(result(), HasSubstr("\"node\":\"n1\""));
  const Ended shown = command({"show", "out/it/5", "--format", "table"});
  EXPECT_THAT(shown.out, HasSubstr("n1      debug: one step from the end\n"));
  EXPECT_THAT(shown.out, HasSubstr("n1      output: about to break\n"));
  EXPECT_THAT(shown.out, HasSubstr("no-crash is violated"));
}

TEST_F(SavedCrash, IsReplayedUpToAnyEventBefore) {
  crash("breaks");
  std::smatch event;
  const std::string text = result();
  ASSERT_TRUE(std::regex_search(text, event, std::regex("\"event\":\"([0-9]+)\""))) << text;
  const int last = std::stoi(event[1]);
  ASSERT_GT(last, 2);
  const Ended before = command({"replay", "out/it/5", "--until", std::to_string(last - 1)});
  EXPECT_EQ(before.code, 0) << before.err;
  EXPECT_THAT(before.out, HasSubstr(std::to_string(last - 1) + "  0."));
  const Ended there = command({"replay", "out/it/5", "--break", "no-crash"});
  EXPECT_EQ(there.code, 0) << there.err;
  EXPECT_THAT(there.out, HasSubstr("n1  timer fires"));
  EXPECT_THAT(there.out, HasSubstr("n1  output: about to break"));
}

TEST_F(SavedCrash, OfWhateverKindHasATrace) {
  for (const char* name : {"aborts", "crashes", "leaves", "hangs", "overflows"}) {
    if (kSanitized && std::string(name) == "overflows") continue;
    const Ended ended = crash(name);
    EXPECT_EQ(ended.code, 4) << name << ended.out << ended.err;
    EXPECT_TRUE(has("trace.wtt")) << name << ended.out << ended.err;
    EXPECT_EQ(command({"replay", "out/it/5", "--until", "3"}).code, 0) << name;
    EXPECT_EQ(command({"replay", "out/it/5"}).code, 0) << name;
    std::filesystem::remove_all(directory_ / "out");
  }
}

TEST_F(SavedCrash, ThatSaysNothingLeavesWhatReplayNeeds) {
  const Ended ended = crash("exits");
  EXPECT_EQ(ended.code, 4);
  EXPECT_FALSE(has("trace.wtt")) << "_Exit asks nobody";
  EXPECT_THAT(ended.out, HasSubstr("  saved    out/it/5\n"));
  EXPECT_EQ(command({"replay", "out/it/5"}).code, 0);
  EXPECT_EQ(command({"replay", "out/it/5", "--until", "3"}).code, 4);
}

TEST(Output, OfNodeCodeIsShownWithNodeAndTime) {
  const TemporaryDirectory directory;
  const Ended one = run_service_in(directory, "says", {});
  // stdout is buffered and stderr is not, as wherever stdout is no terminal.
  EXPECT_THAT(one.err, HasSubstr("0.500000 s  n1  output  and an error\n"
                                 "0.500000 s  n1  output  printed without a line end\n"));
  EXPECT_THAT(one.err, Not(HasSubstr("the answer")));
  const auto shown = [&](const std::string& format) {
    Start start;
    start.directory = directory.path();
    return Process(start,
                   [&] {
                     return users_main({"show", "windtunnel-out/latest", "--format", format});
                   })
        .wait()
        .out;
  };
  EXPECT_THAT(shown("table"),
              HasSubstr("      log      0.500000 s  n1      info: the answer is 42\n"
                        "      log      0.500000 s  n1      output: and an error\n"
                        "      log      0.500000 s  n1      output: printed"));
  EXPECT_THAT(read_file(directory / "windtunnel-out/latest/report.html"),
              HasSubstr("\"info\",\"the answer is 42\""));
}

TEST(Output, IsAskedForByLevel) {
  const Ended info = run_service("says", {"--log", "info", "--seeds", "1..2"});
  EXPECT_THAT(info.err, HasSubstr("seed 1  0.500000 s  n1  info  the answer is 42\n"));
  EXPECT_THAT(info.err, HasSubstr("seed 2  0.500000 s  n2  output  and an error\n"));
  EXPECT_THAT(run_service("says", {"--log", "off"}).err, IsEmpty());
  EXPECT_THAT(run_service("says", {"--seeds", "1..2"}).err, IsEmpty());
  EXPECT_EQ(run_service("says", {"--log", "loud"}).code, 64);
}

// Who watches a run does not change it.
TEST(Output, TakesNoPartInTheRun) {
  const auto line = [](const char* level) {
    const Ended ended = run_service("says", {"--log", level, "--json", "--seed", "3"});
    return std::regex_replace(ended.out, std::regex("\"wall_time_ms\":[^,]*,"), "");
  };
  const std::string silent = line("off");
  EXPECT_THAT(silent, HasSubstr("trace_hash"));
  EXPECT_EQ(line("debug"), silent);
}

TEST(Output, HasALimitThatIsSaid) {
  const Ended ended = run_service("floods", {});
  EXPECT_EQ(ended.code, 2) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("(more was written in this event than can be kept)"));
  EXPECT_LT(ended.err.size(), 3'000'000U);
}

TEST(Verify, CatchesChanceAndNamesTheFirstEventThatDiffers) {
  const Ended ended = run_service("chancy", {"--verify"});
  EXPECT_EQ(ended.code, 3) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("NONDETERMINISTIC it  seed 1"));
  EXPECT_THAT(ended.out, HasSubstr("two runs of seed 1 differ first at event "));
  EXPECT_THAT(ended.out, HasSubstr(" 0.500000000 s n1 "));
}

TEST(Verify, CatchesWhatDependsOnAddresses) {
  EXPECT_EQ(run_service("addressed", {"--verify"}).code, 3);
}

TEST(Verify, OfAFuzzedScenarioNamesTheCommandsThatShowIt) {
  const Ended ended = run_service("chancy", {"--verify", "--runs", "2"}, "fuzz");
  EXPECT_EQ(ended.code, 3) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("NONDETERMINISTIC seed 2: two runs differ\n"
                                   "  where  my-windtunnel run it.yaml --seed 2 --verify\n"));
  // Its clients get no answer, so no run could be judged either.
  EXPECT_THAT(ended.out, HasSubstr("\n  first  my-windtunnel run it.yaml --seed 1\n"));
}

TEST(Verify, PassesWhatIsDeterministic) {
  const Ended ended = run_service("behaves", {"--verify", "--seeds", "1..3"});
  // Nobody answers its clients, so the verdict is unknown; but the runs are the same.
  EXPECT_EQ(ended.code, 2) << ended.out << ended.err;
  EXPECT_THAT(ended.out, Not(HasSubstr("NONDETERMINISTIC")));
}

}  // namespace
}  // namespace windtunnel::cli_test
