#include "tests/unit/checkers/txn/small_history.h"

#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace windtunnel::checkers::test {
namespace {

Value value_of(const SmallTxn::Access& access, DataType type, bool with_results) {
  if (!access.write && !with_results) return {};
  if (access.write || type == DataType::rw_register) {
    return access.value == 0 ? Value() : Value(access.value);
  }
  return Value::vector({access.list.begin(), access.list.end()});
}

Value value_of(const SmallTxn& txn, DataType type, bool with_results) {
  const char* write = type == DataType::rw_register ? "w" : "append";
  std::vector<Value> items;
  for (const SmallTxn::Access& access : txn.accesses) {
    items.push_back(Value::vector({Value::keyword(access.write ? write : "r"), Value(access.key),
                                   value_of(access, type, with_results)}));
  }
  return Value::vector(std::move(items));
}

// A value of the key that some other transaction left there, or none; now and then any value that
// was ever written.
int any_value(const SmallHistory& txns, std::size_t reader, int key, Stream& stream) {
  const bool any = stream.below(16) == 0;
  std::vector<int> values{0};
  for (std::size_t t = 0; t < txns.size(); ++t) {
    int last = 0;
    for (const SmallTxn::Access& access : txns[t].accesses) {
      if (!access.write || access.key != key) continue;
      last = access.value;
      if (any) values.push_back(last);
    }
    const bool left = t != reader && txns[t].outcome != EventType::fail && last != 0;
    if (left) values.push_back(last);
  }
  return values[stream.below(values.size())];
}

// Mostly as they were called.
std::vector<std::size_t> commit_order(const SmallHistory& txns, Stream& stream) {
  std::vector<std::size_t> order(txns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (stream.below(3) == 0) std::swap(order[i], order[stream.below(i + 1)]);
  }
  return order;
}

// Lets the transactions take place in some order, on a store that lies in `lies` of 100 reads, but
// hardly ever to a transaction of its own writes.
void execute(SmallHistory& txns, std::uint64_t lies, bool snapshots, Stream& stream) {
  const std::vector<std::size_t> order = commit_order(txns, stream);
  std::vector<std::vector<int>> stores{std::vector<int>(8, 0)};
  for (const std::size_t t : order) {
    const std::size_t back = snapshots ? stream.below(3) : 0;
    const std::vector<int> store = stores[stores.size() - 1 - std::min(back, stores.size() - 1)];
    std::vector<int> state = store;
    for (SmallTxn::Access& access : txns[t].accesses) {
      const auto key = static_cast<std::size_t>(access.key);
      if (access.write) {
        state[key] = access.value;
      } else {
        const bool own = state[key] != store[key] && stream.below(16) != 0;
        const bool lie = !own && stream.below(100) < lies;
        access.value = lie ? any_value(txns, t, access.key, stream) : state[key];
      }
    }
    const bool happened = txns[t].outcome == EventType::info && stream.below(2) == 0;
    if (txns[t].outcome != EventType::ok && !happened) continue;
    stores.push_back(stores.back());
    for (const SmallTxn::Access& access : txns[t].accesses) {
      if (access.write) stores.back()[static_cast<std::size_t>(access.key)] = access.value;
    }
  }
}

using Lists = std::vector<std::vector<int>>;  // by key

// What a list might have been: some of it, or what it was at another time, or what it never was.
std::vector<int> any_list(const std::vector<Lists>& stores, std::size_t key, Stream& stream) {
  std::vector<int> list = stores[stream.below(stores.size())][key];
  if (list.empty()) return list;
  switch (stream.below(12)) {
    case 0: list.erase(list.begin()); break;
    case 1: std::swap(list.front(), list.back()); break;
    case 2: list.push_back(list.front()); break;
    case 3:
    case 4:
    case 5: list.pop_back(); break;
    default: break;
  }
  return list;
}

void execute_on_lists(SmallHistory& txns, std::uint64_t lies, Stream& stream) {
  std::vector<Lists> stores{Lists(8)};
  for (const std::size_t t : commit_order(txns, stream)) {
    const std::size_t back = std::min<std::size_t>(stream.below(3), stores.size() - 1);
    const Lists seen = stores[stores.size() - 1 - back];
    Lists own(8);
    for (SmallTxn::Access& access : txns[t].accesses) {
      const auto key = static_cast<std::size_t>(access.key);
      if (access.write) {
        own[key].push_back(access.value);
        continue;
      }
      const bool lie = stream.below(100) < lies;
      access.list = lie ? any_list(stores, key, stream) : seen[key];
      if (lie && stream.below(8) == 0) continue;
      access.list.insert(access.list.end(), own[key].begin(), own[key].end());
    }
    const bool happened = txns[t].outcome == EventType::info && stream.below(2) == 0;
    // Now and then somebody sees what did not happen.
    const bool shows = txns[t].outcome == EventType::ok || happened || stream.below(16) == 0;
    if (!shows) continue;
    stores.push_back(stores.back());
    for (std::size_t key = 0; key < own.size(); ++key) {
      std::vector<int>& list = stores.back()[key];
      list.insert(list.end(), own[key].begin(), own[key].end());
    }
  }
}

// Each is called in turn, when its process has returned; some return later than the next is called.
void schedule(SmallHistory& txns, bool overlapping, Stream& stream) {
  int now = 0;
  std::vector<SmallTxn*> open;
  const auto end = [&](std::size_t i) {
    open[i]->returned = ++now;
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
  };
  for (SmallTxn& txn : txns) {
    for (std::size_t i = open.size(); i-- > 0;) {
      const bool busy = open[i]->process == txn.process;
      if (busy || !overlapping || stream.below(2) == 0) end(i);
    }
    txn.called = ++now;
    open.push_back(&txn);
  }
  while (!open.empty()) end(overlapping ? stream.below(open.size()) : 0);
}

// Transactions that ask, and have not been answered.
SmallHistory random_calls(Stream& stream) {
  // Short transactions, and more of them, have longer causal pasts.
  const bool small = stream.below(2) == 0;
  SmallHistory txns(small ? 4 + stream.below(4) : 2 + stream.below(6));
  const std::uint64_t processes = 1 + stream.below(4);
  const std::uint64_t keys = 1 + stream.below(3);
  const std::uint64_t rare = stream.below(3);
  std::vector<int> process(processes);
  std::iota(process.begin(), process.end(), 0);
  int written = 0;
  for (SmallTxn& txn : txns) {
    int& mine = process[stream.below(processes)];
    txn.process = mine;
    const std::uint64_t fate = stream.below(16);
    if (fate < rare) txn.outcome = EventType::info;
    if (fate == 15 && rare > 0) txn.outcome = EventType::fail;
    if (txn.outcome == EventType::info) mine += 10;
    txn.accesses.resize(1 + stream.below(small ? 2 : 4));
    for (SmallTxn::Access& access : txn.accesses) {
      access.write = stream.below(2) == 0;
      access.key = static_cast<int>(stream.below(keys));
      if (access.write) access.value = ++written;
    }
  }
  return txns;
}

// Of 100 reads.
std::uint64_t random_lies(Stream& stream) {
  constexpr std::uint64_t kLies[] = {0, 10, 30, 100};
  return kLies[stream.below(4)];
}

}  // namespace

SmallHistory random_history(Stream& stream, bool overlapping) {
  SmallHistory txns = random_calls(stream);
  const std::uint64_t lies = random_lies(stream);
  execute(txns, lies, overlapping && stream.below(2) == 0, stream);
  schedule(txns, overlapping, stream);
  return txns;
}

SmallHistory random_list_history(Stream& stream) {
  SmallHistory txns = random_calls(stream);
  execute_on_lists(txns, random_lies(stream), stream);
  schedule(txns, true, stream);
  return txns;
}

History recorded(const SmallHistory& txns, DataType type) {
  std::map<int, Event> events;
  for (const SmallTxn& txn : txns) {
    Event event;
    event.process = Value(txn.process);
    event.f = "txn";
    event.value = value_of(txn, type, false);
    Event end = event;
    end.type = txn.outcome;
    end.value = value_of(txn, type, txn.outcome == EventType::ok);
    events[txn.called] = std::move(event);
    events[txn.returned] = std::move(end);
  }
  History history;
  for (auto& [when, event] : events) {
    const bool refused = history.add(std::move(event)).has_value();
    WT_ASSERT(!refused, "a process runs one transaction after the other");
  }
  return history;
}

std::string text_of(const SmallHistory& txns) {
  std::string text;
  for (std::size_t t = 0; t < txns.size(); ++t) {
    text += fmt::format("T{} process {} {} {}-{}:", t, txns[t].process, name_of(txns[t].outcome),
                        txns[t].called, txns[t].returned);
    for (const SmallTxn::Access& access : txns[t].accesses) {
      text += fmt::format(" {} {} {}", access.write ? "w" : "r", access.key, access.value);
      for (const int element : access.list) text += fmt::format(",{}", element);
    }
    text += "\n";
  }
  return text;
}

}  // namespace windtunnel::checkers::test
