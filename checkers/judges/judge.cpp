#include <windtunnel/checkers/judges/judge.h>

#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Info>
std::vector<std::string> names_of(const std::vector<Info>& table) {
  std::vector<std::string> names;
  for (const Info& info : table) names.emplace_back(info.name);
  return names;
}

std::optional<std::string> refuse_flaws(const Judge& judge, const JudgeOptions& options) {
  const std::vector<std::string> known = names_of(judge.flaws);
  for (const std::vector<std::string>* list : {&options.permitted, &options.forbidden}) {
    for (const std::string& name : *list) {
      if (has(known, name)) continue;
      if (known.empty()) return judge.name + " names no flaws";
      return fmt::format("{} has no flaw '{}'; it has {}", judge.name, name, joined(known));
    }
  }
  for (const std::string& name : options.permitted) {
    if (has(options.forbidden, name)) return fmt::format("'{}' is permitted and forbidden", name);
  }
  return std::nullopt;
}

std::optional<std::string> refuse_limits(const Judge& judge, const JudgeOptions& options) {
  const std::vector<std::string> known = names_of(judge.limits);
  std::vector<std::string> said;
  for (const auto& [name, value] : options.limits) {
    if (has(said, name)) return fmt::format("the limit '{}' is given twice", name);
    said.push_back(name);
    if (has(known, name)) continue;
    if (known.empty()) return judge.name + " has no limits";
    return fmt::format("{} has no limit '{}'; it has {}", judge.name, name, joined(known));
  }
  return std::nullopt;
}

// Of a level, what holds of the initial value is for its model to say.
std::optional<std::string> refuse_words(const Judge& judge, const JudgeOptions& options) {
  if (judge.is_level() && !has(judge.models, options.model)) {
    return fmt::format("{} judges {}, not '{}'", judge.name, joined(judge.models), options.model);
  }
  if (!options.level.empty() && !has(judge.levels, options.level)) {
    if (judge.levels.empty()) return judge.name + " has no consistency levels";
    return fmt::format("{} has no level '{}'; it has {}", judge.name, options.level,
                       joined(judge.levels));
  }
  return std::nullopt;
}

std::optional<std::string> refuse_initial(const Judge& judge, const JudgeOptions& options) {
  if (!options.initial) return std::nullopt;
  const Judge* const model = judge.is_level() ? find_judge(options.model) : &judge;
  if (model == nullptr || !model->takes_initial) return judge.name + " takes no initial value";
  return model->refuse_initial ? model->refuse_initial(*options.initial) : std::nullopt;
}

}  // namespace

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

JudgeOptions options_for(const Reading& reading) {
  JudgeOptions options;
  options.model = reading.model;
  options.initial = reading.initial;
  options.tuples = reading.independent;
  return options;
}

std::optional<std::string> refuse(const Judge& judge, const JudgeOptions& options) {
  for (const auto& rule : {&refuse_flaws, &refuse_limits, &refuse_words, &refuse_initial}) {
    if (std::optional<std::string> wrong = rule(judge, options)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> untold(const History& history, const Judge& judge,
                                  const JudgeOptions& options) {
  const std::string& name = options.level.empty() ? judge.standard_level : options.level;
  const Judge* const level = judge.levels.empty() ? nullptr : find_judge(name);
  const Judge& promises = level == nullptr ? judge : *level;
  const Judge* const model = judge.is_level() ? find_judge(options.model) : &judge;
  const Knowledge& known = history.knowledge();
  for (const Judge* const each : {&promises, model}) {
    if (each == nullptr || known.sessions) continue;
    if (!each->is_by_session && !each->tells_processes_apart) continue;
    return fmt::format("{} goes by which operations were one client's, and some have no :process",
                       each->name);
  }
  if (promises.needs_real_time && !known.real_time) {
    return fmt::format(
        "{} goes by real time, and the history tells none: its operations have no invocations{}",
        promises.name, judge.is_audit() ? "" : "; name a level that does without");
  }
  return std::nullopt;
}

namespace {

std::uint64_t count_values(const Value& value) {
  std::uint64_t count = 1;
  for (const Value& item : value.items()) count += count_values(item);
  return count;
}

// Of looking at every event, and at every part of its value, once: no judge does with less.
std::uint64_t least_work(const History& history) {
  constexpr std::uint64_t kOfEvent = 25;  // its client, its name, what it belongs to
  std::uint64_t work = 0;
  for (const Event& event : history.events()) work += kOfEvent + count_values(event.value);
  return work;
}

// Of a history that was not looked into: it has operations all the same.
void count_all(const History& history, Verdict& verdict) {
  if (verdict.decision != Decision::unknown || verdict.operations != 0) return;
  verdict.operations = static_cast<std::uint32_t>(history.operations().size());
}

Judgement open(const History& history, std::string why) {
  Judgement judgement;
  judgement.verdict = undecided(std::move(why));
  count_all(history, judgement.verdict);
  return judgement;
}

}  // namespace

Judgement judge(const History& history, const Judge& judge, const JudgeOptions& options) {
  WT_ASSERT(!refuse(judge, options).has_value(), "a judge is asked with options that fit it");
  if (std::optional<std::string> why = untold(history, judge, options)) {
    return open(history, *std::move(why));
  }
  if (options.max_work && least_work(history) > *options.max_work) {
    return open(history, fmt::format("{}: to look at {} events once takes more", kOutOfWork,
                                     history.events().size()));
  }
  Judgement judgement = judge.run(history, options);
  doubt_what_nobody_saw(history, judgement.verdict);
  count_all(history, judgement.verdict);
  return judgement;
}

}  // namespace windtunnel::checkers
