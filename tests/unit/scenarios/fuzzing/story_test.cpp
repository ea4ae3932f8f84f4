// What the story of a failure says about faults.
#include <windtunnel/scenarios/fuzzing/story.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

TEST(Story, TellsAnActionByItsNameItsOptionsAndWhoDidIt) {
  ScenarioSpec spec;
  faults::Fault fault;
  fault.id = "f1";
  fault.effect = faults::Act{{}, "transfer", {{"to", "n2"}}};
  spec.plan.faults.push_back(fault);
  TraceData trace;
  trace.nodes = {"n1", "n2"};
  trace.names.push_back({hash_text("f1"), "f1"});
  Record begin;
  begin.kind = RecordKind::fault_begin;
  begin.a = hash_text("f1");
  begin.c = 1;
  trace.records.push_back(begin);
  EXPECT_THAT(tell_story(trace, spec, {}),
              testing::ElementsAre(testing::HasSubstr("f1 begins: transfer to=n2 (n1)")));
}

}  // namespace
}  // namespace windtunnel::scenarios
