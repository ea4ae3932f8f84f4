// Whole files of the host machine, for traces, results and reports: a reader never sees half of
// one.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>

#include <cstdint>
#include <string>
#include <utility>

namespace windtunnel {

// An operating-system error with the path and step it belongs to, for people.
struct FileError {
  Error code;
  std::string what;  // "cannot write 'x/result.json': No space left on device"
};

template <class T>
using FileResult = boost::system::result<T, FileError>;

// A file that is written piece by piece, and is there as a whole or not at all: it has a temporary
// name beside `path` until it is committed, and without that it is removed with its object. What
// was at `path` is untouched until then. Makes missing directories. What a symbolic link leads to
// is replaced, not the link; into a device or a pipe the bytes are written as they come.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path) : named_(std::move(path)) {}
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  // Once, before all else. After an error nothing more can be done with the file.
  FileResult<void> open();
  FileResult<void> write(BytesView bytes);
  // Syncs and renames. Nothing can be written after it.
  FileResult<void> commit();

 private:
  FileResult<void> fail(const char* verb, int error_number);

  std::string named_;      // as the caller says it
  std::string path_;       // where it goes
  std::string temporary_;  // empty: the bytes go straight to where they belong
  int descriptor_ = -1;
};

// All of a file at once, as `AtomicFile` does it.
FileResult<void> write_file_atomically(const std::string& path, BytesView bytes);

// At most `limit` bytes; a larger file is Errc::message_too_large. A directory, a pipe or a device
// is Errc::invalid_argument.
FileResult<Bytes> read_whole_file(const std::string& path, std::uint64_t limit);

}  // namespace windtunnel

namespace boost::system {
// `value()` on an error is a programmer error here; results are inspected first.
[[noreturn]] void throw_exception_from_error(const windtunnel::FileError& error,
                                             const boost::source_location& where);
}  // namespace boost::system
