// A directory in which a run is written until all of it is there, beside the one that it is for.
#pragma once

#include <cstdint>
#include <string>

namespace windtunnel::scenarios {

// Locks a directory for as long as it lives, against other processes that do the same.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();
  // Waits for whoever holds it, unless `try_only`. False when it is held, or is no directory.
  bool lock(const std::string& directory, bool try_only = false);

 private:
  int descriptor_ = -1;
};

// What killed processes left, to be removed: where all directories beside are ours, those for
// others than this one too.
enum class Leftovers : std::uint8_t { of_this, of_all_beside };

// HOME.tmpPID: made empty and locked, removed with its object. Those that killed processes left
// beside it, which nobody locks, are removed first.
class AsideDirectory {
 public:
  explicit AsideDirectory(const std::string& home, Leftovers which = Leftovers::of_all_beside);
  AsideDirectory(const AsideDirectory&) = delete;
  AsideDirectory& operator=(const AsideDirectory&) = delete;
  ~AsideDirectory();
  const std::string& path() const { return path_; }
  // Why it could not be made; empty when it could.
  const std::string& error() const { return error_; }

 private:
  std::string path_;
  std::string error_;
  DirectoryLock lock_;
};

}  // namespace windtunnel::scenarios
