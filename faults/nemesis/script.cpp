#include <windtunnel/faults/nemesis/nemesis.h>
#include <windtunnel/sim/net/network.h>

namespace windtunnel::faults {

bool Nemesis::is_waited_for(std::size_t fault, const Record& record) const {
  const std::size_t step = progress_[fault].step;
  return step < until_[fault].size() && until_[fault][step] && until_[fault][step]->matches(record);
}

void Nemesis::run_script(std::size_t fault) {
  Progress& progress = progress_[fault];
  const std::vector<Step>& script = plan_.faults[fault].script;
  while (progress.step < script.size()) {
    const Step& step = script[progress.step];
    if (const auto* wait = std::get_if<Wait>(&step.action)) {
      if (progress.wait_over == kEndOfTime) {
        progress.wait_over = sim_.now() + wait->time;
        sim_.schedule(progress.wait_over, *this, kStep, fault);
      }
      if (sim_.now() < progress.wait_over) return;
      progress.wait_over = kEndOfTime;
    } else if (!do_step(fault, step)) {
      progress.step_waits = true;
      return;
    }
    progress.step_waits = false;
    progress.step_matches = 0;
    ++progress.step;
  }
  progress.script_runs = false;
}

// False while the step cannot be done yet.
bool Nemesis::do_step(std::size_t fault, const Step& step) {
  if (!std::holds_alternative<std::monostate>(step.effect)) {
    begin(fault, progress_[fault].next_occurrence++, step.effect, std::nullopt);
    return true;
  }
  if (const auto* deliver = std::get_if<Deliver>(&step.action)) {
    return take_held(fault, deliver->messages, deliver->ordinal, true);
  }
  if (const auto* drop = std::get_if<Drop>(&step.action)) {
    return take_held(fault, drop->messages, drop->ordinal, false);
  }
  const auto& wait = std::get<WaitUntil>(step.action);
  return progress_[fault].step_matches >= wait.pattern.count;
}

// Delivers or drops the ordinal-th held message that the filter means; false while fewer are held.
bool Nemesis::take_held(std::size_t fault, const MessageFilter& filter, std::uint32_t ordinal,
                        bool deliver) {
  Active step;
  step.fault = fault;
  step.occurrence = progress_[fault].next_occurrence;
  step.firing = progress_[fault].firings.size() - 1;
  const NodeSet to = to_set(ends(filter.to, step, "fault.targets"));
  std::vector<MessageMatch> matches;
  for (const Senders& from : senders(filter.type, ends(filter.from, step, "fault.victims"))) {
    matches.push_back({to_set(from.nodes), to, from.kind, {}});
  }
  // Nobody could ever send such messages; else `from` may mean somebody later.
  if (matches.empty()) return senders(filter.type, ends({}, step, "")).empty();
  Network& network = sim_.network();
  const bool found = deliver ? network.deliver_any_held(matches, ordinal)
                             : network.drop_any_held(matches, ordinal);
  if (!found) return false;
  ++progress_[fault].next_occurrence;
  bite(step);
  return true;
}

}  // namespace windtunnel::faults
