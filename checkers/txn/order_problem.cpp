#include <windtunnel/checkers/txn/order_problem.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace windtunnel::checkers {
namespace {

// Where things of a kind begin, when each says to whom it belongs.
void count_up(std::vector<std::uint32_t>& first) {
  std::partial_sum(first.begin(), first.end(), first.begin());
}

}  // namespace

OrderProblem::OrderProblem(const TxnHistory& history, const Observations& seen,
                           OrderQuestion question, std::vector<std::uint32_t> members)
    : question_(question),
      members_(std::move(members)),
      width_(question.level == OrderLevel::serializable ? 1 : 2) {
  vertices_ = moments();
  gather_writes(seen);
  gather_reads(seen);
  for (std::uint32_t m = 0; m < count() && width_ == 2; ++m)
    edges_.push_back({begin(m), commit(m)});
  order_sessions(history);
  if (question.scope == Scope::realtime) order_realtime(history);
  sort();
  if (sorted_.size() < vertices_) return;  // what has a cycle has no chains
  lay_chains(history);
  lay_runs();
  order_unset();
}

std::uint32_t OrderProblem::local_key(std::uint32_t key) const {
  const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
  return at == keys_.end() || *at != key ? kNone : static_cast<std::uint32_t>(at - keys_.begin());
}

std::uint32_t OrderProblem::member_of_transaction(std::uint32_t t) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), t);
  const bool found = at != members_.end() && *at == t;
  return found ? static_cast<std::uint32_t>(at - members_.begin()) : kNone;
}

std::uint32_t OrderProblem::slot_of(std::uint32_t member, std::uint32_t key) const {
  const auto begin = slots_.begin() + first_slot_[member];
  const auto end = slots_.begin() + first_slot_[member + 1];
  const auto at = std::lower_bound(begin, end, key,
                                   [](const Slot& slot, std::uint32_t k) { return slot.key < k; });
  return static_cast<std::uint32_t>(at - slots_.begin());
}

void OrderProblem::gather_writes(const Observations& seen) {
  for (const std::uint32_t t : members_) {
    const auto written = seen.written(t);
    keys_.insert(keys_.end(), written.begin(), written.end());
  }
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  for (std::uint32_t m = 0; m < count(); ++m) {
    first_slot_.push_back(slots());
    for (const std::uint32_t key : seen.written(members_[m])) slots_.push_back({m, local_key(key)});
  }
  first_slot_.push_back(slots());
}

void OrderProblem::gather_reads(const Observations& seen) {
  first_reader_.assign(std::size_t{slots()} + 1, 0);
  std::vector<std::uint32_t> reader;
  for (std::uint32_t m = 0; m < count(); ++m) {
    first_read_.push_back(static_cast<std::uint32_t>(reads_.size()));
    for (const Seen& read : seen.reads(members_[m])) {
      const std::uint32_t key = local_key(read.key);
      if (key == kNone) continue;  // nobody here wrote it
      if (read.writer == Seen::kUnset) {
        unset_.push_back({m, key});
        continue;
      }
      const std::uint32_t writer = member_of_transaction(read.writer);
      if (writer == kNone) continue;
      const std::uint32_t slot = slot_of(writer, key);
      const auto begin_of_own = reads_.begin() + first_read_[m];
      if (std::find(begin_of_own, reads_.end(), slot) != reads_.end()) continue;
      reads_.push_back(slot);
      ++first_reader_[slot + 1];
      edges_.push_back({commit(writer), begin(m), Before::read, slot, m});
    }
  }
  first_read_.push_back(static_cast<std::uint32_t>(reads_.size()));
  count_up(first_reader_);
  readers_.resize(reads_.size());
  std::vector<std::uint32_t> next(first_reader_.begin(), first_reader_.end() - 1);
  for (std::uint32_t m = 0; m < count(); ++m) {
    for (const std::uint32_t slot : reads(m)) readers_[next[slot]++] = m;
  }
}

void OrderProblem::order_sessions(const TxnHistory& history) {
  before_.assign(count(), kNone);
  std::unordered_map<std::int64_t, std::uint32_t> last;  // by process
  for (std::uint32_t m = 0; m < count(); ++m) {
    const Transaction& one = history.transactions()[members_[m]];
    const Operation& op = history.operation(one);
    told_.push_back(one.outcome == EventType::ok ? op.completed : op.invoked);
    if (question_.scope == Scope::data) continue;
    const auto [entry, first] = last.try_emplace(history.history().process(op), m);
    if (first) continue;
    before_[m] = std::exchange(entry->second, m);
    edges_.push_back({commit(before_[m]), begin(m), Before::process, 0, 0});
  }
}

// A relay for each stretch of calls that follow returns, as add_realtime_order has them.
void OrderProblem::order_realtime(const TxnHistory& history) {
  const auto operation = [&](std::uint32_t m) -> const Operation& {
    return history.operation(history.transactions()[members_[m]]);
  };
  std::vector<std::uint32_t> returns;
  for (std::uint32_t m = 0; m < count(); ++m) {
    if (operation(m).outcome == EventType::ok) returns.push_back(m);
  }
  std::sort(returns.begin(), returns.end(), [&](std::uint32_t a, std::uint32_t b) {
    return operation(a).completed < operation(b).completed;
  });
  std::size_t next = 0;
  std::uint32_t relay = kNone;
  for (std::uint32_t m = 0; m < count(); ++m) {
    bool fresh = false;
    while (next < returns.size() && operation(returns[next]).completed < operation(m).invoked) {
      if (!fresh && relay != kNone) edges_.push_back({relay, vertices_, Before::called, 0, 0});
      if (!fresh) relay = vertices_++;
      fresh = true;
      edges_.push_back({commit(returns[next++]), relay, Before::called, 0, 0});
    }
    if (relay != kNone) edges_.push_back({relay, begin(m), Before::called, 0, 0});
  }
}

// Kahn (1962).
void OrderProblem::sort() {
  std::vector<std::uint32_t> open(vertices_);
  std::vector<std::uint32_t> first(std::size_t{vertices_} + 1);
  for (const OrderEdge& edge : edges_) {
    ++open[edge.to];
    ++first[edge.from + 1];
  }
  count_up(first);
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  std::vector<std::uint32_t> after(edges_.size());
  for (const OrderEdge& edge : edges_) after[next[edge.from]++] = edge.to;
  sorted_.reserve(vertices_);
  for (std::uint32_t v = 0; v < vertices_; ++v) {
    if (open[v] == 0) sorted_.push_back(v);
  }
  for (std::size_t i = 0; i < sorted_.size(); ++i) {
    for (std::uint32_t e = first[sorted_[i]]; e < first[sorted_[i] + 1]; ++e) {
      if (--open[after[e]] == 0) sorted_.push_back(after[e]);
    }
  }
}

// Behind the one before it in its process if that ends a chain, else behind whoever ends one and is
// known to come before it: by real time, the last that had returned; else one that it read from.
// Nobody comes after one that never returned but who read from it: that one goes on with its chain.
void OrderProblem::lay_chains(const TxnHistory& history) {
  chain_.assign(count(), kNone);
  place_.assign(count(), 0);
  std::vector<std::uint32_t> end;                              // by chain
  std::set<std::pair<std::uint32_t, std::uint32_t>> returned;  // when, and whose chain it ends
  const auto operation = [&](std::uint32_t m) -> const Operation& {
    return history.operation(history.transactions()[members_[m]]);
  };
  const auto ends = [&](std::uint32_t m) { return m != kNone && end[chain_[m]] == m; };
  for (const std::uint32_t v : sorted_) {
    if (v >= moments() || v != begin(member_of(v))) continue;
    const std::uint32_t m = member_of(v);
    std::uint32_t behind = kNone;
    for (const std::uint32_t slot : reads(m)) {
      const std::uint32_t writer = slots_[slot].member;
      if (operation(writer).outcome != EventType::ok && ends(writer)) behind = writer;
    }
    if (behind == kNone && ends(before_[m])) behind = before_[m];
    const auto later = returned.lower_bound({operation(m).invoked, 0});
    if (behind == kNone && later != returned.begin()) behind = end[std::prev(later)->second];
    for (const std::uint32_t slot : reads(m)) {
      if (behind == kNone && ends(slots_[slot].member)) behind = slots_[slot].member;
    }
    if (behind == kNone) {
      chain_[m] = chains_++;
      end.push_back(m);
    } else {
      chain_[m] = chain_[behind];
      place_[m] = place_[behind] + 1;
      returned.erase({operation(behind).completed, chain_[m]});
      end[chain_[m]] = m;
    }
    const bool counts = question_.scope == Scope::realtime && operation(m).outcome == EventType::ok;
    if (counts) returned.emplace(operation(m).completed, chain_[m]);
  }
}

void OrderProblem::lay_runs() {
  by_chain_.resize(slots());
  std::iota(by_chain_.begin(), by_chain_.end(), 0U);
  const auto rank = [this](std::uint32_t slot) {
    const std::uint32_t m = slots_[slot].member;
    return std::tuple(slots_[slot].key, chain_[m], place_[m]);
  };
  std::sort(by_chain_.begin(), by_chain_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  first_run_.assign(std::size_t{keys()} + 1, 0);
  for (std::uint32_t i = 0; i < slots(); ++i) {
    const Slot& slot = slots_[by_chain_[i]];
    const std::uint32_t chain = chain_[slot.member];
    const bool same =
        i > 0 && slots_[by_chain_[i - 1]].key == slot.key && runs_.back().chain == chain;
    if (same) {
      ++runs_.back().last;
    } else {
      runs_.push_back({chain, i, i + 1});
      ++first_run_[slot.key + 1];
    }
  }
  count_up(first_run_);
}

std::uint32_t OrderProblem::last_among(const Run& run, std::uint32_t count) const {
  const auto begin = by_chain_.begin() + run.first;
  const auto end = by_chain_.begin() + run.last;
  const auto at = std::partition_point(
      begin, end, [&](std::uint32_t slot) { return place_[slots_[slot].member] < count; });
  return at == begin ? kNone : *(at - 1);
}

// The first writer on each chain stands for those behind it.
void OrderProblem::order_unset() {
  for (const Unset& read : unset_) {
    for (const Run& run : runs(read.key)) {
      const std::uint32_t slot = by_chain_[run.first];
      const std::uint32_t writer = slots_[slot].member;
      if (writer == read.member) continue;
      edges_.push_back({begin(read.member), commit(writer), Before::unset, slot, read.member});
    }
  }
}

}  // namespace windtunnel::checkers
