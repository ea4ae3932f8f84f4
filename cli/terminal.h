// What goes to the terminal: colours where they are wanted, one status line where somebody looks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace windtunnel::cli {

enum class ColorMode : std::uint8_t { automatic, always, never };

class Terminal {
 public:
  explicit Terminal(ColorMode mode);

  // The text in the colour of a verdict, or as it is.
  std::string good(std::string_view text) const { return paint("32", text); }
  std::string bad(std::string_view text) const { return paint("31", text); }
  std::string doubtful(std::string_view text) const { return paint("33", text); }
  std::string strong(std::string_view text) const { return paint("1", text); }

  // Replaces the status line on stderr; does nothing where stderr is no terminal. Empty clears it.
  void status(const std::string& line);

 private:
  std::string paint(const char* code, std::string_view text) const;
  bool color_ = false;
  bool progress_ = false;
};

// Writes to stdout and reports a failure (a closed pipe, a full disk) once, on stderr.
bool print(std::string_view text);
bool print_line(std::string_view text);
void complain(std::string_view text);

// "0.84s", "12ms".
std::string duration_text(double seconds);

}  // namespace windtunnel::cli
