#include <windtunnel/scenarios/rapidcheck/triggers.h>

#include <windtunnel/protocols/base/assert.h>

#include <iterator>
#include <optional>

namespace windtunnel::gen {

using namespace faults;

namespace {

constexpr std::string_view kPatterns[] = {"leader elected", "commit >= 20", "applied >= 20",
                                          "term >= 3", "event kind=truncate"};

Trigger draw_trigger(Duration from, Duration until, DrawKey draws) {
  const Duration some = milliseconds(300 + static_cast<std::int64_t>(scale(draws.at(1), 1'700)));
  switch (scale(draws.at(0), 10)) {
    case 0: return Every{some, from, until};
    case 1: return Randomly{{from, until}, some};
    case 2:
    case 3: {
      When when;
      const std::optional<Pattern> pattern =
          parse_pattern(kPatterns[scale(draws.at(2), std::size(kPatterns))]);
      WT_ASSERT(pattern.has_value(), "a generated pattern is one of the format");
      when.pattern = *pattern;
      if (scale(draws.at(3), 2) == 1) when.delay = {Duration{}, milliseconds(200)};
      when.repeat = scale(draws.at(4), 3) == 0;
      when.from = from;
      when.until = until;
      return when;
    }
    default: return At{{from, from}};
  }
}

}  // namespace

void vary_triggers(FaultPlan& plan, DurationRange within, DrawKey draws) {
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    Fault& fault = plan.faults[i];
    // Those that overlap multiply: a few of them, and one input takes longer than the run.
    if (std::holds_alternative<Overload>(fault.effect)) continue;
    fault.trigger = draw_trigger(earliest(fault), within.max, draws.of(i));
  }
}

Duration earliest(const Fault& fault) {
  if (const auto* at = std::get_if<At>(&fault.trigger)) return at->time.min;
  if (const auto* every = std::get_if<Every>(&fault.trigger)) return every->from;
  if (const auto* randomly = std::get_if<Randomly>(&fault.trigger)) return randomly->between.min;
  return std::get<When>(fault.trigger).from;
}

}  // namespace windtunnel::gen
