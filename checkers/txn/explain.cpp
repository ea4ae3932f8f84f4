#include "checkers/txn/explain.h"

#include "checkers/edn.h"

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

constexpr std::size_t kMaxText = 160;

std::string name(std::uint32_t t) { return fmt::format("T{}", t); }

std::string shortened(std::string text) {
  if (text.size() <= kMaxText) return text;
  // Not inside a character of several bytes.
  std::size_t cut = kMaxText;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return text.substr(0, cut) + "...";
}

// The value of the transaction's first access of the kind to the key.
const Value* value_of(const TxnHistory& history, std::uint32_t t, std::uint32_t key, bool write) {
  for (const Access& access : history.accesses(history.transactions()[t])) {
    if (access.key == key && access.write == write) return access.value;
  }
  return nullptr;
}

std::string text_of(const Value* value) {
  return value == nullptr ? "something" : shortened(to_edn(*value));
}

const char* label_of(Dependency kind) {
  switch (kind) {
    case kWriteWrite: return "ww";
    case kWriteRead: return "wr";
    case kReadWrite: return "rw";
    case kProcess: return "process";
    case kRealtime: return "realtime";
    case kLink: break;
  }
  return "";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

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
                         text_of(value_of(history, edge.to, edge.key, false)), from,
                         list ? "appended to last" : "written");
    case kReadWrite:
      return fmt::format("{} read key {} as {}, before {} {} {}.", from, key,
                         text_of(value_of(history, edge.from, edge.key, false)), to, did,
                         text_of(value_of(history, edge.to, edge.key, true)));
    case kProcess:
      return fmt::format(
          "{} came before {} in process {}.", from, to,
          history.history().process(history.operation(history.transactions()[edge.from])));
    case kRealtime: return fmt::format("{} had returned when {} was called.", from, to);
    case kLink: break;
  }
  return {};
}

std::string explain_cycle(const TxnHistory& history, const Anomaly& anomaly) {
  std::string text;
  for (const Edge& edge : anomaly.cycle) text += explain_edge(history, edge) + " ";
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
  for (const Edge& edge : anomaly.cycle) {
    const Operation& op = history.operation(history.transactions()[edge.from]);
    const bool ok = op.outcome == EventType::ok;
    const Value& form = ok ? history.history().result(op) : history.history().argument(op);
    out += fmt::format("  T{} [label=\"T{}  process {}\\n{}\"];\n", edge.from, edge.from,
                       history.history().process(op), escaped(shortened(to_edn(form))));
  }
  for (const Edge& edge : anomaly.cycle) {
    const std::string key =
        edge.key == Edge::kNoKey ? "" : " " + escaped(history.keys().name(edge.key));
    out += fmt::format("  T{} -> T{} [label=\"{}{}\"{}];\n", edge.from, edge.to,
                       label_of(edge.kind), key, edge.kind == kReadWrite ? ", style=dashed" : "");
  }
  return out + "}\n";
}

}  // namespace windtunnel::checkers
