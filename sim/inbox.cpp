#include <windtunnel/sim/inbox.h>

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>

namespace windtunnel {
namespace {

// The meanings of an event's first word.
constexpr std::uint64_t kWake = 0;
constexpr std::uint64_t kServed = 1;
// Tags of waiters: in the ring by ordinal, or with a core.
constexpr std::uint64_t kWithCore = std::uint64_t{1} << 63;

}  // namespace

bool NodeInbox::has_cost() const {
  const ComputeOptions& options = node_.compute_options();
  return options.per_input.ns != 0 || options.per_byte_ps != 0;
}

// The core that is free the soonest.
std::size_t NodeInbox::free_core() const {
  const auto least = std::min_element(core_busy_until_.begin(), core_busy_until_.end());
  return static_cast<std::size_t>(least - core_busy_until_.begin());
}

bool NodeInbox::idle() const {
  if (node_.paused() || !waiting_.empty() || has_cost()) return false;
  if (core_busy_until_.empty()) return true;
  return core_busy_until_[free_core()] <= node_.simulation().now();
}

bool NodeInbox::accept(InputTarget& target, std::uint64_t a, std::uint64_t b, std::size_t bytes) {
  if (idle()) {
    if (!core_busy_until_.empty()) last_core_ = free_core();
    Simulation::Running running(node_.simulation(), node_.id());
    target.on_input(a, b);
    return true;
  }
  if (waiting_.size() >= node_.compute_options().inbox_limit) return false;
  Simulation& sim = node_.simulation();
  waiting_.push_back({&target, nullptr, a, b, bytes, sim.cause(), sim.now()});
  pump();
  return true;
}

void NodeInbox::complete(Waiter& waiter, std::uint64_t cause) {
  if (idle()) {
    waiter.cause = cause;
    node_.env().executor.post(waiter);
    return;
  }
  // Completions are never dropped: the operation's owner waits for it.
  waiter.hold(*this);
  ++armed_;
  waiter.tag = waiting_.push_back({nullptr, &waiter, 0, 0, 0, cause, node_.simulation().now()});
  pump();
}

void NodeInbox::forget(Waiter& waiter) noexcept {
  Input& input = (waiter.tag & kWithCore) != 0 ? services_[waiter.tag & ~kWithCore].input
                                               : waiting_[waiter.tag];
  WT_ASSERT(input.waiter == &waiter, "an inbox forgets what it holds");
  // The place stays, and the cost: the completion had arrived.
  input.waiter = nullptr;
  waiter.release();
  --armed_;
}

Duration NodeInbox::cost_of(const Input& input) const {
  const ComputeOptions& options = node_.compute_options();
  const auto bytes = static_cast<std::int64_t>(input.bytes);
  return options.per_input + Duration{bytes * options.per_byte_ps / 1'000};
}

void NodeInbox::pump() {
  Simulation& sim = node_.simulation();
  const std::size_t cores = std::max(1U, node_.compute_options().cores);
  if (core_busy_until_.size() < cores) {
    core_busy_until_.resize(cores);
    services_.resize(cores);
  }
  restart_stopped();
  while (!waiting_.empty() && !node_.paused() && node_.up()) {
    const std::size_t core = free_core();
    if (core_busy_until_[core] > sim.now()) {
      wake_at(core_busy_until_[core]);
      return;
    }
    // Its input is due at this very instant, and wakes the next. To ask again until it was served
    // would take forever where equal times come in a drawn order.
    if (services_[core].taken) return;
    begin(core, waiting_.pop_front());
  }
}

// Work that was due during a pause is through now.
void NodeInbox::restart_stopped() {
  if (node_.paused()) return;
  Simulation& sim = node_.simulation();
  for (std::size_t core = 0; core < services_.size(); ++core) {
    Service& service = services_[core];
    if (!service.stopped) continue;
    service.stopped = false;
    sim.set_cause(service.input.cause);
    service.done = sim.schedule(sim.now(), *this, kServed, core);
  }
}

void NodeInbox::begin(std::size_t core, const Input& input) {
  Simulation& sim = node_.simulation();
  const Duration waited = sim.now() - input.arrived;
  if (waited.ns > 0) {
    Record record;
    record.kind = RecordKind::input_wait;
    record.node = node_.id();
    record.incarnation = node_.incarnation();
    record.cause = input.cause;
    record.a = static_cast<std::uint64_t>(waited.ns);
    record.b = waiting_.size();
    sim.record(record);
  }
  const Duration cost = cost_of(input);
  core_busy_until_[core] = sim.now() + cost;
  busy_ += cost;
  Service& service = services_[core];
  service.input = input;
  service.taken = true;
  if (input.waiter != nullptr) input.waiter->tag = kWithCore | core;
  sim.set_cause(input.cause);
  service.done = sim.schedule(core_busy_until_[core], *this, kServed, core);
}

void NodeInbox::run(const Input& input) {
  Simulation& sim = node_.simulation();
  sim.set_cause(input.cause);
  if (input.waiter != nullptr) {
    Waiter& waiter = *input.waiter;
    --armed_;
    waiter.release();
    waiter.cause = input.cause;
    node_.env().executor.post(waiter);
  } else if (input.target != nullptr) {
    Simulation::Running running(sim, node_.id());
    input.target->on_input(input.a, input.b);
  }
}

void NodeInbox::on_event(std::uint64_t a, std::uint64_t b) {
  if (a == kServed) {
    Service& service = services_[b];
    const Input input = service.input;
    if (node_.paused()) {
      service.stopped = true;
      return;
    }
    service = {};
    last_core_ = b;
    run(input);
    // The next input is taken once what this one started has run and charged.
    if (!waiting_.empty()) wake_at(node_.simulation().now());
  } else {
    wake_time_ = kEndOfTime;
    pump();
  }
}

void NodeInbox::wake_at(Instant at) {
  if (wake_time_ <= at) return;
  node_.simulation().cancel(wake_);
  wake_time_ = at;
  wake_ = node_.simulation().schedule(at, *this, kWake);
}

void NodeInbox::charge(Duration cost) {
  WT_ASSERT(cost.ns >= 0, "work takes time");
  if (cost.ns == 0) return;
  if (core_busy_until_.empty()) {
    core_busy_until_.resize(std::max(1U, node_.compute_options().cores));
    services_.resize(core_busy_until_.size());
  }
  Instant& until = core_busy_until_[last_core_];
  until = std::max(until, node_.simulation().now()) + cost;
  busy_ += cost;
}

void NodeInbox::clear() {
  Simulation& sim = node_.simulation();
  const auto drop = [this](Input& input) {
    if (input.target != nullptr) input.target->on_input_dropped(input.a, input.b);
    if (input.waiter == nullptr) return;
    input.waiter->release();
    --armed_;
  };
  while (!waiting_.empty()) {
    Input input = waiting_.pop_front();
    drop(input);
  }
  for (Service& service : services_) {
    if (service.taken) {
      drop(service.input);
      sim.cancel(service.done);
    }
    service = {};
  }
  sim.cancel(wake_);
  wake_time_ = kEndOfTime;
  std::fill(core_busy_until_.begin(), core_busy_until_.end(), Instant{});
  last_core_ = 0;
  busy_ = {};
}

}  // namespace windtunnel
