#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/scenarios/rapidcheck/draw_plan.h>

#include <algorithm>
#include <iterator>

namespace windtunnel::gen {

using namespace faults;

namespace {

Effect draw_link(Draws& draws, const PlanFrame& frame) {
  LinkChange link;
  Ends ends = draw_ends(draws, frame.names);
  link.from = std::move(ends.from);
  link.to = std::move(ends.to);
  link.both = draws.percent(70);
  switch (draws.below(frame.damage_messages ? 6 : 5)) {
    case 0: link.loss = draw_probability(draws, 600'000); break;
    case 1: link.duplicate = draw_probability(draws, 400'000); break;
    case 2: link.reorder = draw_probability(draws, 600'000); break;
    case 3: link.delay = draw_latency(draws, {{}, milliseconds(300)}); break;
    case 4:
      link.bandwidth = Size{static_cast<std::uint64_t>(draws.between(1, 400)) * 12'500};
      if (draws.percent(50)) link.queue = Size{static_cast<std::uint64_t>(draws.between(4, 64))};
      if (link.queue) link.queue->bytes *= 1024;
      break;
    default: link.corrupt = draw_probability(draws, 200'000); break;
  }
  if (draws.percent(30) && !link.loss) link.loss = draw_probability(draws, 300'000);
  return link;
}

Effect draw_messages(Draws& draws, const PlanFrame& frame) {
  using Action = MessageRule::Action;
  MessageRule rule;
  rule.messages = draw_filter(draws, frame);
  rule.action = static_cast<Action>(draws.below(frame.damage_messages ? 4 : 3));
  if (rule.action == Action::delay) {
    rule.delay = draw_range(draws, {milliseconds(1), milliseconds(500)});
  }
  if (draws.percent(50)) rule.probability = draw_probability(draws, 1'000'000);
  return rule;
}

Effect draw_disk(Draws& draws, const PlanFrame& frame) {
  DiskFault disk;
  disk.nodes = draw_servers(draws, frame.names);
  disk.kind = draws.pick(frame.disk_faults);
  if (disk.kind == DiskFault::Kind::slow) {
    if (draws.percent(50)) disk.factor = draws.count(2, 100);
    if (disk.factor == 1 || draws.percent(30)) {
      disk.delay = draw_latency(draws, {{}, milliseconds(200)});
    }
  }
  if (draws.percent(40)) disk.probability = draw_probability(draws, 1'000'000);
  return disk;
}

Effect draw_clock(Draws& draws, const PlanFrame& frame, bool jump) {
  if (jump) {
    ClockJump made;
    made.nodes = draw_servers(draws, frame.names);
    made.by = draw_range(draws, {-seconds(600), seconds(600)});
    return made;
  }
  ClockDrift made;
  made.nodes = draw_servers(draws, frame.names);
  made.ppm.min = draws.between(-200, 200) * 1'000;
  made.ppm.max = draws.percent(70) ? made.ppm.min : draws.between(made.ppm.min, 200'000);
  return made;
}

Effect draw_overload(Draws& draws, const PlanFrame& frame) {
  Overload load;
  load.nodes = draw_servers(draws, frame.names);
  load.per_input = microseconds(draws.between(10, 500) * 10);
  if (draws.percent(30)) load.factor = draws.count(2, 50);
  return load;
}

template <class Made>
Effect on_servers(Draws& draws, const PlanFrame& frame) {
  Made made;
  made.nodes = draw_servers(draws, frame.names);
  return made;
}

Effect draw_crash(Draws& draws, const PlanFrame& frame) {
  Crash crash;
  crash.nodes = draw_servers(draws, frame.names);
  if (draws.percent(50)) crash.kind = Crash::Kind::power;
  return crash;
}

Effect draw_act(Draws& draws, const PlanFrame& frame) {
  return Act{draw_server(draws, frame.names), draws.pick(frame.actions), {}};
}

Effect draw_cut(Draws& draws, const PlanFrame& frame) {
  Cut cut;
  Ends ends = draw_ends(draws, frame.names);
  cut.from = std::move(ends.from);
  cut.to = std::move(ends.to);
  cut.both = draws.percent(50);
  return cut;
}

using Draw = Effect (*)(Draws& draws, const PlanFrame& frame);
struct Entry {
  std::string_view name;
  Draw draw;
};
const Entry kEntries[] = {
    {"partition",
     [](Draws& d, const PlanFrame& f) -> Effect { return Partition{draw_sides(d, f.names)}; }},
    {"cut", draw_cut},
    {"isolate",
     [](Draws& d, const PlanFrame& f) -> Effect { return Isolate{draw_nodes(d, f.names)}; }},
    {"link", draw_link},
    {"hold", [](Draws& d, const PlanFrame& f) -> Effect { return Hold{draw_filter(d, f)}; }},
    {"release", [](Draws&, const PlanFrame&) -> Effect { return Release{}; }},
    {"messages", draw_messages},
    {"crash", draw_crash},
    {"restart", on_servers<Restart>},
    {"pause", on_servers<Pause>},
    {"suspend", on_servers<Suspend>},
    {"clock_jump", [](Draws& d, const PlanFrame& f) { return draw_clock(d, f, true); }},
    {"clock_drift", [](Draws& d, const PlanFrame& f) { return draw_clock(d, f, false); }},
    {"disk", draw_disk},
    {"overload", draw_overload},
    {"heal", on_servers<Heal>},
    {"act", draw_act},
};

}  // namespace

MessageFilter draw_filter(Draws& draws, const PlanFrame& frame) {
  MessageFilter filter;
  if (!frame.message_types.empty() && draws.percent(70)) {
    filter.type = draws.pick(frame.message_types);
  }
  if (draws.percent(50)) filter.from = draw_nodes(draws, frame.names);
  if (draws.percent(50)) filter.to = draw_nodes(draws, frame.names);
  return filter;
}

Effect draw_effect(Draws& draws, const PlanFrame& frame) {
  const std::string& name = draws.pick(frame.effects);
  const auto* entry = std::find_if(std::begin(kEntries), std::end(kEntries),
                                   [&](const Entry& each) { return each.name == name; });
  WT_ASSERT(entry != std::end(kEntries), "effects are keys of the scenario format");
  return entry->draw(draws, frame);
}

bool lasts(const Effect& effect) {
  return faults::row_of(effect).lasting != Lasting::not_at_all &&
         !std::holds_alternative<ClockJump>(effect);
}

}  // namespace windtunnel::gen
