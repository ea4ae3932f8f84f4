// Whole files of the host machine, for traces, results and reports: a reader never sees half of
// one.
#pragma once

#include "protocols/base/bytes.h"
#include "protocols/base/result.h"

#include <string>

namespace windtunnel {

// An operating-system error with the path and step it belongs to, for people.
struct FileError {
  Error code;
  std::string what;  // "cannot write 'x/result.json': No space left on device"
};

template <class T>
using FileResult = boost::system::result<T, FileError>;

// Writes to a temporary name beside `path`, syncs, and renames: on any error what was at `path` is
// untouched and nothing is left behind. Makes missing directories. What a symbolic link leads to is
// replaced, not the link; into a device or a pipe the bytes are written as they are.
FileResult<void> write_file_atomically(const std::string& path, BytesView bytes);

// At most `limit` bytes; a larger file is Errc::message_too_large. A directory is
// Errc::invalid_argument.
FileResult<Bytes> read_whole_file(const std::string& path, std::uint64_t limit);

}  // namespace windtunnel

namespace boost::system {
// `value()` on an error is a programmer error here; results are inspected first.
[[noreturn]] void throw_exception_from_error(const windtunnel::FileError& error,
                                             const boost::source_location& where);
}  // namespace boost::system
