#include <windtunnel/sim/node.h>

#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/inbox.h>
#include <windtunnel/sim/incarnate.h>
#include <windtunnel/sim/simulation.h>

namespace windtunnel {
namespace {

void record_life(Node& node, RecordKind kind, std::uint16_t aux = 0, std::uint64_t why = 0) {
  Record record;
  record.kind = kind;
  record.aux = aux;
  record.node = node.id();
  record.incarnation = node.incarnation();
  record.a = node.incarnation().value;
  record.b = why;
  node.simulation().set_cause(node.simulation().record(record));
}

}  // namespace

Node::Node(Simulation& sim, NodeId id, const NodeOptions& options, ProgramFactory program)
    : sim_(sim),
      id_(id),
      name_(options.name),
      has_listener_(options.has_listener),
      compute_(options.compute),
      messages_(options.messages),
      program_(std::move(program)),
      clock_(std::make_unique<SimClock>(*this)),
      disk_(std::make_unique<SimDisk>(*this)),
      inbox_(std::make_unique<NodeInbox>(*this)) {}

Node::~Node() {
  if (incarnate_ == nullptr) return;
  severed_ = true;
  incarnate_->sever(CrashKind::power);  // The world ends: nobody is told anything.
  inbox_->clear();
  incarnate_->destroy_program();
}

Duration Node::busy() const { return inbox_->busy(); }

std::size_t Node::inbox_length() const { return inbox_->size(); }

std::size_t Node::live_frames() const {
  return incarnate_ == nullptr ? 0 : incarnate_->live_frames();
}

Env& Node::env() {
  WT_ASSERT(incarnate_ != nullptr, "a node that is down has no ports");
  return incarnate_->env();
}

Service* Node::program() { return incarnate_ == nullptr ? nullptr : incarnate_->program(); }

void Node::start() {
  WT_ASSERT(incarnate_ == nullptr, "a node is started when it is down");
  if (started_once_) ++incarnation_.value;
  started_once_ = true;
  powered_ = true;
  severed_ = false;
  paused_ = false;
  exit_reason_.clear();
  record_life(*this, RecordKind::start);
  incarnate_ = std::make_unique<Incarnate>(*this, *inbox_);
  incarnate_->start(program_);
}

void Node::crash(CrashKind kind) {
  if (!up()) return lose_power_of_kernel(kind);
  record_life(*this, RecordKind::crash, static_cast<std::uint16_t>(kind));
  end_incarnation(kind);
}

// The process has ended before, but its page cache and its streams live as long as the machine has
// power.
void Node::lose_power_of_kernel(CrashKind kind) {
  if (kind != CrashKind::power || !powered_) return;
  record_life(*this, RecordKind::crash, static_cast<std::uint16_t>(kind));
  powered_ = false;
  sim_.network().lose_power(id_);
  if (incarnate_ == nullptr) return disk_->on_power_loss();
  sim_.defer([this] { disk_->on_power_loss(); });  // After the program, which unwinds still.
}

void Node::exit(std::string_view why) {
  if (!up()) return;
  exit_reason_ = why;
  const std::uint64_t reason = sim_.trace().name(why);
  record_life(*this, RecordKind::crash, static_cast<std::uint16_t>(CrashKind::exit), reason);
  end_incarnation(CrashKind::exit);
}

void Node::end_incarnation(CrashKind kind) {
  severed_ = true;
  powered_ = kind != CrashKind::power;
  incarnate_->sever(kind);
  if (sim_.running_node() == kNoNode) {
    destroy_incarnation(kind);
  } else {
    // Somebody's code is on the stack, perhaps ours: destroy after it has unwound.
    sim_.defer([this, kind] { destroy_incarnation(kind); });
  }
}

void Node::destroy_incarnation(CrashKind kind) {
  inbox_->clear();
  incarnate_->destroy_program();
  incarnate_.reset();
  if (suspended_) {
    suspended_ = false;
    clock_->resume();
  }
  if (kind == CrashKind::power) {
    disk_->on_power_loss();
  } else {
    disk_->on_process_crash();
  }
}

void Node::pause() {
  if (suspended_) {
    // From now on it is only the process that stands still.
    suspended_ = false;
    clock_->resume();
  }
  if (!up() || paused_) return;
  paused_ = true;
  record_life(*this, RecordKind::pause);
}

void Node::suspend() {
  if (!up() || suspended_) return;
  pause();
  suspended_ = true;
  clock_->suspend();
}

void Node::resume() {
  if (!up() || !paused_) return;
  paused_ = false;
  record_life(*this, RecordKind::resume);
  if (suspended_) {
    suspended_ = false;
    clock_->resume();
  }
  inbox_->pump();
}

bool Node::accept_input(InputTarget& target, std::uint64_t a, std::uint64_t b, std::size_t bytes) {
  return up() && inbox_->accept(target, a, b, bytes);
}

void Node::complete(Waiter& waiter, std::uint64_t cause) {
  if (up()) inbox_->complete(waiter, cause);
}

}  // namespace windtunnel
