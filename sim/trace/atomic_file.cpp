#include "sim/trace/atomic_file.h"

#include "protocols/base/assert.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace boost::system {

void throw_exception_from_error(const windtunnel::FileError& error, const boost::source_location&) {
  windtunnel::assertion_failed("has_value()", error.what.c_str(), __FILE__, __LINE__);
}

}  // namespace boost::system

namespace windtunnel {
namespace {

Errc to_errc(int error_number) {
  switch (error_number) {
    case ENOENT: return Errc::not_found;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return Errc::no_space;
    case EEXIST: return Errc::already_exists;
    case EISDIR: return Errc::invalid_argument;
    default: return Errc::io_error;
  }
}

FileError failure(const char* verb, const std::string& path, int error_number) {
  return {make_error_code(to_errc(error_number)),
          std::string("cannot ") + verb + " '" + path + "': " + std::strerror(error_number)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int close() {
    const int result = fd_ >= 0 ? ::close(fd_) : 0;
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

// 0, or the error number.
int write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return 0;
}

int write_and_sync(const std::string& path, BytesView bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.valid()) return errno;
  if (const int error = write_all(file.get(), bytes); error != 0) return error;
  if (::fsync(file.get()) != 0) return errno;
  return file.close() == 0 ? 0 : errno;
}

// The new name must survive a power loss too. Best effort: some file systems cannot sync a
// directory.
void sync_directory_of(const std::filesystem::path& path) {
  const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
  Descriptor handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.valid()) ::fsync(handle.get());
}

// A device, a pipe or a socket, as /dev/stdout: there is no name to put a new file under.
bool is_no_file(const std::filesystem::path& target) {
  std::error_code ignored;
  return std::filesystem::is_other(target, ignored);
}

FileResult<void> write_straight(const std::string& path, BytesView bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  int error = file.valid() ? write_all(file.get(), bytes) : errno;
  if (error == 0 && file.close() != 0) error = errno;
  if (error != 0) return failure("write", path, error);
  return {};
}

}  // namespace

FileResult<void> write_file_atomically(const std::string& named, BytesView bytes) {
  std::filesystem::path target(named);
  if (is_no_file(target)) return write_straight(named, bytes);
  std::error_code error_code;
  // Through a symbolic link the file that it leads to is replaced, and the link stays.
  if (std::filesystem::exists(target, error_code)) {
    const std::filesystem::path led_to = std::filesystem::canonical(target, error_code);
    if (!error_code) target = led_to;
  }
  const std::string path = target.string();
  std::error_code made;
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), made);
  if (made) return failure("make the directory of", named, made.value());
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  int error = write_and_sync(temporary, bytes);
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return failure("write", named, error);
  }
  sync_directory_of(target);
  return {};
}

FileResult<Bytes> read_whole_file(const std::string& path, std::uint64_t limit) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return failure("read", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure("read", path, errno);
  if (S_ISDIR(status.st_mode)) return failure("read", path, EISDIR);
  Bytes bytes;
  std::byte block[65536];
  for (;;) {
    const ssize_t count = ::read(file.get(), block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read", path, errno);
    if (count == 0) return bytes;
    bytes.insert(bytes.end(), block, block + count);
    if (bytes.size() > limit) {
      return FileError{
          make_error_code(Errc::message_too_large),
          "cannot read '" + path + "': larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

}  // namespace windtunnel
