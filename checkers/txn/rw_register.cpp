// Registers: a read says whose write it saw, and little about the order of writes. What is known:
// the unset state comes before every write, and what a transaction wrote comes after what it had
// read of the same key.
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/txn/inference.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

constexpr std::uint32_t kUnset = 0xfffffffeU;

class Registers : private Inference {
 public:
  Registers(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies)
      : Inference(history, graph, anomalies),
        unset_(history.keys().size()),
        readers_(history.writes().size()),
        successors_(history.writes().size()),
        before_(history.writes().size(), Write::kNone) {}

  void run() {
    for (std::uint32_t t = 0; t < history_.transactions().size(); ++t) visit(t);
    for (std::uint32_t w = 0; w < history_.writes().size(); ++w) {
      for (const std::uint32_t next : successors_[w]) {
        const std::uint32_t key = history_.access(history_.writes()[w].access).key;
        for (const std::uint32_t reader : readers_[w]) graph_.add(reader, next, kReadWrite, key);
        if (is_vertex(writer(w))) graph_.add(writer(w), next, kWriteWrite, key);
      }
    }
    add_unset_edges();
    check_versions();
  }

 private:
  void visit(std::uint32_t t) {
    const Transaction& one = history_.transactions()[t];
    if (one.outcome != EventType::ok) return;
    const auto accesses = history_.accesses(one);
    for (std::size_t i = 0; i < accesses.size(); ++i) {
      const Access& read = accesses[i];
      if (read.write || read.value == nullptr) continue;
      const Access* known = nullptr;
      bool own = false;
      for (std::size_t j = 0; j < i; ++j) {
        if (accesses[j].key != read.key) continue;
        known = &accesses[j];
        own = own || known->write;
      }
      if (known == nullptr) {
        external(t, i);
      } else if (!(*known->value == *read.value)) {
        report("internal", {t},
               fmt::format("{} read key {} as {}, after it had {} {} itself.", name(t),
                           history_.keys().name(read.key), to_edn(*read.value),
                           known->write ? "written" : "read", to_edn(*known->value)));
        const std::uint32_t write = history_.write_of(read.key, *read.value);
        const bool of_itself = own && write != Write::kNone && writer(write) == t;
        if (!read.value->is_nil() && !of_itself) is_legal(t, read, write);
      }
    }
  }

  // The read at place `at` of transaction `t` is the first that it does with the key.
  void external(std::uint32_t t, std::size_t at) {
    const auto accesses = history_.accesses(history_.transactions()[t]);
    const Access& read = accesses[at];
    std::uint32_t write = kUnset;
    if (!read.value->is_nil()) {
      write = history_.write_of(read.key, *read.value);
      if (!see(t, read, write)) return;
      readers_[write].push_back(t);
    } else {
      unset_[read.key].push_back(t);
    }
    for (std::size_t i = at + 1; i < accesses.size(); ++i) {
      if (!accesses[i].write || accesses[i].key != read.key) continue;
      const std::uint64_t version = std::uint64_t{read.key} << 32 | write;
      const auto [entry, first] = updates_.try_emplace(version, t);
      if (!first) {
        report(
            "lost-update", {entry->second, t},
            fmt::format("{} and {} both read key {} as {} and then wrote it.", name(entry->second),
                        name(t), history_.keys().name(read.key), to_edn(*read.value)));
      }
      if (write != kUnset) {
        successors_[write].push_back(t);
        before_[history_.write_of(read.key, *accesses[i].value)] = write;
      }
      return;
    }
  }

  // What a read of a value says. False when it is of no write that can be in the graph.
  bool see(std::uint32_t t, const Access& read, std::uint32_t write) {
    if (!is_legal(t, read, write)) return false;
    graph_.add(writer(write), t, kWriteRead, read.key);
    return true;
  }

  // Reports a read of what no committed transaction had written before, or of its middle.
  bool is_legal(std::uint32_t t, const Access& read, std::uint32_t write) {
    const std::string key = history_.keys().name(read.key);
    if (write == Write::kNone) {
      report("garbage-read", {t},
             fmt::format("{} read key {} as {}, which nobody wrote.", name(t), key,
                         to_edn(*read.value)));
      return false;
    }
    const std::uint32_t other = writer(write);
    if (other == t) {
      report("future-read", {t},
             fmt::format("{} read {} of key {} before it wrote it.", name(t), to_edn(*read.value),
                         key));
      return false;
    }
    if (!is_vertex(other)) {
      report("G1a", {t, other},
             fmt::format("{} read {} of key {}, which the failed {} had written.", name(t),
                         to_edn(*read.value), key, name(other)));
      return false;
    }
    if (!history_.writes()[write].last_of_key) {
      report("G1b", {t, other},
             fmt::format("{} read key {} as {}, in the middle of {}, which then wrote another "
                         "value.",
                         name(t), key, to_edn(*read.value), name(other)));
    }
    return true;
  }

  // Who saw a key unset came before all who wrote it.
  void add_unset_edges() {
    std::vector<std::vector<std::uint32_t>> writers(unset_.size());
    for (std::uint32_t w = 0; w < history_.writes().size(); ++w) {
      const std::uint32_t key = history_.access(history_.writes()[w].access).key;
      // One that may not have happened counts only when somebody saw it.
      const bool ok = history_.transactions()[writer(w)].outcome == EventType::ok;
      const bool seen = is_vertex(writer(w)) && !readers_[w].empty();
      if ((ok || seen) && !unset_[key].empty()) writers[key].push_back(writer(w));
    }
    for (std::uint32_t k = 0; k < unset_.size(); ++k) {
      if (writers[k].empty()) continue;
      const std::uint32_t relay = graph_.add_relay();
      for (const std::uint32_t write : writers[k]) graph_.add(relay, write, kLink, k);
      for (const std::uint32_t reader : unset_[k]) {
        const auto own = std::find(writers[k].begin(), writers[k].end(), reader);
        if (own == writers[k].end()) {
          graph_.add(reader, relay, kReadWrite, k);
          continue;
        }
        for (const std::uint32_t write : writers[k]) graph_.add(reader, write, kReadWrite, k);
      }
    }
  }

  // Each version follows at most one other: a walk that returns to where it began is a cycle.
  void check_versions() {
    std::vector<std::uint32_t> walk(before_.size(), Write::kNone);
    for (std::uint32_t start = 0; start < before_.size(); ++start) {
      std::uint32_t at = start;
      while (at != Write::kNone && walk[at] == Write::kNone) {
        walk[at] = start;
        at = before_[at];
      }
      if (at == Write::kNone || walk[at] != start) continue;
      const std::uint32_t key = history_.access(history_.writes()[at].access).key;
      report("cyclic-versions", {writer(at), writer(before_[at])},
             fmt::format("The versions of key {} follow each other in a circle: {} and {} are in "
                         "it.",
                         history_.keys().name(key), name(writer(at)), name(writer(before_[at]))));
    }
  }

  std::vector<std::vector<std::uint32_t>> unset_;       // by key: who read it unset
  std::vector<std::vector<std::uint32_t>> readers_;     // by write
  std::vector<std::vector<std::uint32_t>> successors_;  // by write: who read it and wrote the key
  std::vector<std::uint32_t> before_;                   // by write: the write that it followed
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> updates_;  // (key, write) -> who wrote
};

}  // namespace

void infer_registers(const TxnHistory& history, Dependencies& graph, AnomalyList& anomalies) {
  Registers(history, graph, anomalies).run();
}

}  // namespace windtunnel::checkers
