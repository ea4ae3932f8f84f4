#include <windtunnel/sim/trace/atomic_file.h>

#include <windtunnel/protocols/base/assert.h>

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

}  // namespace

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

FileResult<void> AtomicFile::fail(const char* verb, int error_number) {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (descriptor_ >= 0 && !temporary_.empty()) ::unlink(temporary_.c_str());
  descriptor_ = -1;
  return failure(verb, named_, error_number);
}

FileResult<void> AtomicFile::open() {
  WT_ASSERT(descriptor_ < 0, "a file is opened once");
  std::filesystem::path target(named_);
  if (is_no_file(target)) {
    descriptor_ = ::open(named_.c_str(), O_WRONLY | O_CLOEXEC);
    return descriptor_ >= 0 ? FileResult<void>() : fail("write", errno);
  }
  std::error_code error_code;
  // Through a symbolic link the file that it leads to is replaced, and the link stays.
  if (std::filesystem::exists(target, error_code)) {
    const std::filesystem::path led_to = std::filesystem::canonical(target, error_code);
    if (!error_code) target = led_to;
  }
  path_ = target.string();
  std::error_code made;
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), made);
  if (made) return fail("make the directory of", made.value());
  temporary_ = path_ + ".tmp" + std::to_string(::getpid());
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  descriptor_ = ::open(temporary_.c_str(), kFlags, 0644);
  return descriptor_ >= 0 ? FileResult<void>() : fail("write", errno);
}

FileResult<void> AtomicFile::write(BytesView bytes) {
  WT_ASSERT(descriptor_ >= 0, "the file is open");
  const int error = write_all(descriptor_, bytes);
  return error == 0 ? FileResult<void>() : fail("write", error);
}

FileResult<void> AtomicFile::commit() {
  WT_ASSERT(descriptor_ >= 0, "the file is open");
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) return fail("write", errno);
  const int closed = ::close(std::exchange(descriptor_, -1));
  int error = closed == 0 ? 0 : errno;
  if (temporary_.empty()) return error == 0 ? FileResult<void>() : fail("write", error);
  if (error == 0 && ::rename(temporary_.c_str(), path_.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary_.c_str());
    return fail("write", error);
  }
  sync_directory_of(path_);
  return {};
}

FileResult<void> write_file_atomically(const std::string& path, BytesView bytes) {
  AtomicFile file(path);
  FileResult<void> done = file.open();
  if (done) done = file.write(bytes);
  return done ? file.commit() : done;
}

FileResult<Bytes> read_whole_file(const std::string& path, std::uint64_t limit) {
  // Without O_NONBLOCK a pipe would be waited for.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return failure("read", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure("read", path, errno);
  if (S_ISDIR(status.st_mode)) return failure("read", path, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    return FileError{make_error_code(Errc::invalid_argument),
                     "cannot read '" + path + "': a pipe or a device, not a file"};
  }
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
