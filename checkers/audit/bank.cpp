// Transfers move money between accounts, so each read of all accounts shows the same total.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& bank_flaws() {
  static const std::vector<FlawInfo> list{
      {"wrong-total", false, "the balances of a read do not add up"},
      {"unexpected-key", false, "a read shows an account that there is not, or not all of them"},
      {"nil-balance", false, "a read shows an account without a balance"},
      {"negative-balance", false, "a read shows an account below zero"}};
  return list;
}

bool takes_accounts(const Value& value) {
  if (value.is_integer()) return true;
  if (value.kind() != Value::Kind::map || value.items().empty()) return false;
  for (std::size_t i = 1; i < value.items().size(); i += 2) {
    if (!value.items()[i].is_integer()) return false;
  }
  return true;
}

std::vector<Value> accounts_of(const Value& balances) {
  std::vector<Value> accounts;
  for (std::size_t i = 0; i + 1 < balances.items().size(); i += 2) {
    accounts.push_back(plain_key(balances.items()[i]));
  }
  std::sort(accounts.begin(), accounts.end());
  return accounts;
}

// Nothing unless all balances are integers.
std::optional<std::int64_t> total_of(const Value& balances) {
  std::int64_t total = 0;
  for (std::size_t i = 1; i < balances.items().size(); i += 2) {
    if (!balances.items()[i].is_integer()) return std::nullopt;
    total = plus(total, balances.items()[i].integer());
  }
  return total;
}

class Bank {
 public:
  Bank(const History& history, const AuditOptions& options)
      : history_(history), ledger_(history, options, bank_flaws()) {
    if (!options.initial) return;
    if (options.initial->is_integer()) {
      total_ = options.initial->integer();
    } else {
      total_ = total_of(*options.initial);
      accounts_ = accounts_of(*options.initial);
    }
  }

  AuditReport run() {
    const bool told = total_.has_value();
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) {
      const Operation& op = history_.operations()[i];
      if (history_.f(op) == "transfer") ++transfers_;
      if (history_.f(op) != "read" || op.outcome != EventType::ok) continue;
      // Nothing is what a read returned that saw nothing.
      if (history_.result(op).is_nil()) continue;
      ++reads_;
      look_at(i, history_.result(op));
    }
    ledger_.figure("reads", reads_);
    ledger_.figure("transfers", transfers_);
    if (total_) ledger_.figure("total", *total_);
    if (reads_ == 0) ledger_.nothing_seen("no read returned");
    if (transfers_ == 0) ledger_.nothing_seen("nothing was transferred");
    if (reads_ == 1 && !told) {
      ledger_.nothing_seen("the only read sets the total; name it with --initial");
    }
    return ledger_.close(told ? "bank-total" : "bank-total-of-first-read");
  }

 private:
  void look_at(std::uint32_t i, const Value& balances) {
    if (balances.kind() != Value::Kind::map) {
      ledger_.enter(
          "unexpected-key", balances, {i},
          fmt::format("The read returned {}, which is no map of accounts.", to_edn(balances)));
      return;
    }
    std::vector<Value> accounts = accounts_of(balances);
    if (accounts_.empty()) {
      accounts_ = std::move(accounts);
      accounts_by_ = i;
    } else if (accounts != accounts_) {
      enter("unexpected-key", i, accounts_by_, balances,
            fmt::format("The read shows the accounts {}; there are {}.",
                        to_edn(Value::vector(accounts)), to_edn(Value::vector(accounts_))));
    }
    for (std::size_t k = 0; k + 1 < balances.items().size(); k += 2) {
      balance(i, balances.items()[k], balances.items()[k + 1]);
    }
    const std::optional<std::int64_t> total = total_of(balances);
    if (!total) return;
    if (!total_) {
      total_ = total;
      total_by_ = i;
    } else if (*total != *total_) {
      enter("wrong-total", i, total_by_, balances,
            fmt::format("The balances add up to {}; {} {}.", *total, *total_,
                        total_by_ ? "is what an earlier read showed" : "is there"));
    }
  }
  void balance(std::uint32_t i, const Value& account, const Value& balance) {
    if (balance.is_nil()) {
      ledger_.enter("nil-balance", account, {i},
                    fmt::format("Account {} has no balance.", to_edn(account)));
    } else if (!balance.is_integer()) {
      ledger_.enter("nil-balance", account, {i},
                    fmt::format("The balance of account {} is {}, which is no integer.",
                                to_edn(account), to_edn(balance)));
    } else if (balance.integer() < 0) {
      ledger_.enter(
          "negative-balance", account, {i},
          fmt::format("Account {} has a balance of {}.", to_edn(account), balance.integer()));
    }
  }
  void enter(std::string_view flaw, std::uint32_t i, std::optional<std::uint32_t> other,
             const Value& balances, std::string text) {
    std::vector<std::uint32_t> shown{i};
    if (other) shown.push_back(*other);
    ledger_.enter(flaw, balances, std::move(shown), std::move(text));
  }

  const History& history_;
  Ledger ledger_;
  std::optional<std::int64_t> total_;
  std::optional<std::uint32_t> total_by_;  // the read that set it
  std::vector<Value> accounts_;
  std::optional<std::uint32_t> accounts_by_;
  std::int64_t reads_ = 0;
  std::int64_t transfers_ = 0;
};

AuditReport audit_bank(const History& history, const AuditOptions& options) {
  return Bank(history, options).run();
}

}  // namespace

AuditInfo bank_audit() {
  return {"bank",
          "transfer, read -> {account balance}: the total stays (--initial: the total, or the map)",
          {"transfer", "read"},
          bank_flaws(),
          &audit_bank,
          &recheck_bank,
          &takes_accounts};
}

}  // namespace windtunnel::checkers
