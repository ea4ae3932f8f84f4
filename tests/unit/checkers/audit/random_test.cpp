// Random small histories: what an audit finds is what the plain readings find, no more and no less.
#include <windtunnel/checkers/audit/recheck.h>
#include "tests/unit/checkers/audit/audits.h"

#include <rapidcheck.h>

#include <functional>

namespace windtunnel::checkers {
namespace {

using Choices = std::vector<std::uint32_t>;

struct Kind {
  const char* model;
  std::vector<const char*> functions;
  Value (*argument)(std::size_t function, std::uint32_t choice);
  Value (*result)(std::size_t function, std::uint32_t choice);
  bool (*recheck)(const History&, const AuditOptions&, const Flaw&);
};

// Three processes do what the choices say: they call, and return in any order with anything.
History build(const Kind& kind, const Choices& choices) {
  HistoryRecorder recorder(3);
  struct Open {
    HistoryRecorder::OpId id;
    std::size_t function = 0;
    Value argument;
  };
  std::optional<Open> open[3];
  std::int64_t now = 0;
  for (const std::uint32_t choice : choices) {
    std::optional<Open>& mine = open[choice % 3];
    const std::uint32_t rest = choice / 3;
    if (!mine) {
      const std::size_t function = rest % kind.functions.size();
      Value argument = kind.argument(function, rest / 7);
      const auto id =
          recorder.invoke(choice % 3, Instant{++now}, kind.functions[function], argument);
      mine = Open{id, function, std::move(argument)};
      continue;
    }
    const EventType outcome = rest % 8 == 0   ? EventType::info
                              : rest % 8 == 1 ? EventType::fail
                                              : EventType::ok;
    const bool returns = outcome == EventType::ok;
    Value value = returns ? kind.result(mine->function, rest / 8) : mine->argument;
    if (value.is_nil() && returns) value = mine->argument;
    recorder.complete(mine->id, Instant{++now}, outcome, std::move(value));
    mine.reset();
  }
  return recorder.take();
}

Value subset(std::uint32_t choice) {
  std::vector<Value> items;
  for (int element = 0; element < 3; ++element) {
    if ((choice >> element & 1) != 0) items.emplace_back(element);
  }
  if (choice % 16 == 9 && !items.empty()) items.push_back(items.front());
  return Value::vector(std::move(items));
}

Value element(std::uint32_t choice) { return Value(static_cast<int>(choice % 3)); }

const Kind kSet{
    "set-full",
    {"add", "read"},
    [](std::size_t f, std::uint32_t choice) { return f == 0 ? element(choice) : Value(); },
    [](std::size_t f, std::uint32_t choice) { return f == 0 ? Value() : subset(choice); },
    &recheck_set};
const Kind kQueue{
    "total-queue",
    {"enqueue", "dequeue"},
    [](std::size_t f, std::uint32_t choice) { return f == 0 ? element(choice) : Value(); },
    [](std::size_t f, std::uint32_t choice) {
      return f == 0 || choice % 4 == 3 ? Value() : element(choice);
    },
    &recheck_queue};

// For each flaw and element: the audit has it iff the plain reading does.
void compare(const Kind& kind, const History& history, std::size_t& flawed) {
  const AuditInfo& info = *find_audit(kind.model);
  const AuditReport report = audit(history, info, {});
  for (const FlawInfo& flaw : info.flaws) {
    std::uint64_t expected = 0;
    for (int element = 0; element < 3; ++element) {
      Flaw asked;
      asked.name = flaw.name;
      asked.subject = Value(element);
      if (kind.recheck(history, {}, asked)) ++expected;
    }
    std::uint64_t found = 0;
    for (const Flaw& one : report.flaws) {
      if (one.name != flaw.name) continue;
      found = one.count;
      RC_ASSERT(one.witness.rechecked);
    }
    RC_LOG() << kind.model << " " << flaw.name << "\n" << write_history_edn(history);
    RC_ASSERT((found != 0) == (expected != 0));
    if (found != 0) ++flawed;
  }
}

void check_random(const Kind& kind) {
  std::size_t flawed = 0;
  const bool passed = rc::check(std::string(kind.model) + " against plain readings", [&] {
    for (int round = 0; round < 20; ++round) {
      const Choices choices =
          *rc::gen::resize(24, rc::gen::container<Choices>(rc::gen::inRange(0U, 1'000'000U)));
      compare(kind, build(kind, choices), flawed);
    }
  });
  EXPECT_TRUE(passed);
  EXPECT_GT(flawed, 50U);
}

TEST(RandomAudits, OfSetsFindWhatPlainReadingsFind) { check_random(kSet); }
TEST(RandomAudits, OfQueuesFindWhatPlainReadingsFind) { check_random(kQueue); }

}  // namespace
}  // namespace windtunnel::checkers
