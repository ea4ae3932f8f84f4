#include <windtunnel/scenarios/campaign/stack.h>

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

extern char** environ;

namespace windtunnel {
namespace {

// Where the code of a frame lies.
struct Place {
  std::string module;        // the file; empty: not known
  std::uint64_t offset = 0;  // as the file counts
  std::string symbol;        // that is exported; may be empty
};

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return text != nullptr ? std::string(text.get()) : std::string(name);
}

// A return address lies behind the call that is meant.
Place place_of(const void* address, bool is_return) {
  Place place;
  Dl_info info{};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return place;
  const auto base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  const bool moved = static_cast<const Elf64_Ehdr*>(info.dli_fbase)->e_type == ET_DYN;
  const auto at = reinterpret_cast<std::uintptr_t>(address) - (is_return ? 1 : 0);
  place.offset = moved ? at - base : at;
  place.module = info.dli_fname;
  // The program itself goes by the name that it was called by, perhaps from another folder.
  if (place.module == program_invocation_name) place.module = "/proc/self/exe";
  if (info.dli_sname != nullptr) place.symbol = demangled(info.dli_sname);
  return place;
}

// What the program says on stdout; empty where it cannot be run.
std::string output_of(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string text;
  char block[4096];
  for (ssize_t count = 1; failed == 0 && count != 0;) {
    count = ::read(ends[0], block, sizeof block);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) text.append(block, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  if (failed == 0) ::waitpid(pid, nullptr, 0);
  return text;
}

using Lines = std::vector<std::string>;

// For each of the places in this module the lines about it: its calls, those that were inlined
// first.
void name_calls(const std::string& module, const std::vector<Place>& places,
                std::vector<Lines>& calls) {
  // /proc/self would be that of addr2line.
  std::string file = module;
  if (file == "/proc/self/exe") file = fmt::format("/proc/{}/exe", ::getpid());
  std::vector<std::string> command = {"addr2line", "-a", "-f", "-C", "-i", "-p", "-e", file};
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].module != module) continue;
    asked.push_back(i);
    command.push_back(fmt::format("{:#x}", places[i].offset));
  }
  const std::string text = output_of(command);
  std::size_t next = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    constexpr std::string_view kInlined = " (inlined by) ";
    if (line.starts_with("0x")) {
      if (++next > asked.size()) return;
      line.remove_prefix(std::min(line.find(": "), line.size() - 2) + 2);
    } else if (line.starts_with(kInlined)) {
      line.remove_prefix(kInlined.size());
    }
    if (next != 0) calls[asked[next - 1]].emplace_back(line);
  }
}

bool is_unknown(const Lines& lines) { return lines.empty() || lines.front().starts_with("??"); }

std::string plain_name(const Place& place) {
  if (!place.symbol.empty()) return place.symbol;
  if (place.module.empty()) return "?";
  return fmt::format("{}+{:#x}", place.module.substr(place.module.rfind('/') + 1), place.offset);
}

// How a process that gives up comes from there to the signal.
bool is_way_to_abort(const Place& place, const std::string& call) {
  const bool libc = place.module.find("/libc.so") != std::string::npos ||
                    place.module.find("/libstdc++.so") != std::string::npos;
  return libc || call.starts_with("windtunnel::assertion_failed(");
}

// The loop that called the code under test, and what called that.
bool is_the_loop(const std::string& call) {
  return call.starts_with("windtunnel::Simulation::") ||
         call.starts_with("windtunnel::scenarios::World::");
}

}  // namespace

std::string stack_text(std::span<void* const> frames) {
  std::vector<Place> places;
  // The innermost address is where the signal came, and no return address.
  for (void* const frame : frames) places.push_back(place_of(frame, !places.empty()));
  std::vector<Lines> calls(places.size());
  std::vector<std::string> modules;
  for (const Place& place : places) {
    const bool known = std::find(modules.begin(), modules.end(), place.module) != modules.end();
    if (!known && !place.module.empty()) modules.push_back(place.module);
  }
  for (const std::string& module : modules) name_calls(module, places, calls);
  constexpr std::size_t kMostLines = 40;
  std::string text;
  std::size_t number = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (is_unknown(calls[i])) calls[i] = {plain_name(places[i])};
    for (const std::string& call : calls[i]) {
      if (number == 0 && is_way_to_abort(places[i], call)) continue;
      if (is_the_loop(call) || number == kMostLines) return text;
      text += fmt::format("#{} {}\n", number++, call);
    }
  }
  return text;
}

}  // namespace windtunnel
