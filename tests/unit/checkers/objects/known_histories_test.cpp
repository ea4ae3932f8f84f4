// The histories with known verdicts, where they are at hand beside the checkout.
#include "tests/unit/checkers/objects/known_histories.h"
#include <windtunnel/checkers/objects/linearizable.h>

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace windtunnel::checkers {
namespace {

TEST(KnownHistories, EveryVerdictIsRight) {
  const std::optional<std::string> folder = test::known_histories_folder();
  if (!folder.has_value()) GTEST_SKIP() << "there is no shared/histories beside the checkout";
  const std::string& root = *folder;
  std::ifstream manifest(root + "manifest.tsv");
  std::string line;
  std::getline(manifest, line);
  int decided = 0;
  int all = 0;
  while (std::getline(manifest, line)) {
    std::istringstream fields(line);
    std::string file, model, initial, expected;
    std::getline(fields, file, '\t');
    std::getline(fields, model, '\t');
    std::getline(fields, initial, '\t');
    std::getline(fields, expected, '\t');
    const auto checked = check_file(root + file, model, initial);
    ASSERT_TRUE(checked.has_value()) << file << ": " << to_string(checked.error().error);
    const Verdict& verdict = checked->verdict;
    ++all;
    decided += verdict.decision == Decision::unknown ? 0 : 1;
    EXPECT_EQ(name_of(verdict.decision), expected) << file << " " << verdict.reason;
    if (verdict.decision != Decision::violated) continue;
    EXPECT_FALSE(verdict.witness.operations.empty()) << file;
    EXPECT_FALSE(verdict.witness.explanation.empty()) << file;
    const bool small = verdict.witness.operations.size() + verdict.witness.omitted <= 10;
    EXPECT_TRUE(!small || verdict.witness.rechecked) << file;
  }
  std::printf("%d of %d histories decided\n", decided, all);
  EXPECT_EQ(decided, all);
}

}  // namespace
}  // namespace windtunnel::checkers
