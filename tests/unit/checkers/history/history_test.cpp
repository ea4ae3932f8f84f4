#include <windtunnel/checkers/history/history.h>

#include <windtunnel/checkers/history/history_io.h>

#include <gtest/gtest.h>

namespace windtunnel::checkers {
namespace {

TEST(HistoryRecorder, PairsInvocationsWithCompletions) {
  HistoryRecorder recorder(2);
  const auto write = recorder.invoke(0, {1000}, "write", 3);
  const auto read = recorder.invoke(1, {2000}, "read", {});
  recorder.complete(write, {3000}, EventType::ok, 3);
  recorder.complete(read, {4000}, EventType::ok, 3);
  const History& history = recorder.history();
  ASSERT_EQ(history.operations().size(), 2U);
  const Operation& op = history.operations()[1];
  EXPECT_EQ(history.f(op), "read");
  EXPECT_EQ(history.process(op), 1);
  EXPECT_EQ(history.result(op), Value(3));
  EXPECT_EQ(op.invoked, 1U);
  EXPECT_EQ(op.completed, 3U);
  EXPECT_EQ(op.outcome, EventType::ok);
}

TEST(HistoryRecorder, InfoRetiresTheProcessAsJepsenDoes) {
  HistoryRecorder recorder(5);
  const auto lost = recorder.invoke(3, {1}, "write", 1);
  recorder.complete(lost, {2}, EventType::info, 1, Value::keyword("timed-out"));
  const auto next = recorder.invoke(3, {3}, "write", 2);
  EXPECT_EQ(recorder.history().process(recorder.history().operations()[next.value]), 8);
}

TEST(HistoryRecorder, EachOpenOperationOfAWorkerHasAProcessOfItsOwn) {
  HistoryRecorder recorder(2);
  const auto process = [&recorder](HistoryRecorder::OpId id) {
    return recorder.history().process(recorder.history().operations()[id.value]);
  };
  const auto first = recorder.invoke(1, {1}, "write", 1);
  const auto second = recorder.invoke(1, {2}, "write", 2);
  EXPECT_EQ(process(first), 1);
  EXPECT_EQ(process(second), 3);
  recorder.complete(second, {3}, EventType::ok, 2);
  recorder.complete(first, {4}, EventType::info, 1);
  EXPECT_EQ(process(recorder.invoke(1, {5}, "write", 3)), 3) << "the idle one";
  EXPECT_EQ(process(recorder.invoke(1, {6}, "write", 4)), 5) << "no retired one comes back";
}

TEST(HistoryRecorder, WhatASessionHearsHasAProcessOfItsOwnAndNamesTheSession) {
  HistoryRecorder recorder(2);
  const auto operation = [&recorder](HistoryRecorder::OpId id) -> const Operation& {
    return recorder.history().operations()[id.value];
  };
  const auto hear = [&recorder](std::int64_t now) {
    const auto heard = recorder.hear(1, {now}, "heard", 1);
    recorder.complete(heard, {now}, EventType::ok, 1);
    return heard;
  };
  const auto call = recorder.invoke(1, {1}, "write", 1);
  const auto open = hear(2);
  recorder.complete(call, {3}, EventType::ok, 1);
  const auto idle = hear(4);
  const History& history = recorder.history();
  EXPECT_EQ(history.process(operation(call)), 1);
  EXPECT_EQ(history.process(operation(open)), 3);
  EXPECT_EQ(history.process(operation(idle)), 3) << "whatever is open";
  for (const auto id : {call, open, idle}) EXPECT_EQ(history.session(operation(id)), 1);
  EXPECT_TRUE(recorder.splits_sessions());
}

TEST(HistoryRecorder, ASessionOfOneProcessAtATimeIsNotNamed) {
  HistoryRecorder recorder(1);
  recorder.complete(recorder.invoke(0, {1}, "write", 1), {2}, EventType::info, 1);
  recorder.complete(recorder.invoke(0, {3}, "write", 2), {4}, EventType::ok, 2);
  const History& history = recorder.history();
  EXPECT_EQ(history.session(history.operations()[1]), 1);
  EXPECT_TRUE(history.events().back().extra.is_nil());
  EXPECT_FALSE(recorder.splits_sessions());
}

TEST(HistoryRecorder, TheNextSessionOfAWorkerHasOtherProcesses) {
  HistoryRecorder recorder(2);
  recorder.end_session(0);
  recorder.complete(recorder.invoke(0, {1}, "write", 1), {2}, EventType::ok, 1);
  recorder.end_session(0);
  recorder.complete(recorder.invoke(0, {3}, "write", 2), {4}, EventType::ok, 2);
  const History& history = recorder.history();
  EXPECT_EQ(history.process(history.operations()[0]), 0) << "no session was there";
  EXPECT_EQ(history.process(history.operations()[1]), 2);
}

TEST(History, AnEventStandsInALineOrAtATimeOrHasAnIndex) {
  Event event;
  event.index = 5;
  EXPECT_EQ(place_of(event), "with index 5");
  event.time_ns = 1'200'000'000;
  EXPECT_EQ(place_of(event), "at 1.200 s");
  event.line = 12;
  EXPECT_EQ(place_of(event), "in line 12");
}

TEST(HistoryRecorder, AnOpenOperationIsInfo) {
  HistoryRecorder recorder(1);
  recorder.invoke(0, {1}, "read", {});
  EXPECT_EQ(recorder.history().operations()[0].outcome, EventType::info);
  EXPECT_EQ(recorder.history().completion(recorder.history().operations()[0]), nullptr);
}

TEST(HistoryRecorder, WritesLinesWithFixedKeyOrder) {
  HistoryRecorder recorder(1);
  recorder.nemesis({5}, "partition", Value::vector({"n1", "n2"}));
  const auto put = recorder.invoke(0, {10}, "put", "v", "k");
  recorder.complete(put, {20}, EventType::info, "v", Value::keyword("timed-out"));
  EXPECT_EQ(write_history_json_lines(recorder.history()),
            R"({"index":0,"time":5,"type":"info","process":"nemesis","f":"partition",)"
            R"("value":["n1","n2"]})"
            "\n"
            R"({"index":1,"time":10,"type":"invoke","process":0,"f":"put","value":"v","key":"k"})"
            "\n"
            R"({"index":2,"time":20,"type":"info","process":0,"f":"put","value":"v",)"
            R"("error":"timed-out","key":"k"})"
            "\n");
}

}  // namespace
}  // namespace windtunnel::checkers
