// The trace file (`trace.wtt`): what a run recorded, for reports, `show`, `diff` and `export`.
//
// Layout: the magic "WTTRACE1", then chunks {4 letters, u32 zero, u64 length, payload, u32 crc32c
// of the payload}, little-endian: META (JSON text of the writer), NODE (node names by id), WORD
// (what observations mean: dictionary.h), NAME (hash, text), RECS (records, delta and varint coded,
// at most kRecordsPerChunk), LOGS (lines of the log, where there are any), BYTS (message bytes by
// record number), HASH (checkpoints and the final hash), and END. in the end. Unknown chunks are
// skipped. A damaged or cut file is refused with the offset at which it stops making sense.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/sim/trace/atomic_file.h>
#include <windtunnel/sim/trace/dictionary.h>
#include <windtunnel/sim/trace/trace.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace windtunnel {

inline constexpr std::uint64_t kRecordsPerChunk = 65'536;

// Everything a reader gets to see of a run.
struct TraceData {
  std::string meta;                      // JSON: scenario, seed, build, as the writer put it
  std::vector<std::string> nodes;        // by NodeId
  Dictionary dictionary;                 // what observations mean; empty in files of old
  std::vector<Trace::Name> names;        // sorted by hash
  std::vector<Record> records;           // record n is records[n - 1]
  std::map<std::uint64_t, Bytes> bytes;  // message bytes by record number
  std::vector<LogLine> log;              // in order of time
  std::vector<Digest> checkpoints;
  Digest hash;

  // The text registered for `hash`; empty when unknown.
  std::string_view text_of(std::uint64_t hash) const;
};

// Copies what `trace` (at level full) holds.
TraceData snapshot_of(const Trace& trace, std::vector<std::string> nodes, std::string meta,
                      Dictionary dictionary = {});

Bytes encode_trace(const TraceData& data);
// Errc::corrupt with what and where when the input is not a whole trace file.
FileResult<TraceData> decode_trace(BytesView bytes, const std::string& path);

FileResult<void> write_trace_file(const std::string& path, const TraceData& data);
FileResult<TraceData> read_trace_file(const std::string& path);

// The number of the first record in which the two differ; 0 when they are the same.
std::uint64_t first_difference(const TraceData& a, const TraceData& b);

}  // namespace windtunnel
