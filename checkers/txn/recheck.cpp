#include <windtunnel/checkers/txn/recheck.h>

#include <algorithm>

namespace windtunnel::checkers {

std::vector<PlainAccess> plain_accesses(const History& history, const Operation& op) {
  static const Value nil;
  // Without a result nothing is known of what an acknowledged one read.
  const bool is_ok = op.outcome == EventType::ok;
  const bool is_told = is_ok && !history.result(op).is_nil();
  const Value& form = is_told ? history.result(op) : history.argument(op);
  std::vector<PlainAccess> out;
  for (const Value& one : form.items()) {
    const std::string_view f = one.items()[0].text();
    const Value& value = one.items().size() == 3 ? one.items()[2] : nil;
    const bool writes = f != "r" && f != "read";
    if (writes || is_told || !is_ok) out.push_back({writes, &one.items()[1], &value});
  }
  return out;
}

namespace {

class Plain {
 public:
  explicit Plain(const TxnHistory& txns)
      : history_(txns.history()), txns_(txns), lists_(txns.type() == DataType::list_append) {}

  bool holds(const Edge& edge) const {
    const Operation& from = operation(edge.from);
    const Operation& to = operation(edge.to);
    switch (edge.kind) {
      case kProcess:
        return history_.process(from) == history_.process(to) && from.invoked < to.invoked;
      case kRealtime: return from.outcome == EventType::ok && from.completed < to.invoked;
      case kLink:
      case kCommit: return false;
      case kWriteWrite:
      case kWriteRead:
      case kReadWrite: break;
    }
    const Value& key = txns_.keys().value(edge.key);
    if (edge.kind == kWriteRead) return saw(to, from, key);
    if (!lists_) return edge.kind == kWriteWrite ? follows(to, from, key) : missed(from, to, key);
    return edge.kind == kWriteWrite ? appended_before(from, to, key) : not_shown(from, to, key);
  }

  bool holds(const Anomaly& anomaly) const {
    const Operation& first = operation(anomaly.transactions.front());
    const Operation& last = operation(anomaly.transactions.back());
    if (anomaly.name == "G1a" || anomaly.name == "dirty-update") {
      return any_of_reads_shows_failed(anomaly.name == "G1a" ? first : last);
    }
    if (anomaly.name == "garbage-read") return shows_unwritten(first);
    if (anomaly.name == "duplicate-elements") return shows_twice(first);
    if (anomaly.name == "incompatible-order") {
      return disagree(first, last) || reorders(first, last);
    }
    if (anomaly.name == "G1b") return shows_middle(first, last);
    if (anomaly.name == "lost-update") return both_update(first, last) || overtakes(first, last);
    if (anomaly.name == "internal") return forgets_itself(first);
    if (anomaly.name == "future-read") return foresees(first);
    return false;
  }

 private:
  const Operation& operation(std::uint32_t t) const {
    return txns_.operation(txns_.transactions()[t]);
  }

  std::vector<const Value*> writes(const Operation& op, const Value& key) const {
    std::vector<const Value*> out;
    for (const PlainAccess& item : plain_accesses(history_, op)) {
      if (item.write && *item.key == key) out.push_back(item.value);
    }
    return out;
  }
  // What it first read of the key; null when it did not read it, or wrote it before.
  const Value* first_read(const Operation& op, const Value& key) const {
    for (const PlainAccess& item : plain_accesses(history_, op)) {
      if (*item.key == key) return item.write || op.outcome != EventType::ok ? nullptr : item.value;
    }
    return nullptr;
  }
  static bool contains(const std::vector<const Value*>& all, const Value& one) {
    return std::any_of(all.begin(), all.end(), [&one](const Value* v) { return *v == one; });
  }
  static std::ptrdiff_t place(const Value& list, const Value& element) {
    const std::vector<Value>& all = list.items();
    const auto at = std::find(all.begin(), all.end(), element);
    return at == all.end() ? -1 : at - all.begin();
  }
  // Calls `visit(list)` for each read of the key by an acknowledged transaction, until it is true.
  template <class Visit>
  bool any_read(const Value& key, Visit visit) const {
    for (const Operation& op : history_.operations()) {
      if (op.outcome != EventType::ok) continue;
      for (const PlainAccess& item : plain_accesses(history_, op)) {
        if (!item.write && *item.key == key && visit(*item.value)) return true;
      }
    }
    return false;
  }
  bool is_read(const Value& key, const Value& element) const {
    return any_read(key, [&](const Value& list) { return place(list, element) >= 0; });
  }

  // Calls `visit(elements)` for each read of the list, with what it shows beside the end that the
  // reader had appended itself, until it is true. Where the end is not what it had appended before,
  // that is all up to what others had.
  template <class Visit>
  bool any_list(const Operation& reader, const Value& key, Visit visit) const {
    std::vector<Value> own;
    if (reader.outcome != EventType::ok) return false;
    const std::vector<const Value*> mine = writes(reader, key);
    for (const PlainAccess& item : plain_accesses(history_, reader)) {
      if (*item.key != key) continue;
      if (item.write) {
        own.push_back(*item.value);
        continue;
      }
      std::vector<Value> all = item.value->items();
      if (ends_with(all, own)) {
        all.resize(all.size() - own.size());
      } else {
        while (!all.empty() && contains(mine, all.back())) all.pop_back();
      }
      if (visit(all)) return true;
    }
    return false;
  }
  static bool ends_with(const std::vector<Value>& list, const std::vector<Value>& end) {
    return list.size() >= end.size() && std::equal(end.rbegin(), end.rend(), list.rbegin());
  }
  bool took_place(const Operation& op) const {
    if (op.outcome == EventType::ok) return true;
    const std::vector<PlainAccess> all = plain_accesses(history_, op);
    return std::any_of(all.begin(), all.end(), [this](const PlainAccess& item) {
      return item.write && is_read(*item.key, *item.value);
    });
  }

  bool saw(const Operation& reader, const Operation& writer, const Value& key) const {
    const std::vector<const Value*> written = writes(writer, key);
    if (lists_) {
      return any_list(reader, key, [&](const std::vector<Value>& list) {
        return !list.empty() && contains(written, list.back());
      });
    }
    const Value* const read = first_read(reader, key);
    return read != nullptr && contains(written, *read);
  }
  bool appended_before(const Operation& a, const Operation& b, const Value& key) const {
    for (const Value* one : writes(a, key)) {
      for (const Value* two : writes(b, key)) {
        const auto in_order = [&](const Value& list) {
          const std::ptrdiff_t first = place(list, *one);
          return first >= 0 && first < place(list, *two);
        };
        if (any_read(key, in_order)) return true;
        if (is_read(key, *one) && !is_read(key, *two) && took_place(b)) return true;
      }
    }
    return false;
  }
  bool not_shown(const Operation& reader, const Operation& writer, const Value& key) const {
    const std::vector<const Value*> written = writes(writer, key);
    return any_list(reader, key, [&](const std::vector<Value>& list) {
      return std::any_of(written.begin(), written.end(), [&](const Value* one) {
        const bool is_shown = std::find(list.begin(), list.end(), *one) != list.end();
        return !is_shown && (is_read(key, *one) || took_place(writer));
      });
    });
  }
  bool follows(const Operation& next, const Operation& before, const Value& key) const {
    return saw(next, before, key) && !writes(next, key).empty();
  }
  bool missed(const Operation& reader, const Operation& writer, const Value& key) const {
    const Value* const read = first_read(reader, key);
    if (read == nullptr || writes(writer, key).empty()) return false;
    const Value* const base = first_read(writer, key);
    return read->is_nil() || (base != nullptr && *base == *read);
  }

  // Visits (key, element) of all that the operation's reads show.
  template <class Visit>
  bool any_shown(const Operation& op, Visit visit) const {
    for (const PlainAccess& item : plain_accesses(history_, op)) {
      if (item.write) continue;
      if (!lists_ && !item.value->is_nil() && visit(*item.key, *item.value)) return true;
      for (const Value& element : item.value->items()) {
        if (lists_ && visit(*item.key, element)) return true;
      }
    }
    return false;
  }
  template <class Matches>
  bool written_by(const Value& key, const Value& value, Matches matches) const {
    return std::any_of(
        history_.operations().begin(), history_.operations().end(),
        [&](const Operation& op) { return matches(op) && contains(writes(op, key), value); });
  }
  bool any_of_reads_shows_failed(const Operation& op) const {
    return any_shown(op, [this](const Value& key, const Value& value) {
      return written_by(key, value,
                        [](const Operation& by) { return by.outcome == EventType::fail; });
    });
  }
  bool shows_unwritten(const Operation& op) const {
    return any_shown(op, [this](const Value& key, const Value& value) {
      return !written_by(key, value, [](const Operation&) { return true; });
    });
  }
  bool shows_twice(const Operation& op) const {
    for (const PlainAccess& item : plain_accesses(history_, op)) {
      const std::vector<Value>& list = item.value->items();
      for (std::size_t i = 0; !item.write && i < list.size(); ++i) {
        if (std::count(list.begin(), list.end(), list[i]) > 1) return true;
      }
    }
    return false;
  }
  bool disagree(const Operation& a, const Operation& b) const {
    for (const PlainAccess& one : plain_accesses(history_, a)) {
      for (const PlainAccess& two : plain_accesses(history_, b)) {
        if (one.write || two.write || !(*one.key == *two.key)) continue;
        const std::vector<Value>& x = one.value->items();
        const std::vector<Value>& y = two.value->items();
        if (!std::equal(x.begin(),
                        x.begin() + static_cast<std::ptrdiff_t>(std::min(x.size(), y.size())),
                        y.begin())) {
          return true;
        }
      }
    }
    return false;
  }
  bool shows_middle(const Operation& reader, const Operation& writer) const {
    for (const PlainAccess& item : plain_accesses(history_, writer)) {
      if (!item.write || *item.value == *writes(writer, *item.key).back()) continue;
      const auto ends_there = [&](const std::vector<Value>& list) {
        return !list.empty() && list.back() == *item.value;
      };
      if (lists_ && any_list(reader, *item.key, ends_there)) return true;
      for (const PlainAccess& read : plain_accesses(history_, reader)) {
        const bool is_of_key = !read.write && *read.key == *item.key;
        if (!lists_ && is_of_key && *read.value == *item.value) return true;
      }
    }
    return false;
  }
  // A list shows what the writer appended to it without, or before, what it had appended earlier.
  bool reorders(const Operation& reader, const Operation& writer) const {
    for (const PlainAccess& read : plain_accesses(history_, reader)) {
      if (read.write) continue;
      const std::vector<const Value*> own = writes(writer, *read.key);
      for (std::size_t i = 1; i < own.size(); ++i) {
        const std::ptrdiff_t earlier = place(*read.value, *own[i - 1]);
        const std::ptrdiff_t later = place(*read.value, *own[i]);
        if (later >= 0 && (earlier < 0 || earlier > later)) return true;
      }
    }
    return false;
  }
  bool both_update(const Operation& a, const Operation& b) const {
    for (const PlainAccess& item : plain_accesses(history_, a)) {
      const Value* const one = first_read(a, *item.key);
      const Value* const two = first_read(b, *item.key);
      if (one == nullptr || two == nullptr || !(*one == *two)) continue;
      if (!writes(a, *item.key).empty() && !writes(b, *item.key).empty()) return true;
    }
    return false;
  }
  // b appended to what it had read behind what a had appended meanwhile.
  bool overtakes(const Operation& a, const Operation& b) const {
    for (const PlainAccess& item : plain_accesses(history_, a)) {
      const Value* const read = first_read(b, *item.key);
      if (!lists_ || read == nullptr || !item.write || place(*read, *item.value) >= 0) continue;
      if (appended_before(a, b, *item.key)) return true;
    }
    return false;
  }
  // What it read of a list does not end with what it had appended, or shows other elements than its
  // read before; a register holds another value than it had read or written last.
  bool forgets_itself(const Operation& op) const {
    const std::vector<PlainAccess> all = plain_accesses(history_, op);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (lists_ && !all[i].write && !ends_with(all[i].value->items(), appended(all, i))) {
        return true;
      }
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        if (all[j].write || !(*all[i].key == *all[j].key)) continue;
        const bool other = !(*all[i].value == *all[j].value) && !(lists_ && all[i].write);
        const auto wrote_between = [&](std::size_t from) {
          for (std::size_t k = from + 1; k < j; ++k) {
            if (all[k].write && *all[k].key == *all[j].key) return true;
          }
          return false;
        };
        if (other && !wrote_between(i)) return true;
      }
    }
    return false;
  }
  // To that list, before.
  static std::vector<Value> appended(const std::vector<PlainAccess>& all, std::size_t before) {
    std::vector<Value> own;
    for (std::size_t i = 0; i < before; ++i) {
      if (all[i].write && *all[i].key == *all[before].key) own.push_back(*all[i].value);
    }
    return own;
  }
  bool foresees(const Operation& op) const {
    const std::vector<PlainAccess> all = plain_accesses(history_, op);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        if (all[i].write || !all[j].write || !(*all[i].key == *all[j].key)) continue;
        const bool shown =
            lists_ ? place(*all[i].value, *all[j].value) >= 0 : *all[i].value == *all[j].value;
        if (shown) return true;
      }
    }
    return false;
  }

  const History& history_;
  const TxnHistory& txns_;  // for the names of operations and keys only
  bool lists_;
};

}  // namespace

bool recheck_edge(const TxnHistory& history, const Edge& edge) {
  return Plain(history).holds(edge);
}

bool recheck(const TxnHistory& history, const Anomaly& anomaly) {
  if (anomaly.of_commits) return recheck_commits(history, anomaly);
  if (anomaly.of_orders) return recheck_orders(history, anomaly);
  const Plain plain(history);
  if (anomaly.cycle.empty()) return plain.holds(anomaly);
  for (std::size_t i = 0; i < anomaly.cycle.size(); ++i) {
    const Edge& edge = anomaly.cycle[i];
    if (edge.to != anomaly.cycle[(i + 1) % anomaly.cycle.size()].from) return false;
    if (!plain.holds(edge)) return false;
  }
  return true;
}

}  // namespace windtunnel::checkers
