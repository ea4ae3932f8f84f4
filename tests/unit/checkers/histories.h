// Small histories for the tests of the checkers.
#pragma once

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/objects/brute_force.h>
#include <windtunnel/checkers/objects/linearizable.h>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers::test {

// A history from EDN; a test failure when it is refused.
inline History history_of(std::string_view edn) {
  HistoryResult read = read_history(edn);
  EXPECT_TRUE(read.has_value()) << (read.has_error() ? to_string(read.error()) : "");
  return read.has_value() ? *std::move(read) : History();
}

inline Verdict check(std::string_view edn, std::string_view model,
                     std::optional<std::string_view> initial = std::nullopt,
                     const Limits& limits = {}) {
  const auto spec = parse_model(model, initial);
  EXPECT_TRUE(spec.has_value());
  return check_linearizable(history_of(edn), *spec, limits);
}

// A random history over an object that mostly behaves: an operation takes effect when it completes,
// and returns what it should, or now and then something else. `choices` decides everything.
struct RandomHistory {
  struct Call {
    std::string f;
    Value argument;
  };

  std::int64_t workers = 4;
  // What a worker may invoke, for any number.
  Call (*call)(std::uint32_t choice) = nullptr;
  // Lets the call take effect on the object and returns its result; nothing when it fails.
  std::optional<Value> (*apply)(Value& object, const Call& call) = nullptr;
  // Some result that the call might have had elsewhere.
  Value (*lie)(const Value& object, const Call& call, std::uint32_t choice) = nullptr;
  Value initial;

  History build(const std::vector<std::uint32_t>& choices) const {
    struct Open {
      HistoryRecorder::OpId id;
      Call call;
      bool effective = false;
      std::optional<Value> result;
    };
    HistoryRecorder recorder(workers);
    std::vector<std::optional<Open>> open(static_cast<std::size_t>(workers));
    Value object = initial;
    std::int64_t now = 0;
    for (const std::uint32_t choice : choices) {
      const auto worker = static_cast<std::size_t>(choice % static_cast<std::uint32_t>(workers));
      const std::uint32_t rest = choice / 8;
      const Instant at{now += 1000};
      std::optional<Open>& mine = open[worker];
      if (!mine.has_value()) {
        const Call made = call(rest);
        mine = Open{recorder.invoke(static_cast<std::int64_t>(worker), at, made.f, made.argument),
                    made, false, std::nullopt};
      } else if (!mine->effective && rest % 3 == 0) {
        mine->effective = true;
        mine->result = apply(object, mine->call);
      } else {
        finish(recorder, object, *mine, rest / 3, at);
        mine.reset();
      }
    }
    return recorder.take();
  }

 private:
  template <class Open>
  void finish(HistoryRecorder& recorder, Value& object, Open& mine, std::uint32_t rest,
              Instant at) const {
    if (rest % 6 == 0) {
      recorder.complete(mine.id, at, EventType::info, mine.call.argument);
      return;
    }
    if (!mine.effective) mine.result = apply(object, mine.call);
    if (rest % 7 == 1) mine.result = lie(object, mine.call, rest / 11);
    if (mine.result.has_value()) {
      recorder.complete(mine.id, at, EventType::ok, *mine.result);
    } else {
      recorder.complete(mine.id, at, EventType::fail, mine.call.argument);
    }
  }
};

// Decides by plain search, with a model that knows no shortcuts. `decode` as in check_model.
template <SequentialModel M, class Decode>
Decision decide_plainly(const History& history, const M& model, Decode decode) {
  Problem problem;
  ModelMachine<M> machine(model);
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    if (op.outcome == EventType::fail) continue;
    const std::optional<typename M::Op> decoded = decode(history, op);
    if (!decoded.has_value()) continue;
    const std::uint32_t ret = op.outcome == EventType::ok ? op.completed : kNever;
    problem.steps.push_back({i, op.invoked, ret, machine.kind_of(*decoded)});
  }
  return check_brute_force(problem, machine, 300'000);
}

}  // namespace windtunnel::checkers::test
