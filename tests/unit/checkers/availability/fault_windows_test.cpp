#include <windtunnel/checkers/availability/fault_windows.h>

#include "tests/unit/checkers/histories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace windtunnel::checkers {
namespace {

using testing::ElementsAre;
using Told = std::tuple<std::string, std::uint32_t, std::uint32_t, bool>;

// What the nemesis did, an event each.
std::vector<Told> spans(const std::vector<std::string>& actions) {
  std::string text;
  for (const std::string& f : actions) {
    text += "{:type :info, :process :nemesis, :f :" + f + ", :value nil}\n";
  }
  std::vector<Told> told;
  for (const NemesisSpan& span : nemesis_spans(test::history_of(text))) {
    told.emplace_back(span.name, span.from, span.to, span.is_known);
  }
  return told;
}

TEST(NemesisSpans, HaveNamesAndOverlap) {
  EXPECT_THAT(spans({"start-partition", "start-clock", "stop-partition", "stop-clock"}),
              ElementsAre(Told{"partition", 0, 2, true}, Told{"clock", 1, 3, true}));
  EXPECT_THAT(spans({"start", "stop", "kill", "start"}), ElementsAre(Told{"kill", 2, 3, true}))
      << "where something is killed, a plain start ends that";
  EXPECT_THAT(spans({"start", "stop"}), ElementsAre(Told{"fault", 0, 1, true}));
  EXPECT_THAT(spans({"pause"}), ElementsAre(Told{"pause", 0, kNoEvent, true}));
}

TEST(NemesisSpans, EndWithTheSecondEventOfWhatEndsThem) {
  EXPECT_THAT(spans({"start", "start", "stop", "stop"}), ElementsAre(Told{"fault", 0, 3, true}));
}

TEST(NemesisSpans, AnActionThatNeitherBeginsNorEndsAnythingIsThereItself) {
  EXPECT_THAT(spans({"shuffle", "shuffle", "add-node"}),
              ElementsAre(Told{"shuffle", 0, 1, false}, Told{"add-node", 2, 2, false}));
}

}  // namespace
}  // namespace windtunnel::checkers
