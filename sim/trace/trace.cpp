#include <windtunnel/sim/trace/trace.h>

#include <algorithm>

namespace windtunnel {
namespace {

// The small fields of a record in two words.
std::uint64_t head_word(const Record& r) {
  return static_cast<std::uint64_t>(r.kind) << 48 | static_cast<std::uint64_t>(r.aux) << 32 |
         r.node.value;
}
std::uint64_t life_word(const Record& r) {
  return static_cast<std::uint64_t>(r.incarnation.value) << 32 | r.group.value;
}

// The words of a record are mixed independently of what was before, so that only one short step of
// each record waits for the one before it.
void absorb(RollingHash& hash, const Record& record) {
  const auto time = static_cast<std::uint64_t>(record.time.ns);
  const std::uint64_t front = fold_multiply(record.a ^ kHashSeed1, record.b ^ kHashSeed2);
  const std::uint64_t back = fold_multiply(record.c ^ kHashSeed3, record.d ^ kHashSeed0);
  hash.absorb(time * kHashSeed1 + head_word(record) * kHashSeed2 + front,
              record.cause * kHashSeed3 + life_word(record) * kHashSeed0 + back);
}

template <class List, class Key>
auto find_by_hash(List& list, Key hash) {
  return std::lower_bound(list.begin(), list.end(), hash,
                          [](const auto& entry, Key key) { return entry.hash < key; });
}

}  // namespace

Trace::Trace(TraceLevel level) : level_(level) {
  if (level_ == TraceLevel::ring) records_.resize(kRingRecords);
}

std::uint64_t Trace::append(const Record& record) {
  absorb(hash_, record);
  const std::uint64_t number = ++count_;
  if (level_ != TraceLevel::hash) keep(number, record);
  if (number % kCheckpointEvery == 0) checkpoints_.push_back(hash_.digest());
  for (RecordListener* listener : listeners_[RecordKinds::place(record.kind)]) {
    listener->on_record(number, record);
  }
  return number;
}

void Trace::keep(std::uint64_t number, const Record& record) {
  if (level_ == TraceLevel::full) {
    records_.push_back(record);
  } else {
    records_[number % kRingRecords] = record;
  }
}

void Trace::add_listener(RecordListener& listener, const RecordKinds& kinds) {
  for (std::size_t place = 0; place < RecordKinds::kPlaces; ++place) {
    if (kinds.has_place(place)) listeners_[place].push_back(&listener);
  }
}

const Record* Trace::find(std::uint64_t number) const {
  if (number == 0 || number > count_) return nullptr;
  if (level_ == TraceLevel::full) return &records_[number - 1];
  if (level_ == TraceLevel::hash || number + kRingRecords <= count_) return nullptr;
  return &records_[number % kRingRecords];
}

void Trace::attach_bytes(std::uint64_t number, BytesView bytes) {
  if (level_ != TraceLevel::full || bytes.empty()) return;
  attachments_.push_back({number, arena_.size(), bytes.size()});
  arena_.insert(arena_.end(), bytes.begin(), bytes.end());
}

BytesView Trace::bytes_of(std::uint64_t number) const {
  const auto found = std::lower_bound(
      attachments_.begin(), attachments_.end(), number,
      [](const Attachment& entry, std::uint64_t key) { return entry.number < key; });
  if (found == attachments_.end() || found->number != number) return {};
  return BytesView(arena_).subspan(found->offset, found->size);
}

std::uint64_t Trace::name(std::string_view text) {
  const std::uint64_t hash = hash_text(text);
  const auto found = find_by_hash(names_, hash);
  if (found == names_.end() || found->hash != hash) names_.insert(found, {hash, std::string(text)});
  return hash;
}

std::string_view Trace::text_of(std::uint64_t hash) const {
  const auto found = find_by_hash(names_, hash);
  if (found == names_.end() || found->hash != hash) return {};
  return found->text;
}

void Trace::log(LogLine line) {
  if (level_ != TraceLevel::full || log_.size() > kMostLogLines || log_bytes_ > kMostLogBytes) {
    return;
  }
  log_bytes_ += line.text.size();
  if (log_.size() == kMostLogLines || log_bytes_ > kMostLogBytes) {
    log_bytes_ = kMostLogBytes + 1;
    line.text = "(the log is full: what follows was not kept)";
  }
  log_.push_back(std::move(line));
}

void Trace::remove_listener(RecordListener& listener) {
  for (std::vector<RecordListener*>& interested : listeners_) std::erase(interested, &listener);
}

}  // namespace windtunnel
