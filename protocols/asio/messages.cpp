#include <windtunnel/protocols/asio/messages.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

#include <netinet/tcp.h>

namespace windtunnel {
namespace {

// Connections that strangers may hold open.
constexpr std::size_t kMaxLinks = 4096;
constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr Duration kFirstBackoff = milliseconds(20);
constexpr Duration kLongestBackoff = milliseconds(500);
// A peer that acknowledges nothing for so long is gone, and what waits for it too.
constexpr int kSilenceMs = 10'000;

using UserTimeout = net::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

}  // namespace

void MessageLink::connect(const Tcp::endpoint& address) {
  wire::Greeting greeting;
  greeting.kind = wire::Kind::messages;
  greeting.from.node = owner_->routes_.self;
  greeting.to.node = peer_;
  connecting_ = std::make_shared<Connecting>(owner_->loop_.io, greeting);
  const auto done = [self = shared_from_this()](Errc error, Tcp::socket socket) {
    self->connecting_ = nullptr;
    error == Errc::ok ? self->adopt(std::move(socket)) : self->close();
  };
  connecting_->start(address, owner_->routes_.connect_timeout, done);
}

void MessageLink::adopt(Tcp::socket socket) {
  Error ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  socket.set_option(net::socket_base::keep_alive(true), ignored);
  socket.set_option(UserTimeout(kSilenceMs), ignored);
  socket_.emplace(std::move(socket));
  owner_->opened(*this);
  read();
  write();
}

bool MessageLink::enqueue(const wire::FrameHeader& header, BytesView message) {
  const std::size_t queued = pending_.size() + writing_.size();
  const std::size_t size = wire::kFrameHeaderBytes + message.size();
  if (queued + size > owner_->routes_.send_queue_limit) return false;
  wire::encode(header, pending_);
  pending_.insert(pending_.end(), message.begin(), message.end());
  write();
  return true;
}

void MessageLink::write() {
  if (!socket_ || !writing_.empty() || pending_.empty()) return;
  std::swap(writing_, pending_);
  net::async_write(
      *socket_, net::buffer(writing_),
      [self = shared_from_this()](const Error& error, std::size_t) { self->on_written(error); });
}

void MessageLink::on_written(const Error& error) {
  if (owner_ == nullptr) return;
  if (error) return close();
  writing_.clear();
  write();
}

// The buffer grows with what has arrived, not with what a header promises.
void MessageLink::read() {
  if (input_.size() < input_used_ + kReadBytes) input_.resize(input_used_ + kReadBytes);
  const auto room = net::buffer(input_.data() + input_used_, input_.size() - input_used_);
  const auto arrived = [self = shared_from_this()](const Error& error, std::size_t count) {
    self->on_read(error, count);
  };
  socket_->async_read_some(room, arrived);
}

void MessageLink::on_read(const Error& error, std::size_t count) {
  if (owner_ == nullptr) return;
  if (error) return close();
  input_used_ += count;
  if (!deliver_frames()) return close();
  if (owner_ != nullptr) read();
}

// False when the input is malformed. The node's code runs in here, and may close this link.
bool MessageLink::deliver_frames() {
  std::size_t at = 0;
  while (owner_ != nullptr && input_used_ - at >= wire::kFrameHeaderBytes) {
    const BytesView rest(input_.data() + at, input_used_ - at);
    const std::optional<wire::FrameHeader> header =
        wire::decode_frame_header(rest.first(wire::kFrameHeaderBytes));
    if (!header) return false;
    const std::size_t size = wire::kFrameHeaderBytes + header->length;
    if (rest.size() < size) break;
    owner_->deliver(peer_, *header, rest.subspan(wire::kFrameHeaderBytes, header->length));
    at += size;
  }
  std::copy(input_.begin() + at, input_.begin() + input_used_, input_.begin());
  input_used_ -= at;
  return true;
}

void MessageLink::close() {
  if (owner_ == nullptr) return;
  AsioMessages& owner = *std::exchange(owner_, nullptr);
  if (connecting_ != nullptr) connecting_->give_up();
  connecting_ = nullptr;
  Error ignored;
  const bool was_open = socket_.has_value();
  if (was_open) socket_->close(ignored);
  owner.closed(*this, was_open);
}

// A bound port.
class AsioMessageSocket final : public MessageSocket {
 public:
  AsioMessageSocket(const std::shared_ptr<AsioMessages*>& owner, Endpoint local)
      : owner_(owner), local_(local) {}
  ~AsioMessageSocket() override {
    const std::shared_ptr<AsioMessages*> owner = owner_.lock();
    if (owner != nullptr) (*owner)->unbind(local_.port);
  }
  Endpoint local() const override { return local_; }
  Result<void> send(const Endpoint& to, BytesView message) override {
    if (message.size() > kMaxMessageBytes) return make_error_code(Errc::message_too_large);
    const std::shared_ptr<AsioMessages*> owner = owner_.lock();
    if (owner != nullptr) (*owner)->send(local_.port, to, message);
    return {};
  }

 private:
  std::weak_ptr<AsioMessages*> owner_;
  Endpoint local_;
};

AsioMessages::~AsioMessages() { sever(); }

void AsioMessages::sever() {
  severed_ = true;
  reach_timer_.cancel();
  peers_.clear();
  sinks_.clear();
  const std::set<std::shared_ptr<MessageLink>> links = links_;
  for (const std::shared_ptr<MessageLink>& link : links) link->close();
}

Result<std::unique_ptr<MessageSocket>> AsioMessages::bind(Port port, MessageSink& sink) {
  if (severed_) return make_error_code(Errc::closed);
  const Result<Port> claimed = routes_.ports.claim(port);
  if (!claimed) return claimed.error();
  sinks_.emplace(*claimed, &sink);
  const Endpoint local{routes_.self, *claimed};
  stay_reachable();
  return std::unique_ptr<MessageSocket>(std::make_unique<AsioMessageSocket>(self_, local));
}

void AsioMessages::unbind(Port port) {
  sinks_.erase(port);
  routes_.ports.release(port);
}

void AsioMessages::send(Port from, const Endpoint& to, BytesView message) {
  if (severed_) return;
  const wire::FrameHeader header{static_cast<std::uint32_t>(message.size()), from, to.port};
  if (to.node == routes_.self) return send_to_self(header, message);
  MessageLink* link = link_to(to.node);
  if (link != nullptr) link->enqueue(header, message);
}

MessageLink* AsioMessages::link_to(NodeId node) {
  const auto known = peers_.find(node);
  if (known != peers_.end() && known->second.link != nullptr) return known->second.link.get();
  const auto address = routes_.addresses.find(node);
  if (address == routes_.addresses.end()) return nullptr;
  Peer& peer = peers_[node];
  if (clock_.now() < peer.next_attempt) return nullptr;
  peer.link = std::make_shared<MessageLink>(*this, node);
  links_.insert(peer.link);
  peer.link->connect(address->second);
  return peer.link.get();
}

void AsioMessages::address_changed(NodeId peer) {
  peers_.erase(peer);
  stay_reachable();
}

void AsioMessages::stay_reachable() {
  if (severed_ || sinks_.empty() || routes_.has_listener()) return;
  bool has_all = true;
  for (const auto& known : routes_.addresses) has_all = link_to(known.first) != nullptr && has_all;
  if (!has_all) stay_reachable_later();
}

void AsioMessages::stay_reachable_later() {
  if (severed_ || reach_timer_runs_ || routes_.has_listener()) return;
  reach_timer_runs_ = true;
  reach_timer_.expires_after(std::chrono::nanoseconds(kFirstBackoff.ns));
  reach_timer_.async_wait([self = std::weak_ptr<AsioMessages*>(self_)](const Error&) {
    const std::shared_ptr<AsioMessages*> alive = self.lock();
    if (alive == nullptr) return;
    (*alive)->reach_timer_runs_ = false;
    (*alive)->stay_reachable();
  });
}

// The newest connection is the one to a peer's current life.
void AsioMessages::opened(MessageLink& link) {
  Peer& peer = peers_[link.peer()];
  peer.link = link.shared_from_this();
  peer.backoff = Duration{};
}

void AsioMessages::closed(MessageLink& link, bool was_open) {
  const std::shared_ptr<MessageLink> keep = link.shared_from_this();
  links_.erase(keep);
  stay_reachable_later();
  const auto found = peers_.find(link.peer());
  if (found == peers_.end() || found->second.link != keep) return;
  Peer& peer = found->second;
  peer.link = nullptr;
  for (const std::shared_ptr<MessageLink>& other : links_) {
    if (other->peer() == link.peer() && other->is_open()) peer.link = other;
  }
  if (peer.link == nullptr && routes_.addresses.count(link.peer()) == 0) peers_.erase(found);
  if (was_open || peers_.count(link.peer()) == 0) return;
  peer.backoff = std::clamp(peer.backoff * 2, kFirstBackoff, kLongestBackoff);
  peer.next_attempt = clock_.now() + peer.backoff;
}

void AsioMessages::adopt(NodeId peer, Tcp::socket socket) {
  if (severed_ || links_.size() >= kMaxLinks) return;
  const auto link = std::make_shared<MessageLink>(*this, peer);
  links_.insert(link);
  link->adopt(std::move(socket));
}

void AsioMessages::send_to_self(const wire::FrameHeader& header, BytesView message) {
  if (own_bytes_ + message.size() > routes_.send_queue_limit) return;
  own_bytes_ += message.size();
  own_.push_back({header, to_bytes(message)});
  net::post(loop_.io, [self = std::weak_ptr<AsioMessages*>(self_)] {
    const std::shared_ptr<AsioMessages*> alive = self.lock();
    if (alive != nullptr) (*alive)->deliver_own();
  });
}

void AsioMessages::deliver_own() {
  const OwnMessage message = std::move(own_.front());
  own_.pop_front();
  own_bytes_ -= message.bytes.size();
  deliver(routes_.self, message.header, message.bytes);
}

void AsioMessages::deliver(NodeId from, const wire::FrameHeader& header, BytesView message) {
  const auto sink = sinks_.find(header.to);
  if (severed_ || sink == sinks_.end()) return;
  sink->second->on_message({from, header.from}, message);
  loop_.drain();
}

}  // namespace windtunnel
