#include <windtunnel/cli/terminal.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace windtunnel::cli {

Terminal::Terminal(ColorMode mode) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  const bool wanted = (no_color == nullptr || *no_color == '\0') && !dumb;
  color_ = mode == ColorMode::always ||
           (mode == ColorMode::automatic && wanted && ::isatty(STDOUT_FILENO) == 1);
  progress_ = ::isatty(STDERR_FILENO) == 1 && !dumb;
}

std::string Terminal::paint(const char* code, std::string_view text) const {
  if (!color_) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

void Terminal::status(const std::string& line) {
  if (!progress_) return;
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

bool print(std::string_view text) {
  if (std::ferror(stdout) != 0) return false;  // It was said before.
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return true;
  std::perror("error: cannot write to standard output");
  return false;
}

bool print_line(std::string_view text) { return print(std::string(text) + "\n"); }

void complain(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  if (text.empty() || text.back() != '\n') std::fputc('\n', stderr);
}

std::string duration_text(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f}ms", seconds * 1000);
  return seconds < 100 ? fmt::format("{:.2f}s", seconds) : fmt::format("{:.0f}s", seconds);
}

}  // namespace windtunnel::cli
