#include <windtunnel/protocols/base/assert.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace windtunnel {
namespace {
const AssertContext* current_context = nullptr;
}  // namespace

const AssertContext* set_assert_context(const AssertContext* context) noexcept {
  const AssertContext* former = current_context;
  current_context = context;
  return former;
}

const AssertContext* assert_context() noexcept { return current_context; }

void assertion_failed(const char* condition, const char* reason, const char* file,
                      int line) noexcept {
  std::fprintf(stderr, "%s:%d: assertion failed: %s (%s)\n", file, line, reason, condition);
  if (current_context != nullptr) {
    std::fprintf(stderr, "  seed %" PRIu64 ", event %" PRIu64, current_context->seed,
                 current_context->event);
    const char* const node = current_context->node_name();
    if (node != nullptr) std::fprintf(stderr, ", node %s", node);
    std::fputc('\n', stderr);
  }
  std::fflush(stderr);
  std::abort();
}

}  // namespace windtunnel
