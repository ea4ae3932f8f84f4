// A line of moments, carried out on a plain store.
#include <windtunnel/checkers/objects/positions.h>
#include <windtunnel/checkers/txn/recheck.h>

#include <algorithm>
#include <unordered_map>

namespace windtunnel::checkers {
namespace {

class PlainStore {
 public:
  PlainStore(const TxnHistory& history, OrderQuestion question)
      : history_(history),
        question_(question),
        began_(history.transactions().size(), kNever),
        committed_(history.transactions().size(), kNever),
        values_(history.keys().size(), nullptr),
        written_at_(history.keys().size(), 0) {}

  bool carry_out(const std::vector<Moment>& line) {
    for (const Moment& moment : line) {
      ++now_;
      const Transaction& one = history_.transactions()[moment.transaction];
      if (one.outcome == EventType::fail) return false;
      const bool one_moment = question_.level == OrderLevel::serializable;
      if (one_moment || !moment.commits) {
        if (began_[moment.transaction] != kNever || !begin(one)) return false;
        began_[moment.transaction] = now_;
      }
      if (!moment.commits) continue;
      if (began_[moment.transaction] == kNever || committed_[moment.transaction] != kNever)
        return false;
      if (!commit(one, began_[moment.transaction])) return false;
      committed_[moment.transaction] = now_;
    }
    return is_complete() && keeps_sessions() && keeps_realtime();
  }

 private:
  bool begin(const Transaction& one) const {
    std::unordered_map<std::uint32_t, const Value*> own;
    for (const Access& access : history_.accesses(one)) {
      if (access.write) {
        own[access.key] = access.value;
        continue;
      }
      if (one.outcome != EventType::ok || access.value == nullptr) continue;
      const auto mine = own.find(access.key);
      const Value* const expected = mine == own.end() ? values_[access.key] : mine->second;
      if (expected == nullptr ? !access.value->is_nil() : *expected != *access.value) return false;
    }
    return true;
  }
  bool commit(const Transaction& one, std::uint32_t began) {
    for (const Access& access : history_.accesses(one)) {
      if (!access.write) continue;
      const bool overtaken = written_at_[access.key] > began && written_at_[access.key] != now_;
      if (overtaken && question_.level == OrderLevel::snapshot_isolation) return false;
      values_[access.key] = access.value;
      written_at_[access.key] = now_;
    }
    return true;
  }
  bool is_complete() const {
    for (std::uint32_t t = 0; t < committed_.size(); ++t) {
      const bool succeeded = history_.transactions()[t].outcome == EventType::ok;
      if (committed_[t] == kNever && (succeeded || began_[t] != kNever)) return false;
    }
    return true;
  }
  bool keeps_sessions() const {
    if (question_.scope == Scope::data) return true;
    std::unordered_map<std::int64_t, std::uint32_t> last;  // by process: when it committed
    for (std::uint32_t t = 0; t < committed_.size(); ++t) {
      if (committed_[t] == kNever) continue;
      const Operation& op = history_.operation(history_.transactions()[t]);
      std::uint32_t& before = last.try_emplace(history_.history().process(op), 0).first->second;
      if (began_[t] <= before) return false;
      before = committed_[t];
    }
    return true;
  }
  bool keeps_realtime() const {
    if (question_.scope != Scope::realtime) return true;
    const std::vector<Transaction>& all = history_.transactions();
    const auto end = static_cast<std::uint32_t>(history_.history().events().size());
    const auto returns =
        order_by_position(static_cast<std::uint32_t>(all.size()), end, [&](std::uint32_t t) {
          const bool ok = all[t].outcome == EventType::ok;
          return ok ? history_.operation(all[t]).completed : kNever;
        });
    std::size_t next = 0;
    std::uint32_t latest = 0;
    for (std::uint32_t t = 0; t < all.size(); ++t) {
      const std::uint32_t called = history_.operation(all[t]).invoked;
      while (next < returns.size() && history_.operation(all[returns[next]]).completed < called) {
        latest = std::max(latest, committed_[returns[next++]]);
      }
      if (began_[t] != kNever && began_[t] <= latest) return false;
    }
    return true;
  }

  const TxnHistory& history_;
  OrderQuestion question_;
  std::vector<std::uint32_t> began_;  // by transaction
  std::vector<std::uint32_t> committed_;
  std::vector<const Value*> values_;  // by key
  std::vector<std::uint32_t> written_at_;
  std::uint32_t now_ = 0;
};

}  // namespace

bool explains(const TxnHistory& history, OrderQuestion question, const std::vector<Moment>& line) {
  return PlainStore(history, question).carry_out(line);
}

}  // namespace windtunnel::checkers
