// What a failed test leaves.
#include <windtunnel/scenarios/gtest/scenario_test.h>
#include "my_store/my_kv.h"

namespace {

class MyKv : public windtunnel::ScenarioTest {
 protected:
  MyKv() {
    registry().add(my_kv());
    settings().keep.command = "build/my-windtunnel";
  }
};

TEST_F(MyKv, WouldBeFineIfNobodyReadItsBackups) {
  windtunnel::scenarios::ScenarioSpec spec = load("my-kv.yaml");
  spec.properties[0].expect = windtunnel::scenarios::Expectation::holds;
  EXPECT_THAT(run(spec, 3), windtunnel::Holds("linearizable"));
}

}  // namespace
