#include <windtunnel/scenarios/campaign/last_words.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/scenarios/campaign/output_tap.h>
#include <windtunnel/scenarios/campaign/stack.h>

#include <execinfo.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

// Of a sanitizer, where there is one.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace windtunnel {
namespace {

// Real seconds that the last words may take. What comes later is lost; no verdict depends on it.
constexpr unsigned kPatience = 60;
constexpr std::size_t kHandlerStack = std::size_t{4} << 20;

int output_descriptor = -1;
std::function<std::string(const Death&)> last_words;

// A line built without allocation: a signal handler should do no more.
class Line {
 public:
  void text(const char* said) {
    while (*said != '\0' && size_ < sizeof line_) line_[size_++] = *said++;
  }
  void number(std::uint64_t value) {
    char digits[20];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (count > 0 && size_ < sizeof line_) line_[size_++] = digits[--count];
  }
  void write() const {
    const ssize_t written = ::write(STDERR_FILENO, line_, size_);
    (void)written;
  }

 private:
  char line_[160];
  std::size_t size_ = 0;
};

void write_note(int signal) {
  Line line;
  line.text("fatal signal ");
  line.number(static_cast<std::uint64_t>(signal));
  if (const AssertContext* context = assert_context(); context != nullptr) {
    line.text(", seed ");
    line.number(context->seed);
    line.text(", event ");
    line.number(context->event);
    if (const char* const node = context->node_name(); node != nullptr) {
      line.text(", node ");
      line.text(node);
    }
  }
  line.text("\n");
  line.write();
}

void say_last_words(const Death& death) {
  if (!last_words) return;
  const auto say = std::exchange(last_words, nullptr);
  ::alarm(kPatience);
  const std::string said = say(death);
  std::size_t sent = 0;
  while (sent < said.size()) {
    const ssize_t count = ::write(output_descriptor, said.data() + sent, said.size() - sent);
    if (count < 0 && errno != EINTR) return;
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
}

void on_fatal_signal(int signal) {
  std::array<void*, kMostFrames> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  OutputTap::give_back();
  if (signal != SIGQUIT) write_note(signal);
  if (last_words) {
    // This function and the system's call of it are not what is looked for.
    constexpr std::size_t kOwn = 2;
    const std::span<void* const> all(frames.data(), static_cast<std::size_t>(count));
    say_last_words({signal, 0, stack_text(all.subspan(std::min(kOwn, all.size())))});
  }
  // The handler was reset when it was entered: this ends the process as if there had been none.
  ::raise(signal);
}

void on_leave(int status, void*) {
  OutputTap::give_back();
  say_last_words({0, status, {}});
}

void on_sanitizers_end() {
  constexpr int kItsStatus = 1;
  on_leave(kItsStatus, nullptr);
}

// So that the handler runs also when the stack has overflowed.
void make_handler_stack() {
  stack_t own{};
  own.ss_size = kHandlerStack;
  own.ss_sp =
      ::mmap(nullptr, kHandlerStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (own.ss_sp != MAP_FAILED) ::sigaltstack(&own, nullptr);
}

constexpr bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__)
  return true;
#elif defined(__has_feature)
  return __has_feature(address_sanitizer);
#else
  return false;
#endif
}

}  // namespace

void install_last_words(int output) {
  output_descriptor = output;
  struct sigaction action {};
  action.sa_handler = &on_fatal_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
  ::on_exit(&on_leave, nullptr);
  if (is_sanitized()) {
    // Its own report of most signals says more.
    if (__sanitizer_set_death_callback != nullptr)
      __sanitizer_set_death_callback(&on_sanitizers_end);
    for (const int signal : {SIGABRT, SIGQUIT}) ::sigaction(signal, &action, nullptr);
    return;
  }
  make_handler_stack();
  action.sa_flags |= SA_ONSTACK;
  for (const int signal : {SIGABRT, SIGQUIT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    ::sigaction(signal, &action, nullptr);
  }
}

LastWords::LastWords(std::function<std::string(const Death&)> say) {
  WT_ASSERT(!last_words, "one set of last words at a time");
  last_words = std::move(say);
}

LastWords::~LastWords() { last_words = nullptr; }

}  // namespace windtunnel
