// `windtunnel convert`: a history from anywhere as EDN or JSON lines. One in Jepsen's format that
// is not sorted goes event by event, in memory that its length does not change.
#pragma once

#include <optional>
#include <string>

namespace windtunnel::cli {

struct ConvertRequest {
  std::string input;                // `-`: standard input
  std::string output;               // `-`: standard output
  std::string from;                 // a format; empty: found by the content
  std::optional<std::string> sort;  // "time"
  std::string to;                   // edn, edn-vector, jsonl; empty: as the name of the output ends
};

// The output is there as a whole or not at all, unless it is standard output.
int convert_command(const ConvertRequest& request);

}  // namespace windtunnel::cli
