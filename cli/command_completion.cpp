// Completion scripts for shells, made from the command line itself.
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/command_line.h>
#include <windtunnel/scenarios/campaign/shell_word.h>

#include <fmt/format.h>

#include <cctype>
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

// A shell's name for the function that completes the command.
std::string function_of(const std::string& command) {
  std::string name = "_" + command;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

// Walks over the words before the cursor to find the subcommand; what is no option completes as a
// file.
std::string bash_script(const std::string& command, const std::vector<Place>& places) {
  std::string script = function_of(command) +
                       "() {\n"
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
         "complete -o default -F " +
         function_of(command) + " " + scenarios::shell_word(command) + "\n";
}

std::string zsh_script(const std::string& command, const std::vector<Place>& places) {
  return "autoload -U +X compinit && compinit\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(command, places);
}

std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_script(const std::string& command, const std::vector<Place>& places) {
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
    const std::string line =
        "complete -c " + scenarios::shell_word(command) + " -n " + fish_quoted(condition);
    for (const Place::Word& next : place.commands) {
      script += fmt::format("{} -a {} -d {}\n", line, next.name, fish_quoted(next.doc));
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

std::string completion_script(const std::string& command, const std::vector<Place>& places,
                              const std::string& shell) {
  if (shell == "bash") return bash_script(command, places);
  if (shell == "zsh") return zsh_script(command, places);
  return shell == "fish" ? fish_script(command, places) : std::string();
}

void add_completion(CommandLine& line) {
  const auto [command, request] = line.add<CompletionRequest>(
      line.top(), "completion", "print a script that completes the command in a shell",
      [&line](const CompletionRequest& asked) {
        const std::string script = completion_script(line.name(), line.places(), asked.shell);
        return print(script) ? kExitOk : kExitInternal;
      });
  command.add("shell", &request->shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
}

}  // namespace windtunnel::cli
