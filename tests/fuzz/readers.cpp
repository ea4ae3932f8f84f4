// libFuzzer over the readers of histories: any bytes are read or refused, in memory that is a small
// multiple of theirs, and what was read can be written and read again. `./dev fuzz-readers` runs
// it; --from=FORMAT names the format, without it the content does.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/protocols/base/assert.h>

#include <sanitizer/allocator_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace windtunnel::checkers {
namespace {

constexpr std::string_view kFrom = "--from=";
ReadOptions options;
// What was there before the hooks is released, too: it may be less than nothing.
std::int64_t held_bytes = 0;
std::int64_t most_bytes = 0;

// An operation of a table may be six characters, and is two events of 230 bytes in a list that
// grows to twice its size.
constexpr std::int64_t kBytesAByte = 300;
constexpr std::int64_t kBytesAlways = 1 << 20;

void count_allocation(const volatile void*, std::size_t size) {
  most_bytes = std::max(most_bytes, held_bytes += static_cast<std::int64_t>(size));
}
void count_release(const volatile void* at) {
  if (at == nullptr) return;
  held_bytes -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<void*>(at)));
}

// A file without a folder, as the command gets the path of one.
std::string path_of(std::string_view content) {
  static const int file = memfd_create("history", MFD_CLOEXEC);
  const bool filled = ftruncate(file, 0) == 0 && pwrite(file, content.data(), content.size(), 0) ==
                                                     static_cast<ssize_t>(content.size());
  WT_ASSERT(filled, "memory holds the input");
  return "/proc/self/fd/" + std::to_string(file);
}

void read(std::string_view content) {
  const std::string path = path_of(content);
  options.sort_by_time = !content.empty() && content.back() == '\n';
  most_bytes = held_bytes;
  const std::int64_t before = held_bytes;
  const auto read = read_any_history(path, options);
  const auto size = static_cast<std::int64_t>(content.size());
  WT_ASSERT(most_bytes - before < kBytesAlways + kBytesAByte * size,
            "memory is a small multiple of the input");
  if (read.has_error()) return;
  for (const Layout layout : {Layout::edn_lines, Layout::edn_vector, Layout::json_lines}) {
    const HistoryResult again = read_history(write_history(read->history, layout));
    WT_ASSERT(again.has_value(), "what was written can be read");
    WT_ASSERT(again->events().size() == read->history.events().size(), "as much as was read");
  }
}

}  // namespace
}  // namespace windtunnel::checkers

int LLVMFuzzerInitialize(int* count, char*** arguments) {
  using namespace windtunnel::checkers;
  for (int i = 1; i < *count; ++i) {
    const std::string_view argument = (*arguments)[i];
    if (argument.starts_with(kFrom)) options.from = argument.substr(kFrom.size());
  }
  __sanitizer_install_malloc_and_free_hooks(count_allocation, count_release);
  return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  windtunnel::checkers::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
