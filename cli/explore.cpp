#include <windtunnel/cli/explore.h>

#include <windtunnel/cli/check.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/harness/raft/explore.h>

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

namespace windtunnel::cli {
namespace {

namespace json = boost::json;
using scenarios::Exploration;
using Ending = Exploration::Ending;

std::string_view limit_name(explore::End end) {
  switch (end) {
    case explore::End::depth: return "depth";
    case explore::End::states: return "states";
    case explore::End::bytes: return "bytes";
    case explore::End::exhausted:
    case explore::End::violated: break;
  }
  return "none";
}

std::string_view word_of(Ending verdict) {
  switch (verdict) {
    case Ending::exhausted: return "exhausted";
    case Ending::bounded: return "bounded";
    case Ending::violated: return "violated";
    case Ending::crashed: return "crashed";
    case Ending::interrupted: return "interrupted";
    case Ending::failed: break;
  }
  return "failed";
}

int exit_code_of(Ending verdict) {
  switch (verdict) {
    case Ending::exhausted:
    case Ending::bounded: return kExitOk;
    case Ending::violated: return kExitViolated;
    case Ending::crashed: return kExitCrashed;
    case Ending::interrupted: return kExitInterrupted;
    case Ending::failed: break;
  }
  return kExitInternal;
}

std::string to_json(const scenarios::ExplorationSpec& spec, const Exploration& found, double ms) {
  json::object object;
  object["schema"] = "windtunnel.explore/1";
  object["name"] = json_text(spec.name);
  object["verdict"] = json_text(word_of(found.verdict));
  object["limit"] = json_text(limit_name(found.outcome.end));
  object["states"] = found.outcome.states;
  object["transitions"] = found.outcome.transitions;
  object["depth"] = found.outcome.depth;
  object["bytes"] = found.outcome.bytes;
  object["wall_time_ms"] = ms;
  const std::string& reason = found.reason.empty() ? found.story.violation : found.reason;
  object["violation"] = reason.empty() ? json::value(nullptr) : json::value(json_text(reason));
  json::array& steps = object["steps"].emplace_array();
  for (const explore::StoryStep& step : found.story.steps) {
    json::object told;
    told["what"] = json_text(step.what);
    json::array& effects = told["effects"].emplace_array();
    for (const std::string& effect : step.effects) effects.emplace_back(json_text(effect));
    steps.emplace_back(std::move(told));
  }
  return json::serialize(object);
}

std::string counts_text(const scenarios::ExplorationSpec& spec, const Exploration& found,
                        double ms) {
  const explore::Outcome& outcome = found.outcome;
  return fmt::format("  {}  {} states  {} transitions  depth {}  {} MB  {}", spec.name,
                     outcome.states, outcome.transitions, outcome.depth, outcome.bytes / 1'000'000,
                     duration_text(ms / 1000));
}

std::string to_text(const scenarios::ExplorationSpec& spec, const Exploration& found, double ms,
                    const Terminal& terminal) {
  const std::string counts = counts_text(spec, found, ms);
  switch (found.verdict) {
    case Ending::exhausted:
      return terminal.good("exhausted") + counts + "\n  nothing is wrong within the bounds";
    case Ending::bounded:
      return terminal.doubtful("bounded") + counts +
             fmt::format("\n  nothing is wrong so far; the limit of {} came first",
                         limit_name(found.outcome.end));
    case Ending::violated:
      return terminal.bad("VIOLATED") + counts + "\n" + explore::to_text(found.story);
    case Ending::crashed:
      return terminal.bad("CRASHED") + "  " + spec.name + "  in step " +
             std::to_string(found.story.steps.size()) + "\n" + explore::to_text(found.story) +
             found.reason;
    case Ending::interrupted:
    case Ending::failed: break;
  }
  return {};
}

}  // namespace

int explore_command(const ExploreRequest& request, Terminal& terminal) {
  scenarios::LoadedExploration loaded = scenarios::load_exploration(request.file);
  if (!loaded.spec) {
    complain(loaded.diagnostics.render(request.called_by));
    return loaded.diagnostics.exit_code();
  }
  scenarios::ExplorationSpec& spec = *loaded.spec;
  if (request.depth) spec.limits.depth = *request.depth;
  if (request.states) spec.limits.states = *request.states;
  if (request.bytes) spec.limits.bytes.bytes = *request.bytes;
  const auto began = std::chrono::steady_clock::now();
  const Exploration found = scenarios::explore_raft(spec, !request.no_reduction);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  if (found.verdict == Ending::failed) complain("error: " + found.reason);
  if (found.verdict == Ending::failed || found.verdict == Ending::interrupted) {
    return exit_code_of(found.verdict);
  }
  std::string text = request.json ? to_json(spec, found, took.count())
                                  : to_text(spec, found, took.count(), terminal);
  while (text.ends_with('\n')) text.pop_back();
  return print_line(text) ? exit_code_of(found.verdict) : kExitInternal;
}

}  // namespace windtunnel::cli
