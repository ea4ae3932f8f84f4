#include <windtunnel/protocols/env/store_call.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace windtunnel {
namespace {

Value pair(Value a, Value b) { return Value::vector({std::move(a), std::move(b)}); }

Operation operation(std::string f, Value value) { return {std::move(f), std::move(value)}; }

Value step(const char* what, Value argument) {
  return Value::vector({Value::vector({Value::keyword(what), Value("k"), std::move(argument)})});
}

TEST(StoreCall, KnowsTheWordsOfEachWorkload) {
  const std::pair<Operation, StoreVerb> cases[] = {
      {operation("read", pair("k", {})), StoreVerb::read},
      {operation("get", pair("k", {})), StoreVerb::read},
      {operation("write", pair("k", 5)), StoreVerb::write},
      {operation("put", pair("k", "5")), StoreVerb::write},
      {operation("append", pair("k", "5")), StoreVerb::append},
      {operation("cas", pair("k", pair(4, 5))), StoreVerb::cas},
      {operation("delete", pair("k", {})), StoreVerb::remove},
  };
  for (const auto& [asked, verb] : cases) {
    const Result<StoreCall> call = store_call(asked);
    ASSERT_TRUE(call.has_value()) << asked.f;
    EXPECT_EQ(call->verb, verb) << asked.f;
    EXPECT_EQ(call->key, "k");
    const bool writes = verb != StoreVerb::read && verb != StoreVerb::remove;
    EXPECT_EQ(call->value, writes ? "5" : "") << asked.f;
  }
  EXPECT_EQ(store_call(operation("cas", pair("k", pair(4, 5))))->expected, "4");
  EXPECT_EQ(store_call(operation("cas", pair("k", pair({}, 5))))->expected, std::nullopt);
}

TEST(StoreCall, ATransactionOfOneStepIsACall) {
  const Result<StoreCall> append = store_call(operation("txn", step("append", 5)));
  ASSERT_TRUE(append.has_value());
  EXPECT_EQ(append->verb, StoreVerb::append);
  EXPECT_EQ(append->value, "5 ");
  EXPECT_EQ(store_call(operation("txn", step("r", {})))->verb, StoreVerb::read);
  const Value two = Value::vector({step("r", {}).items()[0], step("r", {}).items()[0]});
  EXPECT_EQ(store_call(operation("txn", two)).error(), Errc::unsupported);
}

TEST(StoreCall, RefusesWhatItCannotAsk) {
  EXPECT_EQ(store_call(operation("transfer", pair("k", 5))).error(), Errc::unsupported);
  const Operation wrong[] = {
      operation("write", 5),           operation("write", pair("k", {})),
      operation("read", pair("k", 5)), operation("write", pair("k", pair(1, 2))),
      operation("cas", pair("k", 5)),  operation("cas", pair("k", pair(4, {}))),
      operation("txn", Value("r")),    operation("txn", step("append", {}))};
  for (const Operation& one : wrong) {
    EXPECT_EQ(store_call(one).error(), Errc::invalid_argument) << one.f;
  }
}

TEST(StoreAnswer, IsInTheWordsOfTheQuestion) {
  const Operation read = operation("read", pair("k", {}));
  EXPECT_EQ(store_answer(read, "5"), pair("k", 5));
  EXPECT_EQ(store_answer(read, "007"), pair("k", "007")) << "no integer is written like that";
  EXPECT_EQ(store_answer(read, std::nullopt), pair("k", {}));
  const Operation get = operation("get", pair("k", {}));
  EXPECT_EQ(store_answer(get, "5"), pair("k", "5"));
  EXPECT_EQ(store_answer(get, std::nullopt), pair("k", ""));
  const Operation write = operation("write", pair("k", 5));
  EXPECT_EQ(store_answer(write, std::nullopt), write.value);
  const Value list = Value::vector({3, 5});
  EXPECT_EQ(store_answer(operation("txn", step("r", {})), "3 5 "), step("r", list));
  EXPECT_EQ(store_answer(operation("txn", step("r", {})), std::nullopt), step("r", {}));
}

TEST(Outcome, SaysWhyAsAKeyword) {
  EXPECT_EQ(Outcome::fail(Errc::timed_out).error, Value::keyword("timed-out"));
  EXPECT_TRUE(Outcome::fail().error.is_nil());
  EXPECT_EQ(Outcome::info(Errc::closed).kind, Outcome::Kind::info);
  EXPECT_EQ(Outcome::ok(Value(5)).value, Value(5));
}

}  // namespace
}  // namespace windtunnel
