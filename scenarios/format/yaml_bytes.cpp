#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/scenarios/format/yaml_document.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace windtunnel::scenarios {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
}

struct Cursor {
  std::uint32_t file;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  bool indenting = true;

  SourceSpan span() const { return SourceSpan{file, line, column, 1}; }
  void pass(char c, std::size_t length) {
    if (c == '\n') {
      ++line;
      column = 1;
      indenting = true;
      return;
    }
    indenting = indenting && (c == ' ' || c == '\t');
    column += static_cast<std::uint32_t>(length);
  }
};

// False where a line is only white space: a tab there indents nothing.
bool tab_indents(std::string_view rest) {
  const std::size_t content = rest.find_first_not_of(" \t\r");
  return content != std::string_view::npos && rest[content] != '\n' && rest[content] != '#';
}

}  // namespace

bool check_bytes(std::uint32_t file, Diagnostics& diagnostics) {
  const std::string& text = diagnostics.files()[file].text;
  Cursor cursor{file};
  if (text.size() > kMaxFileBytes) {
    diagnostics.error(Code::too_large, SourceSpan{file, 0, 0, 0},
                      fmt::format("the file has {} bytes; at most {} (1 MiB) are read", text.size(),
                                  kMaxFileBytes));
    return false;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    if (length == 0 || is_control(rest.front())) {
      const auto byte = static_cast<unsigned char>(rest.front());
      const char* what = length == 0 ? "is not UTF-8" : "is a control character";
      diagnostics.error(Code::not_utf8, cursor.span(),
                        fmt::format("the byte 0x{:02x} {}", byte, what));
      return false;
    }
    if (rest.front() == '\t' && cursor.indenting && tab_indents(rest)) {
      diagnostics.error(Code::tab, cursor.span(), "a line is indented with a tab",
                        "indent with spaces");
      return false;
    }
    cursor.pass(rest.front(), length);
    rest.remove_prefix(length);
  }
  return true;
}

std::optional<std::string> read_file(const std::string& path, const SourceSpan& asked_at,
                                     Diagnostics& diagnostics) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  const bool nested = asked_at.line != 0;
  const auto refuse = [&](Code code, std::string message) {
    const SourceSpan span = nested ? asked_at : SourceSpan{diagnostics.add_file(path, {}), 0, 0, 0};
    diagnostics.error(nested ? Code::include : code, span, std::move(message));
    return std::nullopt;
  };
  if (!std::filesystem::exists(status)) {
    return refuse(Code::missing_file, fmt::format("there is no file '{}'", path));
  }
  if (std::filesystem::is_directory(status)) {
    return refuse(Code::unreadable, fmt::format("'{}' is a directory", path));
  }
  if (!std::filesystem::is_regular_file(status)) {
    return refuse(Code::unreadable, fmt::format("'{}' is a pipe or a device, not a file", path));
  }
  std::ifstream input(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!input.is_open() || input.bad()) {
    return refuse(Code::unreadable, fmt::format("'{}' cannot be read", path));
  }
  if (input.gcount() > static_cast<std::streamsize>(kMaxFileBytes)) {
    return refuse(Code::too_large,
                  fmt::format("'{}' has more than {} bytes (1 MiB)", path, kMaxFileBytes));
  }
  text.resize(static_cast<std::size_t>(input.gcount()));
  return text;
}

}  // namespace windtunnel::scenarios
