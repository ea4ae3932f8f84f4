// Operating errors as values. `Result<T>` holds a T or an `Error`; nothing here throws as long as
// a result is inspected before `value()` or `operator*` is used.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string_view>

namespace windtunnel {

// The errors that a port of `Env` or a protocol reports. Append only: numbers appear in traces.
enum class Errc : std::uint8_t {
  ok = 0,
  timed_out = 1,    // the deadline passed first
  cancelled = 2,    // the waiter or its owner went away
  refused = 3,      // nobody listens there
  reset = 4,        // the peer aborted the stream
  closed = 5,       // end of stream, or a handle used after close
  would_block = 6,  // nothing to read, or no room to write, now
  unreachable = 7,  // no route: the connect was black-holed until its timeout
  address_in_use = 8,
  message_too_large = 9,
  not_found = 10,  // no such file
  already_exists = 11,
  io_error = 12,  // EIO
  no_space = 13,  // ENOSPC
  corrupt = 14,   // a checksum or format check failed
  not_leader = 15,
  invalid_argument = 16,
  overloaded = 17,  // a named limit was reached
  unsupported = 18,
};

const boost::system::error_category& error_category() noexcept;
// The short lower-case name, as written in traces and histories: "timed-out".
std::string_view name_of(Errc code) noexcept;

inline boost::system::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

using Error = boost::system::error_code;

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace windtunnel

template <>
struct boost::system::is_error_code_enum<windtunnel::Errc> : std::true_type {};
