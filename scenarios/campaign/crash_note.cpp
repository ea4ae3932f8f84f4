#include <windtunnel/scenarios/campaign/crash_note.h>

#include <windtunnel/protocols/base/assert.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include <unistd.h>

namespace windtunnel::scenarios {
namespace {

// A line built without allocation: a signal handler may do no more.
class Line {
 public:
  void text(const char* words) {
    while (*words != '\0' && size_ < sizeof line_) line_[size_++] = *words++;
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

void on_fatal_signal(int signal) {
  Line line;
  line.text("fatal signal ");
  line.number(static_cast<std::uint64_t>(signal));
  if (const AssertContext* context = assert_context(); context != nullptr) {
    line.text(", seed ");
    line.number(context->seed);
    line.text(", event ");
    line.number(context->event);
    if (context->node != 0xffffffffU) {
      line.text(", node ");
      line.number(context->node);
    }
  }
  line.text("\n");
  line.write();
  // The handler was reset when it was entered: this ends the process as if there had been none.
  ::raise(signal);
}

}  // namespace

void install_crash_note() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  return;  // Its own report says more.
#endif
#endif
  struct sigaction action {};
  action.sa_handler = &on_fatal_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace windtunnel::scenarios
