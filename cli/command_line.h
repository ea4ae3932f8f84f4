// The command line as it is being built: each part of the command adds its subcommands here. Only
// command*.cpp know CLI11; what a subcommand does is a function over a plain request.
#pragma once

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace windtunnel::cli {

// More than any run has: the upper end of counts that have no other.
inline constexpr std::uint64_t kMostEvents = 1'000'000'000'000'000;

struct CommandLine {
  CommandLine(const scenarios::Registry& known, std::string called)
      : registry(known), called_by(std::move(called)) {}

  CLI::App app{
      "A wind tunnel for distributed protocols: runs real protocol code under injected "
      "faults, checks what must hold, and shows what happened."};
  const scenarios::Registry& registry;
  // The name that the tool was called by, as it was typed.
  const std::string called_by;
  ColorMode color = ColorMode::automatic;
  // What the subcommand that was named does; returns the exit code.
  std::function<int()> action;

  // Adds a subcommand with its request; `perform(request)` is called when it was named.
  template <class Request, class Perform>
  std::shared_ptr<Request> add(CLI::App& parent, const std::string& name, const std::string& doc,
                               CLI::App*& command, Perform perform) {
    auto request = std::make_shared<Request>();
    command = parent.add_subcommand(name, doc);
    command->callback(
        [this, request, perform] { action = [request, perform] { return perform(*request); }; });
    return request;
  }
};

void open_standard_descriptors();

// Accepts whole numbers from `least` to `most`, in decimal. The command line's own reading of a
// number would take -1 for a very large one.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most = kMostEvents);

// Accepts the name of a level of the log.
CLI::Validator log_level();

// Accepts any text but none: a name that a script's variable was to hold.
CLI::Validator some_name();

void add_run_commands(CommandLine& line);       // run, replay, check, convert
void add_fuzz_commands(CommandLine& line);      // fuzz, shrink
void add_explore_command(CommandLine& line);    // explore
void add_trace_commands(CommandLine& line);     // report, show, diff, export
void add_service_commands(CommandLine& line);   // serve, kv
void add_scenario_commands(CommandLine& line);  // scenario, new, list, explain
void add_completion(CommandLine& line);

// The text that a shell evaluates to complete the command; empty for a shell that is not known.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace windtunnel::cli
