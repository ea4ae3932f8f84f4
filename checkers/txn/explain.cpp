#include <windtunnel/checkers/txn/explain.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/base/utf8.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

constexpr std::size_t kMaxText = 160;

std::string name(std::uint32_t t) { return fmt::format("T{}", t); }

std::string shortened(std::string text) {
  if (text.size() <= kMaxText) return text;
  return std::string(whole_characters(text, kMaxText)) + "...";
}

// The value of the transaction's first access of the kind to the key.
const Value* value_of(const TxnHistory& history, std::uint32_t t, std::uint32_t key, bool write) {
  for (const Access& access : history.accesses(history.transactions()[t])) {
    if (access.key == key && access.write == write) return access.value;
  }
  return nullptr;
}

// What the reader read of the key from that writer. For a list, or when it did not, its first read.
const Value* value_read_from(const TxnHistory& history, std::uint32_t reader, std::uint32_t key,
                             std::uint32_t writer) {
  if (history.type() == DataType::rw_register) {
    for (const Access& access : history.accesses(history.transactions()[reader])) {
      if (access.key != key || access.write || access.value == nullptr) continue;
      const std::uint32_t write = history.write_of(key, *access.value);
      const bool is_it = write != Write::kNone && history.writes()[write].transaction == writer;
      if (is_it) return access.value;
    }
  }
  return value_of(history, reader, key, false);
}

std::string text_of(const Value* value) {
  return value == nullptr ? "something" : shortened(to_edn(*value));
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string draw_edge(const TxnHistory& history, const Edge& edge, const char* style) {
  const std::string key =
      edge.key == Edge::kNoKey ? "" : " " + escaped(history.keys().name(edge.key));
  return fmt::format("  T{} -> T{} [label=\"{}{}\"{}];\n", edge.from, edge.to, name_of(edge.kind),
                     key, style);
}

// What the commit edges follow from, in gray, but for what is in the cycle itself.
std::string draw_reasons(const TxnHistory& history, const Anomaly& anomaly) {
  std::vector<Edge> drawn = anomaly.cycle;
  std::string out;
  const auto draw = [&](const Edge& edge) {
    const auto same = [&edge](const Edge& other) {
      return other.from == edge.from && other.to == edge.to && other.key == edge.key &&
             other.kind == edge.kind;
    };
    if (std::any_of(drawn.begin(), drawn.end(), same)) return;
    drawn.push_back(edge);
    out += draw_edge(history, edge, ", color=gray");
  };
  std::size_t next = 0;
  for (const Edge& edge : anomaly.cycle) {
    if (edge.kind != kCommit || !anomaly.of_commits) continue;
    const CommitReason& reason = anomaly.reasons[next++];
    for (const Edge& step : reason.path) draw(step);
    draw({edge.to, reason.reader, edge.key, kWriteRead});
  }
  return out;
}

// "wrote 2 as key x"
std::string what_was_written(const TxnHistory& history, std::uint32_t t, std::uint32_t key) {
  const bool list = history.type() == DataType::list_append;
  return fmt::format("{} {} {} key {}", list ? "appended" : "wrote",
                     text_of(value_of(history, t, key, true)), list ? "to" : "as",
                     history.keys().name(key));
}

}  // namespace

const char* name_of(Dependency kind) {
  switch (kind) {
    case kWriteWrite: return "ww";
    case kWriteRead: return "wr";
    case kReadWrite: return "rw";
    case kProcess: return "process";
    case kRealtime: return "realtime";
    case kCommit: return "co";
    case kLink: break;
  }
  return "";
}

std::string explain_edge(const TxnHistory& history, const Edge& edge) {
  const std::string from = name(edge.from);
  const std::string to = name(edge.to);
  const bool list = history.type() == DataType::list_append;
  const char* const did = list ? "appended" : "wrote";
  const std::string key = edge.key == Edge::kNoKey ? "" : history.keys().name(edge.key);
  switch (edge.kind) {
    case kWriteWrite:
      return fmt::format("{} {} {} {} key {} before {} {} {}.", from, did,
                         text_of(value_of(history, edge.from, edge.key, true)), list ? "to" : "as",
                         key, to, did, text_of(value_of(history, edge.to, edge.key, true)));
    case kWriteRead:
      return fmt::format("{} read key {} as {}, which {} had {}.", to, key,
                         text_of(value_read_from(history, edge.to, edge.key, edge.from)), from,
                         list ? "appended to last" : "written");
    case kReadWrite:
      return fmt::format("{} read key {} as {}, before {} {} {}.", from, key,
                         text_of(value_of(history, edge.from, edge.key, false)), to, did,
                         text_of(value_of(history, edge.to, edge.key, true)));
    case kProcess:
      return fmt::format(
          "{} came before {} in {}.", from, to,
          history.history().client(history.operation(history.transactions()[edge.from])));
    case kRealtime: return fmt::format("{} had returned when {} was called.", from, to);
    case kCommit: return fmt::format("{} was committed before {}.", from, to);
    case kLink: break;
  }
  return {};
}

std::string explain_commit(const TxnHistory& history, const Edge& edge,
                           const CommitReason& reason) {
  std::string text;
  for (const Edge& step : reason.path) text += explain_edge(history, step) + " ";
  return text + explain_missed(history, edge, reason.reader);
}

std::string explain_missed(const TxnHistory& history, const Edge& edge, std::uint32_t reader) {
  return fmt::format(
      "So {0} saw {1}, which {2}, and yet read that key as {3}, from {4}: {1} was committed before "
      "{4}.",
      name(reader), name(edge.from), what_was_written(history, edge.from, edge.key),
      text_of(value_read_from(history, reader, edge.key, edge.to)), name(edge.to));
}

std::vector<std::string> explain_edges(const TxnHistory& history, const Anomaly& anomaly) {
  std::vector<std::string> texts;
  std::size_t next = 0;
  for (const Edge& edge : anomaly.cycle) {
    const bool has_reason = anomaly.of_commits && edge.kind == kCommit;
    texts.push_back(has_reason ? explain_commit(history, edge, anomaly.reasons[next++])
                               : explain_edge(history, edge));
  }
  return texts;
}

std::string explain_cycle(const TxnHistory& history, const Anomaly& anomaly) {
  std::string text;
  std::size_t next = 0;
  for (const Edge& edge : anomaly.cycle) {
    if (anomaly.of_commits && edge.kind == kReadWrite) {
      return text + fmt::format("So {} saw {}, which {}, and yet read that key as unset.",
                                name(edge.from), name(edge.to),
                                what_was_written(history, edge.to, edge.key));
    }
    text += edge.kind == kCommit ? explain_commit(history, edge, anomaly.reasons[next++])
                                 : explain_edge(history, edge);
    text += " ";
  }
  return text +
         fmt::format("So {} would have to come before itself.", name(anomaly.cycle.front().from));
}

std::string list_transactions(const TxnHistory& history, const Anomaly& anomaly) {
  std::vector<std::uint32_t> shown;
  std::string text;
  for (const std::uint32_t t : anomaly.transactions) {
    if (std::find(shown.begin(), shown.end(), t) != shown.end()) continue;
    shown.push_back(t);
    const Operation& op = history.operation(history.transactions()[t]);
    text +=
        fmt::format("{}{} = {}", text.empty() ? "" : "\n", name(t), history.history().describe(op));
  }
  return text;
}

std::string draw_cycle(const TxnHistory& history, const Anomaly& anomaly) {
  std::string out =
      fmt::format("digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box];\n", anomaly.name);
  std::vector<std::uint32_t> drawn;
  for (const std::uint32_t t : anomaly.transactions) {
    if (std::find(drawn.begin(), drawn.end(), t) != drawn.end()) continue;
    drawn.push_back(t);
    const Operation& op = history.operation(history.transactions()[t]);
    const bool ok = op.outcome == EventType::ok;
    const Value& form = ok ? history.history().result(op) : history.history().argument(op);
    out += fmt::format("  T{} [label=\"T{}  {}\\n{}\"];\n", t, t,
                       escaped(history.history().client(op)), escaped(shortened(to_edn(form))));
  }
  for (const Edge& edge : anomaly.cycle) {
    const char* const style = edge.kind == kReadWrite ? ", style=dashed"
                              : edge.kind == kCommit  ? ", style=bold"
                                                      : "";
    out += draw_edge(history, edge, style);
  }
  return out + draw_reasons(history, anomaly) + "}\n";
}

}  // namespace windtunnel::checkers
