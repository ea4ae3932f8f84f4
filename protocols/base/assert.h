// Assertions that are always on. A failed one is a bug of the programmer, never bad input or bad
// luck: it prints the reason and the run's context (seed, event number, node) and aborts. In a run
// the worker process dies and the run reports the finding `no-crash`.
#pragma once

#include <cstdint>
#include <span>

namespace windtunnel {

// What a dying process says about the run it was in. The simulation keeps it up to date.
struct AssertContext {
  std::uint64_t seed = 0;
  std::uint64_t event = 0;
  std::uint32_t node = 0xffffffffU;
  std::span<const char* const> node_names;  // by node

  // The node's name; null where none is running.
  const char* node_name() const noexcept {
    if (node == 0xffffffffU) return nullptr;
    return node < node_names.size() ? node_names[node] : "?";
  }
};

// The one process-wide object of the lower layers: nothing reads it but a failing assertion and a
// crash reporter. Null means that no simulation runs. Returns the former context.
const AssertContext* set_assert_context(const AssertContext* context) noexcept;
const AssertContext* assert_context() noexcept;

[[noreturn]] void assertion_failed(const char* condition, const char* reason, const char* file,
                                   int line) noexcept;

}  // namespace windtunnel

#define WT_ASSERT(condition, reason) \
  (static_cast<bool>(condition)      \
       ? void(0)                     \
       : ::windtunnel::assertion_failed(#condition, reason, __FILE__, __LINE__))
