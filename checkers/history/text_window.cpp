#include <windtunnel/checkers/history/text_window.h>

#include <windtunnel/protocols/base/assert.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace windtunnel::checkers {

// Without O_NONBLOCK a pipe would be waited for.
FileSource::FileSource(std::string path)
    : name_(std::move(path)),
      descriptor_(::open(name_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)),
      owned_(true) {
  struct stat status {};
  const bool found = descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0;
  if (!found) {
    refused_ = std::strerror(errno);
  } else if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    refused_ = "it is a pipe or a device, not a file";
  }
}

FileSource::FileSource(int descriptor, std::string name)
    : name_(std::move(name)), descriptor_(descriptor) {}

FileSource::~FileSource() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

std::optional<ReadError> FileSource::read(std::span<char> into, std::size_t& count) {
  while (refused_.empty()) {
    const ssize_t got = ::read(descriptor_, into.data(), into.size());
    count = got < 0 ? 0 : static_cast<std::size_t>(got);
    if (got >= 0) return std::nullopt;
    if (errno != EINTR) refused_ = std::strerror(errno);
  }
  return ReadError{0, 0, fmt::format("cannot read {}: {}", name_, refused_)};
}

TextWindow::TextWindow(std::string_view whole, const WindowSize& size)
    : size_(size), ended_(true), rest_(whole) {
  WT_ASSERT(size.limit_bytes > 0, "a window shows something");
}

TextWindow::TextWindow(ByteSource& source, const WindowSize& size) : size_(size), source_(&source) {
  WT_ASSERT(size.limit_bytes > 0, "a window shows something");
  WT_ASSERT(size.block_bytes > 0, "a window reads something at a time");
}

ReadError TextWindow::placed(ReadError in_view) const {
  // The first line of the view may have begun before it.
  if (in_view.line == 1 && in_view.column > 0) in_view.column += column_ - 1;
  in_view.line += line_ - 1;
  return in_view;
}

void TextWindow::drop(std::size_t count) {
  WT_ASSERT(count <= rest_.size(), "only what was read is dropped");
  const std::string_view gone = rest_.substr(0, count);
  const auto lines = static_cast<std::uint32_t>(std::count(gone.begin(), gone.end(), '\n'));
  const std::size_t line_start = lines == 0 ? 0 : gone.rfind('\n') + 1;
  if (lines > 0) column_ = 1;
  column_ += static_cast<std::uint32_t>(count - line_start);
  line_ += lines;
  rest_.remove_prefix(count);
}

void TextWindow::drop_byte_order_mark() {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (rest_.starts_with(kMark)) rest_.remove_prefix(kMark.size());
}

void TextWindow::make_room() {
  const std::size_t kept = rest_.size();
  const std::size_t wanted = kept + std::max(kept, size_.block_bytes);
  if (kept > 0) std::memmove(buffer_.data(), rest_.data(), kept);
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  rest_ = std::string_view(buffer_.data(), kept);
}

std::optional<ReadError> TextWindow::more() {
  WT_ASSERT(!is_last(), "there is more to read");
  if (rest_.size() >= size_.limit_bytes) {
    return ReadError{line_, 0,
                     fmt::format("an event, a comment or a discarded form is longer than {} bytes",
                                 size_.limit_bytes)};
  }
  make_room();
  // A pipe gives little at a time: what is long is not tried again for each bit of it.
  const std::size_t enough = rest_.size() > size_.block_bytes ? rest_.size() * 2 : rest_.size() + 1;
  while (rest_.size() < enough && !ended_) {
    const std::span<char> room(buffer_.data() + rest_.size(), buffer_.size() - rest_.size());
    std::size_t count = 0;
    if (std::optional<ReadError> failed = source_->read(room, count)) return failed;
    ended_ = count == 0;
    rest_ = std::string_view(buffer_.data(), rest_.size() + count);
  }
  return std::nullopt;
}

}  // namespace windtunnel::checkers
