#include <windtunnel/checkers/audit/ledger.h>

#include <windtunnel/checkers/availability/availability.h>
#include <windtunnel/checkers/objects/witness.h>
#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace windtunnel::checkers {
namespace {

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Value plain_key(const Value& key) {
  if (!key.is_name()) return key;
  const std::string_view text = key.text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? Value(number) : Value(text);
}

bool is_collection(const Value& value) {
  return value.is_sequence() || value.kind() == Value::Kind::set;
}

bool says_empty(const Value& error) {
  if (error.is_nil()) return true;
  // As a keyword or first of a vector: :empty, [:empty "..."], :exhausted.
  const Value& word = error.is_sequence() && !error.items().empty() ? error.items()[0] : error;
  return word.is_name() && (word.text() == "empty" || word.text() == "exhausted");
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? INT64_MIN : INT64_MAX;
}

Ledger::Ledger(const History& history, const AuditOptions& options,
               const std::vector<FlawInfo>& flaws)
    : history_(history) {
  for (const FlawInfo& info : flaws) {
    Flaw flaw;
    flaw.name = info.name;
    flaw.permitted = info.permitted;
    if (names(options.permitted, info.name)) flaw.permitted = true;
    if (names(options.forbidden, info.name)) flaw.permitted = false;
    flaws_.push_back(std::move(flaw));
  }
}

std::size_t Ledger::place_of(std::string_view name) const {
  const auto found = std::find_if(flaws_.begin(), flaws_.end(),
                                  [name](const Flaw& flaw) { return flaw.name == name; });
  WT_ASSERT(found != flaws_.end(), "an audit enters the flaws that it declares");
  return static_cast<std::size_t>(found - flaws_.begin());
}

void Ledger::enter(std::string_view name, Value subject, std::vector<std::uint32_t> operations,
                   std::string explanation) {
  Flaw& flaw = flaws_[place_of(name)];
  if (flaw.count++ != 0) return;
  flaw.subject = std::move(subject);
  flaw.witness.operations = items_of(history_, std::move(operations));
  flaw.witness.explanation = std::move(explanation);
  flaw.witness.kind = name;
  flaw.witness.minimised = true;
}

bool Ledger::has(std::string_view name) const { return flaws_[place_of(name)].count != 0; }

void Ledger::count(std::string_view name, std::uint64_t more) {
  flaws_[place_of(name)].count += more;
}

void Ledger::quantiles(const std::string& name, const std::string& unit,
                       std::vector<std::int64_t> values) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  const auto at = [&values](std::size_t per_cent) { return quantile(values, per_cent); };
  figure(name + "_min" + unit, values.front());
  figure(name + "_p50" + unit, at(50));
  figure(name + "_p95" + unit, at(95));
  figure(name + "_p99" + unit, at(99));
  figure(name + "_max" + unit, values.back());
}

void Ledger::nothing_seen(std::string reason) {
  if (nothing_seen_.empty()) nothing_seen_ = std::move(reason);
}

AuditReport Ledger::close(std::string_view algorithm) {
  AuditReport report;
  report.verdict.algorithm = algorithm;
  report.verdict.operations = static_cast<std::uint32_t>(history_.operations().size());
  report.figures = std::move(figures_);
  for (Flaw& flaw : flaws_) {
    if (flaw.count != 0) report.flaws.push_back(std::move(flaw));
  }
  for (const Flaw& flaw : report.flaws) {
    if (flaw.permitted) continue;
    report.verdict.decision = Decision::violated;
    report.verdict.witness = flaw.witness;
    return report;
  }
  if (!nothing_seen_.empty()) {
    report.verdict.decision = Decision::unknown;
    report.verdict.reason = std::move(nothing_seen_);
  }
  return report;
}

}  // namespace windtunnel::checkers
