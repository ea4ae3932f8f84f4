#include <windtunnel/faults/plan/fault_plan.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

Fault labelled(std::string label) {
  Fault fault;
  fault.label = std::move(label);
  fault.effect = Heal{};
  return fault;
}

std::vector<std::string> ids(const FaultPlan& plan) {
  std::vector<std::string> found;
  for (const Fault& fault : plan.faults) found.push_back(fault.id);
  return found;
}

TEST(FaultPlan, TakesIdsFromLabelsAndPositions) {
  FaultPlan plan{{labelled("cut"), labelled(""), labelled("twice"), labelled("twice")}};
  assign_ids(plan);
  EXPECT_THAT(ids(plan), testing::ElementsAre("cut", "f2", "f3", "f4"));
}

TEST(FaultPlan, NeverGivesAnIdTwice) {
  FaultPlan plan{{labelled("f2"), labelled(""), labelled("")}};
  plan.faults[2].id = "f2'";
  assign_ids(plan);
  EXPECT_THAT(ids(plan), testing::ElementsAre("f2", "f2''", "f2'"));
}

TEST(FaultPlan, KeepsTheIdsOfTheOthersWhenOneGoes) {
  FaultPlan plan{{labelled(""), labelled("a"), labelled("")}};
  assign_ids(plan);
  FaultPlan rest = plan.without("f1");
  assign_ids(rest);
  EXPECT_THAT(ids(rest), testing::ElementsAre("a", "f3"));
  EXPECT_EQ(rest.find("f1"), nullptr);
}

TEST(FaultPlan, EffectsAreNamedAsInTheFile) {
  EXPECT_EQ(row_of(Effect{Crash{}}).name, "crash");
  EXPECT_EQ(row_of(Effect{ClockJump{}}).name, "clock_jump");
  EXPECT_EQ(row_of(Effect{Act{}}).name, "act");
}

TEST(FaultPlan, AnActionIsToldByItsNameAndOptions) {
  const Effect timeout = Act{{}, "timeout", {}};
  EXPECT_EQ(title_of(timeout), "timeout");
  const Effect transfer = Act{{}, "transfer", {{"to", "n2"}, {"within", "1s"}}};
  EXPECT_EQ(title_of(transfer), "transfer to=n2 within=1s");
  EXPECT_EQ(kind_of(transfer), "transfer");
}

}  // namespace
}  // namespace windtunnel::faults
