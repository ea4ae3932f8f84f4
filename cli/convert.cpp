#include <windtunnel/cli/convert.h>

#include <windtunnel/checkers/history/formats.h>
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/sim/trace/atomic_file.h>

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace windtunnel::cli {
namespace {

using checkers::Layout;

constexpr std::size_t kBlockBytes = 1 << 16;
constexpr const char* kStandard = "-";

// Says what is wrong with the output, where something is.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path) {}

  // Opens the output with the first write, so that a bad input leaves no trace of it.
  bool write(std::string_view text) {
    if (path_ == kStandard) return text.empty() || print(text);
    if (!file_) {
      file_.emplace(path_);
      if (!succeeded(file_->open())) return false;
    }
    return succeeded(file_->write(as_bytes(text)));
  }
  bool commit() { return !file_ || succeeded(file_->commit()); }

 private:
  static bool succeeded(const FileResult<void>& done) {
    if (!done) complain("error: " + done.error().what);
    return done.has_value();
  }

  const std::string& path_;
  std::optional<AtomicFile> file_;
};

// Writes events as they come.
class Writer {
 public:
  Writer(Layout layout, Output& output) : text_(layout), output_(output) {}

  std::optional<checkers::ReadError> add(checkers::Event event) {
    if (event.index < 0) event.index = position_;
    ++position_;
    if (auto refused = pairing_.add(event)) return refused;
    const std::size_t before = block_.size();
    text_.add(event, block_);
    if (block_.size() - before > checkers::WindowSize{}.limit_bytes) {
      return checkers::ReadError{event.line, 0,
                                 "the event would be longer than any that can be read"};
    }
    if (block_.size() < kBlockBytes) return std::nullopt;
    written_ = written_ && output_.write(block_);
    block_.clear();
    return std::nullopt;
  }
  // False when something could not be written.
  bool finish() {
    text_.finish(block_);
    return written_ && output_.write(block_) && output_.commit();
  }

 private:
  checkers::HistoryText text_;
  Output& output_;
  checkers::Pairing pairing_;
  std::string block_;
  std::int64_t position_ = 0;
  bool written_ = true;
};

std::optional<Layout> layout_of(const ConvertRequest& request) {
  const std::string ending = std::filesystem::path(request.output).extension().string();
  const std::string to = request.to.empty() && !ending.empty() ? ending.substr(1) : request.to;
  if (to == "edn") return Layout::edn_lines;
  if (to == "edn-vector") return Layout::edn_vector;
  if (to == "jsonl") return Layout::json_lines;
  complain("error: '" + request.output + "' ends neither in .edn nor in .jsonl; name the form: " +
           "--to edn, --to edn-vector or --to jsonl");
  return std::nullopt;
}

}  // namespace

int convert_command(const ConvertRequest& request) {
  const std::optional<Layout> layout = layout_of(request);
  if (!layout) return kExitUsage;
  std::error_code ignored;
  if (std::filesystem::is_directory(request.output, ignored)) {
    complain("error: '" + request.output + "' is a directory; name a file in it");
    return kExitUsage;
  }
  const bool from_stdin = request.input == kStandard;
  if (!from_stdin && !is_a_history(request.input, request.from)) return kExitBadInput;
  if (from_stdin && !request.from.empty() && request.from != checkers::formats().front().name) {
    complain("error: --from " + request.from + " reads files; standard input is EDN or JSON");
    return kExitUsage;
  }
  Output output(request.output);
  Writer writer(*layout, output);
  const checkers::TakeEvent take = [&writer](checkers::Event event) {
    return writer.add(std::move(event));
  };
  const bool sorted = request.sort.has_value();
  checkers::FileSource standard(STDIN_FILENO, "standard input");
  const auto read = from_stdin
                        ? checkers::for_each_event(standard, sorted, take)
                        : checkers::for_each_event(request.input, {request.from, sorted}, take);
  const std::string name = from_stdin ? "standard input" : request.input;
  if (read.has_error()) {
    complain("error: " + name + ": " + to_string(read.error()));
    return read.error().line == 0 ? kExitMissingInput : kExitBadInput;
  }
  for (const std::string& hint : read->hints) complain("hint: " + name + ": " + hint);
  return writer.finish() ? kExitOk : kExitInternal;
}

}  // namespace windtunnel::cli
