// `windtunnel check`: a history from anywhere against a model.
#pragma once

#include <windtunnel/checkers/audit/audit.h>
#include <windtunnel/checkers/txn/check.h>
#include <windtunnel/cli/terminal.h>

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::cli {

struct CheckRequest {
  std::string history;
  std::string model;
  std::optional<std::string> initial;  // EDN
  bool independent = false;
  std::string workload;                    // of a history with several; empty: all of it
  std::optional<std::string> consistency;  // none: the strongest that the model knows
  std::optional<std::string> figures;      // where a Graphviz file for each cycle goes
  std::vector<std::string> permitted;      // flaws, for the models that name them
  std::vector<std::string> forbidden;
  std::vector<std::string> limits;  // NAME=VALUE
  std::uint64_t max_configurations = 4'000'000;
  bool linearization = false;
  bool json = false;
};

int check_command(const CheckRequest& request, Terminal& terminal);

// "register, cas-register, ...", with those of transactions.
std::string model_names();
// What --consistency takes: for objects, and for transactions.
std::vector<std::string> consistency_levels();
std::string consistency_names();

// The part of it for transactions: `type` is list-append or rw-register.
int check_isolation_command(const CheckRequest& request, const checkers::History& history,
                            checkers::DataType type, Terminal& terminal);
int check_audit_command(const CheckRequest& request, const checkers::History& history,
                        const checkers::AuditInfo& info, const checkers::AuditOptions& options,
                        Terminal& terminal);

// What they all print.
boost::json::string json_text(std::string_view text);
boost::json::object witness_json(const checkers::Witness& witness);
// What to say where the history looks as if --independent was meant; empty where it does not.
std::string hint_of(const CheckRequest& request, const checkers::History& history);
// The fields that every `windtunnel.check/1` begins with; without a witness.
boost::json::object verdict_json(const checkers::Verdict& verdict, std::size_t operations,
                                 double check_ms);
// "ok", "VIOLATED" or "UNKNOWN" in its colour.
std::string verdict_text(checkers::Decision decision, const Terminal& terminal);
int exit_code_of(checkers::Decision decision);

}  // namespace windtunnel::cli
