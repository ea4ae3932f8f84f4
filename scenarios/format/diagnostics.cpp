#include <windtunnel/scenarios/format/diagnostics.h>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace windtunnel::scenarios {
namespace {

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (std::uint32_t i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

// Bytes that begin a character: what a terminal gives a column.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Control characters and broken UTF-8 do not reach the terminal.
std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    safe += byte < 0x20 || byte >= 0x7F ? (byte == '\t' ? ' ' : '?') : c;
  }
  return safe;
}

bool is_plain_utf8(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || byte >= 0xF5 || byte == 0xC0 || byte == 0xC1;
  });
}

constexpr std::size_t kLongestLine = 200;

std::string render_source(const Diagnostic& error, std::string_view text) {
  const std::string_view line = line_of(text, error.span.line);
  const std::size_t before = std::min<std::size_t>(error.span.column - 1, line.size());
  if (line.size() > kLongestLine) {
    return error.hint.empty() ? std::string() : fmt::format("   = {}\n", error.hint);
  }
  const bool clean = is_plain_utf8(line) && error.code != Code::not_utf8;
  const std::string shown = clean ? std::string(line) : printable(line);
  const std::size_t indent = clean ? columns(line.substr(0, before)) : before;
  const std::size_t marked =
      std::clamp<std::size_t>(error.span.length, 1, std::max<std::size_t>(1, line.size() - before));
  const std::size_t carets =
      clean ? std::max<std::size_t>(1, columns(line.substr(before, marked))) : marked;
  const std::string number = std::to_string(error.span.line);
  const std::string margin(number.size(), ' ');
  std::string block = fmt::format(" {} |\n {} | {}\n {} | {}{}", margin, number, shown, margin,
                                  std::string(indent, ' '), std::string(carets, '^'));
  if (!error.hint.empty()) block += " " + error.hint;
  return block + "\n";
}

// The optimal-string-alignment distance: insertions, deletions, substitutions, swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kFewWords = 12;

}  // namespace

std::uint32_t Diagnostics::add_file(std::string path, std::string text) {
  files_.push_back(SourceFile{std::move(path), std::move(text)});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

void Diagnostics::error(Code code, const SourceSpan& span, std::string message, std::string hint) {
  if (errors_.size() >= kShown) {
    ++hidden_;
    return;
  }
  Diagnostic added{code, span, std::move(message), std::move(hint)};
  const auto key = [](const Diagnostic& d) {
    return std::tuple(d.span.file, d.span.line, d.span.column);
  };
  const auto place =
      std::upper_bound(errors_.begin(), errors_.end(), added,
                       [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  errors_.insert(place, std::move(added));
}

int Diagnostics::exit_code() const {
  if (errors_.empty()) return 0;
  return errors_.front().code == Code::missing_file ? 66 : 65;
}

std::string Diagnostics::render(std::string_view command) const {
  std::string text;
  for (const Diagnostic& error : errors_) {
    const SourceFile& file = files_[error.span.file];
    text += fmt::format("error[{}]: {}\n", to_string(error.code), error.message);
    if (error.span.line == 0) {
      text += fmt::format("  --> {}\n", file.path);
      if (!error.hint.empty()) text += fmt::format("   = {}\n", error.hint);
      continue;
    }
    text += fmt::format("  --> {}:{}:{}\n", file.path, error.span.line, error.span.column);
    text += render_source(error, file.text);
  }
  if (hidden_ != 0) text += fmt::format("{} more not shown\n", hidden_);
  if (count() != 0) {
    text +=
        fmt::format("{} {}, nothing was run; see `{} explain {}`\n", count(),
                    count() == 1 ? "error" : "errors", command, to_string(errors_.front().code));
  }
  return text;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t best_distance = 3;
  if (word.size() > kLongestWord) return best;
  for (const std::string_view candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < best_distance && 2 * d < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view near = nearest(word, candidates);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  if (candidates.empty() || candidates.size() > kFewWords) return {};
  std::string text = "one of: ";
  for (const std::string_view candidate : candidates) {
    if (candidate != candidates.front()) text += ", ";
    text += candidate;
  }
  return text;
}

}  // namespace windtunnel::scenarios
