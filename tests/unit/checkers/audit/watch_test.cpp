// Watches: a good history is accepted, and one of each flaw refused, with the operations that show
// it.
#include "tests/unit/checkers/audit/audits.h"

#include <gmock/gmock.h>

namespace windtunnel::checkers {
namespace {

using test::Audited;
using test::audited;
using test::done;
using test::expect_only;
using ::testing::HasSubstr;

std::string put(std::string_view key, std::string_view value, int revision) {
  const std::string pair = "[\"" + std::string(key) + "\" " + std::string(value) + "]";
  return done(0, "put", pair, "{:revision " + std::to_string(revision) + "}");
}
std::string event(std::string_view key, std::string_view value, int revision) {
  return "{:type :put, :key \"" + std::string(key) + "\", :value " + std::string(value) +
         ", :revision " + std::to_string(revision) + "}";
}
std::string response(const std::string& events, int revision = 9) {
  return "{:revision " + std::to_string(revision) + ", :events [" + events + "]}";
}
std::string bookmark(int revision) { return "{:revision " + std::to_string(revision) + "}"; }
std::string watch(std::string_view request, const std::string& responses,
                  std::string_view outcome = "ok") {
  return done(1, "watch", request, "[" + responses + "]", outcome);
}
const std::string kPuts = put("a", "1", 2) + put("b", "1", 3) + put("a", "2", 4);
const std::string kA2 = event("a", "1", 2);
const std::string kB3 = event("b", "1", 3);
const std::string kA4 = event("a", "2", 4);

TEST(Watch, IsToldAllOfItsKeysOnceAndInOrder) {
  const std::string all = response(kA2) + response(kB3 + kA4);
  const Audited good = audited("watch", kPuts + watch("{:revision 1}", all));
  EXPECT_EQ(good.decision(), Decision::ok);
  EXPECT_EQ(good.figure("confirmed"), 3);
  EXPECT_EQ(audited("watch", kPuts + watch("{:key \"a\"}", response(kA2 + kA4))).decision(),
            Decision::ok);
  EXPECT_EQ(
      audited("watch", kPuts + watch("{:prefix \"b\", :revision 2}", response(kB3))).decision(),
      Decision::ok);
  // Broken off: nothing is owed behind what was told.
  EXPECT_EQ(audited("watch", kPuts + watch("{:revision 1}", response(kA2), "info")).decision(),
            Decision::ok);
}

TEST(Watch, APrefixIsOneOfKeysOfAnyKind) {
  const std::string puts = put("a", "1", 2) + done(0, "put", "[17 1]", "{:revision 3}");
  const std::string missed = watch("{:prefix \"\", :revision 1}", response(kA2) + bookmark(4));
  expect_only(audited("watch", puts + missed), "missed", {3, 5});
  const std::string other = watch("{:prefix \"2\", :revision 1}", bookmark(4));
  EXPECT_NE(audited("watch", puts + other).decision(), Decision::violated);
}

TEST(Watch, MissesNothingInBetween) {
  const std::string gap = response(kA2) + response(kA4);
  expect_only(audited("watch", kPuts + watch("{:revision 1}", gap)), "missed", {3, 7});
  // What another watch was told happened.
  expect_only(audited("watch", watch("{}", response(kA2 + kB3 + kA4)) + watch("{}", gap)), "missed",
              {1, 3});
  // A bookmark says that there was nothing.
  expect_only(audited("watch", kPuts + watch("{:revision 1}", response(kA2) + bookmark(3))),
              "missed", {3, 7});
}

TEST(Watch, BeginsWhereItIsToBegin) {
  expect_only(audited("watch", kPuts + watch("{:revision 2}", response(kB3 + kA4))), "not-resumed",
              {1, 7});
  EXPECT_EQ(audited("watch", kPuts + watch("{:revision 3}", response(kB3 + kA4))).decision(),
            Decision::ok);
  EXPECT_EQ(audited("watch", kPuts + watch("{}", response(kB3 + kA4))).decision(), Decision::ok);
}

TEST(Watch, IsToldNothingTwiceOrOutOfOrder) {
  const auto told = [](const std::string& responses) {
    return audited("watch", kPuts + watch("{:revision 1}", responses));
  };
  expect_only(told(response(kA2 + kB3) + response(kB3 + kA4)), "duplicated", {7});
  expect_only(told(response(kB3 + kA2 + kA4)), "unordered", {7});
  expect_only(told(response(kA2) + bookmark(4) + response(kB3 + kA4)), "after-bookmark", {7});
}

TEST(Watch, IsToldOfARevisionAtOnce) {
  const std::string both = event("c", "1", 5) + event("d", "1", 5);
  const std::string whole = watch("{}", response(both));
  EXPECT_EQ(audited("watch", whole + whole).decision(), Decision::ok);
  const std::string parts = response(event("c", "1", 5)) + response(event("d", "1", 5));
  expect_only(audited("watch", whole + watch("{}", parts)), "split", {3});
}

TEST(Watch, TellsWhatOthersTell) {
  const std::string other = watch("{}", response(event("a", "7", 2)));
  expect_only(audited("watch", kPuts + other), "conflicting", {1, 7});
  const std::string gone = "{:type :delete, :key \"a\", :revision 2}";
  expect_only(audited("watch", kPuts + watch("{}", response(gone))), "conflicting", {1, 7});
  const std::string deleted = done(0, "delete", "[\"a\" nil]", "{:revision 2}") +
                              done(0, "delete", "[\"z\" nil]", "{:revision 2, :deleted 0}");
  EXPECT_EQ(audited("watch", deleted + watch("{}", response(gone))).decision(), Decision::ok);
}

TEST(Watch, OfWhichNobodyElseTellsIsNotPutToTheTest) {
  EXPECT_EQ(audited("watch", watch("{}", response(kA2))).decision(), Decision::unknown);
  EXPECT_EQ(audited("watch", kPuts).decision(), Decision::unknown);
  const Audited odd = audited("watch", kPuts + done(1, "watch", "{}", "7"));
  EXPECT_EQ(odd.decision(), Decision::unknown);
  EXPECT_THAT(odd.report.verdict.reason, HasSubstr("no list of responses"));
}

}  // namespace
}  // namespace windtunnel::checkers
