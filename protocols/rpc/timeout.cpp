#include <windtunnel/protocols/rpc/timeout.h>

#include <algorithm>
#include <charconv>

namespace windtunnel::rpc {
namespace {

constexpr std::int64_t kMostValue = 99'999'999;

struct Unit {
  char letter;
  std::int64_t ns;
};
constexpr std::array<Unit, 6> kUnits = {{{'n', 1},
                                         {'u', 1'000},
                                         {'m', 1'000'000},
                                         {'S', 1'000'000'000},
                                         {'M', 60'000'000'000},
                                         {'H', 3'600'000'000'000}}};

}  // namespace

TimeoutText::TimeoutText(Duration timeout) : text_() {
  const std::int64_t ns = std::max<std::int64_t>(timeout.ns, 1);
  const Unit* unit = kUnits.data();
  // 2^63 ns are 2562047 hours: there is always a unit.
  while (ns / unit->ns + (ns % unit->ns != 0) > kMostValue) ++unit;
  const std::int64_t value = ns / unit->ns + (ns % unit->ns != 0);
  char* const end = std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr;
  *end = unit->letter;
  size_ = static_cast<std::uint8_t>(end + 1 - text_.data());
}

std::optional<Duration> parse_timeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  const auto is_unit = [&](const Unit& unit) { return unit.letter == text.back(); };
  const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(), is_unit);
  if (unit == kUnits.end()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (value > INT64_MAX / unit->ns) return Duration{INT64_MAX};
  return Duration{value * unit->ns};
}

Instant deadline_after(Instant now, Duration timeout) {
  if (timeout.ns > 0 && now.ns > kEndOfTime.ns - timeout.ns) return kEndOfTime;
  return now + timeout;
}

}  // namespace windtunnel::rpc
