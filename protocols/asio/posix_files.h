// Private to this folder: the system calls behind `Env::disk`, synchronous, below one directory.
// Used by one thread at a time: the disk's worker. No Boost.Asio.
#pragma once

#include <windtunnel/protocols/env/disk.h>

#include <filesystem>
#include <map>

namespace windtunnel {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

enum class DiskOperation : std::uint8_t {
  open,
  close,
  size,
  read,
  write,
  truncate,
  allocate,
  sync,
  make_directory,
  rename,
  remove,
  list,
  sync_directory
};

// An operation, with its arguments as far as it has them, and its outcome.
struct DiskRequest {
  DiskOperation operation = DiskOperation::open;
  std::uint64_t ticket = 0;
  std::uint32_t handle = 0;
  OpenMode mode = OpenMode::read;
  std::string path;
  std::string other_path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Bytes bytes;

  Errc error = Errc::ok;
  std::uint64_t value = 0;
  Bytes data;
  std::vector<std::string> names;
};

// Whether `path` stays below the directory that it is relative to, judged by its text: not
// absolute, and no empty, "." or ".." component. Symbolic links are not followed in the last
// component.
bool is_contained_path(std::string_view path);

class PosixFiles {
 public:
  // Makes the directory when it is missing and locks it against other processes and nodes. Empty:
  // every operation will fail.
  Result<void> open(const std::filesystem::path& directory);
  void perform(DiskRequest& request) noexcept;

 private:
  Errc run(DiskRequest& request);
  Errc on_file(DiskRequest& request, int file);
  Errc on_path(DiskRequest& request);
  Errc open_file(DiskRequest& request);
  Errc read(DiskRequest& request, int file);
  Errc write(const DiskRequest& request, int file);
  Errc remove(const std::string& path);
  Errc list(DiskRequest& request);
  Descriptor open_directory(const std::string& path);

  Descriptor root_;
  std::map<std::uint32_t, Descriptor> files_;
};

}  // namespace windtunnel
