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

TEST(Check, TellsOfAHistoryThatWasCutOffAndOfTimesThatGoBack) {
  const std::string whole = done(0, "write", "1", "1");
  const Ended cut = check(whole + line(1, "invoke", "read", "nil").substr(0, 30), {"register"});
  EXPECT_EQ(cut.code, 0) << cut.err;
  EXPECT_THAT(cut.out, HasSubstr("\n  hint: the text is cut off (line 3: "));
  const auto at = [](int process, const char* type, const char* f, const char* value, int ns) {
    std::string text = line(process, type, f, value);
    return text.insert(text.size() - 2, ", :time " + std::to_string(ns));
  };
  const std::string behind = at(0, "invoke", "write", "1", 10) + at(0, "ok", "write", "1", 20) +
                             at(0, "invoke", "write", "2", 30) + at(0, "ok", "write", "2", 40) +
                             at(1, "invoke", "read", "nil", 22) + at(1, "ok", "read", "1", 25);
  const Ended as_read = check(behind, {"register", "--json"});
  EXPECT_EQ(as_read.code, 1);
  EXPECT_THAT(std::string(boost::json::parse(as_read.out).at("hint").as_string()),
              HasSubstr("--sort time"));
  const Ended sorted = check(behind, {"register", "--sort", "time"});
  EXPECT_EQ(sorted.code, 0);
  EXPECT_THAT(sorted.out, Not(HasSubstr("hint")));
}

TEST(Check, ReadsTheFormsOfOtherTools) {
  const std::string log = "w(1,1,0,0)\nr(1,1,1,1)\n";
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--from", "plume"}, {"--from", "polysi"}}) {
    std::vector<std::string> all{"rw-register", "--consistency", "causal"};
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_EQ(check(log, all).code, 0);
    all[2] = "strict-serializable";
    const Ended strict = check(log, all);
    EXPECT_EQ(strict.code, 2);
    EXPECT_THAT(strict.out, HasSubstr("the history tells none"));
  }
  EXPECT_EQ(check(log, {"rw-register", "--from", "csv"}).code, 65);
  EXPECT_EQ(check(log, {"rw-register", "--from", "etcd"}).code, 64);
  EXPECT_EQ(check("f,value,call,return\nwrite,1,1,2\nread,1,3,4\n", {"register"}).code, 0);
}

TEST(Check, ATimeIsABoundOfWork) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += line(i, "invoke", "enqueue", std::to_string(i / 2));
  for (int i = 0; i < 12; ++i) text += line(i, "ok", "enqueue", std::to_string(i / 2));
  text += done(12, "dequeue", "nil", ":none");
  const std::vector<std::string> queue{"fifo-queue", "--initial", "[99]", "--json", "--timeout"};
  const auto with = [&](const char* timeout) {
    std::vector<std::string> all = queue;
    all.emplace_back(timeout);
    return check(text, all);
  };
  const Ended bound = with("1ms");
  EXPECT_EQ(bound.code, 2);
  const boost::json::value told = boost::json::parse(bound.out);
  EXPECT_EQ(told.at("reason"), "the bound of work was reached");
  EXPECT_EQ(told.at("open").as_array().size(), 1U);
  EXPECT_EQ(told.at("open").at(0).at("returned"), 13);
  EXPECT_EQ(with("0s").code, 64);
  EXPECT_EQ(with("soon").code, 64);
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

TEST(Check, RefusesToTellWhatTheJudgeCannot) {
  const std::string text = done(0, "write", "1", "1");
  const auto refused = [&text](const std::vector<std::string>& arguments) {
    const Ended ended = check(text, arguments);
    EXPECT_EQ(ended.code, 64);
    return ended.err;
  };
  EXPECT_THAT(refused({"register", "--figures", "f"}), HasSubstr("not for register"));
  EXPECT_THAT(refused({"register", "--consistency", "sequential", "--linearization"}),
              HasSubstr("not for register at sequential"));
  EXPECT_THAT(refused({"list-append", "--linearization"}), HasSubstr("not for list-append at "));
}

}  // namespace
}  // namespace windtunnel::cli_test
