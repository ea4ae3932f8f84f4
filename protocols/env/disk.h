// Files of this node, all below its data directory. Operations are asynchronous; those on one file
// take effect in the order they were submitted. The port copies submitted bytes and paths.
//
// Nothing is durable until a sync has completed: `sync` for a file's bytes and size,
// `sync_directory` for the names in a directory (creation, rename, removal). A failed sync means
// that the bytes may be gone although they can still be read; trying again proves nothing
// (fsyncgate).
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/env/waiter.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

// An open file. Valid from the completion of `open` until `close`, within one incarnation.
struct File {
  std::uint32_t handle = 0;
  friend constexpr bool operator==(const File&, const File&) = default;
};

enum class OpenMode : std::uint8_t {
  read,        // must exist
  read_write,  // must exist
  create,      // read and write; made when missing
  create_new,  // read and write; Errc::already_exists when there
};

// Completion of a read: `data` holds what was read, shorter than asked at the end of the file.
class ReadWaiter : public Waiter {
 public:
  Bytes data;

 protected:
  ~ReadWaiter() = default;
};

// Completion of a directory listing: names, sorted, without the directory; a directory's ends with
// '/'.
class ListWaiter : public Waiter {
 public:
  std::vector<std::string> names;

 protected:
  ~ListWaiter() = default;
};

// Errors of all operations: io_error; where bytes or names are added: no_space; on paths:
// not_found.
class Disk {
 public:
  // value(): the handle for `File`.
  virtual void open(std::string_view path, OpenMode mode, Waiter& waiter) = 0;
  // Forgets the handle at once; operations under way still take effect.
  virtual void close(File file) = 0;
  // value(): the size in bytes.
  virtual void size(File file, Waiter& waiter) = 0;
  virtual void read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) = 0;
  // Writes all bytes or fails; a hole before `offset` reads as zeros.
  virtual void write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) = 0;
  virtual void truncate(File file, std::uint64_t size, Waiter& waiter) = 0;
  // Reserves space for [0, size) and extends the file to it, so that later writes there find space.
  virtual void allocate(File file, std::uint64_t size, Waiter& waiter) = 0;
  virtual void sync(File file, Waiter& waiter) = 0;
  virtual void make_directory(std::string_view path, Waiter& waiter) = 0;
  // Atomic with respect to other operations and crashes; replaces `to`. Durable after
  // sync_directory.
  virtual void rename(std::string_view from, std::string_view to, Waiter& waiter) = 0;
  virtual void remove(std::string_view path, Waiter& waiter) = 0;
  virtual void list(std::string_view directory, ListWaiter& waiter) = 0;
  // The data directory itself is "".
  virtual void sync_directory(std::string_view directory, Waiter& waiter) = 0;

 protected:
  ~Disk() = default;
};

}  // namespace windtunnel
