// XXH64, the hash that gRPC places endpoints by (A42, A68).
#pragma once

#include <cstdint>
#include <string_view>

namespace windtunnel::rpc {

std::uint64_t xxh64(std::string_view text, std::uint64_t seed = 0);

}  // namespace windtunnel::rpc
