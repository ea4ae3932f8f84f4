#include <windtunnel/harness/raft/extent_ledger.h>

#include <algorithm>

namespace windtunnel::scenarios {
namespace {

constexpr std::uint64_t kLengthMask = (std::uint64_t{1} << 40) - 1;

bool is_log(const Extent& extent) { return extent.kind != ObservationKind::snapshot_extent; }

bool same_place(const Extent& a, const Extent& b) {
  return a.file == b.file && a.offset == b.offset && a.length == b.length;
}

bool overlaps(const Extent& extent, const DiskDamage& damage) {
  return extent.file == damage.file && extent.offset < damage.offset + damage.length &&
         damage.offset < extent.offset + extent.length;
}

}  // namespace

std::optional<Extent> extent_of(const Record& record) {
  if (!record.is_observation()) return std::nullopt;
  switch (record.observation()) {
    case ObservationKind::wal_extent:
    case ObservationKind::vote_extent:
    case ObservationKind::snapshot_extent: break;
    default: return std::nullopt;
  }
  Extent extent;
  extent.kind = record.observation();
  extent.group = record.group;
  extent.a = record.a;
  extent.b = record.b;
  extent.file = SimDisk::file_of(static_cast<std::uint32_t>(record.c >> 40));
  extent.offset = record.d;
  extent.length = record.c & kLengthMask;
  return extent;
}

void ExtentLedger::wrote(const Extent& extent) {
  Open open{extent};
  if (!is_log(extent)) {
    for (const DiskDamage& stray : strays_) open.misplaced |= overlaps(extent, stray);
  }
  open_.push_back(open);
}

bool ExtentLedger::is_settled(const Extent& extent) const {
  if (!keeps_) {
    return disk_.is_name_durable(extent.file) &&
           disk_.is_durable(extent.file, extent.offset, extent.length);
  }
  return disk_.is_name_promised(extent.file) &&
         disk_.is_promised(extent.file, extent.offset, extent.length);
}

const ExtentLedger::Settled& ExtentLedger::settle() {
  settled_.durable.clear();
  settled_.lost.clear();
  std::size_t left = 0;
  // Extents of one frame follow one another: ask the disk once for all of them.
  Extent asked;
  bool answer = false;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const Open open = open_[i];
    if (asked.file == 0 || !same_place(asked, open.extent)) {
      asked = open.extent;
      answer = is_settled(asked);
    }
    if (!answer) {
      open_[left++] = open;
      continue;
    }
    settled_.durable.push_back(open.extent);
    if (open.misplaced) {
      settled_.lost.push_back(open.extent);
    } else if (keeps_) {
      keep(open.extent);
    }
  }
  open_.resize(left);
  return settled_;
}

std::optional<std::uint64_t> ExtentLedger::digest(const Extent& extent) const {
  return disk_.digest(extent.file, extent.offset, extent.length);
}

// What recovery writes once more, the end of the log, keeps its turn.
void ExtentLedger::keep(const Extent& extent) {
  for (auto known = kept_.rbegin(); known != kept_.rend(); ++known) {
    if (known->extent == extent) return;
    if (known->extent.file == extent.file && known->extent.offset < extent.offset) break;
  }
  // The extents of a frame share their bytes.
  const bool again = !kept_.empty() && same_place(kept_.back().extent, extent);
  kept_.push_back({extent, again ? kept_.back().digest : digest(extent), false, false});
}

void ExtentLedger::recovered() {
  std::erase_if(kept_, [](const Kept& known) { return known.destroyed && !known.unnoticed; });
  for (Kept& known : kept_) known.unnoticed = false;
  reads_ = false;
}

void ExtentLedger::before_damage() {
  // The node removed the file, or wrote something else there.
  std::erase_if(kept_, [this](const Kept& known) {
    return !known.destroyed && digest(known.extent) != known.digest;
  });
}

std::vector<Extent> ExtentLedger::after_damage(const DiskDamage& damage) {
  for (Open& open : open_) open.misplaced |= damage.file != 0 && overlaps(open.extent, damage);
  if (damage.kind == DiskFaultKind::wipe) open_.clear();
  if (damage.file != 0 && damage.kind == DiskFaultKind::misdirected_write) {
    strays_.push_back(damage);
  }
  std::vector<Extent> lost;
  for (Kept& known : kept_) {
    if (known.destroyed) continue;
    if (digest(known.extent) == known.digest) continue;
    known.destroyed = true;
    lost.push_back(known.extent);
  }
  add_unreadable(lost);
  if (!reads_ || damage.kind != DiskFaultKind::misdirected_write) return lost;
  for (Kept& known : kept_) {
    known.unnoticed = std::find(lost.begin(), lost.end(), known.extent) != lost.end();
  }
  return lost;
}

// What lies in the log behind a hole: it is there, but recovery, which reads in order, cannot use
// it.
void ExtentLedger::add_unreadable(std::vector<Extent>& lost) {
  bool behind = false;
  for (Kept& known : kept_) {
    if (!is_log(known.extent)) continue;
    if (known.destroyed) {
      behind = true;
    } else if (behind) {
      known.destroyed = true;
      lost.push_back(known.extent);
    }
  }
}

std::vector<Extent> ExtentLedger::remaining() const {
  std::vector<Extent> found;
  for (const Kept& known : kept_) {
    if (!known.destroyed) found.push_back(known.extent);
  }
  return found;
}

}  // namespace windtunnel::scenarios
