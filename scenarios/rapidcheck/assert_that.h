// Matchers of GoogleMock in properties of RapidCheck. EXPECT_THAT there would fail the test, but
// not the case: RapidCheck would go on, and shrink nothing.
//
//   RC_GTEST_PROP(Store, IsLinearizable, (const scenarios::ScenarioSpec& spec)) {
//     WT_RC_ASSERT_THAT(scenarios::run_for_test(spec, registry()), Holds("linearizable"));
//   }
//
// Needs both libraries; nothing else here needs GoogleMock.
#pragma once

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>

namespace windtunnel {

// What a failed EXPECT_THAT would print; empty when the value matches.
template <class T, class AnyMatcher>
std::string mismatch(const char* expression, const T& value, const AnyMatcher& any) {
  const testing::Matcher<const T&> matcher = testing::SafeMatcherCast<const T&>(any);
  testing::StringMatchResultListener listener;
  if (matcher.MatchAndExplain(value, &listener)) return {};
  std::ostringstream text;
  text << "Value of: " << expression << "\nExpected: ";
  matcher.DescribeTo(&text);
  text << "\n  Actual: " << testing::PrintToString(value);
  if (!listener.str().empty()) text << ", " << listener.str();
  return text.str();
}

}  // namespace windtunnel

#define WT_RC_ASSERT_THAT(value, matcher)                                               \
  do {                                                                                  \
    const std::string wt_mismatch = ::windtunnel::mismatch(#value, (value), (matcher)); \
    if (!wt_mismatch.empty()) RC_FAIL(wt_mismatch);                                     \
  } while (false)
