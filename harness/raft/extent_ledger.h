// Where on one disk the things lie that a node has to keep (entries, votes, snapshots), and what
// became of them: still open, durable, or destroyed by the plan.
//
// Durable means here: by what the disk answered. A sync that lied counts, for the node could not
// know. What a fault destroys is found by content: bytes that read back before it and do not after
// it. What the node itself overwrote or removed was not destroyed.
#pragma once

#include <windtunnel/protocols/env/observation.h>
#include <windtunnel/sim/disk/sim_disk.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace windtunnel::scenarios {

struct Extent {
  ObservationKind kind = ObservationKind::none;  // wal_extent, vote_extent, snapshot_extent
  GroupId group;
  std::uint64_t a = 0;  // as in the observation
  std::uint64_t b = 0;
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};
// From one of the three observations; nullopt for any other record.
std::optional<Extent> extent_of(const Record& record);

class ExtentLedger {
 public:
  // `keeps`: the plan may destroy something, so durable extents are remembered. Without it nothing
  // is, and nothing is ever found destroyed.
  ExtentLedger(const SimDisk& disk, bool keeps) : disk_(disk), keeps_(keeps) {}

  // The node is about to write it; or has written it, as a snapshot whose size it did not know.
  void wrote(const Extent& extent);
  // The process is gone: a later write may lie where an open one would have.
  void crashed() {
    open_.clear();
    strays_.clear();
  }
  // The process begins to read.
  void started() { reads_ = true; }
  // Recovery has read the disk and mended its log: what was destroyed before is history, but for
  // what its own mending destroyed.
  void recovered();
  // Between these two.
  bool reads() const { return reads_; }
  // Takes out what has become durable, in the order written. `lost`: those of them that never
  // reached their place.
  struct Settled {
    std::vector<Extent> durable;
    std::vector<Extent> lost;
  };
  const Settled& settle();

  void before_damage();
  // What the damage destroyed of that which was durable; with it all that lies behind the first
  // hole in the log, which recovery reads in order.
  std::vector<Extent> after_damage(const DiskDamage& damage);
  // What is durable and was not destroyed, in the order in which it became so.
  std::vector<Extent> remaining() const;

 private:
  struct Open {
    Extent extent;
    bool misplaced = false;  // a misdirected write: the bytes are elsewhere
  };
  struct Kept {
    Extent extent;
    std::optional<std::uint64_t> digest;  // of the bytes as they became durable
    bool destroyed = false;
    bool unnoticed = false;  // by a misdirected write, after it had been read
  };
  bool is_settled(const Extent& extent) const;
  std::optional<std::uint64_t> digest(const Extent& extent) const;
  void keep(const Extent& extent);
  void add_unreadable(std::vector<Extent>& lost);

  const SimDisk& disk_;
  bool keeps_;
  bool reads_ = false;
  std::vector<Open> open_;
  std::vector<DiskDamage> strays_;  // misdirected writes of this life
  std::vector<Kept> kept_;
  Settled settled_;
};

}  // namespace windtunnel::scenarios
