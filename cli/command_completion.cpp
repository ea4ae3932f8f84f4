// Completion scripts for shells, made from the command line itself.
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/command_line.h>

#include <fmt/format.h>

#include <vector>

namespace windtunnel::cli {
namespace {

// A subcommand with what may follow it.
struct Place {
  std::string path;  // "scenario check"; empty at the top
  std::vector<const CLI::App*> commands;
  std::vector<const CLI::Option*> options;
};

void add_places(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place;
  place.path = path;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_lnames().empty()) place.options.push_back(option);
  }
  for (const CLI::App* command : app.get_subcommands({})) place.commands.push_back(command);
  places.push_back(place);
  for (const CLI::App* command : place.commands) {
    const std::string& name = command->get_name();
    add_places(*command, path.empty() ? name : path + " " + name, places);
  }
}

std::string words_of(const Place& place) {
  std::string words;
  for (const CLI::App* command : place.commands) words += command->get_name() + " ";
  for (const CLI::Option* option : place.options)
    words += "--" + option->get_lnames().front() + " ";
  if (!words.empty()) words.pop_back();
  return words;
}

// Walks over the words before the cursor to find the subcommand; what is no option completes as a
// file.
std::string bash_script(const std::vector<Place>& places) {
  std::string script =
      "_windtunnel() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" place=\"\" word words\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"${place:+$place }$word\" in\n";
  for (const Place& place : places) {
    if (place.path.empty()) continue;
    script += fmt::format("      \"{0}\") place=\"{0}\" ;;\n", place.path);
  }
  script += "    esac\n  done\n  case \"$place\" in\n";
  for (const Place& place : places) {
    script += fmt::format("    \"{}\") words=\"{}\" ;;\n", place.path, words_of(place));
  }
  return script +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _windtunnel windtunnel\n";
}

std::string zsh_script(const std::vector<Place>& places) {
  return "autoload -U +X compinit && compinit\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(places);
}

std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_script(const std::vector<Place>& places) {
  std::string script;
  for (const Place& place : places) {
    std::string condition = "__fish_use_subcommand";
    if (!place.path.empty()) {
      condition.clear();
      std::string rest = place.path;
      for (std::size_t space = 0; space != std::string::npos;) {
        space = rest.find(' ');
        condition += (condition.empty() ? "" : "; and ") +
                     ("__fish_seen_subcommand_from " + rest.substr(0, space));
        if (space != std::string::npos) rest.erase(0, space + 1);
      }
    }
    const std::string line = "complete -c windtunnel -n " + fish_quoted(condition);
    for (const CLI::App* command : place.commands) {
      script += fmt::format("{} -a {} -d {}\n", line, command->get_name(),
                            fish_quoted(command->get_description()));
    }
    for (const CLI::Option* option : place.options) {
      script += fmt::format("{} -l {} -d {}\n", line, option->get_lnames().front(),
                            fish_quoted(option->get_description()));
    }
  }
  return script;
}

struct CompletionRequest {
  std::string shell;
};

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<Place> places;
  add_places(app, "", places);
  if (shell == "bash") return bash_script(places);
  if (shell == "zsh") return zsh_script(places);
  return shell == "fish" ? fish_script(places) : std::string();
}

void add_completion(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<CompletionRequest>(
      line.app, "completion", "print a script that completes the command in a shell", command,
      [&line](const CompletionRequest& asked) {
        return print(completion_script(line.app, asked.shell)) ? kExitOk : kExitInternal;
      });
  command->add_option("shell", request->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace windtunnel::cli
