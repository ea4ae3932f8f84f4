// Code under test that crashes, hangs or is not deterministic, registered as a user registers it:
// by a program of its own that calls `windtunnel::main`.
#include <windtunnel/cli/command.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/harness/builtin.h>
#include "tests/cli/process.h"
#include "tests/unit/sanitized.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <random>

namespace windtunnel::cli_test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
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

void observe(Env& env, std::uint64_t word) {
  Observation observation;
  observation.kind = ObservationKind::user;
  observation.a = word;
  env.observer.observe(observation);
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
  registry.add(service("exits", &do_exit));
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

// Runs, or fuzzes, the scenario of that service in a program of its own.
Ended run_service(const std::string& name, const std::vector<std::string>& options,
                  const std::string& subcommand = "run") {
  TemporaryDirectory directory;
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
  EXPECT_THAT(ended.out, HasSubstr("saved    " + out + "/it/5"));
  EXPECT_THAT(read_file(out + "/it/5/result.json"), HasSubstr("no-crash"));
  const Ended again = Process({}, [&] { return users_main({"replay", out + "/it/5"}); }).wait();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("the same: the code under test crashes"));
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
