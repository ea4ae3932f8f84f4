// Large histories by construction: closed-loop clients over an object that behaves. An operation
// takes effect at one moment between its call and its return, so the history is linearizable (or,
// for transactions, strictly serializable) until a test plants a defect. A seed decides everything.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::checkers::test {

// SplitMix64 (Steele et al. 2014).
class Stream {
 public:
  explicit Stream(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

struct GeneratedCall {
  const char* f = "";
  Value argument;
  Value key;
};

// The result of an operation that did not take place.
inline const Value kRefused = Value::keyword("refused");

struct Shape {
  std::int64_t clients = 10;
  std::uint64_t operations = 1000;
  std::uint64_t seed = 1;
  std::uint64_t info_per_mille = 0;  // operations that end `:info`, half of which took place
};

// `object.call(stream)` invents an operation, `object.apply(call)` lets it take place and returns
// its result. Each client's operation is called, takes place and returns at moments of its own.
template <class Object>
History generate(const Shape& shape, Object object) {
  struct Client {
    std::optional<GeneratedCall> call;
    HistoryRecorder::OpId id;
    std::optional<Value> result;
  };
  Stream stream(shape.seed);
  HistoryRecorder recorder(shape.clients);
  std::vector<Client> clients(static_cast<std::size_t>(shape.clients));
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  std::int64_t now = 0;
  while (ended < shape.operations) {
    const std::uint64_t which = stream.below(clients.size());
    Client& client = clients[which];
    now += 1000;
    if (!client.call.has_value()) {
      if (started == shape.operations) continue;
      ++started;
      client.call = object.call(stream);
      client.id = recorder.invoke(static_cast<std::int64_t>(which), Instant{now}, client.call->f,
                                  client.call->argument, client.call->key);
      if (stream.below(1000) >= shape.info_per_mille) continue;
      if (stream.below(2) == 0) object.apply(*client.call);
      recorder.complete(client.id, Instant{now}, EventType::info, client.call->argument);
      client.call.reset();
      ++ended;
    } else if (!client.result.has_value()) {
      client.result = object.apply(*client.call);
    } else {
      const bool refused = *client.result == kRefused;
      recorder.complete(client.id, Instant{now}, refused ? EventType::fail : EventType::ok,
                        refused ? client.call->argument : *client.result);
      client = {};
      ++ended;
    }
  }
  return recorder.take();
}

// Reads and writes, half each; `values` 0: every write is of another value.
struct GeneratedRegister {
  std::int64_t values = 0;
  std::int64_t written = 0;
  Value value;

  GeneratedCall call(Stream& stream) {
    if (stream.below(2) == 0) return {"read", {}, {}};
    if (values == 0) return {"write", Value(++written), {}};
    return {"write",
            Value(static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(values)))),
            {}};
  }
  Value apply(const GeneratedCall& call) {
    if (call.f[0] == 'w') value = call.argument;
    return value;
  }
};

// Reads, writes and compare-and-sets of few values. What does not match fails.
struct GeneratedSwaps {
  std::uint64_t values = 5;
  Value value;

  GeneratedCall call(Stream& stream) {
    const auto any = [&] { return Value(static_cast<std::int64_t>(stream.below(values))); };
    const std::uint64_t what = stream.below(10);
    if (what < 4) return {"read", {}, {}};
    if (what < 7) return {"write", any(), {}};
    Value from = any();
    return {"cas", Value::vector({std::move(from), any()}), {}};
  }
  Value apply(const GeneratedCall& call) {
    if (call.f[0] == 'r') return value;
    if (call.f[0] == 'w') return value = call.argument;
    if (!(call.argument.items()[0] == value)) return kRefused;
    value = call.argument.items()[1];
    return call.argument;
  }
};

// Enqueues (pushes) of distinct values and dequeues (pops), half each.
struct GeneratedQueue {
  bool stack = false;
  std::int64_t put = 0;
  std::deque<std::int64_t> items;

  GeneratedCall call(Stream& stream) {
    if (stream.below(2) == 0) return {stack ? "pop" : "dequeue", {}, {}};
    return {stack ? "push" : "enqueue", Value(++put), {}};
  }
  Value apply(const GeneratedCall& call) {
    if (!call.argument.is_nil()) {
      items.push_back(call.argument.integer());
      return call.argument;
    }
    if (items.empty()) return {};
    const std::int64_t taken = stack ? items.back() : items.front();
    stack ? items.pop_back() : items.pop_front();
    return Value(taken);
  }
};

// Enqueues of distinct values in no order, and dequeues of the smallest.
struct GeneratedPriorityQueue {
  std::uint64_t put = 0;
  std::set<std::int64_t> items;

  GeneratedCall call(Stream& stream) {
    if (stream.below(2) == 0) return {"dequeue", {}, {}};
    // An odd factor: a permutation of the numbers below 2^32.
    const std::uint64_t value = (++put * 0x9e3779b1U) & 0xffffffffU;
    return {"enqueue", Value(static_cast<std::int64_t>(value)), {}};
  }
  Value apply(const GeneratedCall& call) {
    if (!call.argument.is_nil()) {
      items.insert(call.argument.integer());
      return call.argument;
    }
    if (items.empty()) return {};
    const std::int64_t taken = *items.begin();
    items.erase(items.begin());
    return Value(taken);
  }
};

// Elements are added once, removed once and asked for.
struct GeneratedSet {
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::vector<bool> present{false};

  GeneratedCall call(Stream& stream) {
    const std::uint64_t what = stream.below(4);
    if (what == 0 && removed < added) return {"remove", Value(++removed), {}};
    if (what < 2) {
      present.push_back(false);
      return {"add", Value(++added), {}};
    }
    const std::uint64_t back = stream.below(40);
    const auto most = static_cast<std::uint64_t>(added);
    return {"contains", Value(static_cast<std::int64_t>(most - std::min(most, back))), {}};
  }
  Value apply(const GeneratedCall& call) {
    const auto element = static_cast<std::size_t>(call.argument.integer());
    if (call.f[0] == 'c') return Value::boolean(present[element]);
    present[element] = call.f[0] == 'a';
    return call.argument;
  }
};

// Strings under ten keys: gets, and appends of texts that are unique.
struct GeneratedKv {
  std::uint64_t keys = 10;
  std::uint64_t appended = 0;
  // The append of this number is acknowledged and lost; 0: none.
  std::uint64_t lost = 0;
  std::map<std::string, std::string> values;

  GeneratedCall call(Stream& stream) {
    const std::string key = std::to_string(stream.below(keys));
    if (stream.below(2) == 0) return {"get", {}, Value(key)};
    return {"append", Value("x " + std::to_string(++appended) + " y"), Value(key)};
  }
  Value apply(const GeneratedCall& call) {
    std::string& value = values[std::string(call.key.text())];
    if (call.f[0] == 'g') return Value(value);
    if (call.argument.text() != "x " + std::to_string(lost) + " y") value += call.argument.text();
    return call.argument;
  }
};

// Transactions of one to four writes and reads, or of `accesses`, of keys that are used for a
// while: the values of a key are 1, 2, ... up to `writes_per_key`, then another key takes its
// place.
class GeneratedTransactions {
 public:
  std::int64_t keys = 10;
  std::int64_t writes_per_key = 32;
  std::uint64_t accesses = 0;

  GeneratedCall call(Stream& stream) {
    std::vector<Value> all;
    const std::uint64_t count = accesses != 0 ? accesses : 1 + stream.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t key = pick(stream);
      if (stream.below(2) == 0) {
        all.push_back(access("r", key, Value()));
      } else {
        all.push_back(access(write_, key, Value(++written_[key])));
      }
    }
    return {"txn", Value::vector(std::move(all)), {}};
  }

 protected:
  explicit GeneratedTransactions(const char* write) : write_(write) {}
  static Value access(const char* f, std::size_t key, Value value) {
    return Value::vector({Value::keyword(f), static_cast<std::int64_t>(key), std::move(value)});
  }
  // What the transaction returns; `write(key, value)` takes effect, `read(key)` says what is there.
  template <class Write, class Read>
  static Value carry_out(const GeneratedCall& call, Write write, Read read) {
    std::vector<Value> accesses;
    for (const Value& one : call.argument.items()) {
      const auto key = static_cast<std::size_t>(one.items()[1].integer());
      const bool reads = one.items()[0].text() == "r";
      if (!reads) write(key, one.items()[2]);
      accesses.push_back(reads ? access("r", key, read(key)) : one);
    }
    return Value::vector(std::move(accesses));
  }
  // What is kept for a key.
  template <class T>
  static T& at(std::vector<T>& all, std::size_t key) {
    if (all.size() <= key) all.resize(key + 1);
    return all[key];
  }

 private:
  // One of the latest keys; one that was written often is replaced by a new one.
  std::size_t pick(Stream& stream) {
    while (current_.size() < static_cast<std::size_t>(keys)) current_.push_back(grow());
    std::size_t& key = current_[stream.below(current_.size())];
    if (written_[key] >= writes_per_key) key = grow();
    return key;
  }
  std::size_t grow() {
    written_.push_back(0);
    return written_.size() - 1;
  }
  const char* write_;
  std::vector<std::int64_t> written_;  // by key
  std::vector<std::size_t> current_;
};

class GeneratedLists : public GeneratedTransactions {
 public:
  GeneratedLists() : GeneratedTransactions("append") {}
  Value apply(const GeneratedCall& call) {
    return carry_out(
        call, [this](std::size_t key, const Value& value) { at(lists_, key).push_back(value); },
        [this](std::size_t key) { return Value::vector(at(lists_, key)); });
  }

 private:
  std::vector<std::vector<Value>> lists_;
};

// The second history takes place while nothing of the first happens, in the middle of it. Their
// processes differ.
inline History with_in_the_middle(const History& around, const History& planted) {
  History all;
  const auto add = [&all](const Event& event) {
    const bool refused = all.add(event).has_value();
    WT_ASSERT(!refused, "what fits into two histories fits into one");
  };
  const std::size_t half = around.events().size() / 2;
  for (std::size_t i = 0; i < around.events().size(); ++i) {
    for (std::size_t j = 0; i == half && j < planted.events().size(); ++j) {
      add(planted.events()[j]);
    }
    add(around.events()[i]);
  }
  return all;
}

// Transactions of processes and keys of their own, each called before any returns.
inline History open_transactions(const std::vector<std::string>& values) {
  std::string text;
  for (const char* type : {"invoke", "ok"}) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      text += "{:process " + std::to_string(1'000'000 + i) + ", :type :" + type +
              ", :f :txn, :value " + values[i] + "}\n";
    }
  }
  HistoryResult read = read_history(text);
  WT_ASSERT(read.has_value(), "what the tests write can be read");
  return *std::move(read);
}
inline History write_skew() {
  return open_transactions(
      {"[[:w left 1] [:w right 1]]", "[[:r left 1] [:w right 2]]", "[[:r right 1] [:w left 2]]"});
}
inline History long_fork() {
  return open_transactions({"[[:w left 1] [:w right 1]]", "[[:w left 2]]", "[[:w right 2]]",
                            "[[:r left 2] [:r right 1]]", "[[:r left 1] [:r right 2]]"});
}

class GeneratedRegisters : public GeneratedTransactions {
 public:
  // The transaction that takes place as this one, from 1, finds all unset; 0: none.
  std::uint64_t blind = 0;
  std::uint64_t applied = 0;

  GeneratedRegisters() : GeneratedTransactions("w") {}
  Value apply(const GeneratedCall& call) {
    const bool unset = ++applied == blind;
    return carry_out(
        call, [this](std::size_t key, const Value& value) { at(values_, key) = value; },
        [this, unset](std::size_t key) { return unset ? Value() : at(values_, key); });
  }

 private:
  std::vector<Value> values_;
};

}  // namespace windtunnel::checkers::test
