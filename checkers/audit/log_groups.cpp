#include <windtunnel/checkers/audit/log_parts.h>
#include <windtunnel/checkers/history/edn.h>

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>

namespace windtunnel::checkers {
namespace {

constexpr std::uint32_t kNoEnd = 0xffffffffU;

using GroupKey = std::pair<Value, Value>;

struct Commit {
  std::uint32_t operation = 0;
  std::int64_t offset = 0;
};

// A reading of a committed offset; none: nothing was committed.
struct Fetch {
  std::uint32_t operation = 0;
  std::optional<std::int64_t> offset;
};

// The commits of one group and key, for questions about what a reader may have been given.
class Committed {
 public:
  Committed(const History& history, const std::vector<Commit>& commits) : history_(history) {
    std::vector<const Commit*> ended;
    for (const Commit& commit : commits) {
      by_offset_[commit.offset].push_back(commit.operation);
      if (op(commit.operation).outcome == EventType::ok) ended.push_back(&commit);
    }
    std::stable_sort(ended.begin(), ended.end(), [this](const Commit* a, const Commit* b) {
      return op(a->operation).completed < op(b->operation).completed;
    });
    Latest latest;
    for (const Commit* commit : ended) {
      take(latest, commit);
      latest_.emplace_back(op(commit->operation).completed, latest);
    }
  }

  // Until when the offset may have been written by a commit that was called before the position; at
  // the start for no offset. Nothing when nobody can have committed it.
  std::optional<std::uint32_t> until(const std::optional<std::int64_t>& offset,
                                     std::uint32_t position) const {
    if (!offset) return 0;
    const auto found = by_offset_.find(*offset);
    std::optional<std::uint32_t> until;
    if (found == by_offset_.end()) return until;
    for (const std::uint32_t i : found->second) {
      if (op(i).invoked > position) continue;
      const std::uint32_t end = op(i).outcome == EventType::ok ? op(i).completed : kNoEnd;
      until = std::max(until.value_or(0), end);
    }
    return until;
  }
  // Of the commits of other offsets that had returned by then, the one that was called last; or
  // null.
  const Commit* latest_other(const std::optional<std::int64_t>& offset,
                             std::uint32_t position) const {
    const auto end = std::partition_point(
        latest_.begin(), latest_.end(), [&](const auto& entry) { return entry.first < position; });
    if (end == latest_.begin()) return nullptr;
    const Latest& latest = std::prev(end)->second;
    return latest.first->offset == offset ? latest.other : latest.first;
  }

 private:
  // The commit that was called last, and the last of another offset.
  struct Latest {
    const Commit* first = nullptr;
    const Commit* other = nullptr;
  };
  const Operation& op(std::uint32_t i) const { return history_.operations()[i]; }
  bool is_later(const Commit* a, const Commit* b) const {
    return b == nullptr || op(a->operation).invoked > op(b->operation).invoked;
  }
  void take(Latest& latest, const Commit* commit) const {
    const bool same = latest.first != nullptr && latest.first->offset == commit->offset;
    if (is_later(commit, latest.first)) {
      if (!same) latest.other = latest.first;
      latest.first = commit;
    } else if (!same && is_later(commit, latest.other)) {
      latest.other = commit;
    }
  }

  const History& history_;
  std::map<std::int64_t, std::vector<std::uint32_t>> by_offset_;
  std::vector<std::pair<std::uint32_t, Latest>> latest_;  // by the position of a return
};

struct Ownership {
  std::uint32_t from = 0;  // position of the event
  std::uint32_t to = kNoEnd;
  std::int64_t session = 0;
  std::uint32_t operation = 0;
};

struct Mark {
  std::int64_t offset = 0;
  std::uint32_t operation = 0;
};

// The greatest of what had completed at a position.
struct Highest {
  std::uint32_t completed = 0;
  Mark mark;
};

class Groups {
 public:
  Groups(const LogHistory& log, Ledger& ledger)
      : log_(log), history_(log.history()), ledger_(ledger) {}

  bool run() {
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) gather(i);
    for (const auto& [at, fetches] : fetches_) {
      const Committed committed(history_, commits_[at]);
      for (const Fetch& fetch : fetches) judge(at, fetch, committed);
    }
    for (const auto& [at, owners] : owners_) judge(at, owners);
    judge_watermarks();
    return !fetches_.empty() || !owners_.empty() || !watermarks_.empty();
  }

 private:
  const Operation& op(std::uint32_t i) const { return history_.operations()[i]; }

  void gather(std::uint32_t i) {
    const std::string& f = history_.f(op(i));
    const std::int64_t session = history_.session(op(i));
    if (f == "assigned" || f == "revoked" || f == "assign" || f == "crash") end(session, i);
    if (f == "assigned" && op(i).outcome == EventType::ok) assign(i, session);
    if (!has_steps(f)) return;
    const std::vector<Value>& asked = history_.argument(op(i)).items();
    const std::vector<Value>& steps = steps_of(history_, op(i));
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const Value& step = steps[k];
      if (!step.is_sequence() || step.items().size() < 3 || !step.items()[0].is_name()) continue;
      gather_step(i, step.items()[0].text(), step.items()[1], step.items()[2]);
      if (step.items()[0].text() == "committed" && k < asked.size())
        gather_absent(i, asked[k], step);
    }
  }
  void gather_step(std::uint32_t i, std::string_view what, const Value& subject,
                   const Value& offsets) {
    const EventType outcome = op(i).outcome;
    const bool ok = outcome == EventType::ok;
    if (what == "watermark" && ok && offsets.is_integer()) {
      watermarks_[plain_key(subject)].push_back({offsets.integer(), i});
    }
    if (what != "commit" && what != "committed") return;
    for (std::size_t k = 0; k + 1 < offsets.items().size(); k += 2) {
      const GroupKey at{subject, plain_key(offsets.items()[k])};
      const Value& offset = offsets.items()[k + 1];
      const bool whole = offset.is_integer() && offset.integer() >= 0;  // -1 is Kafka's none
      if (what == "commit" && whole && outcome != EventType::fail) {
        commits_[at].push_back({i, offset.integer()});
      } else if (what == "committed" && ok) {
        fetches_[at].push_back({i, whole ? std::optional(offset.integer()) : std::nullopt});
      }
    }
  }
  // A key that was asked for and is not in the answer has no offset.
  void gather_absent(std::uint32_t i, const Value& asked, const Value& step) {
    if (op(i).outcome != EventType::ok || asked.items().size() < 3) return;
    const std::vector<Value>& keys = asked.items()[2].items();
    const std::vector<Value>& told = step.items()[2].items();
    for (std::size_t k = 0; k + 1 < keys.size(); k += 2) {
      bool found = false;
      for (std::size_t t = 0; t + 1 < told.size(); t += 2) {
        found = found || plain_key(told[t]) == plain_key(keys[k]);
      }
      if (!found) fetches_[{step.items()[1], plain_key(keys[k])}].push_back({i, std::nullopt});
    }
  }

  // --- Committed offsets: a register for each group and key. ---

  void judge(const GroupKey& at, const Fetch& fetch, const Committed& committed) {
    const Operation& read = op(fetch.operation);
    const std::string name =
        fmt::format("group {} and key {}", to_edn(at.first), to_edn(at.second));
    Value subject = Value::vector({at.first, at.second});
    const std::optional<std::uint32_t> until = committed.until(fetch.offset, read.completed);
    if (!until) {
      ledger_.enter("unexpected-offset", std::move(subject), {fetch.operation},
                    fmt::format("The committed offset of {} was given as {}, which nobody had "
                                "committed.",
                                name, *fetch.offset));
      return;
    }
    const Commit* const by = committed.latest_other(fetch.offset, read.invoked);
    if (by == nullptr || op(by->operation).invoked < *until) return;
    const std::string was = fetch.offset ? std::to_string(*fetch.offset) : "nothing";
    ledger_.enter("committed-offset-lost", std::move(subject), {by->operation, fetch.operation},
                  fmt::format("Offset {} of {} was committed after {} had been; {} was given "
                              "afterwards.",
                              by->offset, name, was, was));
  }

  // --- Assignments. ---

  void end(std::int64_t session, std::uint32_t i) {
    for (Ownership* const owned : open_[session]) owned->to = op(i).invoked;
    open_[session].clear();
  }
  void assign(std::uint32_t i, std::int64_t session) {
    const Value& value = history_.result(op(i));
    const Value* const group = value.find("group");
    const Value* const generation = value.find("generation");
    const Value* const keys = value.find("keys");
    if (group == nullptr || keys == nullptr) return;
    for (const Value& key : keys->items()) {
      const GroupKey at{*group, plain_key(key)};
      if (generation != nullptr && !generation->is_nil()) claim(at, *generation, i, session);
      std::deque<Ownership>& owners = owners_[at];
      owners.push_back({op(i).completed, kNoEnd, session, i});
      open_[session].push_back(&owners.back());
    }
  }
  void claim(const GroupKey& at, const Value& generation, std::uint32_t i, std::int64_t session) {
    const auto [held, fresh] = claims_.try_emplace({at, generation}, i);
    if (fresh || history_.session(op(held->second)) == session) return;
    ledger_.enter("double-assignment", Value::vector({at.first, at.second, generation}),
                  {held->second, i},
                  fmt::format("Group {} gave key {} to two consumers in generation {}.",
                              to_edn(at.first), to_edn(at.second), to_edn(generation)));
  }
  void judge(const GroupKey& at, const std::deque<Ownership>& owners) {
    const Ownership* longest = nullptr;
    for (const Ownership& owned : owners) {
      const bool overlaps =
          longest != nullptr && longest->session != owned.session && owned.from < longest->to;
      if (overlaps) {
        ledger_.enter("assignment-overlap", Value::vector({at.first, at.second}),
                      {longest->operation, owned.operation},
                      fmt::format("Process {} was given key {} of group {} while process {} still "
                                  "believed to have it.",
                                  history_.process(op(owned.operation)), to_edn(at.second),
                                  to_edn(at.first), history_.process(op(longest->operation))));
      }
      if (longest == nullptr || owned.to > longest->to) longest = &owned;
    }
  }

  // --- High watermarks. ---

  void judge_watermarks() {
    std::map<Value, std::vector<Mark>> polled;
    for (const Sighting& poll : log_.polls()) {
      if (poll.offset == kNoOffset) continue;
      polled[plain_key(log_.key(poll.key))].push_back({poll.offset, poll.operation});
    }
    for (const auto& [key, marks] : watermarks_) {
      const std::vector<Highest> read = highest_of(marks);
      const std::vector<Highest> seen = highest_of(polled[key]);
      for (const Mark& mark : marks) {
        const Highest* const earlier = before(read, mark);
        if (earlier != nullptr && earlier->mark.offset > mark.offset) {
          enter("watermark-regress", key, *earlier, mark,
                fmt::format("The high watermark of key {} was {}, and {} afterwards.", to_edn(key),
                            earlier->mark.offset, mark.offset));
        }
        const Highest* const poll = before(seen, mark);
        if (poll != nullptr && poll->mark.offset >= mark.offset) {
          enter("beyond-watermark", key, *poll, mark,
                fmt::format("Offset {} of key {} was polled, but afterwards the high watermark was "
                            "{}, which does not cover it.",
                            poll->mark.offset, to_edn(key), mark.offset));
        }
      }
    }
  }
  void enter(std::string_view flaw, const Value& key, const Highest& first, const Mark& second,
             std::string text) {
    ledger_.enter(flaw, Value::vector({key, Value(first.mark.offset), Value(second.offset)}),
                  {first.mark.operation, second.operation}, std::move(text));
  }
  // In the order of completions, each with the greatest so far.
  std::vector<Highest> highest_of(std::vector<Mark> marks) const {
    std::stable_sort(marks.begin(), marks.end(), [this](const Mark& a, const Mark& b) {
      return op(a.operation).completed < op(b.operation).completed;
    });
    std::vector<Highest> all;
    for (const Mark& mark : marks) {
      const bool higher = all.empty() || mark.offset > all.back().mark.offset;
      all.push_back({op(mark.operation).completed, higher ? mark : all.back().mark});
    }
    return all;
  }
  // The greatest of what had completed when the operation began; null for none.
  const Highest* before(const std::vector<Highest>& all, const Mark& mark) const {
    const std::uint32_t began = op(mark.operation).invoked;
    const auto end = std::partition_point(
        all.begin(), all.end(), [began](const Highest& it) { return it.completed < began; });
    return end == all.begin() ? nullptr : &*std::prev(end);
  }

  const LogHistory& log_;
  const History& history_;
  Ledger& ledger_;
  std::map<GroupKey, std::vector<Commit>> commits_;
  std::map<GroupKey, std::vector<Fetch>> fetches_;
  std::map<GroupKey, std::deque<Ownership>> owners_;
  std::map<std::int64_t, std::vector<Ownership*>> open_;  // by session
  std::map<std::pair<GroupKey, Value>, std::uint32_t> claims_;
  std::map<Value, std::vector<Mark>> watermarks_;
};

}  // namespace

bool audit_groups(const LogHistory& log, Ledger& ledger) { return Groups(log, ledger).run(); }

}  // namespace windtunnel::checkers
