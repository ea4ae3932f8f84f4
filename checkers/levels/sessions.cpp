#include <windtunnel/checkers/levels/sessions.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>
#include <windtunnel/checkers/levels/session_views.h>
#include <windtunnel/checkers/levels/sessions_recheck.h>
#include <windtunnel/checkers/objects/witness.h>
#include <windtunnel/checkers/txn/components.h>

#include <fmt/format.h>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <bit>
#include <map>

namespace windtunnel::checkers {
namespace {

constexpr std::uint32_t kNone = 0xffffffffU;

struct Read {
  std::uint32_t operation;
  std::uint32_t version;
};

// A version of a key: a write, or the initial one.
struct Version {
  std::uint32_t key = 0;
  std::uint32_t operation = kNone;  // kNone: initial
  std::uint32_t session = 0;
  std::uint32_t place = 0;  // among the operations of its session
};

// `from` is not later than `to`, because of these operations.
struct Order {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  SessionGuarantee guarantee = kReadYourWrites;
  std::vector<std::uint32_t> because;
};

// What a session did so far with a key.
struct Past {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> writes;  // (place, version)
  std::vector<std::pair<std::uint32_t, Read>> reads;            // (place, read)
  std::uint32_t after_writes = kNone;      // a bound that all of these writes are not later than
  std::vector<std::uint32_t> after_reads;  // by read: one for it and those before it
};

// The latest write of a session that somebody saw.
struct Seen {
  std::uint32_t place = 0;
  std::uint32_t write = 0;  // operations
  std::uint32_t read = 0;
};

struct Session {
  std::uint32_t done = 0;
  std::map<std::uint32_t, Past> keys;
  std::map<std::uint32_t, Seen> seen;  // by session
  std::vector<SessionAct> acts;
  std::uint32_t first_read = kNone;  // operation
};

const char* name_of(SessionGuarantee guarantee) {
  switch (guarantee) {
    case kReadYourWrites: return "read your writes";
    case kMonotonicReads: return "monotonic reads";
    case kMonotonicWrites: return "monotonic writes";
    case kWritesFollowReads: return "writes follow reads";
  }
  return "";
}

class Sessions {
 public:
  Sessions(const History& history, const ModelSpec& spec, std::uint8_t guarantees)
      : history_(history), spec_(spec), guarantees_(guarantees) {}

  Verdict run(std::uint64_t max_work) {
    verdict_.algorithm = "session-orders";
    verdict_.put_to_the_test = is_put_to_the_test(history_, {});
    if (!gather_writes()) return verdict_;
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) {
      const Operation& op = history_.operations()[i];
      if (op.outcome == EventType::fail) continue;
      if (is_write(op)) {
        write(i);
      } else if (op.outcome == EventType::ok && !read(i)) {
        return verdict_;
      }
    }
    verdict_.configurations = orders_.size();
    find_circle();
    if (verdict_.decision == Decision::ok) look_at_all_together(max_work);
    return verdict_;
  }

 private:
  struct Parts {
    const Value* key;
    const Value* value;
  };

  bool is_write(const Operation& op) const {
    return history_.f(op) == "write" || history_.f(op) == "put";
  }
  // Key and value of an event's value, as the model has them.
  Parts parts(const Operation& op, const Value& value) const {
    static const Value nil;
    const bool kv = spec_.model == Model::kv;
    const bool tuple = spec_.independent || (kv && history_.key(op).is_nil());
    if (!tuple) return {kv ? &history_.key(op) : &nil, &value};
    const bool fits = value.is_sequence() && value.items().size() == 2;
    return fits ? Parts{&value.items()[0], &value.items()[1]} : Parts{&nil, &value};
  }
  std::uint32_t session_of(const Operation& op) {
    return processes_.number(Value(history_.process(op)));
  }

  bool gather_writes() {
    std::vector<std::uint32_t> done;
    version_by_operation_.assign(history_.operations().size(), kNone);
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) {
      const Operation& op = history_.operations()[i];
      if (op.outcome == EventType::fail) continue;
      const std::string& f = history_.f(op);
      if (!is_write(op) && f != "read" && f != "get") {
        return give_up(fmt::format("{} is neither a read nor a write", history_.describe(op)));
      }
      const Parts it = parts(op, history_.argument(op));
      const std::uint32_t key = key_of(*it.key);
      const std::uint32_t session = session_of(op);
      if (done.size() <= session) done.resize(session + 1, 0);
      const std::uint32_t place = done[session]++;
      if (!is_write(op)) continue;
      const std::uint64_t pair = std::uint64_t{key} << 32 | values_.number(*it.value);
      const auto next = static_cast<std::uint32_t>(versions_.size());
      if (!version_of_.try_emplace(pair, next).second) {
        return give_up(fmt::format("{} is written twice, so that a read of it says nothing",
                                   to_edn(*it.value)));
      }
      versions_.push_back({key, i, session, place});
      version_by_operation_[i] = next;
    }
    sessions_.resize(processes_.size());
    bounds_ = static_cast<std::uint32_t>(versions_.size());
    return true;
  }

  std::uint32_t key_of(const Value& key) {
    const std::uint32_t number = keys_.number(key);
    if (number == initial_.size()) {
      initial_.push_back(static_cast<std::uint32_t>(versions_.size()));
      versions_.push_back({number, kNone, kNone, 0});
      const std::uint64_t pair = std::uint64_t{number} << 32 | values_.number(spec_.initial);
      version_of_.try_emplace(pair, initial_.back());
    }
    return number;
  }

  bool give_up(std::string why) {
    verdict_.decision = Decision::unknown;
    verdict_.reason = std::move(why);
    return false;
  }

  bool wants(SessionGuarantee one) const { return (guarantees_ & one) != 0; }
  void order(std::uint32_t from, std::uint32_t to, SessionGuarantee guarantee,
             std::vector<std::uint32_t> because) {
    if (from == to || !wants(guarantee)) return;
    orders_.push_back({from, to, guarantee, std::move(because)});
  }

  void write(std::uint32_t operation) {
    const Operation& op = history_.operations()[operation];
    Session& session = sessions_[session_of(op)];
    const std::uint32_t version = version_by_operation_[operation];
    Past& past = session.keys[versions_[version].key];
    if (!past.writes.empty()) {
      order(past.writes.back().second, version, kMonotonicWrites,
            {versions_[past.writes.back().second].operation, operation});
    }
    if (!past.reads.empty()) {
      const Read& last = past.reads.back().second;
      order(last.version, version, kWritesFollowReads, {last.operation, operation});
    }
    if (!past.after_reads.empty()) not_later(past.after_reads.back(), version, kWritesFollowReads);
    past.after_writes = bound_of(version, past.after_writes);
    session.acts.push_back({versions_[version].key, version, true});
    past.writes.emplace_back(session.done++, version);
  }

  // False when nobody wrote what it returned.
  bool read(std::uint32_t operation) {
    const Operation& op = history_.operations()[operation];
    Session& session = sessions_[session_of(op)];
    const Parts it = parts(op, history_.result(op));
    const std::uint32_t key = key_of(*parts(op, history_.argument(op)).key);
    const std::uint32_t place = session.done++;
    if (it.value->is_nil() && !spec_.initial.is_nil()) return true;  // unknown
    verdict_.put_to_the_test = true;
    const std::uint32_t value = values_.find(*it.value);
    const auto found = version_of_.find(std::uint64_t{key} << 32 | value);
    if (value == Numbering::kAbsent || found == version_of_.end()) {
      verdict_.witness.kind = "invented read";
      blame({operation}, fmt::format("A read returned {}, which nobody wrote.", to_edn(*it.value)));
      return false;
    }
    const std::uint32_t version = found->second;
    see(session, operation, version);
    Past& past = session.keys[key];
    if (!past.writes.empty()) {
      const std::uint32_t own = past.writes.back().second;
      order(own, version, kReadYourWrites, {versions_[own].operation, operation});
    }
    if (!past.reads.empty()) {
      const Read& last = past.reads.back().second;
      order(last.version, version, kMonotonicReads, {last.operation, operation});
    }
    add_floors(session, key, operation, version);
    if (past.after_writes != kNone) not_later(past.after_writes, version, kReadYourWrites);
    past.after_reads.push_back(
        bound_of(version, past.after_reads.empty() ? kNone : past.after_reads.back()));
    session.acts.push_back({key, version, false});
    if (session.first_read == kNone) session.first_read = operation;
    past.reads.emplace_back(place, Read{operation, version});
    return true;
  }

  void see(Session& session, std::uint32_t operation, std::uint32_t version) {
    const Version& it = versions_[version];
    if (it.operation == kNone) return;
    const Seen now{it.place, it.operation, operation};
    Seen& latest = session.seen.try_emplace(it.session, now).first->second;
    if (it.place > latest.place) latest = now;
  }

  // Who saw a write of a session sees what that session had written and read before it.
  void add_floors(const Session& session, std::uint32_t key, std::uint32_t operation,
                  std::uint32_t version) {
    if (!wants(kMonotonicWrites) && !wants(kWritesFollowReads)) return;
    for (const auto& [other, seen] : session.seen) {
      const auto past = sessions_[other].keys.find(key);
      if (past == sessions_[other].keys.end()) continue;
      const auto before = [place = seen.place](const auto& entry) { return entry.first < place; };
      const auto& writes = past->second.writes;
      const auto write = std::partition_point(writes.begin(), writes.end(), before);
      if (write != writes.begin()) {
        const std::uint32_t floor = std::prev(write)->second;
        order(floor, version, kMonotonicWrites,
              {versions_[floor].operation, seen.write, seen.read, operation});
      }
      const auto& reads = past->second.reads;
      const auto last = std::partition_point(reads.begin(), reads.end(), before);
      if (last != reads.begin()) {
        const Read& floor = std::prev(last)->second;
        order(floor.version, version, kWritesFollowReads,
              {floor.operation, seen.write, seen.read, operation});
        not_later(past->second.after_reads[static_cast<std::size_t>(last - reads.begin()) - 1],
                  version, kWritesFollowReads);
      }
    }
  }

  // Bounds are vertices behind the versions.
  void not_later(std::uint32_t bound, std::uint32_t version, SessionGuarantee guarantee) {
    if (wants(guarantee)) bounded_.emplace_back(bound, version);
  }
  // Of this version, and of those of an earlier bound.
  std::uint32_t bound_of(std::uint32_t version, std::uint32_t earlier) {
    bounded_.emplace_back(version, bounds_);
    if (earlier != kNone) bounded_.emplace_back(earlier, bounds_);
    return bounds_++;
  }

  // What no circle of orders of two versions shows.
  void look_at_all_together(std::uint64_t max_work) {
    for (const Order& one : orders_) bounded_.emplace_back(one.from, one.to);
    for (std::uint32_t v = 0; v < versions_.size(); ++v) {
      bounded_.emplace_back(initial_[versions_[v].key], v);
    }
    const std::vector<std::uint32_t> component = components_of(bounds_, std::move(bounded_));
    std::vector<bool> has_version(bounds_, false);
    for (std::uint32_t v = 0; v < versions_.size(); ++v) {
      if (has_version[component[v]]) {
        give_up("what several operations of a session saw leaves no order of the versions" +
                of_key(v));
        return;
      }
      has_version[component[v]] = true;
    }
    constexpr std::uint8_t kPram = kReadYourWrites | kMonotonicReads | kMonotonicWrites;
    if ((guarantees_ & kPram) == kPram) look_for_all_views(max_work);
  }

  void look_for_all_views(std::uint64_t max_work) {
    std::vector<std::vector<SessionAct>> acts;
    for (Session& session : sessions_) acts.push_back(std::move(session.acts));
    Work work{max_work};
    const SessionViews found = look_for_views(acts, work);
    verdict_.work = work.done;
    if (found.decision == Decision::unknown) {
      give_up(work.is_spent() ? kOutOfWork : "what is before each operation takes too much memory");
    }
    if (found.decision != Decision::violated) return;
    const Operation& op = history_.operations()[sessions_[found.session].first_read];
    give_up(fmt::format(
        "each guarantee holds by itself, but no order of all writes that keeps those of each "
        "process explains all that {} read",
        text_of_process(history_.invocation(op).process)));
  }

  // The shortest circle of versions through an edge; the initial one comes before all others.
  void find_circle() {
    std::vector<VertexPair> pairs;
    std::vector<std::vector<std::uint32_t>> out(versions_.size());
    for (std::uint32_t i = 0; i < orders_.size(); ++i) {
      const Order& one = orders_[i];
      pairs.emplace_back(one.from, one.to);
      out[one.from].push_back(i);
      const std::uint32_t first = initial_[versions_[one.from].key];
      if (one.to == first) pairs.emplace_back(first, one.from);
    }
    const auto count = static_cast<std::uint32_t>(versions_.size());
    const std::vector<std::uint32_t> component = components_of(count, pairs);
    for (const Order& start : orders_) {
      if (component[start.from] != component[start.to]) continue;
      explain(start, way_back(start, out));
      return;
    }
  }

  // Orders from `start.to` back to `start.from`; none when that is the initial version.
  std::vector<std::uint32_t> way_back(const Order& start,
                                      const std::vector<std::vector<std::uint32_t>>& out) const {
    const std::uint32_t first = initial_[versions_[start.from].key];
    std::map<std::uint32_t, std::uint32_t> came_by{{start.to, kNone}};
    std::vector<std::uint32_t> queue{start.to};
    for (std::size_t at = 0; at < queue.size(); ++at) {
      const bool home = queue[at] == start.from || queue[at] == first;
      if (home) {
        std::vector<std::uint32_t> way;
        for (std::uint32_t v = queue[at]; came_by.at(v) != kNone; v = orders_[way.back()].from) {
          way.push_back(came_by.at(v));
        }
        std::reverse(way.begin(), way.end());
        return way;
      }
      for (const std::uint32_t order : out[queue[at]]) {
        if (came_by.try_emplace(orders_[order].to, order).second) {
          queue.push_back(orders_[order].to);
        }
      }
    }
    return {};
  }

  std::string of_key(std::uint32_t version) const {
    const Value& key = keys_.value(versions_[version].key);
    return key.is_nil() ? "" : " of key " + to_edn(key);
  }
  std::string name(std::uint32_t version) const {
    const Version& it = versions_[version];
    if (it.operation == kNone) return "the initial value";
    const Operation& op = history_.operations()[it.operation];
    return to_edn(*parts(op, history_.argument(op)).value);
  }

  void explain(const Order& start, const std::vector<std::uint32_t>& way) {
    std::vector<std::uint32_t> operations;
    std::string text;
    const auto say = [&](const Order& one) {
      operations.insert(operations.end(), one.because.begin(), one.because.end());
      text += fmt::format("By {}, {} is not later than {}. ", name_of(one.guarantee),
                          name(one.from), name(one.to));
    };
    say(start);
    for (const std::uint32_t order : way) say(orders_[order]);
    // Of several guarantees it is chance which of them one bug is shown by.
    const bool one = std::has_single_bit(guarantees_);
    verdict_.witness.kind = one ? name_of(start.guarantee) : "session orders";
    text += "No order of the versions" + of_key(start.from) + " has all that.";
    blame(std::move(operations), std::move(text));
  }

  void blame(std::vector<std::uint32_t> operations, std::string why) {
    verdict_.decision = Decision::violated;
    verdict_.witness.explanation = std::move(why);
    verdict_.witness.operations = items_of(history_, std::move(operations));
    verdict_.witness.rechecked =
        recheck_sessions(history_, spec_, guarantees_, verdict_.witness.operations);
  }

  const History& history_;
  const ModelSpec& spec_;
  std::uint8_t guarantees_;
  Numbering keys_;
  Numbering values_;
  Numbering processes_;
  std::vector<Version> versions_;
  std::vector<std::uint32_t> initial_;                                  // by key
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> version_of_;  // (key, value), for lookup
  std::vector<std::uint32_t> version_by_operation_;
  std::vector<Session> sessions_;
  std::vector<Order> orders_;
  std::uint32_t bounds_ = 0;         // vertices: the versions, and behind them the bounds
  std::vector<VertexPair> bounded_;  // the first is not later than the second
  Verdict verdict_;
};

}  // namespace

const std::vector<std::string_view>& session_levels() {
  static const std::vector<std::string_view> levels{
      "read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads", "pram"};
  return levels;
}

std::optional<std::uint8_t> session_guarantees(std::string_view level) {
  if (level == "read-your-writes") return kReadYourWrites;
  if (level == "monotonic-reads") return kMonotonicReads;
  if (level == "monotonic-writes") return kMonotonicWrites;
  if (level == "writes-follow-reads") return kWritesFollowReads;
  if (level == "pram") return kReadYourWrites | kMonotonicReads | kMonotonicWrites;
  return std::nullopt;
}

Verdict check_sessions(const History& history, const ModelSpec& spec, std::uint8_t guarantees,
                       std::uint64_t max_work) {
  return Sessions(history, spec, guarantees).run(max_work);
}

}  // namespace windtunnel::checkers
