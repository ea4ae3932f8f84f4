#include <windtunnel/protocols/asio/posix_files.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace windtunnel {
namespace {

Errc from_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return Errc::not_found;
    case EEXIST:
    case ENOTEMPTY: return Errc::already_exists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return Errc::no_space;
    case EBADF:
    case EINVAL:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG: return Errc::invalid_argument;
    default: return Errc::io_error;
  }
}

Errc outcome(int result) { return result == 0 ? Errc::ok : from_errno(errno); }

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read: return O_RDONLY;
    case OpenMode::read_write: return O_RDWR;
    case OpenMode::create: return O_RDWR | O_CREAT;
    case OpenMode::create_new: return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

// Offsets of the system are signed.
bool is_offset(std::uint64_t value) { return value <= static_cast<std::uint64_t>(INT64_MAX); }

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_directory(int directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status {};
  return ::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

bool is_contained_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    begin = end + 1;
  }
  return true;
}

Result<void> PosixFiles::open(const std::filesystem::path& directory) {
  if (directory.empty()) return {};
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  const auto system_error = [](int code) { return Error(code, boost::system::system_category()); };
  if (failure) return system_error(failure.value());
  root_ = Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_.valid()) return system_error(errno);
  if (::flock(root_.number(), LOCK_EX | LOCK_NB) != 0) return system_error(errno);
  return {};
}

void PosixFiles::perform(DiskRequest& request) noexcept {
  try {
    request.error = run(request);
  } catch (const std::exception&) {
    // Memory for the result; the operation itself does not throw.
    request.error = Errc::io_error;
  }
}

Errc PosixFiles::run(DiskRequest& request) {
  switch (request.operation) {
    case DiskOperation::open: return open_file(request);
    case DiskOperation::close: files_.erase(request.handle); return Errc::ok;
    case DiskOperation::size:
    case DiskOperation::read:
    case DiskOperation::write:
    case DiskOperation::truncate:
    case DiskOperation::allocate:
    case DiskOperation::sync: {
      const auto found = files_.find(request.handle);
      return found == files_.end() ? Errc::closed : on_file(request, found->second.number());
    }
    case DiskOperation::make_directory:
    case DiskOperation::rename:
    case DiskOperation::remove:
    case DiskOperation::list:
    case DiskOperation::sync_directory: return on_path(request);
  }
  return Errc::unsupported;
}

Errc PosixFiles::on_file(DiskRequest& request, int file) {
  const auto length = static_cast<off_t>(request.length);
  switch (request.operation) {
    case DiskOperation::size: {
      struct stat status {};
      if (::fstat(file, &status) != 0) return from_errno(errno);
      request.value = static_cast<std::uint64_t>(status.st_size);
      return Errc::ok;
    }
    case DiskOperation::read: return read(request, file);
    case DiskOperation::write: return write(request, file);
    case DiskOperation::truncate:
      if (!is_offset(request.length)) return Errc::no_space;
      return outcome(::ftruncate(file, length));
    case DiskOperation::allocate: {
      if (!is_offset(request.length)) return Errc::no_space;
      const int error = request.length == 0 ? 0 : ::posix_fallocate(file, 0, length);
      return error == 0 ? Errc::ok : from_errno(error);
    }
    case DiskOperation::sync: return outcome(::fsync(file));
    default: return Errc::unsupported;
  }
}

Errc PosixFiles::on_path(DiskRequest& request) {
  if (!root_.valid()) return Errc::io_error;
  const bool whole = request.path.empty() && (request.operation == DiskOperation::list ||
                                              request.operation == DiskOperation::sync_directory);
  if (!whole && !is_contained_path(request.path)) return Errc::invalid_argument;
  const int root = root_.number();
  switch (request.operation) {
    case DiskOperation::make_directory: return outcome(::mkdirat(root, request.path.c_str(), 0755));
    case DiskOperation::rename:
      if (!is_contained_path(request.other_path)) return Errc::invalid_argument;
      return outcome(::renameat(root, request.path.c_str(), root, request.other_path.c_str()));
    case DiskOperation::remove: return remove(request.path);
    case DiskOperation::list: return list(request);
    case DiskOperation::sync_directory: {
      const Descriptor directory = open_directory(request.path);
      return directory.valid() ? outcome(::fsync(directory.number())) : from_errno(errno);
    }
    default: return Errc::unsupported;
  }
}

Errc PosixFiles::open_file(DiskRequest& request) {
  if (!root_.valid()) return Errc::io_error;
  if (!is_contained_path(request.path)) return Errc::invalid_argument;
  const int flags = flags_of(request.mode) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Descriptor file(::openat(root_.number(), request.path.c_str(), flags, 0644));
  if (!file.valid()) return from_errno(errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return from_errno(errno);
  if (!S_ISREG(status.st_mode)) return Errc::invalid_argument;
  files_[request.handle] = std::move(file);
  request.value = request.handle;
  return Errc::ok;
}

Errc PosixFiles::read(DiskRequest& request, int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return from_errno(errno);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (request.offset >= size) return Errc::ok;
  Bytes data(std::min(request.length, size - request.offset));
  std::size_t done = 0;
  while (done < data.size()) {
    const ssize_t count = ::pread(file, data.data() + done, data.size() - done,
                                  static_cast<off_t>(request.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return from_errno(errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  data.resize(done);
  request.value = done;
  request.data = std::move(data);
  return Errc::ok;
}

Errc PosixFiles::write(const DiskRequest& request, int file) {
  if (!is_offset(request.offset) || !is_offset(request.offset + request.bytes.size())) {
    return Errc::no_space;
  }
  std::size_t done = 0;
  while (done < request.bytes.size()) {
    const ssize_t count = ::pwrite(file, request.bytes.data() + done, request.bytes.size() - done,
                                   static_cast<off_t>(request.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return from_errno(errno);
    done += static_cast<std::size_t>(count);
  }
  return Errc::ok;
}

// Files, and directories that are empty.
Errc PosixFiles::remove(const std::string& path) {
  if (::unlinkat(root_.number(), path.c_str(), 0) == 0) return Errc::ok;
  if (errno != EISDIR) return from_errno(errno);
  return outcome(::unlinkat(root_.number(), path.c_str(), AT_REMOVEDIR));
}

Descriptor PosixFiles::open_directory(const std::string& path) {
  const char* name = path.empty() ? "." : path.c_str();
  return Descriptor(
      ::openat(root_.number(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

Errc PosixFiles::list(DiskRequest& request) {
  const Descriptor opened = open_directory(request.path);
  if (!opened.valid()) return from_errno(errno);
  // The stream owns its own descriptor.
  const int own = ::fcntl(opened.number(), F_DUPFD_CLOEXEC, 0);
  if (own < 0) return from_errno(errno);
  const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(own));
  if (stream == nullptr) {
    const Descriptor closes(own);
    return Errc::io_error;
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (is_directory(opened.number(), *entry)) name += '/';
    request.names.push_back(std::move(name));
  }
  if (errno != 0) return from_errno(errno);
  std::sort(request.names.begin(), request.names.end());
  return Errc::ok;
}

}  // namespace windtunnel
