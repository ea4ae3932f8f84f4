// Stalls, recovery and shares, from times.
#include <windtunnel/checkers/availability/availability.h>

#include "tests/unit/checkers/audit/audits.h"

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

using test::audited;
using test::Audited;

constexpr std::int64_t kSecond = 1'000'000'000;

std::string event(int second, std::string_view type, int process, std::string_view f,
                  std::string_view rest = "") {
  return fmt::format("{{:time {}, :type :{}, :process {}, :f :{}, :value nil{}}}\n",
                     second * kSecond, type, process, f, rest);
}
std::string nemesis(int second, std::string_view f) {
  return fmt::format("{{:time {}, :type :info, :process :nemesis, :f :{}}}\n", second * kSecond, f);
}
std::string get(int from, int to, int process, std::string_view outcome = "ok",
                std::string_view rest = "") {
  return event(from, "invoke", process, "get") + event(to, outcome, process, "get", rest);
}

Availability only(const std::string& text) {
  const History history = test::history_of(text);
  const AvailabilityReport report = measure_availability(history, windows_of(history).windows);
  EXPECT_EQ(report.kinds.size(), 1U);
  return report.kinds.front();
}

TEST(Availability, AStallIsTheTimeThatSomebodyAsksInVain) {
  // Served at 1; asked from 4 to 6 and from 7 to 9 in vain, served at 12.
  const Availability it = only(get(0, 1, 0) + get(4, 6, 0, "fail", ", :error :timeout") +
                               get(7, 9, 0, "fail", ", :error :timeout") + get(10, 12, 0));
  EXPECT_EQ(it.longest.from_ns, 4 * kSecond);
  EXPECT_EQ(it.longest.to_ns, 12 * kSecond);
  EXPECT_EQ(it.longest.waited_ns, 6 * kSecond);  // 2, 2 and 2: not while nobody asked
  EXPECT_EQ(it.longest.served, 3U);
  EXPECT_EQ(it.served, 2U);
}

TEST(Availability, WhileNobodyAsksNothingStalls) {
  const Availability it = only(get(0, 1, 0) + get(100, 101, 0));
  EXPECT_EQ(it.longest.waited_ns, kSecond);
}

TEST(Availability, AnAnswerThatSaysNoIsAnAnswer) {
  const Availability it = only(get(0, 1, 0) + get(1, 2, 0, "fail") + get(2, 3, 0));
  EXPECT_EQ(it.served, 3U);
  EXPECT_EQ(it.longest.waited_ns, kSecond);
}

TEST(Availability, WhoIsServedDoesNotEndTheWaitOfAnother) {
  // Process 1 asks all the time; process 0 is served at 2 and at 9.
  const Availability it = only(event(0, "invoke", 1, "get") + get(1, 2, 0) + get(8, 9, 0));
  EXPECT_EQ(it.longest.from_ns, 2 * kSecond);
  EXPECT_EQ(it.longest.to_ns, 9 * kSecond);
  EXPECT_EQ(it.unfinished, 1U);
}

TEST(Availability, AnOperationWithoutAnEndStallsUntilTheEnd) {
  const Availability it = only(get(0, 1, 0) + event(3, "invoke", 1, "get") + nemesis(9, "stop"));
  EXPECT_EQ(it.longest.waited_ns, 6 * kSecond);
  EXPECT_FALSE(it.longest.served.has_value());
}

TEST(Availability, RecoveryCountsFromTheFirstCallAfterTheFaultToASuccessOfSuchACall) {
  const Availability it = only(nemesis(1, "start-partition") + event(2, "invoke", 1, "get") +
                               nemesis(5, "stop-partition") + event(6, "invoke", 0, "get") +
                               event(7, "ok", 1, "get") + event(9, "ok", 0, "get"));
  ASSERT_TRUE(it.slowest.has_value());
  EXPECT_EQ(it.slowest->healed_ns, 5 * kSecond);
  EXPECT_EQ(it.slowest->from_ns, 6 * kSecond);
  EXPECT_EQ(it.slowest->waited_ns, 3 * kSecond);
  EXPECT_EQ(it.asked_in_calm, 1U);
}

TEST(Availability, WindowsThatOverlapAreOne) {
  const std::vector<FaultWindow> windows =
      merged({{5, 9}, {1, 3}, {2, 4}, {8, std::nullopt}, {20, 30}});
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].from_ns, 1);
  EXPECT_EQ(windows[0].to_ns, 4);
  EXPECT_EQ(windows[1].from_ns, 5);
  EXPECT_FALSE(windows[1].to_ns.has_value());
}

TEST(Availability, TheSecondEventOfAnActionEndsTheWindow) {
  const History history = test::history_of(nemesis(1, "start") + nemesis(2, "start") +
                                           nemesis(5, "stop") + nemesis(6, "stop"));
  const std::vector<FaultWindow> windows = windows_of(history).windows;
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].from_ns, kSecond);
  EXPECT_EQ(windows[0].to_ns, 6 * kSecond);
}

TEST(Availability, KillsEndWithStartsPausesWithResumesAndFaultsOfANameWithTheirOwn) {
  const auto windows = [](const std::string& text) {
    std::vector<std::pair<std::int64_t, std::int64_t>> seconds;
    for (const FaultWindow& window : windows_of(test::history_of(text)).windows) {
      seconds.emplace_back(window.from_ns / kSecond,
                           window.to_ns ? *window.to_ns / kSecond : std::int64_t{-1});
    }
    return seconds;
  };
  using Windows = std::vector<std::pair<std::int64_t, std::int64_t>>;
  EXPECT_EQ(windows(nemesis(1, "kill") + nemesis(3, "start") + nemesis(5, "pause") +
                    nemesis(8, "resume")),
            (Windows{{1, 3}, {5, 8}}));
  EXPECT_EQ(windows(nemesis(1, "start-partition") + nemesis(2, "start-clock") +
                    nemesis(3, "stop-partition")),
            (Windows{{1, -1}}));
  EXPECT_EQ(windows(nemesis(1, "start") + nemesis(2, "start-clock") + nemesis(3, "heal")),
            (Windows{{1, 3}}));
}

AuditOptions with(std::string name, std::int64_t value) {
  AuditOptions options;
  options.limits = {{std::move(name), value}};
  return options;
}

const std::string kOutage = get(0, 1, 0) + nemesis(1, "start") + get(2, 4, 0, "info") +
                            nemesis(5, "stop") + get(6, 9, 1) + get(9, 10, 1);

TEST(AvailabilityAudit, HoldsUpToTheLimitAndNotBeyond) {
  for (const auto& [name, reached, flaw] :
       {std::tuple{"max-gap", 5 * kSecond, "stall"},
        std::tuple{"max-recovery", 3 * kSecond, "slow-recovery"},
        std::tuple{"max-p99", 3 * kSecond, "slow"}}) {
    EXPECT_EQ(audited("availability", kOutage, with(name, reached)).decision(), Decision::ok)
        << name;
    const Audited beyond = audited("availability", kOutage, with(name, reached - 1));
    EXPECT_EQ(beyond.decision(), Decision::violated) << name;
    EXPECT_NE(beyond.find(flaw), nullptr) << name;
  }
}

TEST(AvailabilityAudit, CountsSharesAndWhatIsLeftOpen) {
  const std::string half = get(0, 1, 0) + get(2, 4, 0, "fail", ", :error :timeout");
  EXPECT_EQ(audited("availability", half, with("min-served", 500'000)).decision(), Decision::ok);
  EXPECT_EQ(audited("availability", half, with("min-served", 500'001)).decision(),
            Decision::violated);
  const std::string open = half + event(5, "invoke", 1, "get");
  EXPECT_EQ(audited("availability", open, with("max-open", 1)).decision(), Decision::ok);
  const Audited none = audited("availability", open, with("max-open", 0));
  EXPECT_EQ(none.decision(), Decision::violated);
  EXPECT_NE(none.find("unanswered"), nullptr);
}

TEST(AvailabilityAudit, SaysNothingOfCalmThatThereWasNotOrCannotBeKnown) {
  const std::string never = nemesis(0, "start") + get(1, 2, 0, "fail", ", :error :timeout");
  EXPECT_EQ(audited("availability", never, with("min-served", 990'000)).decision(),
            Decision::unknown);
  EXPECT_EQ(audited("availability", get(1, 2, 0, "info"), with("max-p99", 1)).decision(),
            Decision::unknown);
  const Audited strange =
      audited("availability", nemesis(0, "bump") + get(1, 2, 0), with("max-p99", 1));
  EXPECT_EQ(strange.decision(), Decision::unknown);
  EXPECT_NE(strange.report.verdict.reason.find("the nemesis did bump"), std::string::npos);
}

TEST(AvailabilityAudit, NothingIsSlowWhileNobodyAsks) {
  const std::string text = get(0, 1, 0) + nemesis(1, "start") + nemesis(2, "stop") + get(90, 91, 0);
  EXPECT_EQ(audited("availability", text, with("max-recovery", kSecond)).decision(), Decision::ok);
}

TEST(AvailabilityAudit, SaysNothingOfTimesThatGoBack) {
  EXPECT_EQ(audited("availability", get(5, 3, 0), with("max-gap", 1)).decision(),
            Decision::unknown);
}

TEST(AvailabilityAudit, SaysNothingWithoutALimitATimeOrAFault) {
  EXPECT_EQ(audited("availability", kOutage).decision(), Decision::unknown);
  const std::string untimed = test::done(0, "get", "nil", "1");
  EXPECT_EQ(audited("availability", untimed, with("max-gap", 1)).decision(), Decision::unknown);
  EXPECT_EQ(audited("availability", get(0, 1, 0), with("max-recovery", 1)).decision(),
            Decision::unknown);
  AuditOptions wrong = with("max-stall", 1);
  EXPECT_EQ(test::refused("availability", wrong),
            "availability has no limit 'max-stall'; it has max-gap, max-recovery, max-p99, "
            "min-served, max-open");
}

}  // namespace
}  // namespace windtunnel::checkers
