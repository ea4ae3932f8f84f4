#include <windtunnel/checkers/history/verdict.h>

#include <windtunnel/checkers/history/history.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {

void doubt_what_nobody_saw(const History& history, Verdict& verdict) {
  const auto& operations = history.operations();
  const bool succeeded = std::any_of(operations.begin(), operations.end(), [](const Operation& op) {
    return op.outcome == EventType::ok;
  });
  if (verdict.decision == Decision::violated || (succeeded && verdict.put_to_the_test)) return;
  // Why nothing can be said of what succeeded, the checker knows better.
  if (succeeded && verdict.decision == Decision::unknown) return;
  const std::string known = verdict.reason.empty() ? "" : "; " + verdict.reason;
  verdict.decision = Decision::unknown;
  verdict.objects_unknown += std::exchange(verdict.objects_ok, 0);
  verdict.reason = operations.empty() ? "no operations"
                   : succeeded
                       ? "nothing was put to the test: no operation that succeeded says what it saw"
                       : "no operation succeeded, so nothing was put to the test" + known;
}

std::string witness_text(const Witness& witness) {
  std::string text;
  if (!witness.key.empty()) text += "\n  key " + witness.key;
  return text + "\n  " + witness.explanation + operations_text(witness);
}

std::string operations_text(const Witness& witness) {
  std::string text;
  for (const Witness::Item& item : witness.operations) {
    text +=
        item.line == 0 ? "\n  " + item.text : fmt::format("\n  {:>6}: {}", item.line, item.text);
  }
  if (witness.omitted > 0) text += fmt::format("\n  and {} operations before", witness.omitted);
  if (!witness.rechecked) text.append("\n  ").append(kNotRechecked);
  return text;
}

std::string text_of(const Verdict::Open& open) {
  std::string text = open.key.empty() ? std::string() : "key " + open.key + ": ";
  text += fmt::format("the first {} of {} operations that returned have a legal order",
                      open.explained, open.returned);
  if (!open.next.empty()) text += "; none was found that goes on with " + open.next;
  return text;
}

namespace {

std::string open_text(const Verdict& verdict) {
  std::string text;
  for (const Verdict::Open& open : verdict.open) text += "\n  " + text_of(open);
  return text;
}

}  // namespace

std::string explanation_text(const Verdict& verdict) {
  if (verdict.decision == Decision::ok) return {};
  std::string text;
  if (verdict.decision == Decision::unknown) text = "\n  " + verdict.reason;
  if (verdict.decision == Decision::unknown && verdict.objects_ok > 0) {
    text += fmt::format("\n  {} of {} keys are ok", verdict.objects_ok,
                        verdict.objects_ok + verdict.objects_unknown);
  }
  if (verdict.decision == Decision::unknown) return text + open_text(verdict);
  if (verdict.objects_violated > 1) {
    text += fmt::format("\n  {} of {} keys are violated", verdict.objects_violated,
                        verdict.objects_violated + verdict.objects_ok + verdict.objects_unknown);
  }
  text += witness_text(verdict.witness);
  for (const Witness& witness : verdict.further) text += witness_text(witness);
  return text + open_text(verdict);
}

}  // namespace windtunnel::checkers
