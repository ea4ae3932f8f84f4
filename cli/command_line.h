// The command line as it is being built: each part of the command adds its subcommands here. Only
// command_line.cpp knows the library that reads it, which costs ten seconds to include; what a
// subcommand does is a function over a plain request.
#pragma once

#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace windtunnel::cli {

// More than any run has: the upper end of counts that have no other.
inline constexpr std::uint64_t kMostEvents = 1'000'000'000'000'000;

// An option of a subcommand, or what it takes without a name. Each function says more about it.
class Argument {
 public:
  explicit Argument(CLI::Option* option) : option_(option) {}

  Argument& required();
  // Whole numbers from `least` to `most`, in decimal. The library's own reading of a number would
  // take -1 for a very large one.
  Argument& whole(std::uint64_t least, std::uint64_t most = kMostEvents);
  // Any text but none: a name that a script's variable was to hold.
  Argument& not_empty();
  // The name of a level of the log.
  Argument& log_level();
  Argument& one_of(const std::vector<std::string>& words);
  Argument& excludes(const Argument& other);
  // Each time it is given it takes one value, and not all that follow; of a list in one value,
  // with `separator` between them.
  Argument& single();
  Argument& split_at(char separator);
  // How the help shows its value.
  Argument& shown_as(const std::string& text);
  Argument& with_default();

 private:
  CLI::Option* option_;
};

class Subcommand {
 public:
  // Where a value goes. A bool is a flag.
  using Value =
      std::variant<bool*, std::string*, std::optional<std::string>*, std::vector<std::string>*,
                   std::uint32_t*, std::optional<std::uint32_t>*, std::uint64_t*,
                   std::optional<std::uint64_t>*>;

  explicit Subcommand(CLI::App* app) : app_(app) {}

  // `names`: "--seed", "-j,--jobs", or a word for what has no name.
  Argument add(const std::string& names, Value value, const std::string& doc) const;
  Subcommand add_subcommand(const std::string& name, const std::string& doc) const;
  void require_subcommand() const;
  void when_named(std::function<void()> action) const;

 private:
  CLI::App* app_;
};

// A subcommand with what may follow it, for completion.
struct Place {
  struct Word {
    std::string name;  // "check", or "seed" for --seed
    std::string doc;
  };
  std::string path;  // "scenario check"; empty at the top
  std::vector<Word> commands;
  std::vector<Word> options;
};

class CommandLine {
 public:
  CommandLine(const scenarios::Registry& known, std::string called);
  ~CommandLine();

  const scenarios::Registry& registry;
  // The name that the tool was called by, as it was typed: what it prints to be typed names it so.
  const std::string called_by;
  ColorMode color = ColorMode::automatic;
  // What the subcommand that was named does; returns the exit code.
  std::function<int()> action;

  Subcommand top() { return Subcommand(app_.get()); }

  template <class Request>
  struct Added {
    Subcommand command;
    std::shared_ptr<Request> request;
  };
  // Adds a subcommand with its request, which knows the tool's name where it has a `called_by`;
  // `perform(request)` is called when the subcommand was named.
  template <class Request, class Perform>
  Added<Request> add(Subcommand parent, const std::string& name, const std::string& doc,
                     Perform perform) {
    auto request = std::make_shared<Request>();
    if constexpr (requires { request->called_by; }) request->called_by = called_by;
    const Subcommand command = parent.add_subcommand(name, doc);
    command.when_named(
        [this, request, perform] { action = [request, perform] { return perform(*request); }; });
    return {command, request};
  }

  // Reads the arguments and does what they say; returns the exit code.
  int run(int argc, char** argv);

  // The tool's name without its folder.
  std::string name() const;
  // Every subcommand, the top first.
  std::vector<Place> places() const;

 private:
  std::unique_ptr<CLI::App> app_;
};

// How a history is read and judged: `check`, and `report` of a history. Gives the option that names
// the model.
struct JudgeRequest;
Argument add_judging(const CommandLine& line, const Subcommand& command, JudgeRequest& judge);

// Sees to it that descriptors 0 to 2 are open.
void open_standard_descriptors();

void add_run_commands(CommandLine& line);       // run, replay, check, convert
void add_fuzz_commands(CommandLine& line);      // fuzz, shrink
void add_explore_command(CommandLine& line);    // explore
void add_trace_commands(CommandLine& line);     // report, show, diff, export
void add_service_commands(CommandLine& line);   // serve, kv
void add_scenario_commands(CommandLine& line);  // scenario, new, list, explain
void add_completion(CommandLine& line);

// The text that a shell evaluates to complete the command of that name; empty for a shell that is
// not known.
std::string completion_script(const std::string& command, const std::vector<Place>& places,
                              const std::string& shell);

}  // namespace windtunnel::cli
