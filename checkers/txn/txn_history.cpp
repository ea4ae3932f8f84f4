#include <windtunnel/checkers/txn/txn_history.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/txn/transactions.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

std::uint64_t pair_of(std::uint32_t key, std::uint32_t value) {
  return std::uint64_t{key} << 32 | value;
}

}  // namespace

boost::system::result<TxnHistory, ReadError> TxnHistory::read(const History& history,
                                                              DataType type) {
  TxnHistory txns;
  txns.history_ = &history;
  txns.type_ = type;
  ReadError error;
  txns.transactions_.reserve(history.operations().size());
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    if (!txns.add(i, error)) return error;
  }
  if (!txns.add_writes(error)) return error;
  return txns;
}

std::uint32_t TxnHistory::write_of(std::uint32_t key, const Value& value) const {
  const std::uint32_t number = values_.find(value);
  if (number == Numbering::kAbsent) return Write::kNone;
  const auto found = write_of_.find(pair_of(key, number));
  return found == write_of_.end() ? Write::kNone : found->second;
}

bool TxnHistory::add(std::uint32_t operation, ReadError& error) {
  const Operation& op = history_->operations()[operation];
  // Of one that is ok without a result nothing is known of what it read.
  const bool ok = op.outcome == EventType::ok && !history_->result(op).is_nil();
  const Value& form = ok ? history_->result(op) : history_->argument(op);
  Transaction t;
  t.operation = operation;
  t.outcome = op.outcome;
  t.first = static_cast<std::uint32_t>(accesses_.size());
  bool fits = form.is_sequence();
  for (std::size_t i = 0; fits && i < form.items().size(); ++i) {
    Access access;
    fits = add_access(form.items()[i], ok, access);
    if (fits) accesses_.push_back(access);
  }
  const std::uint32_t line = ok ? history_->completion(op)->line : history_->invocation(op).line;
  if (!fits) {
    error = {line, 0,
             fmt::format("{} is no transaction of {}{}", history_->describe(op),
                         type_ == DataType::list_append ? "[:append k v] and [:r k v]"
                                                        : "[:w k v] and [:r k v]",
                         ok ? "; a result is that, or nil where it is not known" : "")};
    return false;
  }
  if (ok && !writes_as_called(history_->argument(op), form)) {
    error = {line, 0,
             fmt::format("{} completes with other writes than it was called with; a result repeats "
                         "them and tells what was read",
                         history_->describe(op))};
    return false;
  }
  t.count = static_cast<std::uint32_t>(accesses_.size()) - t.first;
  transactions_.push_back(t);
  return true;
}

bool TxnHistory::add_access(const Value& form, bool ok, Access& out) {
  static const Value nil;
  if (!form.is_sequence() || form.items().size() < 2 || form.items().size() > 3) return false;
  if (!form.items()[0].is_name()) return false;
  const std::string_view f = form.items()[0].text();
  const bool list = type_ == DataType::list_append;
  const bool reads = f == "r" || f == "read";
  out.write = list ? f == "append" : f == "w" || f == "write";
  if (!reads && !out.write) return false;
  out.key = keys_.number(form.items()[1]);
  const Value& value = form.items().size() == 3 ? form.items()[2] : nil;
  if (out.write || ok) out.value = &value;
  const bool is_list = value.is_nil() || value.is_sequence();
  return out.write || !ok || !list || is_list;
}

bool TxnHistory::add_writes(ReadError& error) {
  for (std::uint32_t t = 0; t < transactions_.size(); ++t) {
    const Transaction& one = transactions_[t];
    for (std::uint32_t i = one.first; i < one.first + one.count; ++i) {
      const Access& access = accesses_[i];
      if (!access.write) continue;
      if (type_ == DataType::rw_register && access.value->is_nil()) {
        error = {history_->invocation(operation(one)).line, 0,
                 fmt::format("nil is written to key {}, and nil is what an unset key reads",
                             keys_.name(access.key))};
        return false;
      }
      const auto next = static_cast<std::uint32_t>(writes_.size());
      const std::uint64_t pair = pair_of(access.key, values_.number(*access.value));
      const auto [entry, added] = write_of_.try_emplace(pair, next);
      if (!added) {
        error = {history_->invocation(operation(one)).line, 0,
                 fmt::format("{} of key {} is written twice, so that a read of it says nothing",
                             to_edn(*access.value), keys_.name(access.key))};
        return false;
      }
      for (std::uint32_t later = i + 1; later < one.first + one.count; ++later) {
        const bool over = accesses_[later].write && accesses_[later].key == access.key;
        if (over) writes_.push_back({t, i, false});
        if (over) break;
      }
      if (writes_.size() == next) writes_.push_back({t, i, true});
    }
  }
  return true;
}

std::optional<std::size_t> TxnHistory::shown_of_others(const Transaction& t,
                                                       std::uint32_t access) const {
  const std::vector<Value>& list = accesses_[access].value->items();
  std::size_t others = list.size();
  for (std::uint32_t i = access; i-- > t.first;) {
    if (!accesses_[i].write || accesses_[i].key != accesses_[access].key) continue;
    if (others == 0 || list[others - 1] != *accesses_[i].value) return std::nullopt;
    --others;
  }
  return others;
}

}  // namespace windtunnel::checkers
