// Bytes that know whether they are whole: a CRC-32C at their end.
#pragma once

#include <windtunnel/protocols/base/bytes.h>

#include <cstddef>
#include <optional>

namespace windtunnel {

inline constexpr std::size_t kSealBytes = sizeof(std::uint32_t);

// Appends the checksum of what `out` holds from `start` on.
void seal(Bytes& out, std::size_t start = 0);

// What was sealed; nothing where it is damaged.
std::optional<BytesView> unseal(BytesView sealed);

}  // namespace windtunnel
