#include "tests/unit/checkers/txn/commit_orders.h"

#include <algorithm>

namespace windtunnel::checkers::test {
namespace {

constexpr int kInitial = -1;

struct ExternalRead {
  int key = 0;
  int writer = kInitial;
};

int writer_of(const SmallHistory& txns, int value) {
  for (std::size_t t = 0; t < txns.size(); ++t) {
    for (const SmallTxn::Access& access : txns[t].accesses) {
      if (access.write && access.value == value) return static_cast<int>(t);
    }
  }
  return kInitial;
}

bool writes(const SmallTxn& txn, int key) {
  return std::any_of(txn.accesses.begin(), txn.accesses.end(),
                     [key](const auto& access) { return access.write && access.key == key; });
}

bool wrote_before(const SmallTxn& txn, std::size_t at) {
  for (std::size_t i = 0; i < at; ++i) {
    if (txn.accesses[i].write && txn.accesses[i].key == txn.accesses[at].key) return true;
  }
  return false;
}

class Orders {
 public:
  Orders(const SmallHistory& txns, WeakLevel level, bool sessions)
      : txns_(txns), level_(level), sessions_(sessions), reads_(txns.size()) {
    for (std::size_t t = 0; t < txns.size(); ++t) {
      if (txns[t].outcome != EventType::ok) continue;
      for (std::size_t i = 0; i < txns[t].accesses.size(); ++i) {
        const SmallTxn::Access& access = txns[t].accesses[i];
        if (access.write || wrote_before(txns[t], i)) continue;
        reads_[t].push_back(
            {access.key, access.value == 0 ? kInitial : writer_of(txns, access.value)});
      }
    }
  }

  bool exist() {
    std::vector<std::size_t> open;
    for (std::size_t t = 0; t < txns_.size(); ++t) {
      if (txns_[t].outcome == EventType::info) open.push_back(t);
    }
    for (std::uint32_t set = 0; set < 1U << open.size(); ++set) {
      there_.assign(txns_.size(), false);
      for (std::size_t t = 0; t < txns_.size(); ++t) {
        there_[t] = txns_[t].outcome == EventType::ok;
      }
      for (std::size_t i = 0; i < open.size(); ++i) there_[open[i]] = (set >> i & 1U) != 0;
      if (exist_with_those()) return true;
    }
    return false;
  }

 private:
  bool exist_with_those() {
    const std::size_t n = txns_.size();
    before_.assign(n, std::vector<bool>(n, false));
    for (std::size_t t = 0; t < n; ++t) {
      for (const ExternalRead& read : reads_[t]) {
        if (read.writer == kInitial) continue;
        if (!there_[static_cast<std::size_t>(read.writer)]) return false;
        before_[static_cast<std::size_t>(read.writer)][t] = true;
      }
      for (std::size_t other = 0; other < t; ++other) {
        if (sessions_ && there_[other] && there_[t] && in_session(other, t)) {
          before_[other][t] = true;
        }
      }
    }
    past_ = before_;
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          if (past_[i][k] && past_[k][j]) past_[i][j] = true;
        }
      }
    }
    order_.clear();
    return extend();
  }

  bool in_session(std::size_t a, std::size_t b) const {
    return txns_[a].process == txns_[b].process;
  }

  bool extend() {
    bool complete = true;
    for (std::size_t t = 0; t < txns_.size(); ++t) {
      if (!there_[t] || std::count(order_.begin(), order_.end(), t) != 0) continue;
      complete = false;
      bool may = true;
      for (std::size_t other = 0; other < txns_.size(); ++other) {
        if (before_[other][t] && std::count(order_.begin(), order_.end(), other) == 0) may = false;
      }
      if (!may) continue;
      order_.push_back(t);
      if (extend()) return true;
      order_.pop_back();
    }
    return complete && satisfies_axiom();
  }

  std::ptrdiff_t place(int t) const {
    if (t == kInitial) return -1;
    return std::find(order_.begin(), order_.end(), static_cast<std::size_t>(t)) - order_.begin();
  }

  bool satisfies_axiom() const {
    for (std::size_t reader = 0; reader < txns_.size(); ++reader) {
      for (std::size_t r = 0; there_[reader] && r < reads_[reader].size(); ++r) {
        const ExternalRead& read = reads_[reader][r];
        for (std::size_t other = 0; other < txns_.size(); ++other) {
          const bool writer = there_[other] && writes(txns_[other], read.key);
          if (!writer || static_cast<int>(other) == read.writer) continue;
          if (!sees(reader, r, other)) continue;
          if (place(static_cast<int>(other)) > place(read.writer)) return false;
        }
      }
    }
    return true;
  }

  bool sees(std::size_t reader, std::size_t read, std::size_t other) const {
    switch (level_) {
      case WeakLevel::read_committed:
        for (std::size_t i = 0; i < read; ++i) {
          if (reads_[reader][i].writer == static_cast<int>(other)) return true;
        }
        return false;
      case WeakLevel::read_atomic: return before_[other][reader];
      case WeakLevel::causal: return past_[other][reader];
    }
    return false;
  }

  const SmallHistory& txns_;
  WeakLevel level_;
  bool sessions_;
  std::vector<std::vector<ExternalRead>> reads_;
  std::vector<bool> there_;
  std::vector<std::vector<bool>> before_;
  std::vector<std::vector<bool>> past_;
  std::vector<std::size_t> order_;
};

}  // namespace

bool exists_commit_order(const SmallHistory& txns, WeakLevel level, bool sessions) {
  return Orders(txns, level, sessions).exist();
}

bool reads_are_legal(const SmallHistory& txns, WeakLevel level) {
  for (std::size_t t = 0; t < txns.size(); ++t) {
    if (txns[t].outcome != EventType::ok) continue;
    std::vector<int> own(8, 0);
    for (const SmallTxn::Access& access : txns[t].accesses) {
      int& mine = own[static_cast<std::size_t>(access.key)];
      if (access.write) {
        mine = access.value;
        continue;
      }
      if (mine != 0 && access.value != mine && level != WeakLevel::read_committed) return false;
      if (access.value == 0) continue;
      const int writer = writer_of(txns, access.value);
      if (writer == kInitial) return false;
      if (writer == static_cast<int>(t)) {
        if (mine == 0) return false;
        continue;
      }
      const SmallTxn& other = txns[static_cast<std::size_t>(writer)];
      if (other.outcome == EventType::fail) return false;
      for (std::size_t i = other.accesses.size(); i-- > 0;) {
        if (!other.accesses[i].write || other.accesses[i].key != access.key) continue;
        if (other.accesses[i].value != access.value) return false;
        break;
      }
    }
  }
  return true;
}

}  // namespace windtunnel::checkers::test
