#include <windtunnel/sim/incarnate.h>

#include <windtunnel/sim/inbox.h>
#include <windtunnel/sim/simulation.h>

namespace windtunnel {

void SimExecutor::post(Waiter& waiter) {
  if (severed_) return;
  waiter.hold(*this);
  if (waiter.cause == 0) waiter.cause = node_.simulation().cause();
  ++queued_;
  node_.simulation().post(waiter);
}

void SimExecutor::forget(Waiter& waiter) noexcept {
  node_.simulation().unpost(waiter);
  taken(waiter);
  waiter.cause = 0;
}

SimTimers::SimTimers(Node& node) : node_(node) { node_.clock().set_listener(this); }

SimTimers::~SimTimers() { node_.clock().set_listener(nullptr); }

Instant SimTimers::now() const { return node_.clock().local(node_.simulation().now()); }

WallTime SimTimers::wall() const { return node_.clock().wall(node_.simulation().now()); }

void SimTimers::arm(Instant deadline, Waiter& waiter) {
  if (severed_) return;
  if (waiter.holder() == this && arm_again(deadline, static_cast<std::uint32_t>(waiter.tag))) {
    return;
  }
  waiter.disarm();
  waiter.hold(*this);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(timers_.size()));
    timers_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  waiter.tag = slot;
  timers_[slot] = {&waiter, deadline, {}, node_.simulation().cause()};
  ++armed_;
  schedule(slot);
}

// Timers that wait for silence are armed again and again: the event moves in place.
bool SimTimers::arm_again(Instant deadline, std::uint32_t slot) {
  Simulation& sim = node_.simulation();
  Timer& timer = timers_[slot];
  const Instant at = node_.clock().true_time(deadline);
  if (at == kEndOfTime || !sim.reschedule(timer.event, std::max(at, sim.now()))) return false;
  timer.deadline = deadline;
  timer.cause = sim.cause();
  return true;
}

void SimTimers::schedule(std::size_t slot) {
  Simulation& sim = node_.simulation();
  Timer& timer = timers_[slot];
  const Instant at = node_.clock().true_time(timer.deadline);
  timer.event = {};
  if (at == kEndOfTime) return;
  const std::uint64_t cause = sim.cause();
  sim.set_cause(timer.cause);
  timer.event = sim.schedule(std::max(at, sim.now()), *this, slot);
  sim.set_cause(cause);
}

void SimTimers::forget(Waiter& waiter) noexcept {
  const auto slot = static_cast<std::uint32_t>(waiter.tag);
  node_.simulation().cancel(timers_[slot].event);
  timers_[slot].waiter = nullptr;
  free_.push_back(slot);
  --armed_;
  waiter.release();
}

void SimTimers::on_event(std::uint64_t slot, std::uint64_t) {
  Timer& timer = timers_[slot];
  Waiter& waiter = *timer.waiter;
  Record record;
  record.kind = RecordKind::timer;
  record.node = node_.id();
  record.incarnation = node_.incarnation();
  record.a = static_cast<std::uint64_t>(timer.deadline.ns);
  const std::uint64_t number = node_.simulation().record(record);
  forget(waiter);
  waiter.complete(Errc::ok, 0);
  node_.complete(waiter, number);
}

void SimTimers::on_rate_change() {
  for (std::size_t slot = 0; slot < timers_.size(); ++slot) {
    if (timers_[slot].waiter == nullptr) continue;
    node_.simulation().cancel(timers_[slot].event);
    schedule(slot);
  }
}

void SimTimers::sever() {
  severed_ = true;
  for (Timer& timer : timers_) {
    if (timer.waiter != nullptr) node_.simulation().cancel(timer.event);
  }
}

std::uint64_t SimRandom::draw(std::string_view purpose) {
  const std::uint64_t hash = hash_text(purpose);
  for (Family& family : families_) {
    if (family.purpose == hash) return family.key.at(family.ordinal++);
  }
  const DrawKey node_key = node_.simulation().draws(purpose, node_.name());
  families_.push_back({hash, node_key.of(node_.incarnation().value), 1});
  return families_.back().key.at(0);
}

void SimCompute::charge(Duration cost) {
  if (!severed_) inbox_.charge(cost);
}

Duration SimCompute::busy() const { return inbox_.busy(); }

void SimObserver::observe(const Observation& observation) {
  if (severed_) return;
  Record record;
  record.kind = static_cast<RecordKind>(static_cast<unsigned>(RecordKind::observation) +
                                        static_cast<unsigned>(observation.kind));
  record.node = node_.id();
  record.incarnation = node_.incarnation();
  record.group = observation.group;
  record.a = observation.a;
  record.b = observation.b;
  record.c = observation.c;
  record.d = observation.d;
  node_.simulation().record(record);
}

void SimProcess::exit(std::string_view why) {
  if (!severed_) node_.exit(why);
}

SimLog::SimLog(Node& node) : Log(node.simulation().log_level()), node_(node) {}

void SimLog::write(LogLevel level, std::string_view text) {
  if (!severed_ && wants(level)) node_.simulation().log(node_.id(), level, text);
}

Incarnate::Incarnate(Node& node, NodeInbox& inbox)
    : node_(node),
      inbox_(inbox),
      executor_(node),
      timers_(node),
      random_(node),
      compute_(node, inbox),
      observer_(node),
      process_(node),
      log_(node),
      transport_(node.simulation().network().attach(node)),
      disk_(node.disk().attach()),
      env_{node.id(), timers_, timers_,   executor_, *transport_, *disk_,
           compute_,  random_, observer_, process_,  log_} {}

Incarnate::~Incarnate() = default;

void Incarnate::start(const ProgramFactory& factory) {
  Simulation::Running running(node_.simulation(), node_.id());
  program_ = factory(env_);
  program_->start();
}

void Incarnate::sever(CrashKind kind) {
  executor_.sever();
  timers_.sever();
  compute_.sever();
  observer_.sever();
  process_.sever();
  log_.sever();
  transport_->sever(kind == CrashKind::power);
  disk_->sever();
}

void Incarnate::destroy_program() {
  {
    Simulation::Running running(node_.simulation(), node_.id());
    program_.reset();
  }
  WT_ASSERT(executor_.live_frames() == 0, "a coroutine frame outlived its program");
  const std::size_t armed = executor_.armed_waiters() + timers_.armed_waiters() +
                            transport_->armed_waiters() + disk_->armed_waiters() +
                            inbox_.armed_waiters();
  WT_ASSERT(armed == 0, "a waiter outlived its program");
}

}  // namespace windtunnel
