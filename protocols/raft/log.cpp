#include <windtunnel/protocols/raft/log.h>

namespace windtunnel::raft {

ChunkRef ChunkRef::make() {
  ChunkRef made;
  made.chunk_ = new Chunk;
  made.chunk_->references = 1;
  return made;
}

bool operator==(const EntrySlice& a, const EntrySlice& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same_head = a[i].term == b[i].term && a[i].kind == b[i].kind;
    if (!same_head || !(a[i].payload == b[i].payload)) return false;
  }
  return true;
}

void SliceBuilder::clear() {
  if (chunk_.is_null() || chunk_.is_shared()) chunk_ = ChunkRef::make();
  chunk_->filled = 0;
}

void SliceBuilder::add(Term term, EntryKind kind, Payload payload) {
  WT_ASSERT(chunk_->filled < kMaxSliceEntries, "a slice has room");
  WT_ASSERT(!chunk_.is_shared(), "a slice that was handed out does not change");
  Entry& entry = chunk_->entries[chunk_->filled++];
  entry.term = term;
  entry.kind = kind;
  entry.payload = std::move(payload);
  entry.hash = 0;
}

EntrySlice SliceBuilder::slice() const {
  if (chunk_->filled == 0) return {};
  return EntrySlice(chunk_, ChunkRef(), 0, chunk_->filled);
}

EntrySlice Log::slice(LogIndex first, std::size_t count) const {
  if (count == 0) return {};
  WT_ASSERT(count <= kMaxSliceEntries, "a slice spans at most two chunks");
  const LogIndex last = first + (count - 1);
  WT_ASSERT(base_.index < first && last <= last_, "the log has these entries");
  const ChunkRef& head = chunk_of(first);
  const bool spans_two = chunk_number(first) != chunk_number(last);
  ChunkRef tail;
  if (spans_two) tail = chunk_of(last);
  return EntrySlice(head, std::move(tail), static_cast<std::uint32_t>(place(first)),
                    static_cast<std::uint32_t>(count));
}

LogIndex Log::last_with_term_at_most(Term term, LogIndex upto) const {
  WT_ASSERT(covers(upto), "the search starts inside the log");
  LogIndex low = base_.index;  // terms never decrease, so the answer splits the log in two
  LogIndex high = upto;
  while (low < high) {
    const LogIndex middle = low + (high - low + 1) / 2;
    if (term_at(middle) <= term) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

const Entry& Log::append(Term term, EntryKind kind, Payload payload, std::uint64_t payload_hash) {
  WT_ASSERT(last_term() <= term, "terms never decrease along the log");
  const std::uint64_t hash = chained_hash(last_hash(), term, kind, payload_hash);
  const LogIndex index = last_ + 1;
  Chunk& chunk = writable_chunk(index);
  Entry& entry = chunk.entries[place(index)];
  entry.term = term;
  entry.kind = kind;
  entry.payload = std::move(payload);
  entry.hash = hash;
  chunk.filled = static_cast<std::uint32_t>(place(index) + 1);
  last_ = index;
  return entry;
}

Chunk& Log::writable_chunk(LogIndex index) {
  const std::size_t number = chunk_number(index);
  if (chunks_.empty()) first_chunk_ = number;
  const std::size_t at = number - first_chunk_;
  WT_ASSERT(at <= chunks_.size(), "chunks are consecutive");
  if (at == chunks_.size()) {
    chunks_.push_back(ChunkRef::make());
    return *chunks_.back().operator->();
  }
  ChunkRef& chunk = chunks_[at];
  const bool is_taken = chunk->filled > place(index);
  if (is_taken && chunk.is_shared()) {
    ChunkRef fresh = ChunkRef::make();
    for (std::size_t i = 0; i < place(index); ++i) fresh->entries[i] = chunk->entries[i];
    fresh->filled = static_cast<std::uint32_t>(place(index));
    chunk = std::move(fresh);
  }
  return *chunk.operator->();
}

void Log::truncate_from(LogIndex first) {
  WT_ASSERT(base_.index < first, "what was compacted is committed and stays");
  if (last_ < first) return;
  last_ = first - 1;
  const std::size_t keep = last_ == base_.index ? 0 : chunk_number(last_) - first_chunk_ + 1;
  while (chunks_.size() > keep) chunks_.pop_back();
}

void Log::compact(LogIndex upto) {
  WT_ASSERT(covers(upto), "compaction stays inside the log");
  base_ = LogBase{upto, term_at(upto), hash_at(upto)};
  if (last_ == upto) {
    chunks_.clear();
    return;
  }
  const std::size_t drop = chunk_number(first_index()) - first_chunk_;
  chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(drop));
  first_chunk_ += drop;
}

void Log::reset(const LogBase& base) {
  base_ = base;
  last_ = base.index;
  chunks_.clear();
}

}  // namespace windtunnel::raft
