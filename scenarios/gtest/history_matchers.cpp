#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/checkers/levels/consistency.h>
#include <windtunnel/checkers/txn/check.h>
#include <windtunnel/checkers/txn/levels.h>
#include <windtunnel/scenarios/gtest/matchers.h>

#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace windtunnel {
namespace {

using checkers::Decision;
using checkers::History;
using checkers::Verdict;

// A history as it is to be judged.
struct Question {
  std::string level;
  std::string model;
  std::string of;  // "register, key by key"
  std::function<Verdict(const History&)> judge;
};

// As `judge` of judges/judge.h, with what a test says in C++.
Verdict answer(const Question& question, const History& history) {
  if (const checkers::Judge* const level = checkers::find_judge(question.level)) {
    checkers::JudgeOptions options;
    options.model = question.model;
    if (auto why = untold(history, *level, options)) return checkers::undecided(*std::move(why));
  }
  Verdict verdict = question.judge(history);
  checkers::doubt_what_nobody_saw(history, verdict);
  return verdict;
}

void explain(const Verdict& verdict, testing::MatchResultListener& listener) {
  switch (verdict.decision) {
    case Decision::ok: listener << "which is, by " << verdict.algorithm; return;
    case Decision::violated: listener << "which is not:"; break;
    case Decision::unknown:
      listener << "of which nothing can be said, so that it matches nothing:";
      break;
  }
  listener << checkers::explanation_text(verdict);
}

class JudgedAs final : public testing::MatcherInterface<const History&> {
 public:
  JudgedAs(Question question, Decision wanted) : question_(std::move(question)), wanted_(wanted) {}

  bool MatchAndExplain(const History& history,
                       testing::MatchResultListener* listener) const override {
    const Verdict verdict = answer(question_, history);
    explain(verdict, *listener);
    return verdict.decision == wanted_;
  }
  void DescribeTo(std::ostream* out) const override { describe(wanted_ == Decision::ok, *out); }
  void DescribeNegationTo(std::ostream* out) const override {
    describe(wanted_ != Decision::ok, *out);
  }

 private:
  void describe(bool positive, std::ostream& out) const {
    out << (positive ? "is " : "is not ") << question_.level << " (" << question_.of << ")";
  }

  Question question_;
  Decision wanted_;
};

Question question_of(std::string_view level, const checkers::ModelSpec& model,
                     const checkers::Limits& limits) {
  std::string of(name_of(model.model));
  if (model.independent) of += ", key by key";
  const std::string name(level);
  return {name, std::string(name_of(model.model)), of,
          [name, model, limits](const History& history) {
            return checkers::check_consistency(history, model, name, limits);
          }};
}

Question question_of(std::string_view level, checkers::DataType type) {
  const bool lists = type == checkers::DataType::list_append;
  const std::string name(level);
  const std::string data = lists ? "list-append" : "rw-register";
  return {name, data, data, [name, type](const History& history) {
            if (checkers::is_isolation_level(name)) {
              return checkers::check_isolation(history, type, name).verdict;
            }
            std::string levels;
            for (const std::string_view known : checkers::isolation_levels()) {
              levels += (levels.empty() ? "" : ", ") + std::string(known);
            }
            return checkers::undecided("no level '" + name + "'; there are " + levels);
          }};
}

HistoryMatcher judged(Question question, Decision wanted) {
  return testing::MakeMatcher(new JudgedAs(std::move(question), wanted));
}

}  // namespace

HistoryMatcher IsLinearizable(const checkers::ModelSpec& model, const checkers::Limits& limits) {
  return SatisfiesLevel("linearizable", model, limits);
}

HistoryMatcher IsSequentiallyConsistent(const checkers::ModelSpec& model,
                                        const checkers::Limits& limits) {
  return SatisfiesLevel("sequential", model, limits);
}

HistoryMatcher SatisfiesLevel(std::string_view level, const checkers::ModelSpec& model,
                              const checkers::Limits& limits) {
  return judged(question_of(level, model, limits), Decision::ok);
}

HistoryMatcher SatisfiesIsolation(std::string_view level, checkers::DataType type) {
  return judged(question_of(level, type), Decision::ok);
}

HistoryMatcher ViolatesLevel(std::string_view level, const checkers::ModelSpec& model,
                             const checkers::Limits& limits) {
  return judged(question_of(level, model, limits), Decision::violated);
}

HistoryMatcher ViolatesIsolation(std::string_view level, checkers::DataType type) {
  return judged(question_of(level, type), Decision::violated);
}

}  // namespace windtunnel

namespace windtunnel::checkers {

void PrintTo(const History& history, std::ostream* out) {
  const std::size_t operations = history.operations().size();
  *out << "a history of " << operations << (operations == 1 ? " operation" : " operations");
}

}  // namespace windtunnel::checkers
