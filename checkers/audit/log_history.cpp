#include <windtunnel/checkers/audit/log_history.h>

#include <windtunnel/checkers/audit/ledger.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

bool is_step(const Value& form, std::string_view what, std::size_t least) {
  return form.is_sequence() && form.items().size() >= least && form.items()[0].is_name() &&
         form.items()[0].text() == what;
}

}  // namespace

bool has_steps(std::string_view f) {
  return f == "send" || f == "poll" || f == "txn" || f == "commit" || f == "committed" ||
         f == "watermark";
}

const std::vector<Value>& steps_of(const History& history, const Operation& op) {
  const Event* const completion = history.completion(op);
  const bool told = completion != nullptr && completion->value.is_sequence();
  return told ? completion->value.items() : history.argument(op).items();
}

LogHistory::LogHistory(const History& history) : history_(history) {
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    const std::string& f = history.f(history.operations()[i]);
    if (f == "subscribe") subscribes_ = true;
    const Value* const seek =
        history.invocation(history.operations()[i]).extra.find("seek-to-end?");
    seeks_to_end_ = seeks_to_end_ || (seek != nullptr && seek->truth());
    if (has_steps(f)) read(i);
  }
  number_places();
}

void LogHistory::read(std::uint32_t operation) {
  const std::vector<Value>& steps = steps_of(history_, history_.operations()[operation]);
  for (std::uint32_t step = 0; step < steps.size(); ++step) {
    read_step(operation, step, steps[step]);
  }
}

void LogHistory::read_step(std::uint32_t operation, std::uint32_t step, const Value& form) {
  Sighting at;
  at.operation = operation;
  at.step = step;
  if (is_step(form, "send", 3)) return send(at, form.items()[1], form.items()[2]);
  if (is_step(form, "poll", 2)) poll(at, form.items()[1]);
}

std::uint32_t LogHistory::message(std::uint32_t key, const Value& value) {
  const std::uint32_t number = values_.number(value);
  const auto next = static_cast<std::uint32_t>(messages_.size());
  const auto [found, fresh] = message_of_.try_emplace(std::uint64_t{key} << 32 | number, next);
  if (fresh) {
    messages_.emplace_back();
    messages_.back().key = key;
    messages_.back().value = number;
  }
  return found->second;
}

void LogHistory::see(std::uint32_t number, std::int64_t offset, std::uint32_t operation) {
  if (offset == kNoOffset) return;
  Message& it = messages_[number];
  if (std::find(it.offsets.begin(), it.offsets.end(), offset) != it.offsets.end()) return;
  it.offsets.push_back(offset);
  it.seen_by.push_back(operation);
  if (offsets_.size() <= it.key) offsets_.resize(it.key + std::size_t{1});
  offsets_[it.key].push_back(offset);
}

void LogHistory::send(Sighting at, const Value& key, const Value& value) {
  const Operation& op = history_.operations()[at.operation];
  at.key = keys_.number(plain_key(key));
  const bool pair = value.is_sequence() && value.items().size() == 2;
  if (pair && value.items()[0].is_integer()) at.offset = value.items()[0].integer();
  at.value = message(at.key, pair ? value.items()[1] : value);
  Message& it = messages_[at.value];
  if (op.outcome != EventType::fail) {
    ++it.sends;
    it.first_called = std::min(it.first_called, op.invoked);
  }
  // The best outcome of several sends of one value.
  const bool better =
      it.sent_by == Message::kNone || it.outcome == EventType::fail || op.outcome == EventType::ok;
  if (better) {
    it.sent_by = at.operation;
    it.outcome = op.outcome;
  }
  // One whose end is not known may have been given an offset and then have been undone.
  if (op.outcome == EventType::ok) see(at.value, at.offset, at.operation);
  sends_.push_back(at);
}

void LogHistory::poll(Sighting at, const Value& log) {
  const bool ok = history_.operations()[at.operation].outcome == EventType::ok;
  for (std::size_t i = 0; log.kind() == Value::Kind::map && i + 1 < log.items().size(); i += 2) {
    at.key = keys_.number(plain_key(log.items()[i]));
    for (const Value& pair : log.items()[i + 1].items()) {
      if (!pair.is_sequence() || pair.items().size() != 2) continue;
      const Value& offset = pair.items()[0];
      at.offset = offset.is_integer() ? offset.integer() : kNoOffset;
      at.value = message(at.key, pair.items()[1]);
      see(at.value, at.offset, at.operation);
      if (!ok) continue;
      std::uint32_t& polled_by = messages_[at.value].polled_by;
      const auto& operations = history_.operations();
      const bool first = polled_by == Message::kNone ||
                         operations[at.operation].completed < operations[polled_by].completed;
      if (first) polled_by = at.operation;
      polls_.push_back(at);
    }
  }
}

void LogHistory::number_places() {
  offsets_.resize(keys_.size());
  for (std::vector<std::int64_t>& offsets : offsets_) {
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  }
  for (Message& it : messages_) {
    if (!it.offsets.empty()) it.place = place_of(it.key, it.offsets.front());
  }
}

std::uint32_t LogHistory::place_of(std::uint32_t key, std::int64_t offset) const {
  const std::vector<std::int64_t>& offsets = offsets_[key];
  const auto found = std::lower_bound(offsets.begin(), offsets.end(), offset);
  return static_cast<std::uint32_t>(found - offsets.begin());
}

}  // namespace windtunnel::checkers
