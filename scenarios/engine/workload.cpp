#include <windtunnel/scenarios/engine/workload.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/protocols/env/await.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

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

// A client of the workload: its sessions take operations from one source and write into one
// history.
class ClientProgram final : public Service, private Recorder {
 public:
  ClientProgram(Env& env, Simulation& sim, WorkloadRun& run, std::uint32_t number,
                const std::string& name)
      : env_(env), sim_(sim), run_(run), number_(number), config_(run.config) {
    config_.name = name;
  }

  // A client that dies in the middle of an operation will never know.
  ~ClientProgram() override {
    for (const auto& [number, open] : open_) {
      run_.recorder.complete({number}, sim_.now(), EventType::info, open.operation.value);
    }
  }

  void start() override {
    WT_ASSERT(run_.service->make_client != nullptr, "a service that a workload calls has clients");
    source_ = run_.definition->make(*run_.spec, number_);
    for (std::uint32_t i = 0; i < run_.spec->in_flight; ++i) {
      sessions_.push_back(run_.service->make_client(env_, config_));
      scope_.spawn(work(env_, *sessions_.back()));
    }
  }

 private:
  struct Open {
    Operation operation;
    std::uint64_t invoked = 0;  // record
  };

  Task<void> work(Env& env, Client& session) {
    co_await sleep_for(env, run_.spec->start);
    co_await session.start(env, *this);
  }

  Task<std::optional<Operation>> next(Env& env) override {
    std::optional<Operation> operation;
    if (sim_.now() >= run_.stop) co_return operation;
    const Instant due = next_due();
    co_await sleep_until(env, due);
    if (sim_.now() >= run_.stop) co_return operation;
    operation.emplace();
    operation->timeout = run_.spec->timeout;
    source_->next(env.random, *operation);
    co_return operation;
  }

  // Sessions that share a rate take their turns by its clock, and wait for no answer; a single one
  // pauses after each.
  Instant next_due() {
    const Instant now = env_.clock.now();
    const Duration pause = next_pause();
    if (run_.spec->in_flight == 1 || !run_.spec->rate) return now + pause;
    if (!due_) due_ = now;
    due_ = *due_ + pause;
    return std::max(now, *due_);
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

  Call begin(const Operation& operation) override {
    Record record;
    record.kind = RecordKind::invoke;
    record.node = env_.self;
    record.a = run_.recorder.history().operations().size();
    record.b = word_of(operation.f);
    say(operation.value, record);
    const std::uint64_t invoked = sim_.record(record);
    const checkers::HistoryRecorder::OpId id =
        run_.recorder.invoke(number_, sim_.now(), operation.f, operation.value);
    run_.records.resize(id.value + 1);
    run_.records[id.value].invoke = invoked;
    open_[id.value] = {operation, invoked};
    return {id.value};
  }

  void end(Call call, const Outcome& outcome) override {
    const auto found = open_.find(call.number);
    WT_ASSERT(found != open_.end(), "an operation ends once, and was called before");
    const Open open = std::move(found->second);
    open_.erase(found);
    const bool ok = outcome.kind == Outcome::Kind::ok;
    const Value& result = outcome.value.is_nil() ? open.operation.value : outcome.value;
    Record record;
    record.kind = RecordKind::complete;
    record.node = env_.self;
    record.aux = static_cast<std::uint16_t>(outcome.kind);
    record.cause = sim_.cause();
    record.a = call.number;
    record.b = open.invoked;
    say(ok ? result : outcome.error, record);
    run_.records[call.number].complete = sim_.record(record);
    run_.recorder.complete({call.number}, sim_.now(), event_type(outcome.kind),
                           ok ? result : open.operation.value, ok ? Value() : outcome.error);
    switch (outcome.kind) {
      case Outcome::Kind::ok: ++run_.ok; break;
      case Outcome::Kind::fail: ++run_.fail; break;
      case Outcome::Kind::info: ++run_.info; break;
    }
    source_->completed(open.operation, outcome);
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

  Env& env_;
  Simulation& sim_;
  WorkloadRun& run_;
  std::uint32_t number_;
  ServiceConfig config_;
  std::unique_ptr<OperationSource> source_;
  std::vector<std::unique_ptr<Client>> sessions_;
  std::optional<Instant> due_;  // of the last operation that was taken
  std::map<std::uint32_t, Open> open_;
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
