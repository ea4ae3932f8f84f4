#include <windtunnel/checkers/history/history.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/returned.h>
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/utf8.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace windtunnel::checkers {
namespace {

const Value kNil;

// A value as far as a person reads one.
std::string shown(const Value& value) {
  constexpr std::size_t kLongest = 300;
  constexpr std::size_t kKept = 240;
  std::string text = to_edn(value);
  if (text.size() <= kLongest) return text;
  return fmt::format("{} ... ({} characters)", whole_characters(text, kKept), text.size());
}

}  // namespace

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::invoke: return "invoke";
    case EventType::ok: return "ok";
    case EventType::fail: return "fail";
    case EventType::info: return "info";
  }
  return "?";
}

std::optional<EventType> event_type_of(std::string_view name) {
  for (const EventType type :
       {EventType::invoke, EventType::ok, EventType::fail, EventType::info}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

std::string place_of(const Event& event) {
  if (event.line != 0) return fmt::format("in line {}", event.line);
  if (event.time_ns != kNoTime) return "at " + seconds_text(event.time_ns);
  return fmt::format("with index {}", event.index);
}

std::string to_string(const ReadError& error) {
  if (error.line == 0) return error.reason;
  if (error.column == 0) return fmt::format("line {}: {}", error.line, error.reason);
  return fmt::format("line {}, column {}: {}", error.line, error.column, error.reason);
}

std::string text_of_process(const Value& process) {
  if (process.is_nil()) return "a process";
  return fmt::format("process {}",
                     process.is_name() ? std::string(process.text()) : to_edn(process));
}

std::optional<ReadError> Pairing::add(const Event& event) {
  operation_ = kNoOperation;
  lacks_invocation_ = false;
  if (event.process.is_nil()) return add_unnamed(event);
  return add_named(event);
}

std::int64_t Pairing::number_of(const Value& process) {
  if (process.is_integer()) return process.integer();
  const auto [entry, added] = names_.try_emplace(std::string(process.text()), next_client_);
  if (added) ++next_client_;
  return entry->second;
}

void Pairing::invoke(std::int64_t client) {
  operation_ = invoked_++;
  client_ = client;
}

std::optional<ReadError> Pairing::add_named(const Event& event) {
  if (event.process.is_name() && event.process.text() == "nemesis") return std::nullopt;
  const std::int64_t id = number_of(event.process);
  const auto fails = [&event](std::string_view why) {
    return ReadError{event.line, 0, fmt::format("{} {}", text_of_process(event.process), why)};
  };
  Process& process = processes_[id];
  const std::uint64_t open = process.operation;
  const bool begins = event.type == EventType::invoke;
  const bool is_alone = open == kIdle && event.type == EventType::info;
  // No nemesis does transactions.
  if (is_alone && event.process.is_name() && event.f != "txn") return std::nullopt;
  if (open == kRetired) {
    return fails("is used again after its :info: what it does next needs another process");
  }
  if (begins && open != kIdle) return fails("invokes an operation while another one is open");
  if (!begins && open == kIdle) {
    std::optional<ReadError> refused = complete_alone(event);
    if (refused) return refused;
    invoke(id);
  } else if (begins) {
    if (!knowledge_.real_time) return complete_alone(event);
    process.f = event.f;
    invoke(id);
    process.operation = operation_;
    return std::nullopt;
  } else if (process.f != event.f) {
    return fails(fmt::format("invoked {} but completes {}", process.f, event.f));
  } else {
    operation_ = open;
    client_ = id;
  }
  process.operation = event.type == EventType::info ? kRetired : kIdle;
  return std::nullopt;
}

// Says whether a completion may stand for its whole operation: of transactions, where nothing was
// ever invoked.
std::optional<ReadError> Pairing::complete_alone(const Event& event) {
  const auto who = [&event] { return text_of_process(event.process); };
  if (event.type == EventType::invoke) {
    return ReadError{event.line, 0,
                     who() +
                         " invokes an operation, though the history began with completions "
                         "alone; it must tell all invocations or none"};
  }
  const bool alone = event.f == "txn" && (invoked_ == 0 || !knowledge_.real_time);
  if (!alone) {
    return ReadError{
        event.line, 0,
        fmt::format("{} completes (:{}) without an invocation", who(), name_of(event.type))};
  }
  knowledge_.real_time = false;
  lacks_invocation_ = true;
  return std::nullopt;
}

std::optional<ReadError> Pairing::add_unnamed(const Event& event) {
  if (event.type == EventType::invoke) {
    if (!knowledge_.real_time) return complete_alone(event);
    invoke(next_client_++);
    knowledge_.sessions = false;
    unnamed_.push_back({operation_, client_, event.f, event.index});
    return std::nullopt;
  }
  // Numbers first: there may be many that are open.
  const auto is_same = [&event](const Unnamed& open) {
    return open.index == event.index && event.index >= 0 && open.f == event.f;
  };
  const auto fits = [&event](const Unnamed& open) { return open.f == event.f; };
  auto found = std::find_if(unnamed_.begin(), unnamed_.end(), is_same);
  const bool is_told = found != unnamed_.end();
  if (!is_told) found = std::find_if(unnamed_.begin(), unnamed_.end(), fits);
  if (found == unnamed_.end()) {
    std::optional<ReadError> refused = complete_alone(event);
    if (refused) return refused;
    knowledge_.sessions = false;
    invoke(next_client_++);
    return std::nullopt;
  }
  if (!is_told && std::find_if(std::next(found), unnamed_.end(), fits) != unnamed_.end()) {
    return ReadError{event.line, 0,
                     fmt::format("several operations {} are open; only a :process says which of "
                                 "them completes here",
                                 event.f)};
  }
  operation_ = found->operation;
  client_ = found->client;
  std::swap(*found, unnamed_.back());
  unnamed_.pop_back();
  return std::nullopt;
}

std::optional<ReadError> History::add(Event event) {
  if (std::optional<ReadError> refused = pairing_.add(event)) return refused;
  const std::uint64_t operation = pairing_.operation();
  event.is_nemesis = operation == Pairing::kNoOperation;
  auto position = static_cast<std::uint32_t>(events_.size());
  if (pairing_.lacks_invocation()) {
    Event call = event;
    call.type = EventType::invoke;
    call.error = {};
    if (call.index < 0) call.index = position;
    events_.push_back(std::move(call));
  }
  if (operation == operations_.size()) {
    operations_.push_back({position, kNoEvent, EventType::info, pairing_.client()});
  }
  position = static_cast<std::uint32_t>(events_.size());
  if (event.index < 0) event.index = position;
  if (!event.is_nemesis && event.type != EventType::invoke) {
    operations_[operation].completed = position;
    operations_[operation].outcome = event.type;
  }
  events_.push_back(std::move(event));
  return std::nullopt;
}

const Value& History::result(const Operation& op) const {
  return op.outcome == EventType::ok ? events_[op.completed].value : kNil;
}

const Value& History::key(const Operation& op) const {
  const Value* key = invocation(op).extra.find("key");
  return key == nullptr ? kNil : *key;
}

std::int64_t History::session(const Operation& op) const {
  const Value* const session = invocation(op).extra.find("session");
  return session != nullptr && session->is_integer() ? session->integer() : process(op);
}

std::string History::place(const Operation& op) const { return place_of(invocation(op)); }

std::string History::describe(const Operation& op) const {
  const Event& call = invocation(op);
  std::string text = fmt::format("{} {}", client(op), call.f);
  if (!key(op).is_nil()) text += " key " + shown(key(op));
  if (!call.value.is_nil()) text += " " + shown(call.value);
  if (returned_something(*this, op)) text += " -> " + shown(result(op));
  text += fmt::format(" ({}", name_of(op.outcome));
  if (call.time_ns == kNoTime) return text + ")";
  text += ", " + seconds_text(call.time_ns);
  if (completion(op) != nullptr && op.outcome != EventType::info) {
    text += " to " + seconds_text(completion(op)->time_ns);
  }
  return text + ")";
}

HistoryRecorder::Worker& HistoryRecorder::worker(std::int64_t number) {
  WT_ASSERT(number >= 0 && number < workers_, "a worker is numbered below the recorder's count");
  while (static_cast<std::int64_t>(states_.size()) <= number) {
    Worker& state = states_.emplace_back();
    state.next_process = numbering_.first_process + static_cast<std::int64_t>(states_.size()) - 1;
    state.session = state.next_process;
  }
  return states_[static_cast<std::size_t>(number)];
}

std::int64_t HistoryRecorder::new_process(Worker& state) const {
  const std::int64_t process = state.next_process;
  state.next_process += numbering_.processes;
  return process;
}

void HistoryRecorder::split(Worker& state) {
  state.is_split = true;
  splits_sessions_ = true;
}

// What a recorder adds fits: it knows which workers are busy.
void HistoryRecorder::add(Event event) {
  if (numbering_.next_index != nullptr) event.index = (*numbering_.next_index)++;
  const auto refused = history_.add(std::move(event));
  WT_ASSERT(!refused.has_value(), "a recorder's events fit its history");
}

HistoryRecorder::OpId HistoryRecorder::begin(std::int64_t number, Instant now, std::string_view f,
                                             Value value, Value key, std::int64_t process) {
  Worker& state = worker(number);
  ++state.open;
  std::vector<Value> extra;
  if (!key.is_nil()) {
    extra.push_back(Value::keyword("key"));
    extra.push_back(std::move(key));
  }
  if (state.is_split && process != state.session) {
    extra.push_back(Value::keyword("session"));
    extra.emplace_back(state.session);
  }
  Event event;
  event.time_ns = now.ns;
  event.process = process;
  event.f = f;
  event.value = std::move(value);
  if (!extra.empty()) event.extra = Value(Value::Kind::map, std::move(extra));
  add(std::move(event));
  worker_of_.push_back(static_cast<std::uint32_t>(number));
  return {static_cast<std::uint32_t>(history_.operations().size() - 1)};
}

HistoryRecorder::OpId HistoryRecorder::invoke(std::int64_t number, Instant now, std::string_view f,
                                              Value value, Value key) {
  Worker& state = worker(number);
  if (state.open > 0) split(state);
  if (state.idle.empty()) state.idle.push_back(new_process(state));
  const std::int64_t process = state.idle.back();
  state.idle.pop_back();
  return begin(number, now, f, std::move(value), std::move(key), process);
}

HistoryRecorder::OpId HistoryRecorder::hear(std::int64_t number, Instant now, std::string_view f,
                                            Value value) {
  Worker& state = worker(number);
  split(state);
  if (!state.hearing) state.hearing = new_process(state);
  return begin(number, now, f, std::move(value), {}, *state.hearing);
}

void HistoryRecorder::end_session(std::int64_t number) {
  Worker& state = worker(number);
  WT_ASSERT(state.open == 0, "a session has no operation open when it ends");
  Worker next;
  next.next_process = state.next_process;
  next.session = next.next_process;
  state = std::move(next);
}

void HistoryRecorder::complete(OpId id, Instant now, EventType outcome, Value value, Value error) {
  WT_ASSERT(id.value < worker_of_.size(), "the operation was invoked here");
  WT_ASSERT(outcome != EventType::invoke, "an operation completes as ok, fail or info");
  const Operation op = history_.operations()[id.value];
  WT_ASSERT(op.completed == kNoEvent, "an operation completes once");
  Worker& state = worker(worker_of_[id.value]);
  --state.open;
  Event event;
  event.time_ns = now.ns;
  event.type = outcome;
  event.process = history_.process(op);
  event.f = history_.f(op);
  event.value = std::move(value);
  event.error = std::move(error);
  event.extra = history_.invocation(op).extra;
  add(std::move(event));
  const std::int64_t process = history_.process(op);
  const bool heard = state.hearing == process;
  if (outcome == EventType::info) {
    if (heard) state.hearing.reset();
    return;
  }
  if (heard) return;
  state.idle.insert(
      std::upper_bound(state.idle.begin(), state.idle.end(), process, std::greater<std::int64_t>()),
      process);
}

void HistoryRecorder::nemesis(Instant now, std::string_view f, Value value) {
  Event event;
  event.time_ns = now.ns;
  event.type = EventType::info;
  event.process = Value::keyword("nemesis");
  event.f = f;
  event.value = std::move(value);
  add(std::move(event));
}

}  // namespace windtunnel::checkers
