#include <windtunnel/checkers/txn/observations.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace windtunnel::checkers {

Observations::Observations(const TxnHistory& history, std::vector<Edge> versions)
    : history_(history),
      versions_(std::move(versions)),
      present_(history.transactions().size(), false),
      before_(history.transactions().size(), kNone) {
  read_all();
  order_sessions();
}

bool Observations::writes(std::uint32_t t, std::uint32_t key) const {
  const std::span<const std::uint32_t> all = written(t);
  return std::binary_search(all.begin(), all.end(), key);
}

void Observations::read_all() {
  // By key: the transaction that wrote it last, so far, in the order of transactions.
  std::vector<std::uint32_t> own_write(keys(), kNone);
  for (std::uint32_t t = 0; t < count(); ++t) {
    first_read_.push_back(static_cast<std::uint32_t>(reads_.size()));
    first_written_.push_back(static_cast<std::uint32_t>(written_.size()));
    if (history_.transactions()[t].outcome != EventType::fail) add_reads(t, own_write);
    const auto first = written_.begin() + static_cast<std::ptrdiff_t>(first_written_.back());
    std::sort(first, written_.end());
  }
  first_read_.push_back(static_cast<std::uint32_t>(reads_.size()));
  first_written_.push_back(static_cast<std::uint32_t>(written_.size()));
  for (std::uint32_t t = 0; t < count(); ++t) {
    if (history_.transactions()[t].outcome == EventType::ok) present_[t] = true;
  }
  for (const Seen& seen : reads_) {
    if (seen.writer != Seen::kUnset) present_[seen.writer] = true;
  }
  for (const Edge& edge : versions_) present_[edge.from] = present_[edge.to] = true;
}

void Observations::add_reads(std::uint32_t t, std::vector<std::uint32_t>& own_write) {
  const Transaction& one = history_.transactions()[t];
  for (std::uint32_t i = one.first; i < one.first + one.count; ++i) {
    const Access& access = history_.access(i);
    if (access.write) {
      if (own_write[access.key] != t) written_.push_back(access.key);
      own_write[access.key] = t;
      continue;
    }
    if (one.outcome != EventType::ok || access.value == nullptr) continue;
    const Value* seen = access.value->is_nil() ? nullptr : access.value;
    if (history_.type() == DataType::list_append) {
      const std::optional<std::size_t> shown = history_.shown_of_others(one, i);
      if (!shown) continue;
      seen = *shown == 0 ? nullptr : &access.value->items()[*shown - 1];
    } else if (own_write[access.key] == t) {
      continue;
    }
    if (seen == nullptr) {
      reads_.push_back({access.key, Seen::kUnset});
      continue;
    }
    const std::uint32_t write = history_.write_of(access.key, *seen);
    if (write == Write::kNone) continue;
    const std::uint32_t writer = history_.writes()[write].transaction;
    const bool failed = history_.transactions()[writer].outcome == EventType::fail;
    if (writer != t && !failed) reads_.push_back({access.key, writer});
  }
}

void Observations::order_sessions() {
  std::unordered_map<std::int64_t, std::uint32_t> last;  // by process
  for (std::uint32_t t = 0; t < count(); ++t) {
    if (!present_[t]) continue;
    const std::int64_t process =
        history_.history().process(history_.operation(history_.transactions()[t]));
    const auto [entry, first] = last.try_emplace(process, t);
    if (!first) before_[t] = entry->second;
    entry->second = t;
  }
}

}  // namespace windtunnel::checkers
