// Parallel snapshot isolation allows a long fork: one read sees the write of x and not that of y,
// another sees that of y and not that of x. Each key is written once, and a read asks for all keys
// of its group; then the reads of a group, ordered by how many keys they see, must each see what
// the one before it sees.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& fork_flaws() {
  static const std::vector<FlawInfo> list{
      {"fork", false, "two reads that saw two writes in opposite orders"},
      {"unexpected", false, "read, but nobody had written it"},
      {"aborted-read", false, "read, but its write had failed"}};
  return list;
}

struct Write {
  const Value* value = nullptr;
  std::uint32_t operation = 0;
};

struct Read {
  std::uint32_t operation = 0;
  std::vector<Value> seen;  // keys with a value, sorted
};

class LongFork {
 public:
  LongFork(const History& history, const AuditOptions& options)
      : history_(history), ledger_(history, options, fork_flaws()) {}

  AuditReport run() {
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) gather_writes(i);
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) gather_read(i);
    std::int64_t late = 0;
    for (auto& [group, reads] : groups_) {
      late += static_cast<std::int64_t>(std::count_if(
          reads.begin(), reads.end(),
          [&group = group](const Read& read) { return read.seen.size() == group.size(); }));
      if (twice_ == nullptr) compare(reads);
    }
    ledger_.figure("groups", static_cast<std::int64_t>(groups_.size()));
    ledger_.figure("reads", reads_);
    ledger_.figure("early_reads", early_);
    ledger_.figure("late_reads", late);
    // Reads that see nothing, or all, are in order with every other.
    if (reads_ - early_ - late < 2) {
      ledger_.nothing_seen("fewer than two reads saw some keys of their group and not others");
    }
    if (twice_ != nullptr) {
      ledger_.nothing_seen(fmt::format(
          "key {} was written twice, so that reads do not tell their order", to_edn(*twice_)));
    }
    return ledger_.close("group-chains");
  }

 private:
  // [[:w k v]]: the key and value, or null.
  static bool is(const Value& form, std::string_view what) {
    return form.is_sequence() && form.items().size() == 3 && form.items()[0].is_name() &&
           form.items()[0].text() == what;
  }
  void gather_writes(std::uint32_t i) {
    const Operation& op = history_.operations()[i];
    for (const Value& form : history_.argument(op).items()) {
      if (!is(form, "w") && !is(form, "write")) continue;
      const Value& key = form.items()[1];
      std::vector<Write>& writes = written_[key];
      writes.push_back({&form.items()[2], i});
      if (op.outcome == EventType::fail) continue;
      const auto lasting = std::count_if(writes.begin(), writes.end(), [this](const Write& write) {
        return history_.operations()[write.operation].outcome != EventType::fail;
      });
      if (lasting > 1 && twice_ == nullptr) twice_ = &key;
    }
  }
  // What is wrong with a value that a read returned; it returned at this position.
  void judge(std::uint32_t i, const Value& key, const Value& value) {
    const std::uint32_t returned = history_.operations()[i].completed;
    const Write* failed = nullptr;
    const Write* later = nullptr;
    for (const Write& write : written_[key]) {
      if (*write.value != value) continue;
      const Operation& by = history_.operations()[write.operation];
      if (by.outcome == EventType::fail) {
        failed = &write;
      } else if (by.invoked > returned) {
        later = &write;
      } else {
        return;
      }
    }
    Value subject = Value::vector({key, value});
    const std::string what =
        fmt::format("The read of key {} returned {}", to_edn(key), to_edn(value));
    if (later != nullptr) {
      ledger_.enter("unexpected", std::move(subject), {i, later->operation},
                    what + " before anybody wrote it.");
    } else if (failed != nullptr) {
      ledger_.enter("aborted-read", std::move(subject), {i, failed->operation},
                    what + ", but writing it had failed.");
    } else {
      ledger_.enter("unexpected", std::move(subject), {i}, what + ", which nobody wrote.");
    }
  }
  void gather_read(std::uint32_t i) {
    const Operation& op = history_.operations()[i];
    if (op.outcome != EventType::ok) return;
    Read read{i, {}};
    std::vector<Value> group;
    for (const Value& form : history_.result(op).items()) {
      if (!is(form, "r") && !is(form, "read")) continue;
      const Value& key = form.items()[1];
      group.push_back(key);
      if (form.items()[2].is_nil()) continue;
      read.seen.push_back(key);
      judge(i, key, form.items()[2]);
    }
    if (group.size() < 2) return;
    ++reads_;
    if (read.seen.empty()) ++early_;
    std::sort(group.begin(), group.end());
    std::sort(read.seen.begin(), read.seen.end());
    groups_[std::move(group)].push_back(std::move(read));
  }

  void compare(std::vector<Read>& reads) {
    std::stable_sort(reads.begin(), reads.end(),
                     [](const Read& a, const Read& b) { return a.seen.size() < b.seen.size(); });
    for (std::size_t i = 1; i < reads.size(); ++i) {
      const Read& fewer = reads[i - 1];
      const Read& more = reads[i];
      if (std::includes(more.seen.begin(), more.seen.end(), fewer.seen.begin(), fewer.seen.end())) {
        continue;
      }
      const Value x = missing(fewer.seen, more.seen);
      const Value y = missing(more.seen, fewer.seen);
      ledger_.enter("fork", Value::vector({x, y}), {fewer.operation, more.operation},
                    fmt::format("One read saw the write of {} and not that of {}; the other saw "
                                "that of {} and not that of {}.",
                                to_edn(x), to_edn(y), to_edn(y), to_edn(x)));
    }
  }
  // The first of `these` that is not among `those`.
  static Value missing(const std::vector<Value>& these, const std::vector<Value>& those) {
    for (const Value& key : these) {
      if (!std::binary_search(those.begin(), those.end(), key)) return key;
    }
    return {};
  }

  const History& history_;
  Ledger ledger_;
  std::map<Value, std::vector<Write>> written_;
  const Value* twice_ = nullptr;
  std::map<std::vector<Value>, std::vector<Read>> groups_;
  std::int64_t reads_ = 0;
  std::int64_t early_ = 0;
};

AuditReport audit_fork(const History& history, const AuditOptions& options) {
  return LongFork(history, options).run();
}

}  // namespace

AuditInfo long_fork_audit() {
  return {"long-fork",
          "txn [[:w k v]] and [[:r k1 nil] [:r k2 nil]]: all see the writes in one order",
          {"txn", "read", "write"},
          fork_flaws(),
          &audit_fork,
          &recheck_fork};
}

}  // namespace windtunnel::checkers
