// What goes wrong with a disk, as plain data, and the set of faults that act on one disk. Each
// fault has a stable id given by the caller; its draws are keyed by it and by the operation, so
// that switching one off moves no other.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/sim/net/latency.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace windtunnel {

// Append only: numbers are the aux word of disk_fault and fault_bite records.
enum class DiskFaultKind : std::uint16_t {
  none = 0,
  // Operations take `factor` times as long, and `delay` more.
  slow = 1,
  // sync answers io_error and the dirty pages are marked clean, as by Linux and ext4: reads go on
  // seeing the new bytes until the page is evicted (a process crash evicts some, a power loss all)
  // and no later sync makes them durable, although it answers ok.
  fail_sync = 2,
  // sync answers ok and nothing was made durable; a later, honest sync still does it.
  lie_sync = 3,
  // What needs new space answers no_space; what was allocated can be written.
  full = 4,
  read_error = 5,
  write_error = 6,
  // At once, when it begins: flips one bit in each stored sector that is hit. Unsynced sectors are
  // spared.
  bit_rot = 7,
  // A write answers ok, and its bytes lie at another sector of the file.
  misdirected_write = 8,
  // At power loss an unsynced extension of a file survives up to a drawn byte, not in whole
  // sectors.
  torn_tail = 9,
  // At once: the disk was replaced by an empty one. Operations under way answer io_error.
  wipe = 10,
};
inline constexpr std::size_t kDiskFaultKinds = 11;
// "fail-sync".
std::string_view name_of(DiskFaultKind kind) noexcept;

struct DiskFault {
  std::uint64_t id = 0;
  // What fault_bite records call it, where several faults are parts of one; 0: its id.
  std::uint64_t plan_id = 0;
  DiskFaultKind kind = DiskFaultKind::none;
  // Of each operation that it could hit; bit_rot: of each stored sector; torn_tail: of each file.
  PerMillion probability{1'000'000};
  // Stops by itself after so many bites; 0: does not.
  std::uint64_t limit = 0;
  // slow
  Latency delay;
  std::uint32_t factor = 1;
};

// The faults of one disk. Ended ones are kept for their counts.
class DiskFaults {
 public:
  // Begins, or begins again; the count of bites goes on.
  void begin(const DiskFault& fault);
  void end(std::uint64_t id);
  void end_all();
  // How often the fault changed something.
  std::uint64_t bites(std::uint64_t id) const;

  struct State {
    DiskFault fault;
    bool active = false;
    std::uint64_t bites = 0;
    std::uint64_t bites_now = 0;  // since it last began
  };
  // The fault with this id, active or not; null when it never began.
  State* find(std::uint64_t id);
  // The first active fault of `kind` that hits the `ordinal`-th operation; null when none does.
  // `key` is the family of draws of the kind. Whether it bit is for the caller to say with `bite`.
  State* hit(DiskFaultKind kind, const DrawKey& key, std::uint64_t ordinal);
  // True at the first bite of the fault on this disk, of all its parts together.
  bool bite(State& state);

 private:
  std::vector<State> states_;  // in the order in which they first began
};

}  // namespace windtunnel
