#include <windtunnel/scenarios/campaign/output_tap.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace windtunnel {
namespace {

constexpr std::size_t kTailBytes = 8192;
constexpr std::size_t kLongestLine = 4096;

// Stands where the next write begins. No text has such a byte; should one be written all the same,
// it is found with what follows it.
constexpr char kUntouched = '\xff';

OutputTap* active_tap = nullptr;

// Of fixed size: what does not fit is refused to who writes it.
int make_block(char*& memory) {
  const int block = ::memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (block < 0) return -1;
  void* mapped = MAP_FAILED;
  if (::ftruncate(block, OutputTap::kBlockBytes) == 0 &&
      ::fcntl(block, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0) {
    mapped = ::mmap(nullptr, OutputTap::kBlockBytes, PROT_READ | PROT_WRITE, MAP_SHARED, block, 0);
  }
  if (mapped == MAP_FAILED) {
    ::close(block);
    return -1;
  }
  memory = static_cast<char*>(mapped);
  *memory = kUntouched;
  return block;
}

// Long lines are cut.
std::string in_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += text.substr(0, std::min(end, kLongestLine));
    if (end > kLongestLine) {
      lines += " (" + std::to_string(end - kLongestLine) + " bytes more)";
    }
    lines += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

OutputTap::OutputTap(Simulation& sim) : sim_(sim), block_(make_block(memory_)) {
  if (block_ < 0) return;
  std::fflush(nullptr);
  stdout_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  stderr_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(block_, STDOUT_FILENO);
  ::dup2(block_, STDERR_FILENO);
  active_tap = this;
  sim_.set_code_listener(this);
}

OutputTap::~OutputTap() {
  if (block_ < 0) return;
  restore();
  ::munmap(memory_, kBlockBytes);
  ::close(block_);
}

void OutputTap::on_return(NodeId node) {
  std::fflush(stdout);
  if (*memory_ != kUntouched) take(node);
}

void OutputTap::take(NodeId node) {
  // Both descriptors share their position with this one.
  const off_t position = ::lseek(block_, 0, SEEK_CUR);
  if (position <= 0) return;
  const std::size_t size = std::min(static_cast<std::size_t>(position), kBlockBytes);
  const std::string_view text(memory_, size);
  tail_ += text;
  if (tail_.size() > 2 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  if (node.value < sim_.node_count()) sim_.log(node, LogLevel::output, in_lines(text));
  // A write that does not fit may end a page before the end, or be refused whole.
  constexpr std::size_t kPages = 2 * 4096;
  if (size + kPages > kBlockBytes) {
    sim_.log(node, LogLevel::output, "(more was written in this event than can be kept)");
    std::clearerr(stdout);
    std::clearerr(stderr);
  }
  ::lseek(block_, 0, SEEK_SET);
  *memory_ = kUntouched;
}

void OutputTap::restore() {
  if (active_tap != this) return;
  active_tap = nullptr;
  sim_.set_code_listener(nullptr);
  std::fflush(stdout);
  take(sim_.running_node());
  ::dup2(stdout_, STDOUT_FILENO);
  ::dup2(stderr_, STDERR_FILENO);
  ::close(stdout_);
  ::close(stderr_);
}

void OutputTap::give_back() {
  OutputTap* const tap = active_tap;
  if (tap == nullptr) return;
  tap->restore();
  const std::string_view tail = tap->tail_;
  const ssize_t written = ::write(STDERR_FILENO, tail.data(), tail.size());
  (void)written;
}

}  // namespace windtunnel
