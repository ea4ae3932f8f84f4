// Lists: the longest read of a key is the order of its appends, all other reads are prefixes of it
// (Kingsbury & Alvaro, VLDB 2020). An acknowledged append that the longest read does not show comes
// after all that it shows.
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/txn/inference.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace windtunnel::checkers {
namespace {

struct Key {
  const Value* longest = nullptr;
  std::uint32_t seen_by = 0;          // the transaction of the longest read
  std::vector<std::uint32_t> order;   // writes, in the order of the longest read
  std::vector<std::uint32_t> at_end;  // readers of all of it
  std::vector<std::uint32_t> unread;  // writes that took place, and that it does not show
  bool is_torn = false;               // another read contradicts it
};

std::size_t size_of(const Value& list) { return list.items().size(); }

class Lists : private Inference {
 public:
  Lists(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies)
      : Inference(history, graph, anomalies), keys_(history.keys().size()) {}

  void run() {
    for_each_read(
        [this](std::uint32_t t, std::uint32_t i) { find_longest(t, history_.access(i)); });
    place_.assign(history_.writes().size(), Write::kNone);
    for (std::uint32_t k = 0; k < keys_.size(); ++k) order_appends(k);
    find_unread();
    for_each_read([this](std::uint32_t t, std::uint32_t i) { place_read(t, i); });
    for (std::uint32_t k = 0; k < keys_.size(); ++k) add_edges_of(k);
    for (std::uint32_t t = 0; t < history_.transactions().size(); ++t) check_inside(t);
  }

 private:
  // Reads of acknowledged transactions whose result is known: visit(transaction, access).
  template <class Visit>
  void for_each_read(Visit visit) {
    for (std::uint32_t t = 0; t < history_.transactions().size(); ++t) {
      const Transaction& one = history_.transactions()[t];
      if (one.outcome != EventType::ok) continue;
      for (std::uint32_t i = one.first; i < one.first + one.count; ++i) {
        const Access& access = history_.access(i);
        if (!access.write && access.value != nullptr) visit(t, i);
      }
    }
  }

  // One that nobody answered took place if a read shows anything of it.
  void find_unread() {
    std::vector<bool> took_place(history_.transactions().size());
    for (std::uint32_t t = 0; t < took_place.size(); ++t) {
      took_place[t] = history_.transactions()[t].outcome == EventType::ok;
    }
    for (std::uint32_t w = 0; w < place_.size(); ++w) {
      if (place_[w] != Write::kNone && is_vertex(writer(w))) took_place[writer(w)] = true;
    }
    for (std::uint32_t w = 0; w < place_.size(); ++w) {
      const std::uint32_t key = history_.access(history_.writes()[w].access).key;
      if (place_[w] == Write::kNone && took_place[writer(w)]) keys_[key].unread.push_back(w);
    }
  }

  void find_longest(std::uint32_t t, const Access& read) {
    Key& key = keys_[read.key];
    if (key.longest != nullptr && size_of(*read.value) <= size_of(*key.longest)) return;
    key.longest = read.value;
    key.seen_by = t;
  }

  void order_appends(std::uint32_t k) {
    Key& key = keys_[k];
    if (key.longest == nullptr) return;
    bool aborted = false;
    for (const Value& element : key.longest->items()) {
      std::uint32_t write = history_.write_of(k, element);
      if (write == Write::kNone) {
        report("garbage-read", {key.seen_by},
               fmt::format("{} read {} of key {}, which nobody appended.", name(key.seen_by),
                           to_edn(element), history_.keys().name(k)));
      } else if (place_[write] != Write::kNone) {
        report("duplicate-elements", {key.seen_by, writer(write)},
               fmt::format("{} read key {} as {}: {} is in it twice, and was appended once.",
                           name(key.seen_by), history_.keys().name(k), to_edn(*key.longest),
                           to_edn(element)));
        write = Write::kNone;  // Where it is first, it took place.
      } else {
        place_[write] = static_cast<std::uint32_t>(key.order.size());
        const bool failed = history_.transactions()[writer(write)].outcome == EventType::fail;
        if (aborted && !failed) {
          report("dirty-update", {writer(write), key.seen_by},
                 fmt::format("{} appended {} to key {} behind what a failed transaction had "
                             "appended.",
                             name(writer(write)), to_edn(element), history_.keys().name(k)));
        }
        aborted = failed;
        check_own_order(k, write);
      }
      key.order.push_back(write);
    }
  }

  // What a transaction appended to the key before is in the list, before.
  void check_own_order(std::uint32_t k, std::uint32_t write) {
    const std::uint32_t first = history_.transactions()[writer(write)].first;
    for (std::uint32_t i = history_.writes()[write].access; i-- > first;) {
      const Access& earlier = history_.access(i);
      if (!earlier.write || earlier.key != k) continue;
      if (place_[history_.write_of(k, *earlier.value)] != Write::kNone) return;
      Key& key = keys_[k];
      key.is_torn = true;
      report("incompatible-order", {key.seen_by, writer(write)},
             fmt::format("{} read key {} as {}: before {}, {} had appended {}, which is not there.",
                         name(key.seen_by), history_.keys().name(k), to_edn(*key.longest),
                         to_edn(*history_.access(history_.writes()[write].access).value),
                         name(writer(write)), to_edn(*earlier.value)));
      return;
    }
  }

  void place_read(std::uint32_t t, std::uint32_t access) {
    const Access& read = history_.access(access);
    Key& key = keys_[read.key];
    const std::vector<Value>& list = read.value->items();
    if (!std::equal(list.begin(), list.end(), key.longest->items().begin())) {
      key.is_torn = true;
      report("incompatible-order", {t, key.seen_by},
             fmt::format("{} read key {} as {}, {} as {}: neither list continues the other.",
                         name(t), history_.keys().name(read.key), to_edn(*read.value),
                         name(key.seen_by), to_edn(*key.longest)));
      return;
    }
    check_aborted(t, read);
    const Transaction& one = history_.transactions()[t];
    const std::optional<std::size_t> size = history_.shown_of_others(one, access);
    const auto same_key = [&](const Access& other) { return other.key == read.key; };
    const auto accesses = history_.accesses(one);
    const auto here = accesses.begin() + static_cast<std::ptrdiff_t>(access - one.first);
    if (std::none_of(accesses.begin(), here, same_key)) check_lost(t, read);
    const std::size_t shown = size ? *size : up_to_others(key, t, list.size());
    if (shown > 0 && key.order[shown - 1] != Write::kNone) {
      const std::uint32_t last = key.order[shown - 1];
      const std::uint32_t other = writer(last);
      if (is_vertex(other)) graph_.add(other, t, kWriteRead, read.key);
      if (!history_.writes()[last].last_of_key && other != t) {
        report("G1b", {t, other},
               fmt::format("{} read key {} as it was in the middle of {}: up to {}, which that "
                           "transaction itself appended to again.",
                           name(t), history_.keys().name(read.key), name(other),
                           to_edn(list[shown - 1])));
      }
    }
    if (!size) return;  // "internal": what it missed says nothing
    const std::uint32_t next = next_vertex(key, *size);
    if (next != Write::kNone) {
      graph_.add(t, writer(next), kReadWrite, read.key);
    } else {
      key.at_end.push_back(t);
    }
  }

  // Who reads a version and then appends must append to that version; and of two that read the same
  // one, the second did not.
  void check_lost(std::uint32_t t, const Access& read) {
    const auto appends = [&](const Access& access) {
      return access.write && access.key == read.key;
    };
    const auto accesses = history_.accesses(history_.transactions()[t]);
    const auto append = std::find_if(accesses.begin(), accesses.end(), appends);
    if (append == accesses.end()) return;
    const Key& key = keys_[read.key];
    const std::uint32_t next = next_vertex(key, size_of(*read.value));
    const std::uint32_t own = history_.write_of(read.key, *append->value);
    // What no read shows comes last.
    const bool between = next != Write::kNone && writer(next) != t && place_[next] < place_[own];
    if (between) {
      report("lost-update", {writer(next), t},
             fmt::format("{} read key {} as {} and then appended to it, behind what {} had "
                         "appended meanwhile.",
                         name(t), history_.keys().name(read.key), to_edn(*read.value),
                         name(writer(next))));
    }
    const std::uint64_t version = std::uint64_t{read.key} << 32 | size_of(*read.value);
    const auto [entry, first] = updates_.try_emplace(version, t);
    if (first) return;
    report("lost-update", {entry->second, t},
           fmt::format("{} and {} both read key {} as {} and then appended to it.",
                       name(entry->second), name(t), history_.keys().name(read.key),
                       to_edn(*read.value)));
  }

  // Of the first `count` elements those up to the last one that some other had appended.
  std::size_t up_to_others(const Key& key, std::uint32_t t, std::size_t count) const {
    while (count > 0 && key.order[count - 1] != Write::kNone && writer(key.order[count - 1]) == t) {
      --count;
    }
    return count;
  }

  void check_aborted(std::uint32_t t, const Access& read) {
    const Key& key = keys_[read.key];
    for (std::size_t i = 0; i < read.value->items().size(); ++i) {
      if (key.order[i] == Write::kNone) continue;
      const std::uint32_t other = writer(key.order[i]);
      if (history_.transactions()[other].outcome != EventType::fail) continue;
      report(
          "G1a", {t, other},
          fmt::format("{} read {} of key {}, which the failed {} had appended.", name(t),
                      to_edn(read.value->items()[i]), history_.keys().name(read.key), name(other)));
      return;
    }
  }

  // From position `from` on, the first write by a transaction that did not fail.
  std::uint32_t next_vertex(const Key& key, std::size_t from) const {
    for (std::size_t i = from; i < key.order.size(); ++i) {
      if (key.order[i] != Write::kNone && is_vertex(writer(key.order[i]))) return key.order[i];
    }
    return Write::kNone;
  }

  void add_edges_of(std::uint32_t k) {
    const Key& key = keys_[k];
    std::uint32_t before = Write::kNone;
    for (const std::uint32_t write : key.order) {
      if (write == Write::kNone || !is_vertex(writer(write))) continue;
      if (before != Write::kNone) graph_.add(writer(before), writer(write), kWriteWrite, k);
      before = write;
    }
    if (key.unread.empty() || key.is_torn) return;
    guess_order(key.unread, k);
    std::uint32_t relay = 0;
    for (const std::uint32_t reader : key.at_end) {
      const auto own = [&](std::uint32_t write) { return writer(write) == reader; };
      const bool appends = std::any_of(key.unread.begin(), key.unread.end(), own);
      if (!appends && relay == 0) {
        relay = graph_.add_relay();
        for (const std::uint32_t write : key.unread) graph_.add(relay, writer(write), kLink, k);
      }
      if (!appends) graph_.add(reader, relay, kReadWrite, k);
      for (const std::uint32_t write : key.unread) {
        if (appends) graph_.add(reader, writer(write), kReadWrite, k);
      }
    }
    for (const std::uint32_t write : key.unread) {
      if (before != Write::kNone) graph_.add(writer(before), writer(write), kWriteWrite, k);
    }
  }

  // Of several that nobody saw each may be the last; most often they took place as they returned.
  void guess_order(const std::vector<std::uint32_t>& unread, std::uint32_t k) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
    for (const std::uint32_t write : unread) {
      const std::uint32_t t = writer(write);
      ends.emplace_back(history_.operation(history_.transactions()[t]).completed, t);
    }
    std::sort(ends.begin(), ends.end());
    for (std::size_t i = 1; i < ends.size(); ++i) {
      const Edge guess{ends[i - 1].second, ends[i].second, k, kWriteWrite};
      if (guess.from != guess.to) graph_.guessed.push_back(guess);
    }
  }

  // Does the transaction see its own writes, and none that it made later?
  void check_inside(std::uint32_t t) {
    const Transaction& one = history_.transactions()[t];
    if (one.outcome != EventType::ok) return;
    const auto accesses = history_.accesses(one);
    for (std::size_t i = 0; i < accesses.size(); ++i) {
      if (accesses[i].write || accesses[i].value == nullptr) continue;
      const std::vector<Value>& list = accesses[i].value->items();
      std::vector<const Value*> own;  // appended since the base
      const Value* base = nullptr;
      for (std::size_t j = 0; j < i; ++j) {
        if (accesses[j].key != accesses[i].key) continue;
        if (!accesses[j].write) own.clear();
        accesses[j].write ? own.push_back(accesses[j].value) : void(base = accesses[j].value);
      }
      const auto equal = [](const Value& a, const Value* b) { return a == *b; };
      bool right = list.size() >= own.size() &&
                   std::equal(list.end() - static_cast<std::ptrdiff_t>(own.size()), list.end(),
                              own.begin(), own.end(), equal);
      if (right && base != nullptr) {
        const std::vector<Value>& begin = base->items();
        right = list.size() == begin.size() + own.size() &&
                std::equal(begin.begin(), begin.end(), list.begin());
      }
      if (!right) {
        report("internal", {t},
               fmt::format("{} read key {} as {}, which is not what it had read and appended "
                           "itself before.",
                           name(t), history_.keys().name(accesses[i].key),
                           to_edn(*accesses[i].value)));
      }
      for (std::size_t j = i + 1; j < accesses.size(); ++j) {
        const bool later = accesses[j].write && accesses[j].key == accesses[i].key;
        if (!later || std::find(list.begin(), list.end(), *accesses[j].value) == list.end())
          continue;
        report("future-read", {t},
               fmt::format("{} read {} of key {} before it appended it.", name(t),
                           to_edn(*accesses[j].value), history_.keys().name(accesses[i].key)));
      }
    }
  }

  std::vector<Key> keys_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> updates_;  // (key, size) -> who appended
  std::vector<std::uint32_t> place_;  // by write: where the longest read shows it; else kNone
};

}  // namespace

void infer_lists(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies) {
  Lists(history, graph, anomalies).run();
}

}  // namespace windtunnel::checkers
