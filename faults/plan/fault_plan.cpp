#include <windtunnel/faults/plan/fault_plan.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace windtunnel::faults {
namespace {

template <class... E>
constexpr std::array<EffectRow, 1 + sizeof...(E)> rows_of(
    const std::variant<std::monostate, E...>*) {
  return {EffectRow{"none", "", Lasting::not_at_all}, E::kRow...};
}
constexpr auto kRows = rows_of(static_cast<const Effect*>(nullptr));

bool label_is_unique(const FaultPlan& plan, const Fault& fault) {
  return std::count_if(plan.faults.begin(), plan.faults.end(), [&](const Fault& other) {
           return other.label == fault.label || other.id == fault.label;
         }) == 1;
}

}  // namespace

const EffectRow& row_at(std::size_t index) {
  WT_ASSERT(index < kRows.size(), "there is a row for every effect");
  return kRows[index];
}

std::string title_of(const Effect& effect) {
  const auto* act = std::get_if<Act>(&effect);
  if (act == nullptr) return std::string(row_of(effect).name);
  std::string title = act->action;
  for (const auto& [key, value] : act->options) title += " " + key + "=" + value;
  return title;
}

std::string kind_of(const Fault& fault) {
  if (!fault.script.empty()) return "script";
  return fault.choices.empty() ? kind_of(fault.effect) : "choose";
}

bool is_called(const Fault& fault, std::string_view name) {
  return fault.id == name || fault.label == name || kind_of(fault) == name;
}

std::string kind_of(const Effect& effect) {
  static constexpr std::string_view kShape[] = {"sides", "halves", "bridge", "ring"};
  static_assert(ends_with<Sides::Shape::ring>(kShape));
  if (const auto* act = std::get_if<Act>(&effect)) return act->action;
  std::string kind(row_of(effect).name);
  const auto add = [&](std::string_view more) { kind += "-" + std::string(more); };
  if (const auto* crash = std::get_if<Crash>(&effect)) {
    add(kCrashNames[static_cast<std::size_t>(crash->kind)]);
  } else if (const auto* disk = std::get_if<DiskTrouble>(&effect)) {
    add(kDiskFaultNames[static_cast<std::size_t>(disk->kind)]);
  } else if (const auto* rule = std::get_if<MessageRule>(&effect)) {
    add(kMessageActionNames[static_cast<std::size_t>(rule->action)]);
  } else if (const auto* partition = std::get_if<Partition>(&effect)) {
    add(kShape[static_cast<std::size_t>(partition->sides.shape)]);
  }
  return kind;
}

const Fault* FaultPlan::find(std::string_view id) const {
  const auto found = std::find_if(faults.begin(), faults.end(),
                                  [&](const Fault& fault) { return fault.id == id; });
  return found == faults.end() ? nullptr : &*found;
}

FaultPlan FaultPlan::without(std::string_view id) const {
  FaultPlan rest;
  std::copy_if(faults.begin(), faults.end(), std::back_inserter(rest.faults),
               [&](const Fault& fault) { return fault.id != id; });
  return rest;
}

void assign_ids(FaultPlan& plan) {
  for (Fault& fault : plan.faults) {
    if (fault.id.empty() && !fault.label.empty() && label_is_unique(plan, fault)) {
      fault.id = fault.label;
    }
  }
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    if (!plan.faults[i].id.empty()) continue;
    std::string id = "f" + std::to_string(i + 1);
    while (plan.find(id) != nullptr) id += "'";
    plan.faults[i].id = id;
  }
}

}  // namespace windtunnel::faults
