#include <windtunnel/cli/command_line.h>

#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/protocols/env/log.h>
#include <windtunnel/scenarios/engine/version.h>
#include <windtunnel/scenarios/format/diagnostics.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <sstream>

namespace windtunnel::cli {
namespace {

const std::map<std::string, ColorMode> kColorModes = {
    {"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}};

std::string base_name(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  return name.empty() ? "windtunnel" : name;
}

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
  if (!option && !names.empty()) text += "; one of: " + checkers::joined(names);
  return text;
}

void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& named = innermost(app);
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string what = unknown.empty() ? error.what() : about_unknown(named, unknown.front());
  complain("error: " + what);
  complain("`" + full_name(named) + " --help` says what there is");
}

void add_places(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place;
  place.path = path;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;
    place.options.push_back({option->get_lnames().front(), option->get_description()});
  }
  const std::vector<const CLI::App*> commands = app.get_subcommands({});
  for (const CLI::App* command : commands) {
    place.commands.push_back({command->get_name(), command->get_description()});
  }
  places.push_back(std::move(place));
  for (const CLI::App* command : commands) {
    const std::string& name = command->get_name();
    add_places(*command, path.empty() ? name : path + " " + name, places);
  }
}

}  // namespace

Argument& Argument::required() {
  option_->required();
  return *this;
}

Argument& Argument::whole(std::uint64_t least, std::uint64_t most) {
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
  option_->check(CLI::Validator(refuse, ""));
  return *this;
}

Argument& Argument::not_empty() {
  const auto refuse = [](const std::string& text) {
    return std::string(text.empty() ? "the name is empty" : "");
  };
  option_->check(CLI::Validator(refuse, ""));
  return *this;
}

Argument& Argument::log_level() {
  const auto refuse = [](const std::string& text) -> std::string {
    if (log_level_of(text)) return {};
    return "'" + text + "' is no level of a log; one of: off, output, error, warning, info, debug";
  };
  option_->check(CLI::Validator(refuse, ""));
  return *this;
}

Argument& Argument::one_of(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return *this;
}

Argument& Argument::excludes(const Argument& other) {
  option_->excludes(other.option_);
  return *this;
}

Argument& Argument::single() {
  option_->allow_extra_args(false);
  return *this;
}

Argument& Argument::split_at(char separator) {
  option_->delimiter(separator);
  return *this;
}

Argument& Argument::shown_as(const std::string& text) {
  option_->option_text(text);
  return *this;
}

Argument& Argument::with_default() {
  option_->capture_default_str();
  return *this;
}

Argument Subcommand::add(const std::string& names, Value value, const std::string& doc) const {
  return std::visit(
      [&](auto* where) {
        if constexpr (std::is_same_v<decltype(where), bool*>) {
          return Argument(app_->add_flag(names, *where, doc));
        } else {
          return Argument(app_->add_option(names, *where, doc));
        }
      },
      value);
}

Subcommand Subcommand::add_subcommand(const std::string& name, const std::string& doc) const {
  return Subcommand(app_->add_subcommand(name, doc));
}

void Subcommand::require_subcommand() const { app_->require_subcommand(1); }

void Subcommand::when_named(std::function<void()> action) const {
  app_->callback(std::move(action));
}

CommandLine::CommandLine(const scenarios::Registry& known, std::string called)
    : registry(known),
      called_by(std::move(called)),
      app_(std::make_unique<CLI::App>(
          "A wind tunnel for distributed protocols: runs real protocol code under injected "
          "faults, checks what must hold, and shows what happened.",
          base_name(called_by))) {
  app_->require_subcommand(1);
  const std::string version = std::string("windtunnel ") + scenarios::kVersion;
  app_->set_version_flag("--version",
                         name() == "windtunnel" ? version : name() + " (" + version + ")");
  app_->add_option("--color", color, "colours: auto, always or never")
      ->transform(CLI::CheckedTransformer(kColorModes))
      ->option_text("WHEN (auto)");
  app_->fallthrough();
}

CommandLine::~CommandLine() = default;

std::string CommandLine::name() const { return app_->get_name(); }

int CommandLine::run(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    // Help and the version are no errors.
    std::ostringstream text;
    app_->exit(wanted, text, text);
    return print(text.str()) ? kExitOk : kExitInternal;
  } catch (const CLI::ParseError& error) {
    refuse(*app_, error);
    return kExitUsage;
  }
  const int code = action();
  // Whatever did not reach the reader is a failure, also where its writer did not look.
  return code == kExitOk && std::ferror(stdout) != 0 ? kExitInternal : code;
}

std::vector<Place> CommandLine::places() const {
  std::vector<Place> places;
  add_places(*app_, "", places);
  return places;
}

}  // namespace windtunnel::cli
