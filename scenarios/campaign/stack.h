// A stack of calls for people.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace windtunnel {

inline constexpr std::size_t kMostFrames = 128;

// The frames that `backtrace` found, innermost first, as text: "#0 store::apply(int) at
// store.cpp:12", a line each, calls that were inlined too. Without the C library's way to abort,
// and from the simulation's loop on without what called it. Names come from `addr2line`, which
// comes with the compiler; without it, or without debug information, from the symbols that are
// exported.
std::string stack_text(std::span<void* const> frames);

}  // namespace windtunnel
