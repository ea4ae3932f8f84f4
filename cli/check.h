// `windtunnel check`: a history from anywhere against a model.
#pragma once

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli {

// A history, and how it is to be judged.
struct JudgeRequest {
  std::string history;
  std::string from;                 // a format; empty: found by the content
  std::optional<std::string> sort;  // "time"
  std::string model;
  std::optional<std::string> initial;  // EDN
  bool independent = false;
  std::string workload;                    // of a history with several; empty: all of it
  std::optional<std::string> consistency;  // none: the strongest that the model knows
  std::vector<std::string> permitted;      // flaws, for the models that name them
  std::vector<std::string> forbidden;
  std::vector<std::string> only;    // these count, and no others
  std::vector<std::string> limits;  // NAME=VALUE
  std::optional<std::uint64_t> max_configurations;
  std::optional<std::string> timeout;  // a duration
};

struct CheckRequest : JudgeRequest {
  std::optional<std::string> figures;  // where a Graphviz file for each cycle goes
  bool linearization = false;
  bool json = false;
};

int check_command(const CheckRequest& request, const scenarios::Registry& registry,
                  Terminal& terminal);

// What a request for a judgement means.
struct JudgeChoice {
  const checkers::Judge* judge = nullptr;
  checkers::JudgeOptions options;
};
// Nothing, with the reason printed, where that is not to be had.
std::optional<JudgeChoice> choose_judge(const JudgeRequest& request,
                                        const scenarios::Registry& registry);
// Reads the history; on an error says why, and gives the exit code. `judge` may be null: nobody
// judges it.
boost::system::result<checkers::ReadHistory, int> read_for(const JudgeRequest& request,
                                                           const checkers::Judge* judge);

// "register, cas-register, ...": what --model takes, and --consistency.
std::string model_names(const scenarios::Registry& registry);
std::vector<std::string> consistency_levels(const scenarios::Registry& registry);

// What the verdict is about: the level, or where other anomalies count, these: "strict-serializable
// but for G2-item". A level that is proven though less was asked is named alone. Empty without
// levels.
std::string held_text(const JudgeRequest& request, const checkers::Judge& judge,
                      const checkers::Judgement& judgement);

// A history that was judged.
struct Checked {
  const CheckRequest& request;
  const checkers::Judge& judge;
  const checkers::JudgeOptions& options;
  const checkers::History& history;
  const checkers::Judgement& judgement;
  const std::vector<std::string>& hints;
  double check_ms = 0;
};
// Print it, and give the exit code: transactions, and audits.
int tell_isolation(const Checked& checked, Terminal& terminal);
int tell_audit(const Checked& checked, Terminal& terminal);

// What they all print.
boost::json::string json_text(std::string_view text);
boost::json::object witness_json(const checkers::Witness& witness);
// The hints as the last lines of the text, or for the field `hint`: empty where there are none.
std::string hint_lines(const std::vector<std::string>& hints);
boost::json::string hint_json(const std::vector<std::string>& hints);
// The fields that every `windtunnel.check/1` begins with; without a witness.
boost::json::object verdict_json(const checkers::Verdict& verdict, std::size_t operations,
                                 double check_ms);
// "ok", "VIOLATED" or "UNKNOWN" in its colour.
std::string verdict_text(checkers::Decision decision, const Terminal& terminal);
// "  by zones", or nothing where no algorithm decided.
std::string by_text(const checkers::Verdict& verdict);
int exit_code_of(checkers::Decision decision);

}  // namespace windtunnel::cli
