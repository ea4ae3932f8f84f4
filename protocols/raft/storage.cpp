// What must be durable before what is said: writes, tickets and held messages.
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/raft/raft.h>

#include <algorithm>

namespace windtunnel::raft {
namespace {

constexpr LogIndex kNoEntries{UINT64_MAX};

}  // namespace

// A new write, in the order in which storage must carry writes out.
Write& Raft::new_write(Ready& ready) {
  last_ticket_.value += 1;
  pending_.push_back(PendingWrite{last_ticket_, kNoEntries, false, false});
  ready.writes.emplace_back();
  ready.writes.back().ticket = last_ticket_;
  return ready.writes.back();
}

// Term and vote go into the last write that the host has not taken yet, if there is one.
void Raft::write_hard_state(Ready& ready) {
  const bool can_join = !ready.writes.empty() && ready.writes.back().ticket == last_ticket_;
  Write& write = can_join ? ready.writes.back() : new_write(ready);
  write.hard_state = hard_state_;
  WT_ASSERT(!pending_.empty(), "a write is persisted after it was taken from Ready");
  pending_.back().hard_state = true;
  observe(Word::term, term().value, voted_word(), 0, 0, ready);
}

void Raft::append_entry(Term entry_term, EntryKind kind, const Payload& payload, Ready& ready) {
  const std::uint64_t payload_hash = hash_bytes(payload.view());
  const Entry& entry = log_.append(entry_term, kind, payload, payload_hash);
  observe(Word::append, log_.last_index().value, entry_term.value, entry.hash, payload_hash, ready);
}

// Asks for entries [first, last] to be written, after removing those from `truncated` on (0: none).
// They join the last write that the host has not taken yet, where they continue it.
void Raft::write_entries(LogIndex first, LogIndex truncated, Ready& ready) {
  const bool is_open = !ready.writes.empty() && ready.writes.back().ticket == last_ticket_;
  bool can_join = is_open;
  LogIndex joined_first = first;
  if (is_open && !ready.writes.back().entries.empty()) {
    const Write& open = ready.writes.back();
    joined_first = open.first;
    const bool continues = open.first + open.entries.size() == first;
    const bool fits = log_.last_index() - open.first < kMaxSliceEntries;
    can_join = continues && fits && truncated == LogIndex{};
  } else if (is_open) {
    can_join = truncated == LogIndex{} || ready.writes.back().truncate_from == LogIndex{};
  }
  if (!can_join) joined_first = first;
  Write& write = can_join ? ready.writes.back() : new_write(ready);
  if (truncated != LogIndex{}) write.truncate_from = truncated;
  write.first = joined_first;
  const std::uint64_t count = log_.last_index() - joined_first + 1;
  write.entries = log_.slice(joined_first, static_cast<std::size_t>(count));
  WT_ASSERT(!pending_.empty(), "a write is persisted after it was taken from Ready");
  PendingWrite& pending = pending_.back();
  pending.first = std::min(pending.first, truncated == LogIndex{} ? joined_first : truncated);
}

// An index is durable when no write that put something at or before it is pending. An old write of
// an index that was overwritten since does not help: the write that overwrote it is pending too.
LogIndex Raft::durable_index() const {
  LogIndex durable = log_.last_index();
  for (const PendingWrite& write : pending_) durable = std::min(durable, write.first - 1);
  return durable;
}

std::uint64_t Raft::voted_word() const {
  return hard_state_.voted_for == kNoNode ? 0 : hard_state_.voted_for.value + 1U;
}

bool Raft::hard_state_pending() const {
  const auto has_hard_state = [](const PendingWrite& write) { return write.hard_state; };
  return std::any_of(pending_.begin(), pending_.end(), has_hard_state);
}

void Raft::on(const Persisted& persisted, Ready& ready) {
  const auto is_it = [&](const PendingWrite& write) { return write.ticket == persisted.ticket; };
  const auto at = std::find_if(pending_.begin(), pending_.end(), is_it);
  WT_ASSERT(at != pending_.end() && !at->is_done, "a write that was asked for is done once");
  // A log file is recovered up to the first hole: a write counts once all before it are done too.
  at->is_done = true;
  const auto is_open = [](const PendingWrite& write) { return !write.is_done; };
  pending_.erase(pending_.begin(), std::find_if(pending_.begin(), pending_.end(), is_open));
  // Our own vote counts as others' do: once it is durable, and every write before it.
  const bool vote_is_durable = pending_.empty() || vote_ticket_ < pending_.front().ticket;
  Progress* self = progress_of(config_.self);
  if (role_ == Role::candidate && vote_is_durable && !self->granted) {
    observe(Word::vote_granted, term().value, config_.self.value, 0, 0, ready);
    self->granted = true;
    tally(ready);
  } else if (is_leader() && self != nullptr && self->advance(durable_index())) {
    advance_commit(ready);
  }
}

// Sends `message` once what it claims is durable: term and vote, and the log up to `claimed`.
void Raft::send_durable(Message&& message, LogIndex claimed, Ready& ready) {
  Observation claim{
      observed(Word::sent_claim), config_.group, term().value, voted_word(), claimed.value, 0};
  if (claimed != LogIndex{} && log_.covers(claimed)) claim.d = log_.hash_at(claimed);
  Observation vote;
  if (message.kind == MessageKind::request_vote_reply && !message.reject) {
    vote = Observation{
        observed(Word::vote_granted), config_.group, term().value, message.to.value, 0, 0};
  }
  const bool must_wait = hard_state_pending() || durable_index() < claimed;
  if (!must_wait) {
    ready.observations.push_back(claim);
    if (vote.kind != ObservationKind::none) ready.observations.push_back(vote);
    ready.send_now.push_back(std::move(message));
    return;
  }
  HeldMessage& held = ready.send_after.emplace_back();
  held.ticket = last_ticket_;
  held.message = std::move(message);
  held.claims = {claim, vote};
}

Message Raft::make(MessageKind kind, NodeId to) const {
  Message message;
  message.kind = kind;
  message.group = config_.group;
  message.to = to;
  message.term = term();
  return message;
}

void Raft::observe(Word word, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                   Ready& ready) const {
  ready.observations.push_back(Observation{observed(word), config_.group, a, b, c, d});
}

void Raft::mark(std::string_view name, Ready& ready) const {
  const std::uint64_t hash = hash_text(name);
  ready.observations.push_back(Observation{ObservationKind::mark, config_.group, hash, 0, 0, 0});
}

}  // namespace windtunnel::raft
