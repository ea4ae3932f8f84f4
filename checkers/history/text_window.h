// A text of any length through a window: what has come from a source of bytes and was not yet done
// with. Memory is bounded by the largest piece that a reader needs in one view, not by the text.
//
// A reader looks at `text()`, drops what it is done with, and asks for `more()` where the view ends
// too early; then it begins the piece anew. The view grows to twice its size at least, so beginning
// anew costs no more than reading the piece a second time.
#pragma once

#include <windtunnel/checkers/history/history.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads at least one byte into `into`, unless the text has ended, and says how many.
  virtual std::optional<ReadError> read(std::span<char> into, std::size_t& count) = 0;
};

// The bytes of a file. Where it cannot be opened, or is a folder, a pipe or a device, the first
// reading fails.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(std::string path);
  // Reads a descriptor that stays its owner's, under a name for people.
  FileSource(int descriptor, std::string name);
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override;
  std::optional<ReadError> read(std::span<char> into, std::size_t& count) override;

 private:
  std::string name_;
  int descriptor_ = -1;
  std::string refused_;  // why it cannot be read; empty: it can
  bool owned_ = false;
};

struct WindowSize {
  std::size_t block_bytes = 1 << 16;   // read at a time
  std::size_t limit_bytes = 16 << 20;  // of one piece
};

class TextWindow {
 public:
  // The text must outlive the window.
  explicit TextWindow(std::string_view whole, const WindowSize& size = {});
  // The source must outlive the window.
  explicit TextWindow(ByteSource& source, const WindowSize& size = {});
  TextWindow(const TextWindow&) = delete;
  TextWindow& operator=(const TextWindow&) = delete;

  // What was read and not dropped, at most the limit.
  std::string_view text() const { return rest_.substr(0, size_.limit_bytes); }
  // Nothing follows the view.
  bool is_last() const { return ended_ && rest_.size() <= size_.limit_bytes; }
  // Line and column of the first byte of the view, from 1.
  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }
  // A place in the view, whose `line` and `column` count from its beginning, as a place in the
  // text.
  ReadError placed(ReadError in_view) const;

  void drop(std::size_t count);
  // Drops the mark with which some programs begin UTF-8. It counts as no column.
  void drop_byte_order_mark();
  // Reads on, until the view is longer or `is_last()`. Views taken before are invalid. Says why it
  // could not: the source failed (line 0), or the view has reached its limit.
  std::optional<ReadError> more();

 private:
  // Makes room behind the rest, which moves to the beginning of the buffer.
  void make_room();

  WindowSize size_;
  ByteSource* source_ = nullptr;
  bool ended_ = false;
  std::vector<char> buffer_;  // of a source; the rest is in it
  std::string_view rest_;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace windtunnel::checkers
