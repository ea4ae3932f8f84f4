// `windtunnel check` with the models of objects: hints, what was rechecked, linearizations.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace windtunnel::cli_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string line(int process, const char* type, const char* f, const std::string& value) {
  return "{:type :" + std::string(type) + ", :process " + std::to_string(process) + ", :f :" + f +
         ", :value " + value + "}\n";
}
std::string done(int process, const char* f, const std::string& asked, const std::string& told) {
  return line(process, "invoke", f, asked) + line(process, "ok", f, told);
}

Ended check(const std::string& history, std::vector<std::string> arguments) {
  const TemporaryDirectory folder;
  write_file(folder / "history.edn", history);
  std::vector<std::string> all{"check", folder / "history.edn", "--model"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return windtunnel(all);
}

// Two keys, each of which holds its own value.
const std::string kTuples = done(0, "write", "[1 5]", "[1 5]") +
                            done(0, "write", "[2 6]", "[2 6]") +
                            done(1, "read", "[1 nil]", "[1 5]");

TEST(Check, PairsWithoutIndependentGetAHint) {
  const Ended mixed = check(kTuples, {"register"});
  EXPECT_EQ(mixed.code, 1);
  EXPECT_THAT(mixed.out, HasSubstr("\n  hint: every value is a pair"));
  EXPECT_THAT(mixed.out, HasSubstr("--independent"));
  const Ended json = check(kTuples, {"register", "--json"});
  EXPECT_THAT(std::string(boost::json::parse(json.out).at("hint").as_string()),
              HasSubstr("--independent"));
  const Ended split = check(kTuples, {"register", "--independent"});
  EXPECT_EQ(split.code, 0);
  EXPECT_THAT(split.out, Not(HasSubstr("hint")));
  const std::string acquired = done(0, "acquire", "[1 nil]", "[1 nil]");
  EXPECT_THAT(check(acquired + acquired, {"mutex"}).out, HasSubstr("--independent"));
  const std::string added = done(0, "add", "[1 7]", "[1 7]");
  EXPECT_THAT(check(added + done(0, "read", "[1 nil]", "[1 [7]]"), {"set-full"}).out,
              HasSubstr("--independent"));
}

TEST(Check, PairsThatAreValuesGetNone) {
  const std::string cas = done(0, "cas", "[nil 1]", "[nil 1]") + done(0, "cas", "[1 2]", "[1 2]");
  EXPECT_THAT(check(cas, {"cas-register"}).out, Not(HasSubstr("hint")));
  const std::string values = done(0, "write", "[1 5]", "[1 5]") + done(1, "read", "nil", "[1 5]");
  EXPECT_THAT(check(values, {"register"}).out, Not(HasSubstr("hint")));
  const std::string kv = done(0, "put", "[\"a\" \"b\"]", "[\"a\" \"b\"]");
  EXPECT_THAT(check(kv, {"kv"}).out, Not(HasSubstr("hint")));
}

TEST(Check, SaysWhatWasNotRechecked) {
  const std::string stale =
      done(0, "write", "1", "1") + done(0, "write", "2", "2") + done(1, "read", "nil", "1");
  const Ended small = check(stale, {"register"});
  EXPECT_EQ(small.code, 1);
  EXPECT_THAT(small.out, Not(HasSubstr("rechecked")));
  // Eighteen additions, all of which the read may have seen: more than the plain search takes.
  std::string held;
  for (int i = 0; i < 9; ++i) {
    held += done(0, "increment", std::to_string(i + 1), std::to_string(i + 1)) +
            done(1, "decrement", "1", "1");
  }
  const Ended large = check(held + done(2, "read", "nil", "1"), {"counter"});
  EXPECT_EQ(large.code, 1);
  EXPECT_THAT(large.out, HasSubstr("\n  not rechecked: no second, plain program confirmed it"));
}

TEST(Check, PrintsALinearizationOfWhatEachAlgorithmDecides) {
  const std::string queue = line(0, "invoke", "enqueue", "1") + line(1, "invoke", "enqueue", "2") +
                            line(0, "ok", "enqueue", "1") + line(1, "ok", "enqueue", "2") +
                            done(2, "dequeue", "nil", "2") + done(2, "dequeue", "nil", "1");
  const Ended ended = check(queue, {"fifo-queue", "--linearization"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("by queue-order\n       2: process 1 enqueue 2 (ok)\n"
                                   "       1: process 0 enqueue 1 (ok)\n"));
  const std::string cas = done(0, "write", "1", "1") + done(0, "cas", "[1 2]", "[1 2]");
  const Ended jit = check(cas, {"cas-register", "--linearization", "--json"});
  EXPECT_THAT(jit.out, HasSubstr("\"indices\":[0,2]"));
}

}  // namespace
}  // namespace windtunnel::cli_test
