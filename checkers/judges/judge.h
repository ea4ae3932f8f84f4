// A judge decides a history. Every model of an object, every consistency and isolation level and
// every audit is one, in one list: what `windtunnel check --model` takes, and what a scenario names
// under `properties`. A user's own is one more of them (Registry::add).
//
// - A model says what the operations mean ("register", "list-append") and is judged at a level.
// - A level ("linearizable", "serializable") needs to be told the model.
// - An audit ("bank") is judged by accounting: it names flaws that may be permitted or forbidden.
#pragma once

#include <windtunnel/checkers/audit/audit.h>
#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/objects/problem.h>
#include <windtunnel/checkers/txn/check.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// What the operations of a history mean.
struct Reading {
  std::string model;             // the name of a judge that is no level
  std::optional<Value> initial;  // absent: the model's usual start
  // Jepsen's `independent`: every value is a tuple [key value], one object a key.
  bool independent = false;
};

// `initial` and `tuples` are those of the reading.
struct JudgeOptions : AuditOptions {
  std::string model;  // of a level
  std::string level;  // of a model; empty: its strongest
  std::uint64_t max_configurations = Limits{}.max_configurations;
  // Absent: what is usual for a search, and none for what looks at everything a few times.
  std::optional<std::uint64_t> max_work;
};
JudgeOptions options_for(const Reading& reading);

struct Judgement {
  Verdict verdict;
  std::string flaw;  // which it is held to be, where the judge has a name for it: "lost-write"
  // Of an audit.
  std::vector<Flaw> flaws;
  std::vector<Figure> figures;
  // Of transactions.
  std::optional<IsolationReport> isolation;
};

struct Judge {
  std::string name;
  std::string doc;
  std::function<Judgement(const History&, const JudgeOptions&)> run;

  std::vector<std::string> models = {};  // of a level: what it can judge
  std::vector<std::string> levels = {};  // of a model: from weak to strong or the other way
  std::string standard_level = {};       // that of a model where none is named
  std::vector<FlawInfo> flaws = {};      // of an audit, the worst first; anomalies
  std::vector<LimitInfo> limits = {};    // quantities that options may name
  bool takes_initial = false;
  // Each key is an object of its own, where values are tuples [key value].
  bool takes_tuples = false;
  // Of a level: what it promises, it promises to a session, and it takes a process for one.
  bool is_by_session = false;
  // It goes by which operations were one client's, whatever it takes for a session.
  bool tells_processes_apart = false;
  // It goes by what had returned when something was called.
  bool needs_real_time = false;
  // It goes by what a nemesis did, of which the history of a scenario's clients tells nothing: it
  // is no check of a scenario.
  bool reads_nemesis = false;
  // What is wrong with the initial value, if anything.
  std::function<std::optional<std::string>(const Value& initial)> refuse_initial = {};

  bool is_level() const { return !models.empty(); }
  bool is_audit() const { return !is_level() && levels.empty(); }
};

// All that ship: models, audits, levels.
const std::vector<Judge>& judges();
// Null where there is none of that name.
const Judge* find_judge(std::string_view name);

// What is wrong with the options for this judge: a flaw, limit, level or model that it does not
// know, an initial value that it cannot take; nothing when they fit.
std::optional<std::string> refuse(const Judge& judge, const JudgeOptions& options);

// What the judge goes by and the history does not tell, if anything: real time, or whose an
// operation was. The options fit.
std::optional<std::string> untold(const History& history, const Judge& judge,
                                  const JudgeOptions& options);

// The options fit. Nothing is `ok` that was not put to the test: see doubt_what_nobody_saw.
Judgement judge(const History& history, const Judge& judge, const JudgeOptions& options);

// The names with ", " between them.
std::string joined(const std::vector<std::string>& names);

}  // namespace windtunnel::checkers
