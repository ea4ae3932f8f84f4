#include <windtunnel/cli/new.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/campaign/aside.h>
#include <windtunnel/scenarios/campaign/shell_word.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace windtunnel::cli {

// The file of that name in cli/starter (cmake/EmbedAssets.cmake).
std::string_view asset(std::string_view name) noexcept;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestProtocolName = 60;
constexpr std::string_view kProjectFiles[] = {"CMakeLists.txt", "README.md", "client.h",
                                              "fuzz.yaml",      "main.cpp",  "messages.h",
                                              "scenario.yaml",  "server.h"};

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_scenario_name(const std::string& name) {
  const auto plain = [](char c) {
    return is_small(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.front() != '.' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), plain);
}

// It becomes the name of a directory, a CMake project, a target, a service and scenarios.
bool is_protocol_name(const std::string& name) {
  const auto plain = [](char c) { return is_small(c) || is_digit(c) || c == '-'; };
  return !name.empty() && name.size() <= kLongestProtocolName && is_small(name.front()) &&
         name.back() != '-' && std::all_of(name.begin(), name.end(), plain);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
  return text;
}

std::string filled(std::string_view file, const std::string& name, const std::string& command) {
  return replaced(replaced(std::string(asset(file)), "@NAME@", name), "@COMMAND@", command);
}

// 0, or the error number. Never opens a file that is there.
int create_file(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int error = written < 0 ? errno : 0;
  const bool whole = written == static_cast<ssize_t>(text.size());
  const bool closed = ::close(fd) == 0;
  if (whole && closed) return 0;
  ::unlink(path.c_str());
  return error != 0 ? error : ENOSPC;
}

int cannot_write(const std::string& path, const std::string& why) {
  complain("error: cannot write '" + path + "': " + why);
  return kExitInternal;
}

int new_scenario(const NewRequest& request) {
  std::string name = request.name;
  if (name.ends_with(".yaml")) name.resize(name.size() - 5);
  if (!is_scenario_name(name)) {
    complain("error: '" + name + "' is no name for a scenario; take letters, digits and -");
    return kExitUsage;
  }
  const std::string path = name + ".yaml";
  const std::string command = scenarios::shell_word(request.called_by);
  const int error = create_file(path, filled("raft-scenario.yaml", name, command));
  if (error == EEXIST) {
    complain("error: there is a file '" + path + "' already");
    return kExitUsage;
  }
  if (error != 0) return cannot_write(path, std::strerror(error));
  return print_line(path + "  run it: " + command + " run " + path) ? kExitOk : kExitInternal;
}

// What is wrong with the name; empty where nothing is.
std::string why_no_protocol(const std::string& name, const scenarios::Registry& registry) {
  if (!is_protocol_name(name)) {
    return fmt::format(
        "'{}' is no name for a protocol; take small letters, digits and -, at most {}, with a "
        "letter first and no - last, as my-register",
        name, kLongestProtocolName);
  }
  if (registry.service(name) != nullptr) {
    return "there is a service '" + name + "' already; take another name";
  }
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(name, ignored))) {
    return "there is a file or directory '" + name + "' already; take another name, or remove it";
  }
  return {};
}

// All files, or none: they are written aside.
int write_project(const std::string& name) {
  const scenarios::AsideDirectory aside((fs::path(".") / name).string(),
                                        scenarios::Leftovers::of_this);
  if (!aside.error().empty()) {
    complain("error: " + aside.error());
    return kExitInternal;
  }
  for (const std::string_view file : kProjectFiles) {
    const std::string path = aside.path() + "/" + std::string(file);
    const int error = create_file(path, filled(file, name, {}));
    if (error != 0) return cannot_write(name + "/" + std::string(file), std::strerror(error));
  }
  std::error_code error;
  fs::rename(aside.path(), name, error);
  return error ? cannot_write(name, error.message()) : kExitOk;
}

int new_protocol(const NewRequest& request, const scenarios::Registry& registry) {
  const std::string& name = request.protocol;
  if (const std::string wrong = why_no_protocol(name, registry); !wrong.empty()) {
    complain("error: " + wrong);
    return kExitUsage;
  }
  const int written = write_project(name);
  if (written != kExitOk) return written;
  const std::string next = fmt::format(
      "{0}/  a protocol to begin with, and {0}-tunnel, the command that runs it; next:\n"
      "  cd {0}\n"
      "  cmake -S . -B build -G Ninja\n"
      "  cmake --build build\n"
      "  build/{0}-tunnel run scenario.yaml\n",
      name);
  return print(next) ? kExitOk : kExitInternal;
}

}  // namespace

int new_command(const NewRequest& request, const scenarios::Registry& registry) {
  if (!request.protocol.empty()) return new_protocol(request, registry);
  if (!request.name.empty()) return new_scenario(request);
  complain("error: a new what? NAME of a scenario, or --protocol NAME of a protocol");
  return kExitUsage;
}

}  // namespace windtunnel::cli
