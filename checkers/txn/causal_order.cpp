#include <windtunnel/checkers/txn/causal_order.h>

#include <algorithm>

namespace windtunnel::checkers {

CausalOrder::CausalOrder(const Observations& seen, bool sessions, std::uint64_t max_entries)
    : seen_(seen),
      sessions_(sessions),
      max_entries_(max_entries),
      chain_of_(seen.count(), Observations::kNone),
      place_of_(seen.count()),
      last_of_session_(seen.count(), Observations::kNone),
      first_(seen.count()),
      width_(seen.count()),
      writes_(seen.keys()) {}

bool CausalOrder::infer(CommitOrder& order, std::uint64_t max_steps, std::uint64_t& examined) {
  const std::vector<std::uint32_t> sorted = topological_order();
  if (sorted.size() < seen_.count()) return true;
  mark_known();
  bool fits = true;
  for (const std::uint32_t t : sorted) {
    if (!seen_.is_present(t)) continue;
    read_clock(t);
    fits = clocks_.size() <= max_entries_ && steps_ <= max_steps;
    if (!fits) break;
    look_at_reads(t, order);
    lay_on_chain(t);
  }
  examined += steps_;
  return fits;
}

// Kahn (1962); shorter than all when there is a cycle.
std::vector<std::uint32_t> CausalOrder::topological_order() const {
  const std::uint32_t count = seen_.count();
  std::vector<std::uint32_t> open(count);
  std::vector<std::uint32_t> first(std::size_t{count} + 1);
  const auto each = [&](auto visit) {
    for (std::uint32_t t = 0; t < count; ++t) {
      if (sessions_ && seen_.before(t) != Observations::kNone) visit(seen_.before(t), t);
      for (const Seen& read : seen_.reads(t)) {
        if (read.writer != Seen::kUnset) visit(read.writer, t);
      }
    }
  };
  each([&](std::uint32_t from, std::uint32_t to) {
    ++open[to];
    ++first[from + 1];
  });
  for (std::uint32_t t = 0; t < count; ++t) first[t + 1] += first[t];
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  std::vector<std::uint32_t> after(first.back());
  each([&](std::uint32_t from, std::uint32_t to) { after[next[from]++] = to; });
  std::vector<std::uint32_t> sorted;
  sorted.reserve(count);
  for (std::uint32_t t = 0; t < count; ++t) {
    if (open[t] == 0) sorted.push_back(t);
  }
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::uint32_t e = first[sorted[i]]; e < first[sorted[i] + 1]; ++e) {
      if (--open[after[e]] == 0) sorted.push_back(after[e]);
    }
  }
  return sorted;
}

// Who is read by another session is known, and with it all that its session had done before. What
// is not would end its chain for good: nobody could go on with it, and each `:info` would cost one.
void CausalOrder::mark_known() {
  known_.assign(seen_.count(), false);
  std::vector<std::uint32_t> session(seen_.count());
  for (std::uint32_t t = 0; t < seen_.count(); ++t) {
    const bool follows = sessions_ && seen_.before(t) != Observations::kNone;
    session[t] = follows ? session[seen_.before(t)] : t;
  }
  for (std::uint32_t t = 0; t < seen_.count(); ++t) {
    for (const Seen& read : seen_.reads(t)) {
      const bool other = read.writer != Seen::kUnset && session[read.writer] != session[t];
      if (other) known_[read.writer] = true;
    }
  }
  for (std::uint32_t t = seen_.count(); t-- > 0;) {
    if (sessions_ && known_[t] && seen_.before(t) != Observations::kNone)
      known_[seen_.before(t)] = true;
  }
}

void CausalOrder::join(std::uint32_t before) {
  const std::uint32_t chain = chain_of_[before];
  const std::size_t needed = std::max(width_[before], chain == Observations::kNone ? 0 : chain + 1);
  if (now_.size() < needed) now_.resize(needed);
  steps_ += width_[before] / kEntriesOfStep + 1;
  const std::uint32_t* const row = clocks_.data() + first_[before];
  for (std::uint32_t c = 0; c < width_[before]; ++c) now_[c] = std::max(now_[c], row[c]);
  if (chain != Observations::kNone) now_[chain] = std::max(now_[chain], place_of_[before] + 1);
}

void CausalOrder::read_clock(std::uint32_t t) {
  now_.clear();
  if (sessions_ && seen_.before(t) != Observations::kNone) join(seen_.before(t));
  for (const Seen& read : seen_.reads(t)) {
    if (read.writer == Seen::kUnset) continue;
    const std::uint32_t chain = chain_of_[read.writer];
    const bool joined = chain < now_.size() && now_[chain] > place_of_[read.writer];
    if (!joined) join(read.writer);
  }
  first_[t] = clocks_.size();
  width_[t] = static_cast<std::uint32_t>(now_.size());
  clocks_.insert(clocks_.end(), now_.begin(), now_.end());
}

// Behind the last of its session that is on one, else behind any chain all of which is in its past.
void CausalOrder::lay_on_chain(std::uint32_t t) {
  const std::uint32_t before = sessions_ ? seen_.before(t) : Observations::kNone;
  const std::uint32_t last =
      before == Observations::kNone ? Observations::kNone : last_of_session_[before];
  last_of_session_[t] = last;
  if (!known_[t] || seen_.written(t).empty()) return;
  last_of_session_[t] = t;
  std::uint32_t chain = Observations::kNone;
  if (last != Observations::kNone && chains_[chain_of_[last]].back() == last)
    chain = chain_of_[last];
  for (std::uint32_t c = 0; chain == Observations::kNone && c < width_[t]; ++c) {
    if (seen_of(c, t) == chains_[c].size()) chain = c;
  }
  if (chain == Observations::kNone) {
    chain = static_cast<std::uint32_t>(chains_.size());
    chains_.emplace_back();
  }
  chain_of_[t] = chain;
  place_of_[t] = static_cast<std::uint32_t>(chains_[chain].size());
  chains_[chain].push_back(t);
  for (const std::uint32_t key : seen_.written(t)) {
    std::vector<WritesOfChain>& all = writes_[key];
    auto mine = std::find_if(all.begin(), all.end(),
                             [chain](const WritesOfChain& one) { return one.chain == chain; });
    if (mine == all.end()) mine = all.insert(all.end(), {chain, {}});
    mine->places.push_back(place_of_[t]);
  }
}

bool CausalOrder::is_before(std::uint32_t t, std::uint32_t other) const {
  return seen_of(chain_of_[t], other) > place_of_[t];
}

void CausalOrder::look_at_reads(std::uint32_t t, CommitOrder& order) {
  for (const Seen& read : seen_.reads(t)) {
    steps_ += writes_[read.key].size();
    for (const WritesOfChain& one : writes_[read.key]) {
      const std::uint32_t known = seen_of(one.chain, t);
      const auto end = std::lower_bound(one.places.begin(), one.places.end(), known);
      if (end == one.places.begin()) continue;
      const std::uint32_t last = chains_[one.chain][*(end - 1)];
      if (last == read.writer) continue;
      // What the writer had in its own past needs no edge.
      if (read.writer != Seen::kUnset && is_before(last, read.writer)) continue;
      order.infer({last, read.writer, read.key, t, Inferred::kPath});
    }
  }
}

}  // namespace windtunnel::checkers
