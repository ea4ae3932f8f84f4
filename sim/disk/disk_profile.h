// How fast and how large a disk is, as plain data.
#pragma once

#include <windtunnel/sim/net/latency.h>

#include <cstdint>

namespace windtunnel {

struct DiskProfile {
  Latency read = Latency::uniform(microseconds(50), microseconds(150));
  Latency write = Latency::uniform(microseconds(10), microseconds(30));
  // Of sync and sync_directory.
  Latency sync = Latency::uniform(microseconds(500), milliseconds(2));
  // Of open, size, truncate, allocate, make_directory, rename, remove and list.
  Latency metadata = Latency::uniform(microseconds(10), microseconds(50));
  // The bytes of reads and writes go one after the other at this rate. 0: at once.
  std::uint64_t bytes_per_second = 500'000'000;
  // So many operations are worked on at a time, the others wait: a slow disk queues.
  std::uint32_t queue_depth = 32;
  // Room for file contents, in pages of 4 KiB. 0: no limit.
  std::uint64_t capacity_bytes = 0;
};

}  // namespace windtunnel
