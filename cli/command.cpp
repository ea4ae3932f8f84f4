#include <windtunnel/cli/command.h>

#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/engine/version.h>
#include <windtunnel/scenarios/format/diagnostics.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <map>
#include <sstream>

namespace windtunnel {
namespace {

using cli::CommandLine;

const std::map<std::string, cli::ColorMode> kColorModes = {{"auto", cli::ColorMode::automatic},
                                                           {"always", cli::ColorMode::always},
                                                           {"never", cli::ColorMode::never}};

// The innermost subcommand that was named.
const CLI::App& innermost(const CLI::App& app) {
  const std::vector<CLI::App*> named = app.get_subcommands();
  return named.empty() ? app : innermost(*named.front());
}

std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

void add_option_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  if (app.get_parent() != nullptr) add_option_names(*app.get_parent(), names);
}

// What could have stood in the place of a word that means nothing.
std::vector<std::string> expected_names(const CLI::App& app, bool option) {
  std::vector<std::string> names;
  if (option) {
    add_option_names(app, names);
  } else {
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  }
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// The first word that nothing takes, with the name that it is near to.
std::string about_unknown(const CLI::App& app, const std::string& word) {
  const bool option = word.starts_with("-");
  const std::vector<std::string> names = expected_names(app, option);
  const std::string bare = word.substr(0, word.find('='));
  std::string text = option          ? "there is no option '" + bare + "'"
                     : names.empty() ? "'" + word + "' is one argument too many"
                                     : "there is no subcommand '" + word + "'";
  const std::string near(scenarios::nearest(bare, {names.begin(), names.end()}));
  if (!near.empty()) return text + "; did you mean '" + near + "'?";
  // A list of all options is what --help is for.
  if (!option && !names.empty()) text += "; one of: " + joined(names);
  return text;
}

void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& named = innermost(app);
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string what = unknown.empty() ? error.what() : about_unknown(named, unknown.front());
  cli::complain("error: " + what);
  cli::complain("`" + full_name(named) + " --help` says what there is");
}

int parse_and_do(CommandLine& line, int argc, char** argv) {
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    // Help and the version are no errors.
    std::ostringstream text;
    line.app.exit(wanted, text, text);
    return cli::print(text.str()) ? kExitOk : kExitInternal;
  } catch (const CLI::ParseError& error) {
    refuse(line.app, error);
    return kExitUsage;
  }
  const int code = line.action();
  // Whatever did not reach the reader is a failure, also where its writer did not look.
  return code == kExitOk && std::ferror(stdout) != 0 ? kExitInternal : code;
}

}  // namespace

CLI::Validator cli::whole_number(std::uint64_t least, std::uint64_t most) {
  const auto refuse = [least, most](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool whole = error == std::errc() && stop == end;
    // The library behind takes a zero in front for octal.
    const bool octal = text.size() > 1 && text.starts_with("0");
    if (whole && !octal && least <= number && number <= most) return {};
    return "'" + text + "' is not a whole number from " + std::to_string(least) + " to " +
           std::to_string(most);
  };
  return CLI::Validator(refuse, "");
}

CLI::Validator cli::log_level() {
  return CLI::Validator(
      [](const std::string& text) {
        return log_level_of(text) ? std::string()
                                  : "'" + text +
                                        "' is no level of a log; one of: off, output, error, "
                                        "warning, info, debug";
      },
      "");
}

CLI::Validator cli::some_name() {
  return CLI::Validator(
      [](const std::string& text) { return std::string(text.empty() ? "the name is empty" : ""); },
      "");
}

// A standard descriptor that is closed would be given to the next file that is opened, and what is
// meant for people would go into it. Each gets a stand-in at which every use fails.
void cli::open_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    const int opened = ::open("/dev/null", mode);
    if (opened >= 0 && opened != descriptor) ::dup2(opened, descriptor);
  }
}

int main(int argc, char** argv, const scenarios::Registry& registry) {
  cli::open_standard_descriptors();
  CommandLine line(registry, argc > 0 ? argv[0] : "windtunnel");
  line.app.name("windtunnel");
  line.app.require_subcommand(1);
  line.app.set_version_flag("--version", std::string("windtunnel ") + scenarios::kVersion);
  line.app.add_option("--color", line.color, "colours: auto, always or never")
      ->transform(CLI::CheckedTransformer(kColorModes))
      ->option_text("WHEN (auto)");
  line.app.fallthrough();
  cli::add_run_commands(line);
  cli::add_fuzz_commands(line);
  cli::add_explore_command(line);
  cli::add_trace_commands(line);
  cli::add_service_commands(line);
  cli::add_scenario_commands(line);
  cli::add_completion(line);
  return parse_and_do(line, argc, argv);
}

}  // namespace windtunnel
