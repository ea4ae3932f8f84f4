#include <windtunnel/protocols/rpc/policy/status_code.h>

#include <algorithm>

namespace windtunnel::rpc {
namespace {

constexpr std::string_view kStatusNames[kStatusCodes] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

constexpr char in_capitals(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string_view name_of(StatusCode code) { return kStatusNames[static_cast<unsigned>(code)]; }

std::optional<StatusCode> status_code_named(std::string_view name) {
  for (std::uint8_t code = 0; code < kStatusCodes; ++code) {
    const bool same =
        std::equal(name.begin(), name.end(), kStatusNames[code].begin(), kStatusNames[code].end(),
                   [](char a, char b) { return in_capitals(a) == b; });
    if (same) return static_cast<StatusCode>(code);
  }
  return std::nullopt;
}

}  // namespace windtunnel::rpc
