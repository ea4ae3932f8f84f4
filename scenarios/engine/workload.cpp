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
class ClientProgram final : public Service {
 public:
  ClientProgram(Env& env, Simulation& sim, WorkloadRun& run, std::uint32_t number,
                const std::string& name)
      : env_(env), sim_(sim), run_(run), number_(number), config_(run.config) {
    config_.name = name;
  }

  void start() override {
    WT_ASSERT(run_.service->make_client != nullptr, "a service that a workload calls has clients");
    std::unique_ptr<OperationSource>& source = run_.sources[number_];
    if (source == nullptr) source = run_.definition->make(run_.spec, number_);
    for (std::uint32_t i = 0; i < run_.spec.in_flight; ++i) {
      sessions_.push_back(std::make_unique<Session>(*this, i));
      scope_.spawn(work(env_, *sessions_.back()));
    }
  }

 private:
  // A user of the service. The recorder numbers the first sessions of all clients first.
  class Session final : private Recorder {
   public:
    Session(ClientProgram& program, std::uint32_t number)
        : program_(program),
          worker_(program.number_ + std::int64_t{number} * program.run_.spec.clients),
          client_(program.run_.service->make_client(program.env_, program.config_)) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // One that dies in the middle of an operation will never know.
    ~Session() {
      checkers::HistoryRecorder& recorder = program_.run_.recorder;
      for (const auto& [number, open] : open_) {
        recorder.complete({number}, program_.sim_.now(), EventType::info, open.operation.value);
      }
      recorder.end_session(worker_);
    }

    Task<void> run(Env& env) { return client_->start(env, *this); }

   private:
    struct Open {
      Operation operation;
      std::uint64_t invoked = 0;  // record
    };

    Task<std::optional<Operation>> next(Env& env) override { return program_.next(env); }
    Call begin(const Operation& operation) override {
      return invoked(operation, program_.run_.recorder.invoke(worker_, program_.sim_.now(),
                                                              operation.f, operation.value));
    }
    void end(Call call, const Outcome& outcome) override;
    void happened(const Operation& operation, const Outcome& outcome) override {
      end(invoked(operation, program_.run_.recorder.hear(worker_, program_.sim_.now(), operation.f,
                                                         operation.value)),
          outcome);
    }
    Call invoked(const Operation& operation, checkers::HistoryRecorder::OpId id);

    ClientProgram& program_;
    std::int64_t worker_;
    std::unique_ptr<Client> client_;
    std::map<std::uint32_t, Open> open_;
  };

  Task<void> work(Env& env, Session& session) {
    co_await sleep_for(env, run_.spec.start);
    co_await session.run(env);
  }

  Task<std::optional<Operation>> next(Env& env) {
    std::optional<Operation> operation;
    if (sim_.now() >= run_.stop) co_return operation;
    const Instant due = next_due();
    co_await sleep_until(env, due);
    if (sim_.now() >= run_.stop) co_return operation;
    operation.emplace();
    operation->timeout = run_.spec.timeout;
    run_.sources[number_]->next(env.random, *operation);
    co_return operation;
  }

  // Sessions that share a rate take their turns by its clock, and wait for no answer; a single one
  // pauses after each.
  Instant next_due() {
    const Instant now = env_.clock.now();
    const Duration pause = next_pause();
    if (run_.spec.in_flight == 1 || !run_.spec.rate) return now + pause;
    if (!due_) due_ = now;
    due_ = *due_ + pause;
    return std::max(now, *due_);
  }

  // Clients of a rate-limited workload share the rate; each pauses for its part of it, give or take
  // a half.
  Duration next_pause() {
    if (run_.spec.think_time) {
      const std::uint64_t word = env_.random.draw("think-time");
      return run_.spec.think_time->draw(word);
    }
    if (!run_.spec.rate || run_.spec.rate->millionths_per_second == 0) return {};
    const auto clients = static_cast<unsigned __int128>(std::max(1U, run_.spec.clients));
    const auto mean = static_cast<std::int64_t>(clients * 1'000'000'000 * 1'000'000 /
                                                run_.spec.rate->millionths_per_second);
    const std::uint64_t word = env_.random.draw("pace");
    return scale_between(word, Duration{mean / 2}, Duration{mean + mean / 2});
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
  std::vector<std::unique_ptr<Session>> sessions_;
  std::optional<Instant> due_;  // of the last operation that was taken
  TaskScope scope_;
};

Recorder::Call ClientProgram::Session::invoked(const Operation& operation,
                                               checkers::HistoryRecorder::OpId id) {
  Record record;
  record.kind = RecordKind::invoke;
  record.node = program_.env_.self;
  record.a = id.value;
  record.b = program_.word_of(operation.f);
  program_.say(operation.value, record);
  const std::uint64_t number = program_.sim_.record(record);
  program_.run_.records.resize(id.value + 1);
  program_.run_.records[id.value].invoke = number;
  open_[id.value] = {operation, number};
  return {id.value};
}

void ClientProgram::Session::end(Call call, const Outcome& outcome) {
  const auto found = open_.find(call.number);
  WT_ASSERT(found != open_.end(), "an operation ends once, and was called before");
  const Open open = std::move(found->second);
  open_.erase(found);
  WorkloadRun& run = program_.run_;
  const bool ok = outcome.kind == Outcome::Kind::ok;
  const Value& result = outcome.value.is_nil() ? open.operation.value : outcome.value;
  Record record;
  record.kind = RecordKind::complete;
  record.node = program_.env_.self;
  record.aux = static_cast<std::uint16_t>(outcome.kind);
  record.cause = program_.sim_.cause();
  record.a = call.number;
  record.b = open.invoked;
  program_.say(ok ? result : outcome.error, record);
  run.records[call.number].complete = program_.sim_.record(record);
  run.recorder.complete({call.number}, program_.sim_.now(), event_type(outcome.kind),
                        ok ? result : open.operation.value, ok ? Value() : outcome.error);
  switch (outcome.kind) {
    case Outcome::Kind::ok: ++run.ok; break;
    case Outcome::Kind::fail: ++run.fail; break;
    case Outcome::Kind::info: ++run.info; break;
  }
  run.sources[program_.number_]->completed(open.operation, outcome);
}

}  // namespace

ProgramFactory client_program(Simulation& sim, WorkloadRun& run, std::uint32_t client,
                              const std::string& name) {
  return [&sim, &run, client, name](Env& env) -> std::unique_ptr<Service> {
    return std::make_unique<ClientProgram>(env, sim, run, client, name);
  };
}

}  // namespace windtunnel::scenarios
