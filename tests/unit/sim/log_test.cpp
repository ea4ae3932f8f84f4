#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <gtest/gtest.h>

#include <memory>

namespace windtunnel {
namespace {

int made = 0;

int counted() { return ++made; }

// Says something at its start and a second later.
class Talker final : public Service {
 public:
  explicit Talker(Env& env) : env_(env) {}
  void start() override {
    WT_LOG(env_, info, "starts");
    env_.timers.arm(env_.clock.now() + seconds(1), timer_);
  }

 private:
  void on_timer() {
    WT_LOG(env_, debug, "made {}", counted());
    env_.log.write(LogLevel::warning, "two\nlines\n");
    env_.process.exit("enough");
    WT_LOG(env_, error, "from beyond");
  }
  Env& env_;
  MemberWaiter<Talker, &Talker::on_timer> timer_{*this};
};

struct Listener final : LogListener {
  void on_log(Simulation& sim, const LogLine& line) override {
    heard += sim.node(line.node).name() + " " + std::string(name_of(line.level)) + " " + line.text;
    heard += '\n';
  }
  std::string heard;
};

struct Ran {
  std::vector<LogLine> lines;
  Digest hash;
  std::uint64_t records = 0;
  std::string heard;
};

Ran run(LogLevel level, TraceLevel trace = TraceLevel::full) {
  SimulationOptions options;
  options.log = level;
  options.trace = trace;
  Simulation sim(options);
  Listener listener;
  sim.set_log_listener(&listener);
  const ProgramFactory program = [](Env& env) { return std::make_unique<Talker>(env); };
  sim.add_node({.name = "n1", .compute = {}}, program).start();
  sim.run_until(Instant{} + seconds(2));
  return {sim.trace().log_lines(), sim.trace().hash(), sim.trace().size(), listener.heard};
}

TEST(Log, HasWhatWasSaidWithNodeTimeAndCause) {
  const Ran ran = run(LogLevel::debug);
  ASSERT_EQ(ran.lines.size(), 4U);
  EXPECT_EQ(ran.lines[0].text, "starts");
  EXPECT_EQ(ran.lines[0].time, Instant{});
  EXPECT_EQ(ran.lines[0].after, 1U) << "the record of the start";
  const LogLine& line = ran.lines[1];
  EXPECT_EQ(line.node, NodeId{0});
  EXPECT_EQ(line.level, LogLevel::debug);
  EXPECT_EQ(line.time, Instant{} + seconds(1));
  EXPECT_EQ(line.cause, 2U) << "the timer";
  EXPECT_EQ(ran.lines[2].text, "two");
  EXPECT_EQ(ran.lines[3].text, "lines");
  EXPECT_EQ(ran.heard.substr(0, 32), "n1 info starts\nn1 debug made 1\nn");
}

TEST(Log, MakesNoTextThatNobodyWants) {
  made = 0;
  EXPECT_EQ(run(LogLevel::info).lines.size(), 3U);
  EXPECT_EQ(made, 0);
  EXPECT_TRUE(run(LogLevel::off).lines.empty());
}

TEST(Log, TakesNoPartInTheRun) {
  const Ran loud = run(LogLevel::debug);
  const Ran silent = run(LogLevel::off, TraceLevel::hash);
  EXPECT_EQ(loud.hash, silent.hash);
  EXPECT_EQ(loud.records, silent.records);
}

TEST(Log, NamesItsLevels) {
  for (const LogLevel level : {LogLevel::off, LogLevel::output, LogLevel::error, LogLevel::warning,
                               LogLevel::info, LogLevel::debug}) {
    EXPECT_EQ(log_level_of(name_of(level)), level);
  }
  EXPECT_FALSE(log_level_of("loud").has_value());
}

TEST(Log, IsBounded) {
  Trace trace(TraceLevel::full);
  LogLine line;
  line.text = std::string(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) trace.log(line);
  EXPECT_LT(trace.log_lines().size(), 66U);
  EXPECT_EQ(trace.log_lines().back().text, "(the log is full: what follows was not kept)");
}

}  // namespace
}  // namespace windtunnel
