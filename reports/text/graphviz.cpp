#include <windtunnel/reports/text/graphviz.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

extern "C" char** environ;  // NOLINT: POSIX declares it nowhere

namespace windtunnel::reports {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestSvg = std::size_t{8} << 20;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  bool ok() const { return ends[0] >= 0; }
  void close_end(std::size_t end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
};

// Writing to a `dot` that has gone must be an error here, not the end of this process.
class IgnorePipeSignal {
 public:
  IgnorePipeSignal() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &former_);
  }
  IgnorePipeSignal(const IgnorePipeSignal&) = delete;
  IgnorePipeSignal& operator=(const IgnorePipeSignal&) = delete;
  ~IgnorePipeSignal() { sigaction(SIGPIPE, &former_, nullptr); }

 private:
  struct sigaction former_ {};
};

class Child {
 public:
  explicit Child(const GraphvizOptions& options) : deadline_(Clock::now() + options.timeout) {}
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // 0, or the error number.
  int start(const std::string& program) {
    if (!in_.ok() || !out_.ok()) return EMFILE;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in_.ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out_.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::string name = program;
    std::string format = "-Tsvg";
    std::array<char*, 3> arguments{name.data(), format.data(), nullptr};
    const int error =
        posix_spawnp(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) pid_ = -1;
    in_.close_end(0);
    out_.close_end(1);
    fcntl(in_.ends[1], F_SETFL, O_NONBLOCK);
    return error;
  }

  // Feeds `input` and collects what comes back. False when time is over or too much comes back.
  bool exchange(std::string_view input, std::string& output) {
    while (true) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0 || output.size() > kLargestSvg) return false;
      std::array<pollfd, 2> files{pollfd{out_.ends[0], POLLIN, 0}, pollfd{in_.ends[1], POLLOUT, 0}};
      if (poll(files.data(), input.empty() ? 1 : 2, static_cast<int>(left)) < 0) {
        if (errno == EINTR) continue;
        return false;
      }
      if (!input.empty() && files[1].revents != 0) feed(input);
      if (input.empty()) in_.close_end(1);
      if (files[0].revents != 0 && !collect(output)) return true;
    }
  }

  // The exit status of a child that ended by itself, else -1.
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  void feed(std::string_view& input) {
    const ssize_t count = write(in_.ends[1], input.data(), input.size());
    if (count > 0)
      input.remove_prefix(static_cast<std::size_t>(count));
    else if (count < 0 && errno != EAGAIN && errno != EINTR)
      input = {};
  }

  // False at the end.
  bool collect(std::string& output) {
    std::array<char, 65'536> buffer;
    const ssize_t count = read(out_.ends[0], buffer.data(), buffer.size());
    if (count > 0) output.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
  }

  Clock::time_point deadline_;
  Pipe in_;
  Pipe out_;
  pid_t pid_ = -1;
};

bool contains(const std::string& text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         }) != text.end();
}

// Whether a tag of `svg` has an attribute that starts with "on" or loads something. Text between
// tags, where the labels are, may say anything: there `<` is escaped.
bool has_active_attribute(const std::string& svg) {
  for (std::size_t open = svg.find('<'); open != std::string::npos;
       open = svg.find('<', open + 1)) {
    char quote = 0;
    for (std::size_t at = open + 1; at < svg.size(); ++at) {
      const char c = svg[at];
      if (quote != 0) {
        if (c == quote) quote = 0;
        continue;
      }
      if (c == '"' || c == '\'') quote = c;
      if (c == '>') break;
      if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != '/') continue;
      const std::string_view rest = std::string_view(svg).substr(at + 1);
      if (rest.starts_with("on") || rest.starts_with("href") || rest.starts_with("xlink:")) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

std::string clean_svg(const std::string& output) {
  const std::size_t begin = output.find("<svg");
  const std::size_t end = output.rfind("</svg>");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  const std::string svg = output.substr(begin, end + 6 - begin);
  for (std::string_view banned : {"<script", "<foreignobject", "<image", "<use", "<a ", "<style",
                                  "<iframe", "<!entity", "<![cdata["}) {
    if (contains(svg, banned)) return {};
  }
  return has_active_attribute(svg) ? std::string() : svg;
}

Drawing draw(const std::string& dot, const GraphvizOptions& options) {
  const IgnorePipeSignal ignore;
  Child child(options);
  const int error = child.start(options.program);
  if (error != 0) {
    return {{},
            fmt::format("Graphviz is not there to draw it ({}: {}); apt-get install graphviz "
                        "adds the picture.",
                        options.program, std::strerror(error))};
  }
  std::string output;
  if (!child.exchange(dot, output)) {
    return {{}, fmt::format("Graphviz did not draw it within {} ms.", options.timeout.count())};
  }
  const int status = child.wait();
  if (status == 127) {
    return {{}, fmt::format("Graphviz is not there to draw it ({}).", options.program)};
  }
  if (status != 0) return {{}, fmt::format("Graphviz failed with exit code {}.", status)};
  std::string svg = clean_svg(output);
  if (svg.empty()) return {{}, "Graphviz wrote no drawing that is safe to show."};
  return {std::move(svg), {}};
}

}  // namespace windtunnel::reports
