#include "tests/unit/checkers/txn/version_orders.h"

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

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

// As often as one likes, but once.
Relation repeated(Relation a) {
  for (std::size_t k = 0; k < kMost; ++k) {
    for (std::size_t i = 0; i < kMost; ++i) {
      if ((a[i] >> k & 1U) != 0) a[i] |= a[k];
    }
  }
  return a;
}

bool is_behind_itself(const Relation& a) {
  for (std::size_t i = 0; i < kMost; ++i) {
    if ((a[i] >> i & 1U) != 0) return true;
  }
  return false;
}

bool has_circle(const Relation& a) { return is_behind_itself(repeated(a)); }

struct Dependencies {
  Relation so{};
  Relation wr{};
  Relation ww{};
  Relation rw{};
  bool lost_update = false;  // RW, then WW, of one key
};

struct Level {
  std::string_view name;
  bool (*holds)(const Dependencies&);
  bool takes_any_version = false;  // behind an append of the same transaction, too
};

bool is_committed(const Dependencies& d) { return !has_circle(both(both(d.so, d.wr), d.ww)); }
bool is_serializable(const Dependencies& d) {
  return !has_circle(both(both(d.so, d.wr), both(d.ww, d.rw)));
}
bool is_view(const Dependencies& d) {
  return !is_behind_itself(then(repeated(both(both(d.so, d.wr), d.ww)), d.rw));
}
constexpr Level kLevels[] = {
    {"serializable", is_serializable},
    {"repeatable-read", is_serializable},
    {"snapshot-isolation",
     [](const Dependencies& d) { return !has_circle(then(both(both(d.so, d.wr), d.ww), d.rw)); }},
    {"prefix",
     [](const Dependencies& d) { return !has_circle(both(then(both(d.so, d.wr), d.rw), d.ww)); }},
    {"parallel-snapshot-isolation", is_view},
    {"consistent-view", is_view},
    {"causal",
     [](const Dependencies& d) {
       return is_committed(d) && !is_behind_itself(then(repeated(both(d.so, d.wr)), d.rw));
     }},
    {"read-atomic",
     [](const Dependencies& d) {
       return is_committed(d) && !is_behind_itself(then(both(d.so, d.wr), d.rw));
     }},
    {"cursor-stability", [](const Dependencies& d) { return is_committed(d) && !d.lost_update; },
     true},
    {"read-committed", is_committed, true}};

// Cuts the order that the level promises off its name.
Scope scope_of(std::string_view& level) {
  using Prefix = std::pair<std::string_view, Scope>;
  constexpr Prefix kPrefixes[] = {{"strong-session-", Scope::process},
                                  {"strong-", Scope::realtime},
                                  {"strict-", Scope::realtime}};
  for (const auto& [prefix, scope] : kPrefixes) {
    if (!level.starts_with(prefix)) continue;
    level.remove_prefix(prefix.size());
    return scope;
  }
  return Scope::data;
}

class Versions {
 public:
  Versions(const SmallHistory& txns, DataType type, std::string_view level)
      : txns_(txns), type_(type), scope_(scope_of(level)) {
    for (const Level& one : kLevels) {
      if (one.name == level) level_ = &one;
    }
    WT_ASSERT(level_ != nullptr, "the level is one of the list");
  }

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
    so_ = {};
    for (std::size_t a = 0; a < txns_.size(); ++a) {
      for (std::size_t b = 0; b < txns_.size(); ++b) {
        if (a != b && is_there(a) && is_there(b) && is_before(txns_[a], txns_[b])) {
          so_[a] |= 1U << b;
        }
      }
    }
    return try_key(0);
  }
  bool is_before(const SmallTxn& a, const SmallTxn& b) const {
    const bool session = a.process == b.process && a.called < b.called;
    if (scope_ != Scope::data && session) return true;
    return scope_ == Scope::realtime && a.outcome == EventType::ok && a.returned < b.called;
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
      if (are_read(static_cast<int>(key)) && try_key(key + 1)) return true;
    } while (std::next_permutation(writers.begin(), writers.end()));
    return false;
  }

  // A read that others than its own transaction answer, and how many versions of the key it saw;
  // -1: none explains it.
  struct Seen {
    std::size_t reader = 0;
    int key = 0;
    int versions = 0;
  };
  bool are_read(int key) const {
    const std::vector<Seen> all = reads();
    return std::all_of(all.begin(), all.end(),
                       [key](const Seen& read) { return read.key != key || read.versions >= 0; });
  }
  std::vector<Seen> reads() const {
    std::vector<Seen> all;
    for (std::size_t t = 0; t < txns_.size(); ++t) {
      if (txns_[t].outcome != EventType::ok) continue;
      for (std::size_t i = 0; i < txns_[t].accesses.size(); ++i) {
        const SmallTxn::Access& access = txns_[t].accesses[i];
        if (access.write) continue;
        if (type_ == DataType::list_append) {
          all.push_back({t, access.key, versions_of_list(t, i)});
        } else if (own(t, i).empty()) {
          all.push_back({t, access.key, versions_of_register(access)});
        }
      }
    }
    return all;
  }

  const std::vector<std::size_t>& writers(int key) const {
    return versions_[static_cast<std::size_t>(key)];
  }
  // What the transaction had written to that key by then.
  std::vector<int> own(std::size_t t, std::size_t at) const {
    std::vector<int> all;
    for (std::size_t i = 0; i < at; ++i) {
      const SmallTxn::Access& access = txns_[t].accesses[i];
      if (access.write && access.key == txns_[t].accesses[at].key) all.push_back(access.value);
    }
    return all;
  }
  int versions_of_register(const SmallTxn::Access& read) const {
    if (read.value == 0) return 0;
    const std::vector<std::size_t>& all = writers(read.key);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const auto& access : txns_[all[i]].accesses) {
        if (access.write && access.key == read.key && access.value == read.value) {
          return static_cast<int>(i) + 1;
        }
      }
    }
    return -1;
  }
  int versions_of_list(std::size_t reader, std::size_t at) const {
    const SmallTxn::Access& read = txns_[reader].accesses[at];
    const std::vector<int> mine = own(reader, at);
    std::vector<int> list;
    for (std::size_t i = 0;; ++i) {
      std::vector<int> whole = list;
      whole.insert(whole.end(), mine.begin(), mine.end());
      const std::vector<std::size_t>& all = writers(read.key);
      const bool is_version = mine.empty() || (i < all.size() && all[i] == reader);
      if (is_version && whole == read.list) return static_cast<int>(i);
      if (level_->takes_any_version && list == read.list) return static_cast<int>(i);
      if (i == all.size() || (all[i] == reader && !level_->takes_any_version)) return -1;
      for (const SmallTxn::Access& access : txns_[all[i]].accesses) {
        if (access.write && access.key == read.key) list.push_back(access.value);
      }
    }
  }

  bool fits() const {
    Dependencies d;
    d.so = so_;
    for (const auto& all : versions_) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = i + 1; j < all.size(); ++j) d.ww[all[i]] |= 1U << all[j];
      }
    }
    for (const Seen& read : reads()) {
      const std::vector<std::size_t>& all = writers(read.key);
      const auto seen = static_cast<std::size_t>(read.versions);
      std::size_t last = seen;
      while (last > 0 && all[last - 1] == read.reader) --last;
      if (last > 0) d.wr[all[last - 1]] |= 1U << read.reader;
      for (std::size_t i = seen; i < all.size(); ++i) {
        if (all[i] != read.reader) d.rw[read.reader] |= 1U << all[i];
      }
      const auto mine = std::find(all.begin(), all.end(), read.reader);
      if (mine != all.end() && static_cast<std::size_t>(mine - all.begin()) > seen) {
        d.lost_update = true;
      }
    }
    return level_->holds(d);
  }

  const SmallHistory& txns_;
  DataType type_;
  Scope scope_;
  const Level* level_ = nullptr;
  std::uint32_t there_ = 0;
  Relation so_{};
  std::array<std::vector<std::size_t>, kMost> versions_;
};

}  // namespace

bool exists_version_order(const SmallHistory& txns, DataType type, std::string_view level) {
  return Versions(txns, type, level).exist();
}

}  // namespace windtunnel::checkers::test
