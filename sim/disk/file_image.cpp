#include <windtunnel/sim/disk/file_image.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <cstring>

namespace windtunnel {
namespace {

constexpr std::uint64_t pages_of(std::uint64_t bytes) {
  return (bytes + kPageBytes - 1) / kPageBytes;
}

constexpr std::uint8_t bit_of(std::uint64_t sector) {
  return static_cast<std::uint8_t>(1U << sector);
}

// Draws of one power loss, told apart by large ordinals from those of sectors.
constexpr std::uint64_t kSizeDraw = UINT64_MAX;
constexpr std::uint64_t kRatioDraw = UINT64_MAX - 1;
constexpr std::uint64_t kTailDraw = UINT64_MAX - 2;

// How many of the unsynced sectors survive: none and all are as likely as all between.
PerMillion survival(std::uint64_t word) {
  const std::uint64_t choice = scale(word, 4'000'000);
  if (choice < 1'000'000) return {0};
  if (choice < 2'000'000) return {1'000'000};
  return {static_cast<std::uint32_t>((choice - 2'000'000) / 2)};
}

}  // namespace

FileImage::~FileImage() {
  for (Page& page : pages_) {
    if (page.cached != kNoPage) pool_.release(page.cached);
    if (page.before != kNoPage) pool_.release(page.before);
  }
}

void FileImage::read(std::uint64_t offset, MutableBytesView into) const {
  while (!into.empty()) {
    const std::uint64_t index = offset / kPageBytes;
    const std::uint64_t within = offset % kPageBytes;
    const std::size_t count = std::min<std::size_t>(into.size(), kPageBytes - within);
    if (index < pages_.size() && pages_[index].cached != kNoPage) {
      std::memcpy(into.data(), pool_[pages_[index].cached].data() + within, count);
    } else {
      std::memset(into.data(), 0, count);
    }
    into = into.subspan(count);
    offset += count;
  }
}

FileImage::Page& FileImage::page_for_writing(std::uint64_t index) {
  if (index >= pages_.size()) pages_.resize(index + 1);
  Page& page = pages_[index];
  if (page.cached == kNoPage) {
    page.cached = pool_.acquire();
    pool_[page.cached].fill(std::byte{0});
    if (index >= reserved_pages_) ++present_unreserved_;
  }
  return page;
}

void FileImage::preserve(std::uint64_t index, Page& page, std::uint64_t sector) {
  if (page.before == kNoPage) {
    page.before = pool_.acquire();
    differing_.push_back(static_cast<std::uint32_t>(index));
  }
  if ((page.differing() & bit_of(sector)) != 0) return;
  const std::size_t at = sector * kSectorBytes;
  std::memcpy(pool_[page.before].data() + at, pool_[page.cached].data() + at, kSectorBytes);
}

void FileImage::write(std::uint64_t offset, BytesView bytes) {
  const std::uint64_t end = offset + bytes.size();
  WT_ASSERT(end <= kMaxFileBytes, "a file has a largest size");
  while (!bytes.empty()) {
    const std::uint64_t index = offset / kPageBytes;
    const std::uint64_t within = offset % kPageBytes;
    const std::size_t count = std::min<std::size_t>(bytes.size(), kPageBytes - within);
    Page& page = page_for_writing(index);
    const std::uint64_t last = (within + count - 1) / kSectorBytes;
    for (std::uint64_t sector = within / kSectorBytes; sector <= last; ++sector) {
      preserve(index, page, sector);
      page.dirty = static_cast<SectorMask>(page.dirty | bit_of(sector));
      page.cut = static_cast<SectorMask>(page.cut & ~bit_of(sector));
      page.stale = static_cast<SectorMask>(page.stale & ~bit_of(sector));
      page.answered = static_cast<SectorMask>(page.answered & ~bit_of(sector));
    }
    std::memcpy(pool_[page.cached].data() + within, bytes.data(), count);
    bytes = bytes.subspan(count);
    offset += count;
  }
  size_ = std::max(size_, end);
}

void FileImage::truncate(std::uint64_t size) {
  WT_ASSERT(size <= kMaxFileBytes, "a file has a largest size");
  const std::uint64_t former_pages = std::min<std::uint64_t>(pages_.size(), pages_of(size_));
  for (std::uint64_t index = size / kPageBytes; size < size_ && index < former_pages; ++index) {
    Page& page = pages_[index];
    if (page.cached == kNoPage) continue;
    for (std::uint64_t sector = 0; sector < kSectorsPerPage; ++sector) {
      const std::uint64_t begin = index * kPageBytes + sector * kSectorBytes;
      if (begin >= size_ || begin + kSectorBytes <= size) continue;
      preserve(index, page, sector);
      page.answered = static_cast<SectorMask>(page.answered & ~bit_of(sector));
      if ((page.dirty & bit_of(sector)) == 0) {
        page.cut = static_cast<SectorMask>(page.cut | bit_of(sector));
        page.stale = static_cast<SectorMask>(page.stale & ~bit_of(sector));
      }
      const std::uint64_t kept = begin < size ? size - begin : 0;
      const std::size_t at = sector * kSectorBytes + kept;
      std::memset(pool_[page.cached].data() + at, 0, kSectorBytes - kept);
    }
  }
  size_ = size;
  if (reserved_pages_ > pages_of(size)) set_reserved(pages_of(size));
}

void FileImage::set_reserved(std::uint64_t pages) {
  reserved_pages_ = pages;
  present_unreserved_ = 0;
  for (std::uint64_t index = pages; index < pages_.size(); ++index) {
    if (pages_[index].cached != kNoPage) ++present_unreserved_;
  }
}

void FileImage::allocate(std::uint64_t size) {
  WT_ASSERT(size <= kMaxFileBytes, "a file has a largest size");
  if (pages_of(size) > reserved_pages_) set_reserved(pages_of(size));
  size_ = std::max(size_, size);
}

std::uint64_t FileImage::pages_missing(std::uint64_t offset, std::uint64_t length) const {
  std::uint64_t missing = 0;
  const std::uint64_t end = pages_of(offset + length);
  for (std::uint64_t i = std::max(offset / kPageBytes, reserved_pages_); i < end; ++i) {
    if (i >= pages_.size() || pages_[i].cached == kNoPage) ++missing;
  }
  return missing;
}

std::uint64_t FileImage::pages_missing_to_allocate(std::uint64_t size) const {
  return pages_missing(0, size);
}

// Forgets that the images differ: both are the cache now, but for sectors that are still stale.
void FileImage::settle(Page& page) {
  page.dirty = 0;
  page.cut = 0;
  page.promised = 0;
  page.answered = 0;
  if (page.stale != 0 || page.before == kNoPage) return;
  pool_.release(page.before);
  page.before = kNoPage;
}

void FileImage::drop_page(std::uint64_t index, Page& page) {
  if (page.cached == kNoPage) return;
  pool_.release(page.cached);
  page.cached = kNoPage;
  if (index >= reserved_pages_) --present_unreserved_;
}

void FileImage::sync() {
  std::size_t left = 0;
  for (const std::uint32_t index : differing_) {
    Page& page = pages_[index];
    settle(page);
    if (page.before != kNoPage) {
      differing_[left++] = index;
    } else if (index * kPageBytes >= size_) {
      drop_page(index, page);
    }
  }
  differing_.resize(left);
  durable_size_ = size_;
  promised_size_ = 0;
}

void FileImage::promise() {
  for (const std::uint32_t index : differing_) {
    Page& page = pages_[index];
    const SectorMask written = static_cast<SectorMask>(page.dirty | page.cut);
    page.promised = static_cast<SectorMask>(page.promised | written);
    page.answered = static_cast<SectorMask>(page.answered | written);
  }
  promised_size_ = size_;
}

void FileImage::fail_sync() {
  for (const std::uint32_t index : differing_) {
    Page& page = pages_[index];
    page.stale = page.differing();
    page.dirty = 0;
    page.cut = 0;
  }
}

bool FileImage::is_same(const Page& page, std::uint64_t within, std::uint64_t length) const {
  return std::memcmp(pool_[page.cached].data() + within, pool_[page.before].data() + within,
                     length) == 0;
}

bool FileImage::holds(std::uint64_t offset, std::uint64_t length, bool promises) const {
  const std::uint64_t end = offset + length;
  const std::uint64_t size = promises ? std::max(durable_size_, promised_size_) : durable_size_;
  if (end < offset || end > size || end > size_) return false;
  if (differing_.empty()) return true;
  for (std::uint64_t at = offset; at < end;) {
    const std::uint64_t next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
    const std::uint64_t index = at / kPageBytes;
    const std::uint64_t within = at % kPageBytes;
    if (index < pages_.size()) {
      const Page& page = pages_[index];
      SectorMask open = page.differing();
      if (promises) open = static_cast<SectorMask>(open & ~page.answered);
      const bool differs = (open & bit_of(within / kSectorBytes)) != 0;
      if (differs && !is_same(page, within, next - at)) return false;
    }
    at = next;
  }
  return true;
}

bool FileImage::is_durable(std::uint64_t offset, std::uint64_t length) const {
  return holds(offset, length, false);
}

bool FileImage::is_promised(std::uint64_t offset, std::uint64_t length) const {
  return holds(offset, length, true);
}

void FileImage::restore_sector(Page& page, std::uint64_t sector) {
  const std::size_t at = sector * kSectorBytes;
  std::memcpy(pool_[page.cached].data() + at, pool_[page.before].data() + at, kSectorBytes);
}

// Past the end everything is zero, so that a later extension reads as zeros.
void FileImage::zero_cache_from(std::uint64_t size) {
  for (std::uint64_t index = size / kPageBytes; index < pages_.size(); ++index) {
    Page& page = pages_[index];
    if (page.cached == kNoPage) continue;
    const std::uint64_t kept = index * kPageBytes < size ? size - index * kPageBytes : 0;
    if (kept == 0) {
      drop_page(index, page);
    } else {
      std::memset(pool_[page.cached].data() + kept, 0, kPageBytes - kept);
    }
  }
}

SectorLoss FileImage::lose_power(const DrawKey& key, bool torn_tail) {
  SectorLoss loss;
  const bool size_survives = (key.at(kSizeDraw) & 1) != 0;
  std::uint64_t final_size = size_survives ? size_ : durable_size_;
  torn_tail = torn_tail && size_ > durable_size_;
  if (torn_tail) final_size = durable_size_ + scale(key.at(kTailDraw), size_ - durable_size_);
  const PerMillion ratio = survival(key.at(kRatioDraw));
  for (const std::uint32_t index : differing_) {
    Page& page = pages_[index];
    for (std::uint64_t sector = 0; sector < kSectorsPerPage; ++sector) {
      if ((page.differing() & bit_of(sector)) == 0) continue;
      const std::uint64_t number = index * kSectorsPerPage + sector;
      bool survives = ratio.hit(key.at(number));
      if ((page.cut & bit_of(sector)) != 0) survives = size_survives;
      if (torn_tail && number * kSectorBytes >= durable_size_) survives = true;
      if ((page.stale & bit_of(sector)) != 0) survives = false;
      // A write past the size that survives is gone with the size.
      const bool inside = number * kSectorBytes < final_size;
      const bool promised = (page.promised & bit_of(sector)) != 0;
      const std::size_t at = sector * kSectorBytes;
      const bool gone = !(survives && inside) && !is_same(page, at, kSectorBytes);
      if (promised && gone) ++loss.broken;
      if (!survives) restore_sector(page, sector);
      ++(survives && inside ? loss.kept : loss.lost);
    }
    page.stale = 0;
    settle(page);
  }
  differing_.clear();
  // An extension within the last sector breaks no sector: the size alone is what was promised.
  if (promised_size_ > final_size) ++loss.broken;
  promised_size_ = 0;
  size_ = durable_size_ = final_size;
  if (reserved_pages_ > pages_of(size_)) set_reserved(pages_of(size_));
  zero_cache_from(size_);
  return loss;
}

void FileImage::evict_stale(const DrawKey& key) {
  std::size_t left = 0;
  for (const std::uint32_t index : differing_) {
    Page& page = pages_[index];
    for (std::uint64_t sector = 0; sector < kSectorsPerPage; ++sector) {
      if ((page.stale & bit_of(sector)) == 0) continue;
      const std::uint64_t word = key.at(index * kSectorsPerPage + sector);
      if ((word & 1) == 0) continue;
      restore_sector(page, sector);
      page.stale = static_cast<SectorMask>(page.stale & ~bit_of(sector));
    }
    if (page.differing() == 0) settle(page);
    if (page.before != kNoPage) differing_[left++] = index;
  }
  differing_.resize(left);
}

std::uint64_t FileImage::rot(const DrawKey& key, PerMillion probability) {
  std::uint64_t hits = 0;
  const std::uint64_t end = std::min(size_, durable_size_);
  for (std::uint64_t index = 0; index < pages_.size(); ++index) {
    Page& page = pages_[index];
    if (page.cached == kNoPage) continue;
    for (std::uint64_t sector = 0; sector < kSectorsPerPage; ++sector) {
      const std::uint64_t number = index * kSectorsPerPage + sector;
      const std::uint64_t begin = number * kSectorBytes;
      if ((page.differing() & bit_of(sector)) != 0 || begin >= end) continue;
      if (!probability.hit(key.at(number))) continue;
      const std::uint64_t stored = std::min(kSectorBytes, end - begin);
      const std::uint64_t bit = scale(key.of(number).at(0), stored * 8);
      std::byte& hit = pool_[page.cached][sector * kSectorBytes + bit / 8];
      hit ^= static_cast<std::byte>(1U << (bit % 8));
      ++hits;
    }
  }
  return hits;
}

void FileImage::copy_to(DiskImage image, Bytes& out) const {
  const bool durable = image == DiskImage::durable;
  out.resize(durable ? durable_size_ : size_);
  read(0, out);
  if (!durable) return;
  for (const std::uint32_t index : differing_) {
    const Page& page = pages_[index];
    for (std::uint64_t sector = 0; sector < kSectorsPerPage; ++sector) {
      const std::uint64_t begin = index * kPageBytes + sector * kSectorBytes;
      if ((page.differing() & bit_of(sector)) == 0 || begin >= out.size()) continue;
      const std::size_t count = std::min<std::size_t>(kSectorBytes, out.size() - begin);
      std::memcpy(out.data() + begin, pool_[page.before].data() + sector * kSectorBytes, count);
    }
  }
}

}  // namespace windtunnel
