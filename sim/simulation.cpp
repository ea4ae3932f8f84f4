#include <windtunnel/sim/simulation.h>

#include <windtunnel/sim/incarnate.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>

namespace windtunnel {
namespace {

std::uint64_t tie_salt(const SimulationOptions& options) {
  return options.permute_ties ? DrawKey(options.seed, "ties", "").at(0) | 1 : 0;
}

}  // namespace

std::string_view name_of(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::time: return "time";
    case StopReason::idle: return "idle";
    case StopReason::requested: return "requested";
    case StopReason::events: return "events";
    case StopReason::pending_events: return "pending-events";
    case StopReason::message_bytes: return "message-bytes";
    case StopReason::livelock: return "livelock";
  }
  return "unknown";
}

Simulation::Simulation(const SimulationOptions& options)
    : options_(options), queue_(tie_salt(options)), trace_(options.trace) {
  context_.seed = options.seed;
  former_context_ = set_assert_context(&context_);
  network_ = std::make_unique<Network>(*this);
}

Simulation::~Simulation() {
  // What nodes do while they are destroyed goes nowhere; the network outlives them.
  nodes_.clear();
  network_.reset();
  set_assert_context(former_context_);
}

Node& Simulation::add_node(const NodeOptions& options, ProgramFactory program) {
  WT_ASSERT(find_node(options.name) == nullptr, "node names are unique");
  const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
  nodes_.push_back(std::make_unique<Node>(*this, id, options, std::move(program)));
  trace_.name(options.name);
  node_names_.push_back(nodes_.back()->name().c_str());
  context_.node_names = node_names_;
  return *nodes_.back();
}

Node* Simulation::find_node(std::string_view name) {
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (node->name() == name) return node.get();
  }
  return nullptr;
}

void Simulation::log(NodeId node, LogLevel level, std::string_view text) {
  LogLine line;
  line.after = trace_.size();
  line.cause = cause_;
  line.time = now_;
  line.node = node;
  line.incarnation = nodes_[node.value]->incarnation();
  line.level = level;
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find('\n');
    line.text = text.substr(0, end);
    if (log_listener_ != nullptr) log_listener_->on_log(*this, line);
    trace_.log(line);
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
}

DrawKey Simulation::draws(std::string_view purpose, std::string_view entity) const {
  return DrawKey(options_.seed, purpose, entity, options_.salt);
}

EventHandle Simulation::schedule(Instant at, EventTarget& target, std::uint64_t a,
                                 std::uint64_t b) {
  WT_ASSERT(at >= now_, "an event lies in the past");
  return queue_.schedule({at, &target, a, b, cause_});
}

void Simulation::run_deferred() {
  while (!deferred_.empty()) {
    std::vector<std::function<void()>> actions;
    actions.swap(deferred_);
    for (const std::function<void()>& action : actions) action();
  }
}

void Simulation::drain() {
  if (!deferred_.empty()) run_deferred();
  while (!run_queue_.empty()) {
    if (++steps_at_instant_ > options_.limits.steps_per_instant) {
      limit_ = StopReason::livelock;
      return;
    }
    Waiter& waiter = run_queue_.pop_front();
    auto& executor = static_cast<SimExecutor&>(*waiter.holder());
    executor.taken(waiter);
    cause_ = waiter.cause;
    waiter.cause = 0;
    {
      Running running(*this, executor.node().id());
      waiter.run();
    }
    if (!deferred_.empty()) run_deferred();
  }
}

bool Simulation::over_limit() {
  const SimulationLimits& limits = options_.limits;
  if (limits.events != 0 && events_handled_ >= limits.events) limit_ = StopReason::events;
  if (limits.pending_events != 0 && queue_.size() > limits.pending_events) {
    limit_ = StopReason::pending_events;
  }
  if (limits.message_bytes_in_flight != 0 && bytes_in_flight > limits.message_bytes_in_flight) {
    limit_ = StopReason::message_bytes;
  }
  return limit_ != StopReason::time;
}

void Simulation::handle_next_event() {
  const EventQueue::Event event = queue_.pop();
  if (event.time != now_) {
    now_ = event.time;
    steps_at_instant_ = 0;
  } else if (++steps_at_instant_ > options_.limits.steps_per_instant) {
    limit_ = StopReason::livelock;
  }
  ++events_handled_;
  cause_ = event.cause;
  event.target->on_event(event.a, event.b);
  drain();
}

StopReason Simulation::run_until(Instant until) {
  WT_ASSERT(until >= now_, "time does not go back");
  stop_requested_ = false;
  drain();
  while (!stop_requested_ && !over_limit()) {
    if (queue_.empty() || queue_.next_time() > until) {
      const bool idle = queue_.empty();
      now_ = until;
      cause_ = 0;
      steps_at_instant_ = 0;
      return idle ? StopReason::idle : StopReason::time;
    }
    handle_next_event();
  }
  return stop_requested_ ? StopReason::requested : limit_;
}

}  // namespace windtunnel
