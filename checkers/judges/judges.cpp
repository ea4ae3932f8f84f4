// The list of judges. One entry for each model, audit and level; they are made from the tables of
// their kinds, so that what stands there is here.
#include <windtunnel/checkers/judges/judge.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/levels/consistency.h>
#include <windtunnel/checkers/levels/sessions.h>
#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/txn/levels.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {
namespace {

std::vector<std::string> texts(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

// --- Objects ---

Judgement judge_object(const History& history, std::string_view model, std::string_view level,
                       const JudgeOptions& options) {
  const auto spec = model_spec(model, options.initial);
  WT_ASSERT(spec.has_value(), "the options of a judge fit it");
  ModelSpec words = *spec;
  words.independent = options.tuples;
  Limits limits;
  limits.max_configurations = options.max_configurations;
  limits.max_work = options.max_work.value_or(limits.max_work);
  Judgement judgement;
  judgement.verdict = check_consistency(history, words, level, limits);
  return judgement;
}

Judge object_model(Model model) {
  Judge judge;
  judge.name = name_of(model);
  judge.doc = std::string(operations_of(model));
  judge.tells_processes_apart = knows_clients(model);
  judge.levels = texts(object_levels());
  judge.standard_level = judge.levels.front();
  judge.takes_initial = true;
  judge.takes_tuples = true;
  judge.refuse_initial = [name = judge.name](const Value& initial) -> std::optional<std::string> {
    const auto spec = model_spec(name, initial);
    return spec.has_error() ? std::optional(spec.error().reason) : std::nullopt;
  };
  judge.run = [name = judge.name, standard = judge.standard_level](const History& history,
                                                                   const JudgeOptions& options) {
    return judge_object(history, name, options.level.empty() ? standard : options.level, options);
  };
  return judge;
}

Judge object_level(std::string_view level) {
  Judge judge;
  judge.name = level;
  judge.doc = std::string(promise_of(level));
  judge.is_by_session = level == "sequential" || session_guarantees(level).has_value();
  judge.needs_real_time = level == "linearizable";
  for (const Model model : all_models()) judge.models.emplace_back(name_of(model));
  judge.takes_initial = true;
  judge.takes_tuples = true;
  judge.run = [name = judge.name](const History& history, const JudgeOptions& options) {
    return judge_object(history, options.model, name, options);
  };
  return judge;
}

// --- Transactions ---

constexpr std::pair<std::string_view, DataType> kDataTypes[] = {
    {"list-append", DataType::list_append}, {"rw-register", DataType::rw_register}};

// What a key holds at first: the value, or what it has under the key where it is a map.
const Value& initial_of(const Value& initial, const Value& key) {
  static const Value nil;
  if (initial.kind() != Value::Kind::map) return initial;
  const Value* const named = key.is_name() ? initial.find(key.text()) : nullptr;
  if (named != nullptr) return *named;
  const std::vector<Value>& items = initial.items();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i] == key) return items[i + 1];
  }
  return nil;
}

// The history as one of registers that are unset at first: reads of the initial value are of nil,
// and those of nil, which tell nothing then, are gone. The error names a write of the initial
// value.
boost::system::result<History, std::string> unset_at_first(const History& history,
                                                           const Value& initial) {
  History unset;
  for (Event event : history.events()) {
    std::vector<Value> accesses;
    for (const Value& access : event.value.items()) {
      const std::vector<Value>& parts = access.items();
      const bool is_access = event.value.is_sequence() && access.is_sequence() &&
                             parts.size() == 3 && parts[0].is_name();
      const Value& first = is_access ? initial_of(initial, parts[1]) : initial;
      if (!is_access || first.is_nil()) {
        accesses.push_back(access);
        continue;
      }
      const bool reads = parts[0].text().starts_with('r');
      const bool starts = parts[2] == first;
      if (!reads && starts) {
        return fmt::format(
            "{} writes the initial value {} of key {}, so that a read of it says "
            "nothing",
            text_of_process(event.process) + " " + place_of(event), to_edn(first),
            to_edn(parts[1]));
      }
      const bool tells_nothing = reads && parts[2].is_nil() && event.type == EventType::ok;
      if (!tells_nothing) accesses.push_back(access);
      if (reads && starts) accesses.back() = Value::vector({parts[0], parts[1], {}});
    }
    if (event.value.is_sequence()) event.value = Value::vector(std::move(accesses));
    const auto refused = unset.add(std::move(event));
    WT_ASSERT(!refused.has_value(), "events with other values are a history still");
  }
  unset.knows_as_little_as(history);
  return unset;
}

Judgement judge_isolation(const History& as_read, std::string_view model, std::string_view level,
                          const JudgeOptions& options) {
  const bool lists = model == kDataTypes[0].first;
  Judgement judgement;
  std::optional<History> unset;
  if (options.initial && !options.initial->is_nil()) {
    auto changed = unset_at_first(as_read, *options.initial);
    if (changed.has_error()) {
      judgement.verdict = undecided(std::move(changed).error());
      return judgement;
    }
    unset = *std::move(changed);
  }
  const History& history = unset ? *unset : as_read;
  judgement.isolation =
      check_isolation(history, lists ? DataType::list_append : DataType::rw_register,
                      Counting{level, options.permitted, options.forbidden},
                      options.max_work.value_or(kStandardWork));
  judgement.verdict = judgement.isolation->verdict;
  judgement.flaw = judgement.isolation->worst;
  return judgement;
}

std::vector<FlawInfo> anomalies() {
  std::vector<FlawInfo> flaws;
  for (const std::string_view name : anomaly_names()) {
    flaws.push_back({name, false, forbidden_from(std::string(name))});
  }
  return flaws;
}

Judge transactions(std::string_view name) {
  Judge judge;
  judge.name = name;
  judge.doc = name == "list-append" ? "txn [[:append k v] [:r k nil]]: transactions over lists"
                                    : "txn [[:w k v] [:r k nil]]: transactions over registers";
  judge.flaws = anomalies();
  judge.levels = texts(isolation_levels());
  judge.standard_level = judge.levels.back();
  judge.takes_initial = name == "rw-register";
  judge.run = [model = judge.name, standard = judge.standard_level](const History& history,
                                                                    const JudgeOptions& options) {
    return judge_isolation(history, model, options.level.empty() ? standard : options.level,
                           options);
  };
  return judge;
}

Judge isolation_level(std::string_view level) {
  Judge judge;
  judge.name = level;
  judge.doc = promise_of_isolation(level);
  judge.is_by_session = level.starts_with("strong-session");
  judge.needs_real_time =
      !judge.is_by_session && (level.starts_with("strong-") || level.starts_with("strict-"));
  judge.flaws = anomalies();
  for (const auto& [name, type] : kDataTypes) judge.models.emplace_back(name);
  judge.run = [name = judge.name](const History& history, const JudgeOptions& options) {
    return judge_isolation(history, options.model, name, options);
  };
  return judge;
}

// --- Audits ---

// Which of the flaws the verdict is about: the worst that is held against the history.
std::string held(const AuditReport& report) {
  const auto counts = [](const Flaw& flaw) { return !flaw.permitted && flaw.witness.rechecked; };
  const auto found = std::find_if(report.flaws.begin(), report.flaws.end(), counts);
  return found == report.flaws.end() ? std::string() : found->name;
}

Judge audit_judge(const AuditInfo& info) {
  Judge judge;
  judge.name = info.name;
  judge.doc = info.summary;
  judge.flaws = info.flaws;
  judge.limits = info.limits;
  judge.takes_initial = info.takes_initial != nullptr;
  judge.takes_tuples = info.by_key;
  judge.reads_nemesis = info.reads_nemesis;
  judge.tells_processes_apart = info.by_session;
  judge.needs_real_time = true;
  judge.refuse_initial = [&info](const Value& initial) { return refuse_initial(info, initial); };
  judge.run = [&info](const History& history, const JudgeOptions& options) {
    AuditReport report = audit(history, info, options);
    Judgement judgement;
    judgement.flaw = held(report);
    judgement.verdict = std::move(report.verdict);
    judgement.flaws = std::move(report.flaws);
    judgement.figures = std::move(report.figures);
    return judgement;
  };
  return judge;
}

std::vector<Judge> make_judges() {
  std::vector<Judge> all;
  for (const Model model : all_models()) all.push_back(object_model(model));
  for (const auto& [name, type] : kDataTypes) all.push_back(transactions(name));
  for (const AuditInfo& info : all_audits()) all.push_back(audit_judge(info));
  for (const std::string_view level : object_levels()) all.push_back(object_level(level));
  for (const std::string_view level : isolation_levels()) all.push_back(isolation_level(level));
  return all;
}

}  // namespace

const std::vector<Judge>& judges() {
  static const std::vector<Judge> all = make_judges();
  return all;
}

const Judge* find_judge(std::string_view name) {
  for (const Judge& judge : judges()) {
    if (judge.name == name) return &judge;
  }
  return nullptr;
}

}  // namespace windtunnel::checkers
