#include <windtunnel/scenarios/campaign/seed_list.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::scenarios {

std::optional<SeedList> SeedList::of(std::vector<SeedRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const SeedRange& a, const SeedRange& b) { return a.first < b.first; });
  SeedList list;
  for (SeedRange range : ranges) {
    WT_ASSERT(range.first <= range.last, "a range of seeds has its smaller end first");
    if (!list.ranges_.empty() && range.first <= list.ranges_.back().last) {
      SeedRange& before = list.ranges_.back();
      if (range.last <= before.last) continue;
      range.first = before.last + 1;
      before.last = range.last;
    } else {
      list.ranges_.push_back(range);
    }
    if (range.last - range.first >= kMost - list.count_) return std::nullopt;
    list.count_ += range.last - range.first + 1;
  }
  return list;
}

std::uint64_t SeedList::operator[](std::uint64_t position) const {
  WT_ASSERT(position < count_, "a seed lies within its list");
  for (const SeedRange& range : ranges_) {
    const std::uint64_t size = range.last - range.first + 1;
    if (position < size) return range.first + position;
    position -= size;
  }
  return 0;
}

}  // namespace windtunnel::scenarios
