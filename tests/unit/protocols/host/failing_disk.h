// A node's disk of which a test makes any call fail.
#pragma once

#include <windtunnel/protocols/env/env.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::testing {

enum class DiskCall : std::uint8_t {
  open,
  size,
  read,
  write,
  truncate,
  sync,
  make_directory,
  rename,
  remove,
  list,
  sync_directory
};

// The calls of that kind on a path that ends so. A read that fails with Errc::ok is too short.
struct FailingCall {
  DiskCall call = DiskCall::open;
  std::string ending;
  Errc error = Errc::io_error;
  int times = 1;
  int after = 0;   // so many go well before
  int failed = 0;  // so far
  // Only once something was removed.
  bool awaits_removal = false;
  // Of a removal: the name is gone all the same.
  bool has_effect = false;
};

class FailingDisk final : public Disk {
 public:
  FailingDisk(Disk& inner, Executor& executor, std::vector<FailingCall>& calls)
      : inner_(inner), executor_(executor), calls_(calls) {}

  void open(std::string_view path, OpenMode mode, Waiter& waiter) override {
    if (fails(DiskCall::open, path, waiter)) return;
    openings_.push_back(std::make_unique<Opening>(*this, path, waiter));
    inner_.open(path, mode, *openings_.back());
  }
  void close(File file) override { inner_.close(file); }
  void size(File file, Waiter& waiter) override {
    if (!fails(DiskCall::size, paths_[file.handle], waiter)) inner_.size(file, waiter);
  }
  void read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) override {
    if (!fails(DiskCall::read, paths_[file.handle], waiter)) {
      inner_.read(file, offset, length, waiter);
    }
  }
  void write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) override {
    if (!fails(DiskCall::write, paths_[file.handle], waiter)) {
      inner_.write(file, offset, bytes, waiter);
    }
  }
  void truncate(File file, std::uint64_t size, Waiter& waiter) override {
    if (!fails(DiskCall::truncate, paths_[file.handle], waiter)) {
      inner_.truncate(file, size, waiter);
    }
  }
  void allocate(File file, std::uint64_t size, Waiter& waiter) override {
    inner_.allocate(file, size, waiter);
  }
  void sync(File file, Waiter& waiter) override {
    if (!fails(DiskCall::sync, paths_[file.handle], waiter)) inner_.sync(file, waiter);
  }
  void make_directory(std::string_view path, Waiter& waiter) override {
    if (!fails(DiskCall::make_directory, path, waiter)) inner_.make_directory(path, waiter);
  }
  void rename(std::string_view from, std::string_view to, Waiter& waiter) override {
    if (!fails(DiskCall::rename, from, waiter)) inner_.rename(from, to, waiter);
  }
  void remove(std::string_view path, Waiter& waiter) override {
    for (FailingCall& each : calls_) each.awaits_removal = false;
    if (!fails(DiskCall::remove, path, waiter)) return inner_.remove(path, waiter);
    Ignored ignored;
    if (failed_with_effect_) inner_.remove(path, ignored);
  }
  void list(std::string_view directory, ListWaiter& waiter) override {
    if (!fails(DiskCall::list, directory, waiter)) inner_.list(directory, waiter);
  }
  void sync_directory(std::string_view directory, Waiter& waiter) override {
    if (!fails(DiskCall::sync_directory, directory, waiter)) {
      inner_.sync_directory(directory, waiter);
    }
  }

 private:
  // Learns which path a handle means, then lets who waits go on.
  class Opening final : public Waiter, private WaiterHolder {
   public:
    Opening(FailingDisk& disk, std::string_view path, Waiter& outer)
        : disk_(disk), path_(path), outer_(&outer) {
      outer.hold(*this);
    }
    ~Opening() {
      if (outer_ != nullptr) forget(*outer_);
    }
    void run() noexcept override {
      if (error() == Errc::ok) disk_.paths_[static_cast<std::uint32_t>(value())] = path_;
      if (outer_ == nullptr) return;
      Waiter& outer = *std::exchange(outer_, nullptr);
      outer.release();
      outer.complete(error(), value());
      disk_.executor_.post(outer);
    }

   private:
    void forget(Waiter& waiter) noexcept override {
      waiter.release();
      outer_ = nullptr;
    }
    FailingDisk& disk_;
    std::string path_;
    Waiter* outer_;
  };

  class Ignored final : public Waiter {
   public:
    void run() noexcept override {}
  };

  bool fails(DiskCall call, std::string_view path, Waiter& waiter) {
    for (FailingCall& each : calls_) {
      if (each.call != call || !path.ends_with(each.ending) || each.failed == each.times) continue;
      if (each.awaits_removal || each.after-- > 0) continue;
      ++each.failed;
      failed_with_effect_ = each.has_effect;
      waiter.complete(each.error, 0);
      executor_.post(waiter);
      return true;
    }
    return false;
  }

  Disk& inner_;
  Executor& executor_;
  std::vector<FailingCall>& calls_;
  bool failed_with_effect_ = false;             // the last one that failed
  std::map<std::uint32_t, std::string> paths_;  // by handle
  std::vector<std::unique_ptr<Opening>> openings_;
};

struct FailingEnv {
  FailingEnv(Env& inner, std::vector<FailingCall>& calls)
      : disk(inner.disk, inner.executor, calls), env{inner.self,      inner.clock,
                                                     inner.timers,    inner.executor,
                                                     inner.transport, disk,
                                                     inner.compute,   inner.random,
                                                     inner.observer,  inner.process,
                                                     inner.log} {}
  FailingDisk disk;
  Env env;
};

}  // namespace windtunnel::testing
