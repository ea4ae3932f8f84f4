// Runs as tests make them, and what a failed test leaves.
#include <windtunnel/scenarios/gtest/scenario_test.h>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace windtunnel {
namespace {

namespace fs = std::filesystem;

using scenarios::ScenarioSpec;
using scenarios::TestRun;
using testing::HasSubstr;

constexpr std::string_view kStaleReads = R"(scenario: v1
name: stale-reads
limits: { sim_time: 6s }
cluster:
  groups:
    - { name: n, count: 3, service: naive-kv, config: { reads: any } }
network:
  links:
    - { from: n, to: n, latency: { dist: exponential, mean: 30ms, min: 5ms } }
workloads:
  - { name: kv, type: register, clients: 4, keys: 2, rate: 200/s, start: 500ms, stop: 5s }
properties:
  - { check: linearizable, workload: kv }
)";

class Runs : public ScenarioTest {
 protected:
  Runs() {
    settings().keep.out = testing::TempDir() + "windtunnel-kept-" + std::to_string(::getpid());
    settings().keep.command = "build/my windtunnel";
  }
  ~Runs() override {
    std::error_code ignored;
    fs::remove_all(settings().keep.out, ignored);
  }

  ScenarioSpec stale_reads() { return parse(std::string(kStaleReads)); }

  // One node of a service that `make` makes.
  TestRun run_service(const std::string& name,
                      std::unique_ptr<Service> (*make)(Env&, const ServiceConfig&)) {
    scenarios::ServiceDefinition definition;
    definition.name = name;
    definition.make = make;
    registry().add(std::move(definition));
    return run(
        parse("scenario: v1\n"
              "name: " +
              name +
              "\n"
              "limits: { sim_time: 1s }\n"
              "cluster: { groups: [{ name: n, service: " +
              name +
              " }] }\n"
              "properties: [recovers]\n"
              "heal: { at: 100ms, within: 100ms }\n"));
  }
};

// Aborts when it is started.
class Bomb final : public Service {
 public:
  void start() override { std::abort(); }
};

TEST_F(Runs, AreJudgedByTheMatchers) {
  const TestRun run = this->run(stale_reads(), 3);
  EXPECT_THAT(run, Violates("linearizable"));
  EXPECT_FALSE(testing::Value(run, Passes()));
  EXPECT_EQ(testing::PrintToString(run), "the run of stale-reads with seed 3 (fail)");
  EXPECT_THAT(run.history("kv"), ViolatesLevel("linearizable", RegisterModel{.independent = true}));
  EXPECT_TRUE(run.history("nobody").operations().empty());
}

TEST_F(Runs, InAWorkerAreWhatTheyAreHere) {
  const TestRun there = run(stale_reads(), 3);
  settings().in_worker = false;
  const TestRun here = run(stale_reads(), 3);
  EXPECT_EQ(there.trace_hash, here.trace_hash);
  EXPECT_EQ(there.history_jsonl, here.history_jsonl);
  EXPECT_EQ(there.reasons, here.reasons);
  EXPECT_EQ(there.stats.ops_ok, here.stats.ops_ok);
  ASSERT_EQ(there.properties.size(), 1U);
  EXPECT_EQ(there.properties[0].finding.text, here.properties[0].finding.text);
  EXPECT_EQ(there.properties[0].finding.event, here.properties[0].finding.event);
  EXPECT_EQ(there.properties[0].finding.history, here.properties[0].finding.history);
  EXPECT_EQ(there.properties[0].finding.related, here.properties[0].finding.related);
}

TEST_F(Runs, ThatCrashHaveAFinding) {
  const TestRun run =
      run_service("bomb", [](Env&, const ServiceConfig&) -> std::unique_ptr<Service> {
        return std::make_unique<Bomb>();
      });
  EXPECT_TRUE(run.crashed);
  EXPECT_THAT(run, Violates("no-crash"));
  testing::StringMatchResultListener listener;
  EXPECT_FALSE(Holds("recovers").MatchAndExplain(run, &listener));
  EXPECT_THAT(listener.str(), HasSubstr("it checked no-crash\n  no-crash is violated: the code "
                                        "under test crashed"));
  const std::string kept = keep_runs();
  EXPECT_THAT(kept, HasSubstr("\n  report   " + settings().keep.out + "/bomb/1/report.html\n"));
}

TEST_F(Runs, WhoseProcessEndsItselfAreFailures) {
  const TestRun run = run_service(
      "leaver", [](Env&, const ServiceConfig&) -> std::unique_ptr<Service> { std::_Exit(0); });
  EXPECT_THAT(run, Violates("no-crash"));
  ASSERT_EQ(run.reasons.size(), 1U);
  EXPECT_THAT(run.reasons[0], HasSubstr("the code under test exited with status 0"));
  EXPECT_EQ(run.seed, 1U);
}

TEST_F(Runs, OfAFailedTestAreKeptWithAReport) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) run(stale_reads(), seed);
  const std::string text = keep_runs();
  const std::string& out = settings().keep.out;
  EXPECT_THAT(text, HasSubstr("stale-reads, seed 1: fail\n  linearizable (kv) is violated: "));
  EXPECT_THAT(text, HasSubstr("\n  report   " + out + "/stale-reads/1/report.html\n"));
  EXPECT_THAT(text,
              HasSubstr("\n  replay   'build/my windtunnel' replay " + out + "/stale-reads/1\n"));
  for (const char* file : {"result.json", "scenario.yaml", "history.jsonl", "report.html"}) {
    EXPECT_TRUE(fs::exists(out + "/stale-reads/3/" + file)) << file;
  }
  EXPECT_FALSE(fs::exists(out + "/stale-reads/4")) << "more than most_kept";
}

TEST_F(Runs, ThatPassAreKeptWhenTheTestFailedForAnotherReason) {
  ScenarioSpec spec = stale_reads();
  spec.properties[0].expect = scenarios::Expectation::any;
  run(spec, 1);
  run(spec, 2);
  EXPECT_THAT(keep_runs(), HasSubstr("stale-reads, seed 2: pass\n  report "));
}

TEST_F(Runs, ThatCannotBeWrittenSayWhy) {
  settings().keep.out = "/dev/null/out";
  run(stale_reads(), 1);
  EXPECT_THAT(keep_runs(), HasSubstr("\n  not saved: "));
}

TEST_F(Runs, OfAScenarioThatIsWrongAreRefused) {
  ScenarioSpec wrong = stale_reads();
  wrong.cluster.groups[0].service = "naive-kb";
  TestRun run;
  EXPECT_NONFATAL_FAILURE(run = this->run(wrong), "there is no service 'naive-kb'");
  EXPECT_EQ(run.verdict, scenarios::RunVerdict::unknown);
  EXPECT_FALSE(testing::Value(run, Holds("linearizable")));
}

TEST_F(Runs, OfAFileThatIsNotThereFailTheTest) {
  ScenarioSpec spec;
  EXPECT_NONFATAL_FAILURE(spec = load("no-such-file.yaml"), "no-such-file.yaml");
  EXPECT_TRUE(spec.cluster.groups.empty());
}

TEST_F(Runs, TakeSettingsAsTheCommandDoes) {
  std::string text(kStaleReads);
  text.replace(text.find("count: 3"), 8, "count: \"${params.nodes}\"");
  text.append("params: { nodes: 3 }\n");
  EXPECT_EQ(parse(text).cluster.groups[0].count, 3U);
  EXPECT_EQ(parse(text, {{"nodes", "5"}}).cluster.groups[0].count, 5U);
}

}  // namespace
}  // namespace windtunnel
