// The log: entries in chunks of fixed size that are shared by reference count. Entries are written
// once and never change, so a copy of the log, a message or a write to disk shares them; a shared
// chunk is copied only when a log that was truncated writes over a place that somebody else may
// still read. Not for use by two threads.
#pragma once

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/raft/types.h>

#include <array>
#include <utility>
#include <vector>

namespace windtunnel::raft {

inline constexpr std::size_t kChunkEntries = 128;
// A slice, and so a message, holds at most this many entries.
inline constexpr std::size_t kMaxSliceEntries = kChunkEntries;

struct Chunk {
  std::uint32_t references = 0;
  std::uint32_t filled = 0;  // places below were written and belong to readers
  std::array<Entry, kChunkEntries> entries;
};

class ChunkRef {
 public:
  ChunkRef() = default;
  static ChunkRef make();
  ChunkRef(const ChunkRef& other) noexcept : chunk_(other.chunk_) { retain(); }
  ChunkRef(ChunkRef&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
  ChunkRef& operator=(ChunkRef other) noexcept {
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~ChunkRef() { release(); }

  Chunk* operator->() const { return chunk_; }
  bool is_null() const { return chunk_ == nullptr; }
  bool is_shared() const { return chunk_ != nullptr && chunk_->references > 1; }

 private:
  void retain() noexcept {
    if (chunk_ != nullptr) ++chunk_->references;
  }
  void release() noexcept {
    if (chunk_ != nullptr && --chunk_->references == 0) delete chunk_;
  }
  Chunk* chunk_ = nullptr;
};

// Consecutive entries, kept alive and unchanged by the slice. Spans at most two chunks.
class EntrySlice {
 public:
  EntrySlice() = default;
  EntrySlice(ChunkRef first, ChunkRef second, std::uint32_t offset, std::uint32_t count)
      : first_(std::move(first)), second_(std::move(second)), offset_(offset), count_(count) {}

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  const Entry& operator[](std::size_t i) const {
    WT_ASSERT(i < count_, "an entry of the slice");
    const std::size_t at = offset_ + i;
    return at < kChunkEntries ? first_->entries[at] : second_->entries[at - kChunkEntries];
  }
  // Same terms, kinds and payloads.
  friend bool operator==(const EntrySlice& a, const EntrySlice& b);

 private:
  ChunkRef first_;
  ChunkRef second_;
  std::uint32_t offset_ = 0;
  std::uint32_t count_ = 0;
};

// Collects decoded entries into a slice; reuses its chunk once no slice of it is left.
class SliceBuilder {
 public:
  void clear();
  // At most kMaxSliceEntries.
  void add(Term term, EntryKind kind, Payload payload);
  EntrySlice slice() const;

 private:
  ChunkRef chunk_;
};

// Index, term and chained hash of the entry before the first one kept.
struct LogBase {
  LogIndex index;
  Term term;
  std::uint64_t hash = 0;
  friend bool operator==(const LogBase&, const LogBase&) = default;
};

// Invariants: terms never decrease along the log; every kept entry carries its chained hash.
class Log {
 public:
  Log() = default;
  explicit Log(const LogBase& base) { reset(base); }

  const LogBase& base() const { return base_; }
  LogIndex first_index() const { return base_.index + 1; }
  LogIndex last_index() const { return last_; }
  Term last_term() const { return term_at(last_); }
  std::uint64_t last_hash() const { return hash_at(last_); }

  // Whether term and hash at `index` are known: base <= index <= last.
  bool covers(LogIndex index) const { return base_.index <= index && index <= last_; }
  // Whether `index` is covered and its entry is of `term`.
  bool matches(LogIndex index, Term term) const { return covers(index) && term_at(index) == term; }
  Term term_at(LogIndex index) const {
    WT_ASSERT(covers(index), "the term at this index is known");
    return index == base_.index ? base_.term : at(index).term;
  }
  std::uint64_t hash_at(LogIndex index) const {
    WT_ASSERT(covers(index), "the hash at this index is known");
    return index == base_.index ? base_.hash : at(index).hash;
  }
  // The entry itself: base < index <= last.
  const Entry& at(LogIndex index) const {
    WT_ASSERT(base_.index < index && index <= last_, "the log has this entry");
    return chunk_of(index)->entries[place(index)];
  }
  // [first, first + count), count <= kMaxSliceEntries.
  EntrySlice slice(LogIndex first, std::size_t count) const;
  // The largest covered index <= `upto` whose term is <= `term`; the base where there is none.
  LogIndex last_with_term_at_most(Term term, LogIndex upto) const;

  // Appends and returns the entry, with its hash. `payload_hash` is hash_bytes(payload).
  const Entry& append(Term term, EntryKind kind, Payload payload, std::uint64_t payload_hash);
  // Removes `first` and everything after it.
  void truncate_from(LogIndex first);
  // Forgets entries up to and with `upto`, which is covered.
  void compact(LogIndex upto);
  // Forgets everything; the next entry follows `base`.
  void reset(const LogBase& base);

  // Equal when base and last entry are: the chained hash stands for what lies between.
  friend bool operator==(const Log& a, const Log& b) {
    return a.base_ == b.base_ && a.last_ == b.last_ && a.last_hash() == b.last_hash();
  }

 private:
  static std::size_t chunk_number(LogIndex i) { return (i.value - 1) / kChunkEntries; }
  static std::size_t place(LogIndex i) { return (i.value - 1) % kChunkEntries; }
  const ChunkRef& chunk_of(LogIndex i) const { return chunks_[chunk_number(i) - first_chunk_]; }
  // The chunk for a new entry at `index`, with its place free to write.
  Chunk& writable_chunk(LogIndex index);

  LogBase base_;
  LogIndex last_;
  std::size_t first_chunk_ = 0;  // number of chunks_.front(): the one of first_index()
  std::vector<ChunkRef> chunks_;
};

}  // namespace windtunnel::raft
