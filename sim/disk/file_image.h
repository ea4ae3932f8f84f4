// The content of one file, twice: what reads see (the page cache) and what is durable. Sparse, in
// pages of 4 KiB, told apart by sectors of 512 bytes. It knows nothing of names, time or faults.
//
// A sector in which the two differ is either *dirty* (written, to be made durable by the next
// sync), *cut* (zeroed by a truncation, likewise) or *stale* (its sync failed: nothing will make it
// durable but writing it again). The size is metadata of its own, durable with the next sync.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/base/slab.h>

#include <array>
#include <cstdint>
#include <vector>

namespace windtunnel {

inline constexpr std::uint64_t kSectorBytes = 512;
inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;

using DiskPage = std::array<std::byte, kPageBytes>;
using PagePool = Slab<DiskPage, 16>;

enum class DiskImage : std::uint8_t { cached, durable };

struct SectorLoss {
  std::uint64_t kept = 0;
  std::uint64_t lost = 0;
  std::uint64_t broken = 0;  // of the lost ones: a sync had promised them
};

class FileImage {
 public:
  explicit FileImage(PagePool& pool) : pool_(pool) {}
  ~FileImage();
  FileImage(const FileImage&) = delete;
  FileImage& operator=(const FileImage&) = delete;

  // --- The cache. Offsets and sizes up to kMaxFileBytes. ---
  std::uint64_t size() const { return size_; }
  // Fills `into`, zeros past the end.
  void read(std::uint64_t offset, MutableBytesView into) const;
  void write(std::uint64_t offset, BytesView bytes);
  void truncate(std::uint64_t size);
  // Reserves [0, size) and extends the file to it.
  void allocate(std::uint64_t size);

  // Pages that count as used: present ones, and reserved ones.
  std::uint64_t used_pages() const { return reserved_pages_ + present_unreserved_; }
  // How many more a write there would use.
  std::uint64_t pages_missing(std::uint64_t offset, std::uint64_t length) const;
  std::uint64_t pages_missing_to_allocate(std::uint64_t size) const;

  // --- Durability. ---
  // Everything written is durable now, but for stale sectors.
  void sync();
  // Dirty sectors become stale.
  void fail_sync();
  // A sync that lies: nothing changes but what was promised.
  void promise();
  std::uint64_t durable_size() const { return durable_size_; }
  // Whether these bytes would read back as they do now after a power loss, whatever is drawn.
  bool is_durable(std::uint64_t offset, std::uint64_t length) const;

  // The same, if every sync had been honest.
  bool is_promised(std::uint64_t offset, std::uint64_t length) const;

  // The content becomes a drawn mixture of both images and all of it is durable. With `torn_tail`
  // an unsynced extension is kept whole up to a drawn byte.
  SectorLoss lose_power(const DrawKey& key, bool torn_tail);
  // Drops a drawn half of the stale sectors from the cache: reads see the old bytes again.
  void evict_stale(const DrawKey& key);
  // Flips one drawn bit in each stored sector that is hit, and returns how many were.
  std::uint64_t rot(const DrawKey& key, PerMillion probability);

  // The whole content.
  void copy_to(DiskImage image, Bytes& out) const;

 private:
  static constexpr std::uint32_t kNoPage = UINT32_MAX;
  static constexpr std::uint64_t kSectorsPerPage = kPageBytes / kSectorBytes;
  using SectorMask = std::uint8_t;

  struct Page {
    std::uint32_t cached = kNoPage;
    std::uint32_t before = kNoPage;  // the durable bytes of the sectors that differ
    SectorMask dirty = 0;
    SectorMask cut = 0;
    SectorMask stale = 0;
    // Sectors that a sync lied about; and those of them that were not written since.
    SectorMask promised = 0;
    SectorMask answered = 0;
    SectorMask differing() const { return static_cast<SectorMask>(dirty | cut | stale); }
  };
  Page& page_for_writing(std::uint64_t index);
  // Keeps the durable bytes of a sector that is about to differ.
  void preserve(std::uint64_t index, Page& page, std::uint64_t sector);
  void restore_sector(Page& page, std::uint64_t sector);
  bool holds(std::uint64_t offset, std::uint64_t length, bool promises) const;
  bool is_same(const Page& page, std::uint64_t within, std::uint64_t length) const;
  void settle(Page& page);
  void drop_page(std::uint64_t index, Page& page);
  void zero_cache_from(std::uint64_t size);
  void set_reserved(std::uint64_t pages);

  PagePool& pool_;
  std::vector<Page> pages_;
  std::vector<std::uint32_t> differing_;  // pages that have `before`
  std::uint64_t size_ = 0;
  std::uint64_t durable_size_ = 0;
  std::uint64_t promised_size_ = 0;  // by a sync that lied
  std::uint64_t reserved_pages_ = 0;
  std::uint64_t present_unreserved_ = 0;
};

}  // namespace windtunnel
