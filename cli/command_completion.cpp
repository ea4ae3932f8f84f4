// Completion scripts for shells, made from the command line itself.
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/command_line.h>

#include <fmt/format.h>

#include <vector>

namespace windtunnel::cli {
namespace {

std::string words_of(const Place& place) {
  std::string words;
  for (const Place::Word& command : place.commands) words += command.name + " ";
  for (const Place::Word& option : place.options) words += "--" + option.name + " ";
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
    for (const Place::Word& command : place.commands) {
      script += fmt::format("{} -a {} -d {}\n", line, command.name, fish_quoted(command.doc));
    }
    for (const Place::Word& option : place.options) {
      script += fmt::format("{} -l {} -d {}\n", line, option.name, fish_quoted(option.doc));
    }
  }
  return script;
}

struct CompletionRequest {
  std::string shell;
};

}  // namespace

std::string completion_script(const std::vector<Place>& places, const std::string& shell) {
  if (shell == "bash") return bash_script(places);
  if (shell == "zsh") return zsh_script(places);
  return shell == "fish" ? fish_script(places) : std::string();
}

void add_completion(CommandLine& line) {
  const auto [command, request] = line.add<CompletionRequest>(
      line.top(), "completion", "print a script that completes the command in a shell",
      [&line](const CompletionRequest& asked) {
        return print(completion_script(line.places(), asked.shell)) ? kExitOk : kExitInternal;
      });
  command.add("shell", &request->shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
}

}  // namespace windtunnel::cli
