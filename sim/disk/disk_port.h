// `Env::disk` of one incarnation: copies the arguments of each call into an operation of the node's
// disk.
#pragma once

#include <windtunnel/sim/disk/sim_disk.h>

namespace windtunnel {

class SimDiskPort final : public NodeDisk {
 public:
  explicit SimDiskPort(SimDisk& disk) : disk_(disk) {}

  void open(std::string_view path, OpenMode mode, Waiter& waiter) override;
  void close(File file) override;
  void size(File file, Waiter& waiter) override;
  void read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) override;
  void write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) override;
  void truncate(File file, std::uint64_t size, Waiter& waiter) override;
  void allocate(File file, std::uint64_t size, Waiter& waiter) override;
  void sync(File file, Waiter& waiter) override;
  void make_directory(std::string_view path, Waiter& waiter) override;
  void rename(std::string_view from, std::string_view to, Waiter& waiter) override;
  void remove(std::string_view path, Waiter& waiter) override;
  void list(std::string_view directory, ListWaiter& waiter) override;
  void sync_directory(std::string_view directory, Waiter& waiter) override;

  void sever() noexcept override { severed_ = true; }
  std::size_t armed_waiters() const override { return disk_.armed_; }

 private:
  // Null where the call is ignored or has failed already.
  DiskCall* begin_on_file(DiskCallKind kind, File file, Waiter& waiter);
  void on_path(DiskCallKind kind, std::string_view path, Waiter& waiter);

  SimDisk& disk_;
  bool severed_ = false;
};

}  // namespace windtunnel
