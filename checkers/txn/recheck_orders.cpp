// All orders of the transactions of one witness, tried one after the other.
#include <windtunnel/checkers/txn/recheck.h>

#include <algorithm>
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
    stage_.assign(operations_.size(), 0);
    overtaken_.assign(operations_.size(), false);
    return !extend() && tried_.size() < kMaxTried;
  }

 private:
  static constexpr std::size_t kMaxTried = 200'000;
  static constexpr int kNobody = -1;

  struct Current {
    const Value* key;
    int writer;
  };

  bool extend() {
    if (std::all_of(stage_.begin(), stage_.end(), [](char stage) { return stage == 2; }))
      return true;
    if (tried_.size() >= kMaxTried || !tried_.insert(state()).second) return false;
    for (std::size_t t = 0; t < operations_.size(); ++t) {
      const bool begins = stage_[t] == 0;
      if (stage_[t] == 2 || (begins ? !may_begin(t) : overtaken_[t])) continue;
      const std::vector<Current> current = current_;
      const std::vector<bool> overtaken = overtaken_;
      const char stage = stage_[t];
      stage_[t] = begins && !one_moment_ ? 1 : 2;
      if (stage_[t] == 2) commit(t);
      if (extend()) return true;
      stage_[t] = stage;
      current_ = current;
      overtaken_ = overtaken;
    }
    return false;
  }

  // Two ways to the same place go on alike.
  std::vector<int> state() const {
    std::vector<int> out(stage_.begin(), stage_.end());
    std::vector<std::pair<Value, int>> keys;
    for (const Current& one : current_) keys.emplace_back(*one.key, one.writer);
    std::sort(keys.begin(), keys.end());
    for (const auto& [key, writer] : keys) out.push_back(writer);
    for (std::size_t t = 0; t < overtaken_.size(); ++t) out.push_back(overtaken_[t] ? 1 : 0);
    return out;
  }

  bool may_begin(std::size_t t) const {
    for (std::size_t other = 0; other < operations_.size(); ++other) {
      if (stage_[other] != 2 && is_before(*operations_[other], *operations_[t])) return false;
    }
    return operations_[t]->outcome != EventType::ok || reads_match(t);
  }
  bool is_before(const Operation& a, const Operation& b) const {
    const bool same = history_.process(a) == history_.process(b) && a.invoked < b.invoked;
    return (sessions_ && same) ||
           (realtime_ && a.outcome == EventType::ok && a.completed < b.invoked);
  }
  bool reads_match(std::size_t t) const {
    for (std::size_t i = 0; i < all_[t].size(); ++i) {
      const PlainAccess& read = all_[t][i];
      if (read.write || wrote_before(t, i)) continue;
      const int now = current(*read.key);
      if (read.value->is_nil()) {
        if (now != kNobody) return false;
        continue;
      }
      const int source = writer_of(*read.key, *read.value);
      if (source != kNobody && source != now) return false;
    }
    return true;
  }
  bool wrote_before(std::size_t t, std::size_t at) const {
    for (std::size_t i = 0; i < at; ++i) {
      if (all_[t][i].write && *all_[t][i].key == *all_[t][at].key) return true;
    }
    return false;
  }
  bool writes(std::size_t t, const Value& key) const {
    return std::any_of(all_[t].begin(), all_[t].end(),
                       [&key](const PlainAccess& item) { return item.write && *item.key == key; });
  }
  int writer_of(const Value& key, const Value& value) const {
    for (std::size_t t = 0; t < all_.size(); ++t) {
      for (const PlainAccess& item : all_[t]) {
        if (item.write && *item.key == key && *item.value == value) return static_cast<int>(t);
      }
    }
    return kNobody;
  }
  int current(const Value& key) const {
    for (const Current& one : current_) {
      if (*one.key == key) return one.writer;
    }
    return kNobody;
  }
  void commit(std::size_t t) {
    for (const PlainAccess& item : all_[t]) {
      if (!item.write) continue;
      std::erase_if(current_, [&item](const Current& one) { return *one.key == *item.key; });
      current_.push_back({item.key, static_cast<int>(t)});
      for (std::size_t other = 0; other < all_.size() && apart_; ++other) {
        if (other != t && stage_[other] == 1 && writes(other, *item.key)) overtaken_[other] = true;
      }
    }
  }

  const History& history_;
  bool one_moment_;
  bool apart_;
  bool sessions_;
  bool realtime_;
  std::vector<const Operation*> operations_;
  std::vector<std::vector<PlainAccess>> all_;
  std::vector<char> stage_;  // 0: to come; 1: it has begun; 2: it is committed
  std::vector<bool> overtaken_;
  std::vector<Current> current_;
  std::set<std::vector<int>> tried_;
};

}  // namespace

bool recheck_orders(const TxnHistory& history, const Anomaly& anomaly) {
  return PlainOrders(history, anomaly.transactions, anomaly.name).none_exists();
}

}  // namespace windtunnel::checkers
