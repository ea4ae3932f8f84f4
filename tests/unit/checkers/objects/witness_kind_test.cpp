// What a violation is called does not depend on values, keys or the algorithm that finds it.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/objects/linearizable.h>

#include <gtest/gtest.h>

#include <string>

namespace windtunnel::checkers {
namespace {

std::string kind(const char* model, const std::string& edn) {
  const HistoryResult history = read_history(edn);
  EXPECT_TRUE(history.has_value()) << edn;
  const auto spec = parse_model(model, std::nullopt);
  EXPECT_TRUE(spec.has_value()) << model;
  const Verdict verdict = check_linearizable(*history, *spec);
  EXPECT_EQ(verdict.decision, Decision::violated) << edn;
  return verdict.witness.kind;
}

// One operation after the other, each by a process of its own.
class Story {
 public:
  Story& then(const std::string& f, const std::string& argument, const std::string& result) {
    const std::string process = std::to_string(next_++);
    const std::string who = "{:process " + process + ", :f :" + f;
    text_ += who + ", :type :invoke, :value " + argument + "}\n";
    text_ += who + ", :type :ok, :value " + result + "}\n";
    return *this;
  }
  Story& write(const std::string& value) { return then("write", value, value); }
  Story& read(const std::string& value) { return then("read", "nil", value); }
  Story& cas(const std::string& pair) { return then("cas", pair, pair); }
  operator std::string() const { return text_; }

 private:
  int next_ = 0;
  std::string text_;
};

TEST(WitnessKinds, AReadOfWhatIsOverIsMisplacedWhateverItsValues) {
  EXPECT_EQ(kind("register", Story().write("1").write("2").read("1")), "misplaced read");
  EXPECT_EQ(kind("register", Story().write("7").read("nil").read("7").write("8").read("7")),
            "misplaced read");
  // The same values more than once: decided by another algorithm.
  EXPECT_EQ(kind("register", Story().write("1").write("2").write("1").write("2").read("1")),
            "misplaced read");
  EXPECT_EQ(kind("cas-register", Story().write("1").cas("[1 2]").read("1")), "misplaced read");
}

TEST(WitnessKinds, AnUpdateThatFoundWhatIsOverIsMisplaced) {
  EXPECT_EQ(kind("cas-register", Story().write("1").write("2").cas("[1 3]")), "misplaced update");
  EXPECT_EQ(kind("mutex", Story().then("acquire", "nil", "nil").then("acquire", "nil", "nil")),
            "misplaced update");
  EXPECT_EQ(kind("fifo-queue", Story()
                                   .then("enqueue", "1", "1")
                                   .then("dequeue", "nil", "1")
                                   .then("dequeue", "nil", "1")),
            "misplaced update");
}

TEST(WitnessKinds, AResultThatNothingCouldHaveGivenIsInvented) {
  EXPECT_EQ(kind("register", Story().write("1").read("9")), "invented read");
  EXPECT_EQ(kind("cas-register", Story().write("1").cas("[9 2]")), "invented update");
  EXPECT_EQ(kind("cas-register", Story().write("1").cas("[1 2]").read("9")), "invented read");
  // From the future.
  EXPECT_EQ(kind("register", Story().read("1").write("1")), "invented read");
  EXPECT_EQ(kind("cas-register", Story().write("4").read("1").cas("[4 1]")), "invented read");
}

}  // namespace
}  // namespace windtunnel::checkers
