// Watches of a store whose every change has a revision, as of etcd: each is told all that happens
// to its keys, once, in order, and says how far it has come.
//
//   watch {:key k, :prefix p, :revision r}   of one key, those that begin so, or all; from that
//                     revision on, or, without one, from some moment on. Comes back, `ok` or broken
//                     off with `info`, as a list of responses {:revision r, :events [...]}, each of
//                     {:type :put, :key k, :value v, :revision r} or of :type :delete. One without
//                     events is a bookmark: everything up to its revision was told.
//   put [k v], delete [k nil]   acknowledged with {:revision r}, or r
//
// What happened is known from the acknowledged changes and from all watches.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& watch_flaws() {
  static const std::vector<FlawInfo> list{
      {"conflicting", false, "two tell different things of one key at one revision"},
      {"missed", false, "a watch was not told what lies between two things that it was told"},
      {"not-resumed", false, "a watch from a revision on does not begin with what came next"},
      {"duplicated", false, "a watch was told a change twice"},
      {"after-bookmark", false, "a watch was told a change after it had been told to have it all"},
      {"unordered", false, "a watch was told a change after a later one"},
      {"split", false, "the changes of one revision came in several responses"}};
  return list;
}

using Place = std::pair<std::int64_t, Value>;  // a revision and a key

struct Told {
  Place place;
  Value what;  // a vector with the value; nil: it was deleted
  std::size_t response = 0;
  bool is_bookmark = false;  // and the key is nil
};

// A store's keys are bytes: 1 is "1".
std::string text_of(const Value& key) {
  return key.is_name() ? std::string(key.text()) : to_edn(key);
}

struct Watch {
  std::uint32_t operation = 0;
  std::optional<std::int64_t> from;
  const Value* key = nullptr;
  const Value* prefix = nullptr;
  std::vector<Told> told;
  std::set<Place> changes;

  bool is_of(const Value& other) const {
    if (key != nullptr) return other == *key;
    return prefix == nullptr || text_of(other).starts_with(text_of(*prefix));
  }
};

std::optional<std::int64_t> revision_of(const Value& value) {
  const Value* const revision = value.kind() == Value::Kind::map ? value.find("revision") : &value;
  if (revision == nullptr || !revision->is_integer()) return std::nullopt;
  return revision->integer();
}

// Of an event of a response; nothing for what is none.
std::optional<Told> change_of(const Value& event, std::size_t response) {
  const Value* const key = event.find("key");
  const std::optional<std::int64_t> revision = revision_of(event);
  if (key == nullptr || !revision) return std::nullopt;
  const Value* const type = event.find("type");
  const Value* const value = event.find("value");
  const bool deletes = type != nullptr && type->is_name() && !type->text().empty() &&
                       (type->text()[0] == 'd' || type->text()[0] == 'D');
  Value what;
  if (!deletes) what = Value::vector({value == nullptr ? Value() : *value});
  return Told{{*revision, *key}, std::move(what), response, false};
}

class Watches {
 public:
  Watches(const History& history, const AuditOptions& options)
      : history_(history), ledger_(history, options, watch_flaws()) {}

  AuditReport run() {
    const auto& operations = history_.operations();
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const std::string& f = history_.f(operations[i]);
      if (operations[i].outcome == EventType::fail) continue;
      if (f == "watch") read_watch(i);
      if (f == "put" || f == "delete") read_change(i, f == "delete");
    }
    std::size_t changes = 0;
    for (Watch& watch : watches_) look(watch);
    for (const Watch& watch : watches_) {
      compare(watch);
      changes += watch.changes.size();
    }
    ledger_.figure("watches", static_cast<std::int64_t>(watches_.size()));
    ledger_.figure("changes", static_cast<std::int64_t>(known_.size()));
    ledger_.figure("confirmed", confirmed_);
    if (changes == 0) ledger_.nothing_seen("no watch was told a change");
    if (confirmed_ == 0) {
      ledger_.nothing_seen("no change was told by two, so that nobody could have missed one");
    }
    return ledger_.close("revisions");
  }

 private:
  struct Source {
    Value what;
    std::uint32_t operation = 0;
  };
  const Operation& op(std::uint32_t i) const { return history_.operations()[i]; }

  void know(const Told& change, std::uint32_t i) {
    const auto [known, is_new] = known_.try_emplace(change.place, Source{change.what, i});
    if (is_new || known->second.operation == i) return;
    ++confirmed_;
    if (known->second.what == change.what) return;
    ledger_.enter("conflicting", subject(change.place), {known->second.operation, i},
                  fmt::format("At revision {} of key {} two different things are told.",
                              change.place.first, to_edn(change.place.second)));
  }

  void read_change(std::uint32_t i, bool deletes) {
    if (op(i).outcome != EventType::ok) return;
    const Value& argument = history_.argument(op(i));
    const bool is_tuple = argument.is_sequence() && argument.items().size() == 2;
    const Value& result = history_.result(op(i));
    const Value* const deleted = result.find("deleted");
    if (deletes && deleted != nullptr && *deleted == Value(0)) return;
    const std::optional<std::int64_t> revision = revision_of(result);
    if (!is_tuple || !revision) {
      return ledger_.nothing_seen(fmt::format("{} {}: no [key value] with a revision",
                                              history_.describe(op(i)), history_.place(op(i))));
    }
    Value what;
    if (!deletes) what = Value::vector({argument.items()[1]});
    know({{*revision, argument.items()[0]}, std::move(what), 0, false}, i);
  }

  void read_watch(std::uint32_t i) {
    Watch watch;
    watch.operation = i;
    const Value& argument = history_.argument(op(i));
    watch.key = argument.find("key");
    watch.prefix = argument.find("prefix");
    if (argument.kind() == Value::Kind::map) watch.from = revision_of(argument);
    if (watch.from && *watch.from <= 0) watch.from.reset();
    const Event* const end = history_.completion(op(i));
    const bool is_told = end != nullptr && end->value.is_sequence();
    if (!is_told && op(i).outcome == EventType::ok) return unclear(i);
    for (std::size_t r = 0; is_told && r < end->value.items().size(); ++r) {
      if (!read_response(end->value.items()[r], r, watch)) return unclear(i);
    }
    for (const Told& one : watch.told) {
      if (!one.is_bookmark) know(one, i);
    }
    watches_.push_back(std::move(watch));
  }
  static bool read_response(const Value& response, std::size_t number, Watch& watch) {
    const Value* const events = response.find("events");
    if (events == nullptr || events->items().empty()) {
      const std::optional<std::int64_t> revision = revision_of(response);
      if (revision) watch.told.push_back({{*revision, Value()}, Value(), number, true});
      return revision.has_value();
    }
    for (const Value& event : events->items()) {
      std::optional<Told> change = change_of(event, number);
      if (!change) return false;
      watch.told.push_back(*std::move(change));
    }
    return true;
  }
  void unclear(std::uint32_t i) {
    ledger_.nothing_seen(fmt::format("the watch {} came back with what is no list of responses",
                                     history_.place(op(i))));
  }

  static Value subject(const Place& place) {
    return Value::vector({Value(place.first), place.second});
  }

  // At what a watch was told, for itself.
  void look(Watch& watch) {
    std::optional<std::int64_t> bookmark;
    const Told* last = nullptr;  // change
    for (const Told& one : watch.told) {
      const std::int64_t revision = one.place.first;
      if (one.is_bookmark) {
        bookmark = std::max(bookmark.value_or(revision), revision);
        continue;
      }
      if (!watch.changes.insert(one.place).second) {
        tell("duplicated", watch, one, "twice");
      } else if (bookmark && revision <= *bookmark) {
        tell("after-bookmark", watch, one,
             fmt::format("after it had been told that revision {} and all before it were told",
                         *bookmark));
      } else if (last != nullptr && revision < last->place.first) {
        tell("unordered", watch, one, fmt::format("after revision {}", last->place.first));
      } else if (last != nullptr && revision == last->place.first &&
                 one.response != last->response) {
        tell("split", watch, one, "in another response than others of that revision");
      }
      last = &one;
    }
  }
  void tell(std::string_view flaw, const Watch& watch, const Told& one, const std::string& how) {
    ledger_.enter(flaw, subject(one.place), {watch.operation},
                  fmt::format("The watch was told the change of key {} at revision {} {}.",
                              to_edn(one.place.second), one.place.first, how));
  }

  // With all that is known to have happened from where it began to how far it came.
  void compare(const Watch& watch) {
    if (watch.told.empty()) return;
    const Told& begin = watch.told.front();
    std::int64_t low = begin.place.first + (begin.is_bookmark ? 1 : 0);
    if (watch.from) low = *watch.from;
    std::int64_t high = low;
    for (const Told& one : watch.told) high = std::max(high, one.place.first);
    const std::int64_t first = watch.changes.empty() ? high + 1 : watch.changes.begin()->first;
    for (auto at = known_.lower_bound({low, Value()}); at != known_.end(); ++at) {
      const auto& [revision, key] = at->first;
      if (revision > high) break;
      if (!watch.is_of(key) || watch.changes.contains(at->first)) continue;
      const bool before = revision < first;
      ledger_.enter(before ? "not-resumed" : "missed", subject(at->first),
                    {at->second.operation, watch.operation},
                    fmt::format("Key {} changed at revision {}; the watch {}, and was not told.",
                                to_edn(key), revision,
                                before ? fmt::format("was to begin at {} and came to {}", low, high)
                                       : fmt::format("was told of {} to {}", first, high)));
    }
  }

  const History& history_;
  Ledger ledger_;
  std::vector<Watch> watches_;
  std::map<Place, Source> known_;
  std::int64_t confirmed_ = 0;
};

AuditReport audit_watch(const History& history, const AuditOptions& options) {
  return Watches(history, options).run();
}

}  // namespace

AuditInfo watch_audit() {
  AuditInfo info{"watch",
                 "watch -> responses, put, delete -> revision: each is told all, once, in order",
                 {"watch", "put", "delete", "get", "txn", "compact"},
                 watch_flaws(),
                 &audit_watch,
                 &recheck_watch};
  info.by_key = false;
  return info;
}

}  // namespace windtunnel::checkers
