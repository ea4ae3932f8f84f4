#include <windtunnel/protocols/net/stream_socket.h>

#include <windtunnel/protocols/base/assert.h>

#include <utility>

namespace windtunnel {
namespace {

// Of one stream before others get their turn.
constexpr int kReadsAtOnce = 16;

}  // namespace

Result<std::unique_ptr<MessageSocket>> StreamSocket::open(Env& env, Port port, MessageSink& sink,
                                                          const LinkOptions& options) {
  Result<std::unique_ptr<Listener>> listener = env.transport.listen(port);
  if (!listener) return listener.error();
  std::unique_ptr<MessageSocket> socket(new StreamSocket(env, sink, options, std::move(*listener)));
  return socket;
}

StreamSocket::StreamSocket(Env& env, MessageSink& sink, const LinkOptions& options,
                           std::unique_ptr<Listener> listener)
    : env_(env), sink_(sink), options_(options), listener_(std::move(listener)) {
  listener_->when_acceptable(acceptable_);
}

StreamSocket::~StreamSocket() {
  if (destroyed_ != nullptr) *destroyed_ = true;
}

Result<void> StreamSocket::send(const Endpoint& to, BytesView message) {
  WT_ASSERT(to.port == listener_->local().port, "the nodes of a cluster use one port");
  if (message.size() > kMaxMessageBytes) return make_error_code(Errc::message_too_large);
  PeerLink* link = link_to(to.node);
  if (link == nullptr) return make_error_code(Errc::overloaded);
  link->send(message);
  return {};
}

PeerLink* StreamSocket::link_to(NodeId peer) {
  for (const std::unique_ptr<PeerLink>& link : links_) {
    if (link->peer() == peer) return link.get();
  }
  if (links_.size() == kMostPeers) return nullptr;
  const Endpoint to{peer, listener_->local().port};
  links_.push_back(std::make_unique<PeerLink>(env_, to, options_));
  return links_.back().get();
}

void StreamSocket::on_acceptable() {
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = listener_->accept();
    if (!stream) break;
    adopt(std::move(*stream));
  }
  listener_->when_acceptable(acceptable_);
}

// A stranger too many is turned away: its stream ends here.
void StreamSocket::adopt(std::unique_ptr<Stream> stream) {
  const NodeId peer = stream->remote().node;
  for (const std::unique_ptr<Feed>& feed : feeds_) {
    if (feed->peer() == peer) return feed->adopt(std::move(stream));
  }
  if (feeds_.size() == kMostPeers) return;
  feeds_.push_back(std::make_unique<Feed>(*this, peer));
  feeds_.back()->adopt(std::move(stream));
}

bool StreamSocket::deliver(NodeId from, BytesView message) {
  for (const std::unique_ptr<PeerLink>& link : links_) {
    if (link->peer() == from) link->heard();
  }
  const Endpoint sender{from, listener_->local().port};
  bool destroyed = false;
  destroyed_ = &destroyed;
  sink_.on_message(sender, message);
  if (destroyed) return false;
  destroyed_ = nullptr;
  return true;
}

void StreamSocket::Feed::adopt(std::unique_ptr<Stream> stream) {
  readable_.disarm();
  frames_.clear();
  stream_ = std::move(stream);
  stream_->when_readable(readable_);
}

void StreamSocket::Feed::on_readable() {
  for (int i = 0; i < kReadsAtOnce; ++i) {
    const Result<std::size_t> got = stream_->read(frames_.room());
    if (!got && got.error() == Errc::would_block) break;
    if (!got || *got == 0) return stream_.reset();
    if (!take(*got)) return;
  }
  stream_->when_readable(readable_);
}

bool StreamSocket::Feed::take(std::size_t count) {
  frames_.filled(count);
  while (const std::optional<BytesView> message = frames_.next()) {
    if (!owner_.deliver(peer_, *message)) return false;
  }
  if (!frames_.malformed()) return true;
  // Damaged on the way: the peer makes a new stream.
  stream_->reset();
  stream_.reset();
  return false;
}

}  // namespace windtunnel
