#include <windtunnel/protocols/env/service.h>

#include <gtest/gtest.h>

#include <optional>

namespace windtunnel {
namespace {

TEST(ParseDuration, AcceptsANumberWithAUnit) {
  const struct {
    std::string_view text;
    Duration duration;
  } cases[] = {
      {"7ns", nanoseconds(7)},      {"10us", microseconds(10)}, {"150ms", milliseconds(150)},
      {"1.5s", milliseconds(1500)}, {"2m", seconds(120)},       {"1h", seconds(3600)},
      {"0s", Duration{}},           {"-5ms", milliseconds(-5)}, {"0.000000001s", nanoseconds(1)},
      {"0.001us", nanoseconds(1)},
  };
  for (const auto& one : cases) {
    const std::optional<Duration> seen = parse_duration(one.text);
    ASSERT_TRUE(seen.has_value()) << one.text;
    EXPECT_EQ(*seen, one.duration) << one.text;
  }
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "5",
                                      "ms",
                                      "5 ms",
                                      " 5ms",
                                      "5ms ",
                                      "5MS",
                                      "5sec",
                                      "1.s",
                                      ".5s",
                                      "1e3s",
                                      "--5ms",
                                      "+5ms",
                                      "5d",
                                      "0x5ms",
                                      "1.5.5s",
                                      "9223372036854775808ns",
                                      "99999999999999999999s",
                                      "3000000h",
                                      "1.0000000001s",
                                      "5ms\n"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(ParseSize, AcceptsDecimalAndBinaryUnits) {
  EXPECT_EQ(parse_size("512B"), 512U);
  EXPECT_EQ(parse_size("4KiB"), 4096U);
  EXPECT_EQ(parse_size("1.5MiB"), 1'572'864U);
  EXPECT_EQ(parse_size("16MB"), 16'000'000U);
  EXPECT_EQ(parse_size("2GiB"), 2'147'483'648U);
}

TEST(ParseSize, RefusesEverythingElse) {
  for (const std::string_view text : {"", "5", "KiB", "4kib", "4 KiB", "-1B", "8589934592GiB"}) {
    EXPECT_FALSE(parse_size(text).has_value()) << text;
  }
}

TEST(ServiceConfig, AbsentOptionsFallBack) {
  ServiceConfig config;
  config.options = {{"timeout", "150ms"}, {"batch", "64"}, {"fsync", "false"}, {"mode", "sync"}};
  EXPECT_EQ(config.duration("timeout", seconds(1)), milliseconds(150));
  EXPECT_EQ(config.duration("absent", seconds(1)), seconds(1));
  EXPECT_EQ(config.integer("batch", 1), 64U);
  EXPECT_EQ(config.integer("absent", 1), 1U);
  EXPECT_FALSE(config.boolean("fsync", true));
  EXPECT_TRUE(config.boolean("absent", true));
  EXPECT_EQ(config.text("mode", "async"), "sync");
  EXPECT_EQ(config.text("absent", "async"), "async");
}

}  // namespace
}  // namespace windtunnel
