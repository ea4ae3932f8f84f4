// Draws a fault plan that fits a scenario.
#pragma once

#include <windtunnel/faults/plan/fault_plan.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>
#include <windtunnel/scenarios/rapidcheck/draw_values.h>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::gen {

// What the options say about the scenario.
struct PlanFrame {
  explicit PlanFrame(const PlanOptions& options);

  Names names;
  std::vector<std::string> message_types;
  std::vector<std::string> actions;
  std::vector<std::string> effects;  // of the options, those that the scenario has a use for
  bool scripts = false;
  faults::DurationRange begin;
  Duration end;  // of the run
  Duration longest;
  std::size_t max_faults = 0;
  std::vector<faults::DiskFault::Kind> disk_faults;
  bool damage_messages = false;
};

faults::FaultPlan draw_plan(Draws& draws, const PlanFrame& frame);
faults::Effect draw_effect(Draws& draws, const PlanFrame& frame);
faults::MessageFilter draw_filter(Draws& draws, const PlanFrame& frame);

// Whether it makes sense to end the effect after a while.
bool lasts(const faults::Effect& effect);

// When a fault can fire at the earliest.
Duration earliest(const faults::Fault& fault);

}  // namespace windtunnel::gen
