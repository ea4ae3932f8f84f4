#include <windtunnel/cli/convert.h>

#include <windtunnel/checkers/history/event_reader.h>
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/sim/trace/atomic_file.h>

#include <unistd.h>

#include <filesystem>
#include <optional>

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

int refuse(const std::string& input, const checkers::ReadError& error) {
  complain("error: " + input + ": " + to_string(error));
  return error.line == 0 ? kExitMissingInput : kExitBadInput;
}

int convert(checkers::EventReader& reader, const std::string& name, Layout layout, Output& output) {
  checkers::Pairing pairing;
  checkers::HistoryText text(layout);
  checkers::Event event;
  std::string block;
  for (std::int64_t position = 0; reader.next(event); ++position) {
    if (event.index < 0) event.index = position;
    if (const auto refused = pairing.add(event)) return refuse(name, *refused);
    const std::size_t before = block.size();
    text.add(event, block);
    if (block.size() - before > checkers::WindowSize{}.limit_bytes) {
      return refuse(name, {event.line, 0, "the event would be longer than any that can be read"});
    }
    if (block.size() < kBlockBytes) continue;
    if (!output.write(block)) return kExitInternal;
    block.clear();
  }
  if (reader.failed()) return refuse(name, reader.error());
  text.finish(block);
  return output.write(block) && output.commit() ? kExitOk : kExitInternal;
}

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
  if (request.input != kStandard && !is_a_file(request.input)) return kExitBadInput;
  Output output(request.output);
  if (request.input == kStandard) {
    checkers::FileSource source(STDIN_FILENO, "standard input");
    checkers::EventReader reader(source);
    return convert(reader, "standard input", *layout, output);
  }
  checkers::FileSource source(request.input);
  checkers::EventReader reader(source);
  return convert(reader, request.input, *layout, output);
}

}  // namespace windtunnel::cli
