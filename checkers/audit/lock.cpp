// A lock with fencing tokens protects a resource, so it is judged by what the resource accepted
// (Kleppmann 2016; Burrows, OSDI 2006, section 2.4: sequencers).
//
//   acquire -> token   an integer, or a map with :token
//   release token
//   access token       a use of the resource by whoever believes to hold the lock: `ok` when it was
//                      accepted, `fail` when it was refused. Also called use, write.
//
// A lease runs out while its holder does not know it, so that two clients may believe to hold the
// lock: `overlap` is told and permitted. What must hold is that tokens grow and that the resource,
// once it has seen a token, accepts no smaller one.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& lock_flaws() {
  static const std::vector<FlawInfo> list{
      {"stale-access", false, "the resource accepted a token after a greater one"},
      {"duplicate-token", false, "a token was given twice"},
      {"token-order", false,
       "a token is not greater than one that was given before it was asked for"},
      {"unexpected-token", false, "the resource accepted a token that was not given"},
      {"overlap", true, "two clients believed to hold the lock at one time"}};
  return list;
}

// A token and the operation that had it.
struct Held {
  std::int64_t token = 0;
  std::uint32_t operation = 0;
};

class Lock {
 public:
  Lock(const History& history, const AuditOptions& options)
      : history_(history), ledger_(history, options, lock_flaws()) {}

  AuditReport run() {
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) gather(i);
    const auto& events = history_.events();
    for (std::uint32_t at = 0; at < events.size(); ++at) {
      const auto call = calls_.find(at);
      if (call != calls_.end()) begin(call->second);
      const auto ret = returns_.find(at);
      if (ret != returns_.end()) end(ret->second);
    }
    ledger_.figure("acquired", acquired_);
    ledger_.figure("accepted", accepted_);
    ledger_.figure("refused", refused_);
    if (acquired_ < 2) ledger_.nothing_seen("the lock was acquired fewer than two times");
    if (accepted_ == 0) ledger_.nothing_seen("the resource was never used");
    return ledger_.close("fencing-tokens");
  }

 private:
  const Operation& op(std::uint32_t i) const { return history_.operations()[i]; }
  bool is_access(std::uint32_t i) const {
    const std::string& f = history_.f(op(i));
    return f == "access" || f == "use" || f == "write";
  }
  bool is_acquire(std::uint32_t i) const { return history_.f(op(i)) == "acquire"; }
  static std::optional<std::int64_t> token_of(const Value& value) {
    const bool listed = value.is_sequence() && !value.items().empty();
    const Value* token = value.kind() == Value::Kind::map ? value.find("token")
                         : listed                         ? &value.items()[0]
                                                          : &value;
    if (token == nullptr || !token->is_integer()) return std::nullopt;
    return token->integer();
  }

  void gather(std::uint32_t i) {
    calls_[op(i).invoked] = i;
    if (op(i).completed != kNoEvent) returns_[op(i).completed] = i;
    if (is_acquire(i) && op(i).outcome == EventType::ok) {
      const auto token = token_of(history_.result(op(i)));
      if (token) {
        std::uint32_t& called = given_.try_emplace(*token, op(i).invoked).first->second;
        called = std::min(called, op(i).invoked);
      } else {
        ledger_.nothing_seen(
            fmt::format("the token that was given {} is no integer", history_.place(op(i))));
        has_other_tokens_ = true;
      }
    }
  }

  void begin(std::uint32_t i) {
    if (is_acquire(i) && greatest_given_) given_before_[i] = *greatest_given_;
    if (is_access(i) && greatest_accepted_) accepted_before_[i] = *greatest_accepted_;
    // One that never came back may have got a token that nobody was told of.
    if (is_acquire(i) && op(i).outcome == EventType::info) ++silent_;
    if (history_.f(op(i)) == "release") holders_.erase(history_.process(op(i)));
  }
  void end(std::uint32_t i) {
    if (is_access(i) && op(i).outcome == EventType::fail) ++refused_;
    if (op(i).outcome != EventType::ok) return;
    if (is_acquire(i)) acquire(i);
    if (is_access(i)) access(i);
  }

  void acquire(std::uint32_t i) {
    ++acquired_;
    const auto token = token_of(history_.result(op(i)));
    if (!token) return;
    const auto [first, fresh] = first_given_.try_emplace(*token, i);
    if (!fresh && !renews(i, *token)) {
      ledger_.enter("duplicate-token", Value(*token), {first->second, i},
                    fmt::format("Token {} was given twice.", *token));
    }
    const auto before = given_before_.find(i);
    if (before != given_before_.end() && *token < before->second.token) {
      ledger_.enter("token-order", Value(*token), {before->second.operation, i},
                    fmt::format("Token {} was given after token {}, which is greater.", *token,
                                before->second.token));
    }
    if (!greatest_given_ || *token > greatest_given_->token) greatest_given_ = Held{*token, i};
    hold(i);
  }
  // Who holds the lock asks again and gets the same token: the lease is longer now.
  bool renews(std::uint32_t i, std::int64_t token) const {
    const auto held = holders_.find(history_.process(op(i)));
    return held != holders_.end() && token_of(history_.result(op(held->second))) == token;
  }
  void hold(std::uint32_t i) {
    const std::int64_t process = history_.process(op(i));
    for (const auto& [other, by] : holders_) {
      if (other == process) continue;
      ledger_.enter("overlap", Value(process), {by, i},
                    fmt::format("Process {} got the lock while process {} had not released it.",
                                process, other));
      break;
    }
    holders_[process] = i;
  }

  // Given by an acquire that was called before the access returned. As many other tokens as
  // acquires without an end were called may have been given to them.
  bool is_known(std::uint32_t i, const std::optional<std::int64_t>& token) {
    if (has_other_tokens_) return true;
    if (!token) return false;
    const auto given = given_.find(*token);
    if (given != given_.end() && given->second < op(i).completed) return true;
    others_.insert(*token);
    return others_.size() <= silent_;
  }
  void access(std::uint32_t i) {
    ++accepted_;
    const auto token = token_of(history_.argument(op(i)));
    if (!is_known(i, token)) {
      ledger_.enter("unexpected-token", history_.argument(op(i)), {i},
                    "The resource accepted a token that the lock had not given.");
    }
    if (!token) return;
    const auto before = accepted_before_.find(i);
    if (before != accepted_before_.end() && *token < before->second.token) {
      ledger_.enter(
          "stale-access", Value(*token), {before->second.operation, i},
          fmt::format("The resource accepted token {} though it had accepted {} before the access "
                      "began: the holder had lost the lock and was not kept out.",
                      *token, before->second.token));
    }
    if (!greatest_accepted_ || *token > greatest_accepted_->token) {
      greatest_accepted_ = Held{*token, i};
    }
  }

  const History& history_;
  Ledger ledger_;
  std::map<std::uint32_t, std::uint32_t> calls_;  // operations by position
  std::map<std::uint32_t, std::uint32_t> returns_;
  std::map<std::int64_t, std::uint32_t> given_;  // with the first call that got it
  bool has_other_tokens_ = false;                // some that are no integers
  std::size_t silent_ = 0;                       // acquires without an end, called so far
  std::set<std::int64_t> others_;                // accepted, and given to nobody who said so
  std::map<std::int64_t, std::uint32_t> first_given_;
  std::optional<Held> greatest_given_;
  std::optional<Held> greatest_accepted_;
  std::map<std::uint32_t, Held> given_before_;  // by acquire: the greatest token when it began
  std::map<std::uint32_t, Held> accepted_before_;
  std::map<std::int64_t, std::uint32_t> holders_;
  std::int64_t acquired_ = 0;
  std::int64_t accepted_ = 0;
  std::int64_t refused_ = 0;
};

AuditReport audit_lock(const History& history, const AuditOptions& options) {
  return Lock(history, options).run();
}

}  // namespace

AuditInfo lock_audit() {
  AuditInfo info{"lock",
                 "acquire -> token, release, access token: the resource keeps old holders out",
                 {"acquire", "release", "access", "use", "write"},
                 lock_flaws(),
                 &audit_lock,
                 &recheck_lock};
  info.by_session = true;
  return info;
}

}  // namespace windtunnel::checkers
