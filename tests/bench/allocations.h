// Counts calls of the global operator new, so that a benchmark can show allocations an event.
#pragma once

#include <cstdint>

namespace windtunnel::bench {

std::uint64_t allocations() noexcept;

}  // namespace windtunnel::bench
