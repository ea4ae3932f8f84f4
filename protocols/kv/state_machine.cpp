#include <windtunnel/protocols/kv/state_machine.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/base/seal.h>

#include <iterator>
#include <utility>

namespace windtunnel::kv {
namespace {

constexpr std::string_view kStatuses[] = {"ok",         "mismatch",    "stale",  "session-unknown",
                                          "not-leader", "unavailable", "invalid"};
static_assert(std::size(kStatuses) == static_cast<std::size_t>(Status::invalid) + 1);
constexpr std::uint8_t kSnapshotVersion = 1;

}  // namespace

std::string_view name_of(Status status) noexcept {
  const auto index = static_cast<std::size_t>(status);
  return index < std::size(kStatuses) ? kStatuses[index] : std::string_view("unknown");
}

Applied StateMachine::apply(std::uint64_t index, BytesView bytes) {
  const Result<Command> decoded = decode_command(bytes);
  if (!decoded) return {};
  const Command& command = *decoded;
  if (command.op == Op::open_session) return open_session(index);
  Applied applied;
  applied.session = command.session;
  applied.sequence = command.sequence;
  const auto session = sessions_.find(command.session);
  if (session == sessions_.end()) {
    applied.status = Status::session_unknown;
    return applied;
  }
  Session now = session->second;
  now.index = index;
  if (command.sequence < now.sequence) {
    applied.status = Status::stale;
  } else if (command.sequence == now.sequence) {
    applied.status = now.reply;  // A retry of what was applied: the answer again, not the effect.
  } else {
    applied.status = execute(command);
    applied.effect = true;
    now.sequence = command.sequence;
    now.reply = applied.status;
  }
  touch(session, now);
  return applied;
}

Applied StateMachine::open_session(std::uint64_t index) {
  if (sessions_.size() >= session_limit_) expire_oldest();
  const auto added = sessions_.emplace(index, Session{}).first;
  Session fresh;
  fresh.index = index;
  touch(added, fresh);
  Applied applied;
  applied.status = Status::ok;
  applied.session = index;
  return applied;
}

// Linear, but only where a session is opened beyond the limit.
void StateMachine::expire_oldest() {
  auto oldest = sessions_.begin();
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
    if (it->second.index < oldest->second.index) oldest = it;
  }
  if (oldest == sessions_.end()) return;
  touch(oldest, Session{});
  sessions_.erase(oldest);
}

// Replaces the session's state and moves the digest along. A session that was never used counts as
// nothing.
void StateMachine::touch(Sessions::iterator session, const Session& now) {
  const SessionId id = session->first;
  const auto hash = [id](const Session& state) -> std::uint64_t {
    if (state == Session{}) return 0;
    const std::uint64_t last =
        hash_combine(state.sequence, static_cast<std::uint64_t>(state.reply));
    return hash_combine(hash_combine(id, last), state.index);
  };
  digest_ += hash(now) - hash(session->second);
  session->second = now;
}

Status StateMachine::execute(const Command& command) {
  switch (command.op) {
    case Op::put: set(command.key, command.value, false); return Status::ok;
    case Op::append: set(command.key, command.value, true); return Status::ok;
    case Op::remove: erase(command.key); return Status::ok;
    case Op::cas:
      if (get(command.key) != command.expected) return Status::mismatch;
      set(command.key, command.value, false);
      return Status::ok;
    case Op::get:
    case Op::open_session: break;
  }
  return Status::invalid;
}

void StateMachine::set(std::string_view key, std::string_view value, bool extend) {
  auto found = data_.find(key);
  if (found == data_.end()) {
    found = data_.emplace(std::string(key), Item{"", hash_text(key, 1), 0}).first;
  }
  Item& item = found->second;
  if (!extend) item.value.clear();
  item.value.append(value);
  digest_ -= item.hash;
  item.hash = hash_text(item.value, item.key_hash);
  digest_ += item.hash;
}

void StateMachine::erase(std::string_view key) {
  const auto found = data_.find(key);
  if (found == data_.end()) return;
  digest_ -= found->second.hash;
  data_.erase(found);
}

std::optional<std::string_view> StateMachine::get(std::string_view key) const {
  const auto found = data_.find(key);
  if (found == data_.end()) return std::nullopt;
  return std::string_view(found->second.value);
}

void StateMachine::encode_snapshot(Bytes& out) const {
  const std::size_t start = out.size();
  Writer writer(out);
  writer.fixed(kSnapshotVersion);
  writer.varint(data_.size());
  for (const auto& item : data_) {
    writer.text(item.first);
    writer.text(item.second.value);
  }
  writer.varint(sessions_.size());
  for (const auto& item : sessions_) {
    writer.varint(item.first);
    writer.varint(item.second.sequence);
    writer.fixed(static_cast<std::uint8_t>(item.second.reply));
    writer.varint(item.second.index);
  }
  writer.fixed(digest_);
  seal(out, start);
}

Result<void> StateMachine::restore(BytesView snapshot) {
  const Error corrupt = make_error_code(Errc::corrupt);
  const std::optional<BytesView> body = unseal(snapshot);
  if (!body) return corrupt;
  Reader reader(*body);
  if (reader.fixed<std::uint8_t>() != kSnapshotVersion) return corrupt;
  StateMachine fresh(session_limit_);
  for (std::uint64_t left = reader.varint(); left > 0 && reader.ok(); --left) {
    const std::string_view key = reader.text();
    const std::string_view value = reader.text();
    if (reader.ok()) fresh.set(key, value, false);
  }
  for (std::uint64_t left = reader.varint(); left > 0 && reader.ok(); --left) {
    const SessionId id = reader.varint();
    Session session;
    session.sequence = reader.varint();
    session.reply = static_cast<Status>(reader.fixed<std::uint8_t>());
    session.index = reader.varint();
    fresh.touch(fresh.sessions_.emplace(id, Session{}).first, session);
  }
  const auto digest = reader.fixed<std::uint64_t>();
  if (!reader.done() || digest != fresh.digest_) return corrupt;
  *this = std::move(fresh);
  return {};
}

}  // namespace windtunnel::kv
