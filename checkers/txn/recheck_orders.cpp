// All orders of the transactions of one witness, tried one after the other.
#include <windtunnel/checkers/txn/recheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace windtunnel::checkers {
namespace {

class PlainOrders {
 public:
  PlainOrders(const TxnHistory& txns, const std::vector<std::uint32_t>& transactions,
              std::string_view name)
      : history_(txns.history()),
        one_moment_(name.starts_with("SER-")),
        apart_(name.starts_with("SI-")),
        sessions_(name.ends_with("-process") || name.ends_with("-realtime")),
        realtime_(name.ends_with("-realtime")) {
    for (const std::uint32_t t : transactions) {
      const Operation& op = txns.operation(txns.transactions()[t]);
      if (op.outcome != EventType::fail) operations_.push_back(&op);
    }
  }

  bool none_exists() {
    for (const Operation* op : operations_) all_.push_back(plain_accesses(history_, *op));
    for (std::size_t t = 0; t < all_.size(); ++t) number(t);
    current_.assign(keys_.size(), kNobody);
    stage_.assign(operations_.size(), 0);
    max_tried_ = kMaxStages / std::max<std::size_t>(stage_.size(), 1);
    return !extend() && tried_.size() < max_tried_;
  }

 private:
  static constexpr std::size_t kMaxStages = 2'000'000;  // of all states together
  static constexpr int kNobody = -1;

  struct Read {
    int key;
    int source;
  };

  // What counts of each transaction, in numbers.
  void number(std::size_t t) {
    reads_.emplace_back();
    writes_.emplace_back();
    before_.emplace_back();
    for (std::size_t i = 0; i < all_[t].size(); ++i) {
      const PlainAccess& one = all_[t][i];
      const int key = keys_.try_emplace(*one.key, static_cast<int>(keys_.size())).first->second;
      if (one.write) writes_[t].push_back(key);
      if (one.write || wrote_before(t, i) || operations_[t]->outcome != EventType::ok) continue;
      const int source = one.value->is_nil() ? kNobody : writer_of(*one.key, *one.value);
      if (one.value->is_nil() || source != kNobody) reads_[t].push_back({key, source});
    }
    for (std::size_t other = 0; other < operations_.size(); ++other) {
      if (is_before(*operations_[other], *operations_[t])) before_[t].push_back(other);
    }
  }

  bool extend() {
    if (std::all_of(stage_.begin(), stage_.end(), [](int stage) { return stage == 2; }))
      return true;
    if (tried_.size() >= max_tried_ || !tried_.insert(state()).second) return false;
    for (const std::size_t t : next()) {
      const std::vector<int> current = current_;
      const int stage = stage_[t];
      stage_[t] = stage_after(t);
      for (const int key : writes_[t]) {
        if (stage_[t] == 2) current_[static_cast<std::size_t>(key)] = static_cast<int>(t);
      }
      if (extend()) return true;
      stage_[t] = stage;
      current_ = current;
    }
    return false;
  }

  int stage_after(std::size_t t) const { return stage_[t] == 0 && !one_moment_ ? 1 : 2; }

  // Whose turn it may be. Of one that writes no key that another is still to write it can be at
  // once: in whatever order the rest goes on, it can as well be first.
  std::vector<std::size_t> next() const {
    std::vector<std::size_t> all;
    for (std::size_t t = 0; t < stage_.size(); ++t) {
      if (stage_[t] == 2 || (stage_[t] == 0 && !may_begin(t))) continue;
      if (stage_after(t) == 2 && ruins(t)) continue;
      if (is_last_to_write(t)) return {t};
      all.push_back(t);
    }
    return all;
  }
  bool is_last_to_write(std::size_t t) const {
    for (std::size_t other = 0; other < stage_.size(); ++other) {
      if (other != t && stage_[other] != 2 && share_a_key(t, other)) return false;
    }
    return true;
  }
  bool share_a_key(std::size_t a, std::size_t b) const {
    return std::any_of(writes_[a].begin(), writes_[a].end(),
                       [this, b](int key) { return writes(b, key); });
  }

  // Two ways to the same place go on alike.
  std::vector<int> state() const {
    std::vector<int> out = stage_;
    out.insert(out.end(), current_.begin(), current_.end());
    return out;
  }

  bool may_begin(std::size_t t) const {
    const auto is_committed = [this](std::size_t other) { return stage_[other] == 2; };
    const auto matches = [this](const Read& read) { return now(read.key) == read.source; };
    return std::all_of(before_[t].begin(), before_[t].end(), is_committed) &&
           std::all_of(reads_[t].begin(), reads_[t].end(), matches);
  }
  // Would its commit be the end of another: of one that is still to read what it overwrites, or,
  // where they must be apart, of one that has begun and writes the same key?
  bool ruins(std::size_t t) const {
    const auto overwrites = [this, t](const Read& read) {
      return now(read.key) == read.source && writes(t, read.key);
    };
    for (std::size_t other = 0; other < stage_.size(); ++other) {
      if (other == t) continue;
      const auto& reads = reads_[other];
      if (stage_[other] == 0 && std::any_of(reads.begin(), reads.end(), overwrites)) return true;
      if (apart_ && stage_[other] == 1 && share_a_key(t, other)) return true;
    }
    return false;
  }
  bool is_before(const Operation& a, const Operation& b) const {
    const bool same = history_.process(a) == history_.process(b) && a.invoked < b.invoked;
    return (sessions_ && same) ||
           (realtime_ && a.outcome == EventType::ok && a.completed < b.invoked);
  }
  bool wrote_before(std::size_t t, std::size_t at) const {
    for (std::size_t i = 0; i < at; ++i) {
      if (all_[t][i].write && *all_[t][i].key == *all_[t][at].key) return true;
    }
    return false;
  }
  bool writes(std::size_t t, int key) const {
    return std::find(writes_[t].begin(), writes_[t].end(), key) != writes_[t].end();
  }
  int writer_of(const Value& key, const Value& value) const {
    for (std::size_t t = 0; t < all_.size(); ++t) {
      for (const PlainAccess& item : all_[t]) {
        if (item.write && *item.key == key && *item.value == value) return static_cast<int>(t);
      }
    }
    return kNobody;
  }
  int now(int key) const { return current_[static_cast<std::size_t>(key)]; }

  const History& history_;
  bool one_moment_;
  bool apart_;
  bool sessions_;
  bool realtime_;
  std::vector<const Operation*> operations_;
  std::vector<std::vector<PlainAccess>> all_;
  std::map<Value, int> keys_;
  std::vector<std::vector<Read>> reads_;          // by transaction, but for those of its own
  std::vector<std::vector<int>> writes_;          // the same: keys
  std::vector<std::vector<std::size_t>> before_;  // the same: whose commit it begins after
  std::vector<int> stage_;                        // 0: to come; 1: it has begun; 2: it is committed
  std::vector<int> current_;                      // by key: whose write is there
  std::size_t max_tried_ = 0;
  std::set<std::vector<int>> tried_;
};

}  // namespace

bool recheck_orders(const TxnHistory& history, const Anomaly& anomaly) {
  return PlainOrders(history, anomaly.transactions, anomaly.name).none_exists();
}

}  // namespace windtunnel::checkers
