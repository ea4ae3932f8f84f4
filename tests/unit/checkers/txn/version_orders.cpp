#include "tests/unit/checkers/txn/version_orders.h"

#include <algorithm>
#include <array>

namespace windtunnel::checkers::test {
namespace {

constexpr std::size_t kMost = 8;  // transactions, and keys

// By transaction, the set of those behind it.
using Relation = std::array<std::uint32_t, kMost>;

Relation both(const Relation& a, const Relation& b) {
  Relation out = a;
  for (std::size_t i = 0; i < kMost; ++i) out[i] |= b[i];
  return out;
}

// a, then b or nothing.
Relation then(const Relation& a, const Relation& b) {
  Relation out = a;
  for (std::size_t i = 0; i < kMost; ++i) {
    for (std::size_t j = 0; j < kMost; ++j) {
      if ((a[i] >> j & 1U) != 0) out[i] |= b[j];
    }
  }
  return out;
}

bool has_circle(Relation a) {
  for (std::size_t k = 0; k < kMost; ++k) {
    for (std::size_t i = 0; i < kMost; ++i) {
      if ((a[i] >> k & 1U) != 0) a[i] |= a[k];
    }
  }
  for (std::size_t i = 0; i < kMost; ++i) {
    if ((a[i] >> i & 1U) != 0) return true;
  }
  return false;
}

class Versions {
 public:
  Versions(const SmallHistory& txns, OrderQuestion question) : txns_(txns), question_(question) {}

  bool exist() {
    for (std::uint32_t set = 0; set < 1U << txns_.size(); ++set) {
      bool fits = true;
      for (std::size_t t = 0; t < txns_.size(); ++t) {
        const bool there = (set >> t & 1U) != 0;
        if (txns_[t].outcome == EventType::ok && !there) fits = false;
        if (txns_[t].outcome == EventType::fail && there) fits = false;
      }
      there_ = set;
      if (fits && exist_with_those()) return true;
    }
    return false;
  }

 private:
  bool is_there(std::size_t t) const { return (there_ >> t & 1U) != 0; }

  bool exist_with_those() {
    order_ = {};
    for (std::size_t a = 0; a < txns_.size(); ++a) {
      for (std::size_t b = 0; b < txns_.size(); ++b) {
        if (a != b && is_there(a) && is_there(b) && is_before(txns_[a], txns_[b])) {
          order_[a] |= 1U << b;
        }
      }
    }
    return try_key(0);
  }
  bool is_before(const SmallTxn& a, const SmallTxn& b) const {
    const bool session = a.process == b.process && a.called < b.called;
    if (question_.scope != Scope::data && session) return true;
    return question_.scope == Scope::realtime && a.outcome == EventType::ok &&
           a.returned < b.called;
  }

  bool try_key(std::size_t key) {
    if (key == kMost) return fits();
    std::vector<std::size_t> writers;
    for (std::size_t t = 0; t < txns_.size(); ++t) {
      const auto& all = txns_[t].accesses;
      const bool writes = std::any_of(all.begin(), all.end(), [key](const auto& access) {
        return access.write && access.key == static_cast<int>(key);
      });
      if (is_there(t) && writes) writers.push_back(t);
    }
    do {
      versions_[key] = writers;
      if (try_key(key + 1)) return true;
    } while (std::next_permutation(writers.begin(), writers.end()));
    return false;
  }

  // The place of the version that was read among those of its key, from 1; 0: unset; -1: its
  // writer is not there.
  int place(const SmallTxn::Access& read) const {
    if (read.value == 0) return 0;
    const auto& writers = versions_[static_cast<std::size_t>(read.key)];
    for (std::size_t i = 0; i < writers.size(); ++i) {
      for (const auto& access : txns_[writers[i]].accesses) {
        if (access.write && access.key == read.key && access.value == read.value) {
          return static_cast<int>(i) + 1;
        }
      }
    }
    return -1;
  }

  bool fits() const {
    Relation wr{};
    Relation ww{};
    Relation rw{};
    for (const auto& writers : versions_) {
      for (std::size_t i = 0; i < writers.size(); ++i) {
        for (std::size_t j = i + 1; j < writers.size(); ++j) ww[writers[i]] |= 1U << writers[j];
      }
    }
    for (std::size_t t = 0; t < txns_.size(); ++t) {
      if (txns_[t].outcome != EventType::ok) continue;
      std::uint32_t own = 0;
      for (const auto& access : txns_[t].accesses) {
        if (access.write) own |= 1U << access.key;
        if (access.write || (own >> access.key & 1U) != 0) continue;
        const int at = place(access);
        if (at < 0) return false;
        const auto& writers = versions_[static_cast<std::size_t>(access.key)];
        if (at > 0) wr[writers[static_cast<std::size_t>(at) - 1]] |= 1U << t;
        for (std::size_t i = static_cast<std::size_t>(at); i < writers.size(); ++i) {
          if (writers[i] != t) rw[t] |= 1U << writers[i];
        }
      }
    }
    const Relation seen = both(order_, wr);
    switch (question_.level) {
      case OrderLevel::serializable: return !has_circle(both(both(seen, ww), rw));
      case OrderLevel::snapshot_isolation: return !has_circle(then(both(seen, ww), rw));
      case OrderLevel::prefix: break;
    }
    return !has_circle(both(then(seen, rw), ww));
  }

  const SmallHistory& txns_;
  OrderQuestion question_;
  std::uint32_t there_ = 0;
  Relation order_{};
  std::array<std::vector<std::size_t>, kMost> versions_;
};

}  // namespace

bool exists_version_order(const SmallHistory& txns, OrderQuestion question) {
  return Versions(txns, question).exist();
}

}  // namespace windtunnel::checkers::test
