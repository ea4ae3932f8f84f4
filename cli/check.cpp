#include <windtunnel/cli/check.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/objects/linearization.h>
#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/scenarios/format/option_values.h>

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <limits>

namespace windtunnel::cli {
namespace {

namespace json = boost::json;
using checkers::Decision;
using checkers::Verdict;
using checkers::Witness;

}  // namespace

json::string json_text(std::string_view text) { return json::string(text.data(), text.size()); }

json::object witness_json(const Witness& witness) {
  json::object object;
  object["text"] = json_text(witness.explanation);
  if (!witness.key.empty()) object["key"] = json_text(witness.key);
  json::array& operations = object["operations"].emplace_array();
  for (const Witness::Item& item : witness.operations) {
    json::object operation;
    operation["index"] = item.index;
    operation["line"] = item.line;
    operation["text"] = json_text(item.text);
    operations.emplace_back(std::move(operation));
  }
  object["omitted"] = witness.omitted;
  object["minimised"] = witness.minimised;
  object["rechecked"] = witness.rechecked;
  return object;
}

json::object verdict_json(const Verdict& verdict, std::size_t operations, double check_ms) {
  json::object object;
  object["schema"] = "windtunnel.check/1";
  object["verdict"] = json_text(name_of(verdict.decision));
  object["ops"] = operations;
  object["check_ms"] = check_ms;
  object["witness"] = nullptr;
  object["reason"] =
      verdict.reason.empty() ? json::value(nullptr) : json::value(json_text(verdict.reason));
  object["algorithm"] = json_text(verdict.algorithm);
  return object;
}

std::string verdict_text(Decision decision, const Terminal& terminal) {
  switch (decision) {
    case Decision::ok: return terminal.good("ok");
    case Decision::violated: return terminal.bad("VIOLATED");
    case Decision::unknown: break;
  }
  return terminal.doubtful("UNKNOWN");
}

std::string by_text(const Verdict& verdict) {
  return verdict.algorithm.empty() ? std::string() : "  by " + verdict.algorithm;
}

std::string hint_lines(const std::vector<std::string>& hints) {
  std::string lines;
  for (const std::string& hint : hints) lines += "\n  hint: " + hint;
  return lines;
}

json::string hint_json(const std::vector<std::string>& hints) {
  return json_text(fmt::format("{}", fmt::join(hints, "; ")));
}

int exit_code_of(Decision decision) {
  switch (decision) {
    case Decision::ok: return kExitOk;
    case Decision::violated: return kExitViolated;
    case Decision::unknown: break;
  }
  return kExitUnknown;
}

namespace {

json::array orders_json(const checkers::History& history,
                        const std::vector<checkers::Linearization>& orders) {
  json::array all;
  for (const checkers::Linearization& order : orders) {
    json::object object;
    if (!order.key.empty()) object["key"] = json_text(order.key);
    object["found"] = order.found;
    json::array& indices = object["indices"].emplace_array();
    for (const std::uint32_t i : order.operations) {
      indices.emplace_back(history.invocation(history.operations()[i]).index);
    }
    all.emplace_back(std::move(object));
  }
  return all;
}

std::string orders_text(const checkers::History& history,
                        const std::vector<checkers::Linearization>& orders) {
  std::string text;
  for (const checkers::Linearization& order : orders) {
    if (!order.key.empty()) text += "\n  key " + order.key;
    if (!order.found) text += "\n  no order was found within the bounds; the verdict stands";
    for (const std::uint32_t i : order.operations) {
      const checkers::Operation& op = history.operations()[i];
      text += fmt::format("\n  {:>6}: {}", history.invocation(op).line, history.describe(op));
    }
  }
  return text;
}

std::string to_json(const Verdict& verdict, std::size_t operations, double check_ms,
                    json::array orders, const std::vector<std::string>& hints) {
  json::object object = verdict_json(verdict, operations, check_ms);
  if (!hints.empty()) object["hint"] = hint_json(hints);
  if (verdict.decision == Decision::violated) object["witness"] = witness_json(verdict.witness);
  json::array& further = object["further"].emplace_array();
  for (const Witness& witness : verdict.further) further.emplace_back(witness_json(witness));
  object["configurations"] = verdict.configurations;
  object["work"] = verdict.work;
  json::array& open = object["open"].emplace_array();
  for (const Verdict::Open& each : verdict.open) {
    open.push_back({{"key", json_text(each.key)},
                    {"explained", each.explained},
                    {"returned", each.returned},
                    {"next", json_text(each.next)}});
  }
  object["objects"] = {{"ok", verdict.objects_ok},
                       {"violated", verdict.objects_violated},
                       {"unknown", verdict.objects_unknown}};
  if (!orders.empty()) object["linearization"] = std::move(orders);
  return json::serialize(object);
}

std::string to_text(const Verdict& verdict, std::size_t operations, double check_ms,
                    const Terminal& terminal) {
  return verdict_text(verdict.decision, terminal) +
         fmt::format("  {} operations  {}", operations, duration_text(check_ms / 1000)) +
         by_text(verdict) + checkers::explanation_text(verdict);
}

// Whether it is said which of the workloads is meant.
bool is_clear(const std::string& asked, const std::vector<std::string>& workloads) {
  std::string names;
  for (const std::string& name : workloads) names += (names.empty() ? "" : ", ") + name;
  if (asked.empty()) {
    if (workloads.size() < 2) return true;
    complain("error: the history has several workloads; name one with --workload: " + names);
    return false;
  }
  if (std::find(workloads.begin(), workloads.end(), asked) != workloads.end()) return true;
  complain(fmt::format("error: --workload {}: {}", asked,
                       names.empty() ? "the events of the history name no workload"
                                     : "the workloads of the history are " + names));
  return false;
}

}  // namespace

std::string model_names(const scenarios::Registry& registry) {
  std::string names;
  for (const checkers::Judge& judge : registry.judges()) {
    if (!judge.is_level()) names += (names.empty() ? "" : ", ") + judge.name;
  }
  return names;
}

std::vector<std::string> consistency_levels(const scenarios::Registry& registry) {
  std::vector<std::string> levels;
  for (const checkers::Judge& judge : registry.judges()) {
    if (judge.is_level()) levels.push_back(judge.name);
  }
  return levels;
}

namespace {

// What to say where the history looks as if --independent was meant.
void hint_at_keys(const JudgeRequest& request, const checkers::Judge& judge,
                  checkers::ReadHistory& read) {
  const bool splits = request.independent || request.model == "kv" || !judge.takes_tuples;
  if (splits || !checkers::looks_independent(read.history)) return;
  read.hints.push_back(
      "every value is a pair, taken as one value here; where it is [key value], say --independent");
}

// "max-gap=5s" in the unit of the limit; what is wrong with it.
std::optional<std::string> parse_limit(const checkers::Judge& judge, const std::string& text,
                                       checkers::JudgeOptions& options) {
  using Unit = checkers::LimitInfo::Unit;
  using Kind = scenarios::OptionInfo::Kind;
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return "--limit takes NAME=VALUE, not '" + text + "'";
  const std::string name = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);
  std::string names;
  for (const checkers::LimitInfo& limit : judge.limits) {
    names += (names.empty() ? "" : ", ") + std::string(limit.name);
    if (limit.name != name) continue;
    const Kind kind = limit.unit == Unit::nanoseconds   ? Kind::duration
                      : limit.unit == Unit::per_million ? Kind::probability
                                                        : Kind::integer;
    const auto quantity = scenarios::quantity_of(kind, value);
    if (!quantity || *quantity < 0) {
      return fmt::format("--limit {}: '{}' is not {}", name, value,
                         kind == Kind::duration      ? "a duration like 5s or 200ms"
                         : kind == Kind::probability ? "a share like 0.99"
                                                     : "a whole number");
    }
    options.limits.emplace_back(name, *quantity);
    return std::nullopt;
  }
  if (names.empty()) return judge.name + " has no limits";
  return fmt::format("{} has no limit '{}'; it has {}", judge.name, name, names);
}

// What is wrong with the level that is asked for, if anything.
std::optional<std::string> refuse_level(const JudgeRequest& request, const checkers::Judge& judge,
                                        const scenarios::Registry& registry) {
  if (!request.consistency) return std::nullopt;
  if (judge.is_audit()) return judge.name + " has no consistency levels; leave it out";
  const auto& levels = judge.levels;
  if (std::find(levels.begin(), levels.end(), *request.consistency) != levels.end()) {
    return std::nullopt;
  }
  const checkers::Judge* const level = registry.judge(*request.consistency);
  return fmt::format("{} is for {}, not for {}", *request.consistency,
                     level == nullptr ? "other models" : checkers::joined(level->models),
                     judge.name);
}

// What the judge cannot do that is asked of it, if anything.
std::optional<std::string> refuse_flaws(const JudgeRequest& request, const checkers::Judge& judge) {
  const bool changes_flaws = !request.permitted.empty() || !request.forbidden.empty();
  const bool speaks_of_flaws = changes_flaws || !request.only.empty() || !request.limits.empty();
  if (!judge.is_audit() && judge.flaws.empty() && speaks_of_flaws) {
    return "--permit, --forbid, --only and --limit are for the models that name flaws, not for " +
           judge.name;
  }
  if (changes_flaws && !request.only.empty()) return "--only says all of which flaws count";
  return std::nullopt;
}

// What cannot be told of its judgement that is asked for, if anything.
std::optional<std::string> refuse_telling(const CheckRequest& request,
                                          const checkers::Judge& judge) {
  const std::string level = request.consistency.value_or(judge.standard_level);
  if (request.linearization && level != "linearizable") {
    return "--linearization is for objects that are linearizable, not for " + judge.name +
           (level.empty() ? "" : " at " + level);
  }
  const bool has_cycles = !judge.is_audit() && !judge.flaws.empty();
  if (request.figures && !has_cycles) return "--figures is for transactions, not for " + judge.name;
  return std::nullopt;
}

// A time is a bound of work, which a slow machine does in that time; it stands alone unless a bound
// of configurations was named.
std::optional<std::string> take_bounds(const JudgeRequest& request,
                                       checkers::JudgeOptions& options) {
  if (request.timeout) {
    const auto ns = scenarios::quantity_of(scenarios::OptionInfo::Kind::duration, *request.timeout);
    if (!ns || *ns <= 0) {
      return "--timeout: '" + *request.timeout + "' is not a duration like 30s or 5m";
    }
    const auto ms = static_cast<std::uint64_t>(*ns) / 1'000'000;
    options.max_work = std::max<std::uint64_t>(ms, 1) * (checkers::kWorkPerSecond / 1000);
    options.max_configurations = std::numeric_limits<std::uint64_t>::max();
  }
  if (request.max_configurations) options.max_configurations = *request.max_configurations;
  return std::nullopt;
}

// Fills in the options; what is wrong with the request, if anything.
std::optional<std::string> take_options(const JudgeRequest& request, const checkers::Judge& judge,
                                        checkers::JudgeOptions& options) {
  options.permitted = request.permitted;
  options.forbidden = request.only.empty() ? request.forbidden : request.only;
  for (const checkers::FlawInfo& flaw : judge.flaws) {
    const auto& only = request.only;
    const bool counts = std::find(only.begin(), only.end(), flaw.name) != only.end();
    if (!only.empty() && !counts) options.permitted.emplace_back(flaw.name);
  }
  options.tuples = request.independent;
  options.level = request.consistency.value_or("");
  if (std::optional<std::string> wrong = take_bounds(request, options)) return wrong;
  if (request.initial) {
    checkers::EdnReader reader(*request.initial);
    checkers::Value initial;
    if (!reader.read(initial) || !reader.at_end()) {
      return "--initial " + *request.initial + " is not one EDN value";
    }
    options.initial = std::move(initial);
  }
  for (const std::string& limit : request.limits) {
    if (std::optional<std::string> wrong = parse_limit(judge, limit, options)) return wrong;
  }
  return refuse(judge, options);
}

int tell_objects(const Checked& checked, Terminal& terminal) {
  const CheckRequest& request = checked.request;
  const checkers::History& history = checked.history;
  const Verdict& verdict = checked.judgement.verdict;
  const std::size_t operations = history.operations().size();
  std::vector<checkers::Linearization> orders;
  if (request.linearization && verdict.decision == Decision::ok) {
    auto spec = checkers::model_spec(request.model, checked.options.initial);
    checkers::Limits limits;
    limits.max_configurations = checked.options.max_configurations;
    limits.max_work = checked.options.max_work.value_or(limits.max_work);
    if (spec.has_value()) spec->independent = request.independent;
    if (spec.has_value()) orders = checkers::linearize(history, *spec, limits);
  }
  const bool printed =
      print_line(request.json ? to_json(verdict, operations, checked.check_ms,
                                        orders_json(history, orders), checked.hints)
                              : to_text(verdict, operations, checked.check_ms, terminal) +
                                    orders_text(history, orders) + hint_lines(checked.hints));
  return printed ? exit_code_of(verdict.decision) : kExitInternal;
}

}  // namespace

std::string held_text(const JudgeRequest& request, const checkers::Judge& judge,
                      const checkers::Judgement& judgement) {
  const std::string level = request.consistency.value_or(judge.standard_level);
  const bool changed =
      !request.only.empty() || !request.permitted.empty() || !request.forbidden.empty();
  if (level.empty() || !changed) return level;
  const bool asks_less = request.forbidden.empty();
  if (asks_less && judgement.verdict.decision == Decision::ok && judgement.isolation) {
    const auto& upheld = judgement.isolation->levels.upheld;
    if (std::find(upheld.begin(), upheld.end(), level) != upheld.end()) return level;
  }
  if (!request.only.empty()) return "no " + checkers::joined(request.only);
  std::string text = level;
  if (!request.permitted.empty()) text += " but for " + checkers::joined(request.permitted);
  if (!request.forbidden.empty()) text += " and no " + checkers::joined(request.forbidden);
  return text;
}

boost::system::result<checkers::ReadHistory, int> read_for(const JudgeRequest& request,
                                                           const checkers::Judge* judge) {
  const std::string& path = request.history;
  if (!is_a_history(path, request.from)) return kExitBadInput;
  bool missing = false;
  auto found = checkers::read_any_history(path, {request.from, request.sort.has_value()}, &missing);
  if (found.has_error()) {
    complain("error: " + path + ": " + to_string(found.error()));
    return missing ? kExitMissingInput : kExitBadInput;
  }
  const std::vector<std::string> workloads = checkers::workloads_in(found->history);
  const bool is_whole = judge == nullptr && request.workload.empty();
  if (!is_whole && !is_clear(request.workload, workloads)) return kExitUsage;
  if (!request.workload.empty()) {
    found->history = checkers::history_of_workload(found->history, request.workload);
  }
  if (judge != nullptr) hint_at_keys(request, *judge, *found);
  return *std::move(found);
}

std::optional<JudgeChoice> choose_judge(const JudgeRequest& request,
                                        const scenarios::Registry& registry) {
  const checkers::Judge* const judge = registry.judge(request.model);
  if (judge == nullptr || judge->is_level()) {
    complain("error: no model '" + request.model + "'; there are " + model_names(registry));
    return std::nullopt;
  }
  JudgeChoice choice{judge, {}};
  std::optional<std::string> wrong = refuse_flaws(request, *judge);
  if (!wrong) wrong = refuse_level(request, *judge, registry);
  if (!wrong) wrong = take_options(request, *judge, choice.options);
  if (!wrong) return choice;
  complain("error: " + *wrong);
  return std::nullopt;
}

int check_command(const CheckRequest& request, const scenarios::Registry& registry,
                  Terminal& terminal) {
  const std::optional<JudgeChoice> choice = choose_judge(request, registry);
  if (!choice) return kExitUsage;
  const checkers::Judge& judge = *choice->judge;
  if (const std::optional<std::string> wrong = refuse_telling(request, judge)) {
    complain("error: " + *wrong);
    return kExitUsage;
  }
  const auto found = read_for(request, &judge);
  if (found.has_error()) return found.error();
  const checkers::History& history = found->history;
  const auto began = std::chrono::steady_clock::now();
  const checkers::Judgement judgement = checkers::judge(history, judge, choice->options);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  const Checked checked{request,   judge,        choice->options, history,
                        judgement, found->hints, took.count()};
  if (judgement.isolation) return tell_isolation(checked, terminal);
  if (judge.is_audit()) return tell_audit(checked, terminal);
  return tell_objects(checked, terminal);
}

}  // namespace windtunnel::cli
