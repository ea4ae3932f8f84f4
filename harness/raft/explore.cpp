#include <windtunnel/harness/raft/explore.h>

#include <windtunnel/harness/raft/raft_protocol.h>
#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/scenarios/campaign/workers.h>

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace windtunnel::scenarios {
namespace {

using explore::ActionKind;
using explore::PortableAction;
using explore::PortablePath;
using Ending = Exploration::Ending;

explore::RaftBounds bounds_of(const ExplorationSpec& spec) {
  const auto byte = [](std::uint32_t count) { return static_cast<std::uint8_t>(count); };
  const ExplorationBounds& asked = spec.bounds;
  explore::RaftBounds bounds;
  bounds.nodes = spec.nodes;
  bounds.atomic_disk = spec.disk == DiskOrder::atomic;
  bounds.pre_vote = spec.pre_vote;
  bounds.check_quorum = spec.check_quorum;
  bounds.max_batch_bytes = spec.max_batch.bytes;
  bounds.terms = asked.terms;
  bounds.timeouts = byte(asked.timeouts);
  bounds.silences = byte(asked.silences);
  bounds.heartbeats = byte(asked.heartbeats);
  bounds.quorum_checks = byte(asked.quorum_checks);
  bounds.proposals = byte(asked.proposals);
  bounds.reads = byte(asked.reads);
  bounds.snapshots = byte(asked.snapshots);
  bounds.crashes = byte(asked.crashes);
  bounds.duplicates = byte(asked.duplicates);
  bounds.drops = byte(asked.drops);
  for (const std::string& name : spec.ignore) {
    if (const auto invariant = raft_invariant_of(name)) bounds.ignored.push_back(*invariant);
  }
  return bounds;
}

void encode(Writer& writer, const PortablePath& path) {
  writer.varint(path.size());
  for (const PortableAction& action : path) {
    writer.varint(static_cast<std::uint64_t>(action.kind));
    writer.varint(action.node.value);
    writer.varint(action.event_kind);
    writer.varint(action.argument);
    writer.varint(action.sent_at);
    writer.varint(action.ordinal);
  }
}

PortablePath decode_path(Reader& reader) {
  PortablePath path;
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    PortableAction& action = path.emplace_back();
    action.kind = static_cast<ActionKind>(reader.varint());
    action.node = NodeId{static_cast<std::uint32_t>(reader.varint())};
    action.event_kind = static_cast<std::uint8_t>(reader.varint());
    action.argument = static_cast<std::uint16_t>(reader.varint());
    action.sent_at = static_cast<std::uint32_t>(reader.varint());
    action.ordinal = static_cast<std::uint32_t>(reader.varint());
  }
  return path;
}

void take_result(const std::string& output, const TellPath& tell, Exploration& found) {
  Reader reader(as_bytes(output));
  explore::Outcome& outcome = found.outcome;
  outcome.end = static_cast<explore::End>(reader.varint());
  outcome.states = reader.varint();
  outcome.transitions = reader.varint();
  outcome.depth = static_cast<std::uint32_t>(reader.varint());
  outcome.bytes = reader.varint();
  const PortablePath path = decode_path(reader);
  switch (outcome.end) {
    case explore::End::exhausted: found.verdict = Ending::exhausted; return;
    case explore::End::violated:
      found.verdict = Ending::violated;
      found.story = tell(path, explore::LastStep::taken);
      return;
    case explore::End::depth:
    case explore::End::states:
    case explore::End::bytes: found.verdict = Ending::bounded; return;
  }
}

void take_crash(const JobOutcome& job, const PortablePath& path, const TellPath& tell,
                Exploration& found) {
  found.reason = job.errors.empty() ? fmt::format("signal {}", job.signal) : job.errors;
  while (found.reason.ends_with('\n')) found.reason.pop_back();
  // No room, or killed from outside: that is nothing that protocol code did.
  const bool by_itself = job.signal == SIGABRT || job.signal == SIGSEGV || job.signal == SIGBUS ||
                         job.signal == SIGFPE || job.signal == SIGILL;
  const bool no_memory = job.errors.find("bad_alloc") != std::string::npos;
  if (path.empty() || !by_itself || no_memory) return;
  found.verdict = Ending::crashed;
  found.story = tell(path, explore::LastStep::crashes);
  found.story.violation.clear();
}

}  // namespace

LastPath::LastPath() {
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) memory_ = static_cast<std::byte*>(memory);
}

LastPath::~LastPath() {
  if (memory_ != nullptr) ::munmap(memory_, kBytes);
}

void LastPath::write(const PortablePath& path) {
  scratch_.clear();
  Writer writer(scratch_);
  encode(writer, path);
  if (scratch_.size() <= kBytes) std::memcpy(memory_, scratch_.data(), scratch_.size());
}

PortablePath LastPath::read() const {
  Reader reader(BytesView(memory_, kBytes));
  return decode_path(reader);
}

std::string encode_result(const explore::Outcome& outcome, const PortablePath& path) {
  Bytes bytes;
  Writer writer(bytes);
  writer.varint(static_cast<std::uint64_t>(outcome.end));
  writer.varint(outcome.states);
  writer.varint(outcome.transitions);
  writer.varint(outcome.depth);
  writer.varint(outcome.bytes);
  encode(writer, path);
  return std::string(as_text(bytes));
}

Exploration run_apart(const SearchApart& search, const TellPath& tell) {
  Exploration found;
  LastPath last;
  if (!last.is_there()) {
    found.reason = "no memory to share with the process that explores";
    return found;
  }
  const JobsEnd end = run_jobs(
      1, WorkerOptions{1, 0}, [&](std::uint64_t) { return search(last); },
      [&](std::uint64_t, const JobOutcome& job) {
        if (job.kind == JobOutcome::Kind::done) {
          take_result(job.output, tell, found);
        } else {
          take_crash(job, last.read(), tell, found);
        }
        return true;
      });
  if (end == JobsEnd::interrupted) found.verdict = Ending::interrupted;
  if (end == JobsEnd::no_processes) found.reason = "no process could be started";
  return found;
}

Exploration explore_raft(const ExplorationSpec& spec, bool reduce) {
  explore::ClusterOptions options;
  options.symmetry = options.skip_idle = reduce;
  options.most_in_flight = spec.bounds.in_flight;
  const explore::SearchBounds limits{spec.limits.depth, spec.limits.states,
                                     spec.limits.bytes.bytes};
  return explore_apart(explore::RaftProtocol(bounds_of(spec)), options, limits);
}

}  // namespace windtunnel::scenarios
