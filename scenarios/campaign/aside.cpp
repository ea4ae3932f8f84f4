#include <windtunnel/scenarios/campaign/aside.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace windtunnel::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".tmp";

// "7.tmp4711": of `whom`; where that is empty, of any seed.
bool is_aside(const std::string& name, const std::string& whom) {
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string::npos) return false;
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::string_view stem = std::string_view(name).substr(0, mark);
  const bool is_ours = whom.empty() ? is_number(stem) : stem == whom;
  return is_ours && is_number(std::string_view(name).substr(mark + kMark.size()));
}

void remove_leftovers(const fs::path& folder, const std::string& whom) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!is_aside(entry->path().filename().string(), whom) || !entry->is_directory(ignored))
      continue;
    DirectoryLock lock;
    if (lock.lock(entry->path().string(), true)) fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool DirectoryLock::lock(const std::string& directory, bool try_only) {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor_ < 0) return false;
  const int how = LOCK_EX | (try_only ? LOCK_NB : 0);
  int done = ::flock(descriptor_, how);
  while (done != 0 && errno == EINTR) done = ::flock(descriptor_, how);
  // Whoever held it may have removed it.
  struct stat ours {};
  struct stat named {};
  return done == 0 && ::fstat(descriptor_, &ours) == 0 && ::stat(directory.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

AsideDirectory::AsideDirectory(const std::string& home, Leftovers which) {
  const fs::path folder = fs::path(home).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    error_ = "cannot make '" + folder.string() + "': " + error.message();
    return;
  }
  const std::string name = fs::path(home).filename().string();
  remove_leftovers(folder, which == Leftovers::of_this ? name : std::string());
  // Another process may have this number in a container of its own, and take the directory for a
  // leftover before it is locked.
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string path = home + std::string(kMark) + std::to_string(::getpid());
    if (attempt > 0) path += std::to_string(attempt);
    const bool made = ::mkdir(path.c_str(), 0777) == 0;
    if (!made && errno != EEXIST) {
      error_ = "cannot make '" + path + "': " + std::strerror(errno);
      return;
    }
    if (!made || !lock_.lock(path)) continue;
    path_ = std::move(path);
    return;
  }
  error_ = "cannot make a directory beside '" + home + "'";
}

AsideDirectory::~AsideDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace windtunnel::scenarios
