// The seventeen status codes of gRPC, and sets of them.
#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace windtunnel::rpc {

// The numbers are those of the wire.
enum class StatusCode : std::uint8_t {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};
inline constexpr std::uint8_t kStatusCodes = 17;

// As gRPC writes it: "DEADLINE_EXCEEDED".
std::string_view name_of(StatusCode code);
// By that name, in any case.
std::optional<StatusCode> status_code_named(std::string_view name);

class StatusSet {
 public:
  constexpr StatusSet() = default;
  constexpr StatusSet(std::initializer_list<StatusCode> codes) {
    for (const StatusCode code : codes) insert(code);
  }
  constexpr void insert(StatusCode code) { bits_ |= bit(code); }
  constexpr bool contains(StatusCode code) const { return (bits_ & bit(code)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr auto operator<=>(const StatusSet&, const StatusSet&) = default;

 private:
  static constexpr std::uint32_t bit(StatusCode code) { return 1U << static_cast<unsigned>(code); }
  std::uint32_t bits_ = 0;
};

// What go-zero counts against a server; anything else is its caller's business.
inline constexpr StatusSet kServerFailures = {
    StatusCode::deadline_exceeded, StatusCode::resource_exhausted, StatusCode::unimplemented,
    StatusCode::internal,          StatusCode::unavailable,        StatusCode::data_loss};

}  // namespace windtunnel::rpc
