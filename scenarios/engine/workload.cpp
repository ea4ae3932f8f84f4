#include <windtunnel/scenarios/engine/workload.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/protocols/env/await.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using checkers::EventType;

// What a trace shows of a value.
constexpr std::size_t kShownText = 200;

EventType event_type(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::ok: return EventType::ok;
    case Outcome::Kind::fail: return EventType::fail;
    case Outcome::Kind::info: break;
  }
  return EventType::info;
}

class ClientProgram final : public Service {
 public:
  ClientProgram(Env& env, Simulation& sim, WorkloadRun& run, std::uint32_t number,
                const std::string& name)
      : env_(env), sim_(sim), run_(run), number_(number), config_(run.config) {
    config_.name = name;
  }

  // A client that dies in the middle of an operation will never know.
  ~ClientProgram() override {
    if (open_) run_.recorder.complete(op_, sim_.now(), EventType::info, argument());
  }

  void start() override {
    WT_ASSERT(run_.service->make_client != nullptr, "a service that a workload calls has clients");
    client_ = run_.service->make_client(env_, config_);
    source_ = run_.definition->make(*run_.spec, number_);
    scope_.spawn(work(env_));
  }

 private:
  Task<void> work(Env& env) {
    co_await sleep_for(env, run_.spec->start);
    Operation operation;
    while (sim_.now() < run_.stop) {
      const Duration pause = next_pause();
      co_await sleep_for(env, pause);
      if (sim_.now() >= run_.stop) break;
      source_->next(env.random, operation);
      begin(operation);
      const Outcome outcome = co_await client_->invoke(env, operation);
      end(operation, outcome);
    }
  }

  // Clients of a rate-limited workload share the rate; each pauses for its part of it, give or take
  // a half.
  Duration next_pause() {
    if (run_.spec->think_time) {
      const std::uint64_t word = env_.random.draw("think-time");
      return run_.spec->think_time->draw(word);
    }
    if (!run_.spec->rate || run_.spec->rate->millionths_per_second == 0) return {};
    const auto clients = static_cast<unsigned __int128>(std::max(1U, run_.spec->clients));
    const auto mean = static_cast<std::int64_t>(clients * 1'000'000'000 * 1'000'000 /
                                                run_.spec->rate->millionths_per_second);
    const std::uint64_t word = env_.random.draw("pace");
    return scale_between(word, Duration{mean / 2}, Duration{mean + mean / 2});
  }

  void begin(Operation& operation) {
    operation.timeout = run_.spec->timeout;
    Record record;
    record.kind = RecordKind::invoke;
    record.node = env_.self;
    record.a = run_.recorder.history().operations().size();
    record.b = word_of(operation.f);
    say(operation.value, record);
    invoked_ = sim_.record(record);
    op_ = run_.recorder.invoke(number_, sim_.now(), operation.f, operation.value);
    run_.records.resize(op_.value + 1);
    run_.records[op_.value].invoke = invoked_;
    open_ = true;
  }

  // The hash of a text, which readers of a whole trace find by it.
  std::uint64_t word_of(std::string_view text) {
    const bool is_kept = sim_.trace().level() == TraceLevel::full;
    return is_kept ? sim_.trace().name(text) : hash_text(text);
  }

  void say(const Value& value, Record& record) {
    const std::string text = value.is_nil() ? std::string() : checkers::to_edn(value);
    record.c = hash_text(text);
    record.d = word_of(whole_characters(text, kShownText));
  }

  // Of the operation that is open.
  Value argument() const {
    const checkers::History& history = run_.recorder.history();
    return history.argument(history.operations()[op_.value]);
  }

  void end(const Operation& operation, const Outcome& outcome) {
    const bool ok = outcome.kind == Outcome::Kind::ok;
    const Value& result = outcome.value.is_nil() ? operation.value : outcome.value;
    Record record;
    record.kind = RecordKind::complete;
    record.node = env_.self;
    record.aux = static_cast<std::uint16_t>(outcome.kind);
    record.cause = sim_.cause();
    record.a = op_.value;
    record.b = invoked_;
    say(ok ? result : outcome.error, record);
    run_.records[op_.value].complete = sim_.record(record);
    open_ = false;
    run_.recorder.complete(op_, sim_.now(), event_type(outcome.kind),
                           ok ? result : operation.value, ok ? Value() : outcome.error);
    switch (outcome.kind) {
      case Outcome::Kind::ok: ++run_.ok; break;
      case Outcome::Kind::fail: ++run_.fail; break;
      case Outcome::Kind::info: ++run_.info; break;
    }
    source_->completed(operation, outcome);
  }

  Env& env_;
  Simulation& sim_;
  WorkloadRun& run_;
  std::uint32_t number_;
  ServiceConfig config_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<OperationSource> source_;
  checkers::HistoryRecorder::OpId op_;
  bool open_ = false;
  std::uint64_t invoked_ = 0;
  TaskScope scope_;
};

}  // namespace

ProgramFactory client_program(Simulation& sim, WorkloadRun& run, std::uint32_t client,
                              const std::string& name) {
  return [&sim, &run, client, name](Env& env) -> std::unique_ptr<Service> {
    return std::make_unique<ClientProgram>(env, sim, run, client, name);
  };
}

}  // namespace windtunnel::scenarios
