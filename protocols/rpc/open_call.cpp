#include <windtunnel/protocols/rpc/open_call.h>

#include <windtunnel/protocols/rpc/connection.h>

#include <utility>

namespace windtunnel::rpc {

OpenCall::~OpenCall() {
  for (Waiter* const waiter : waiting_) {
    WT_ASSERT(waiter == nullptr, "a call outlives whoever waits for it");
  }
  if (connection_ != nullptr) connection_->abandon(*this);
}

void OpenCall::end(Status status) {
  if (has_ended_) return;
  has_ended_ = true;
  connection_ = nullptr;
  status_ = std::move(status);
  for (const CallWait what : {CallWait::readable, CallWait::writable, CallWait::ended}) wake(what);
}

void OpenCall::on_event(const Event& event) {
  switch (event.kind) {
    case Event::Kind::call_arrived:
    case Event::Kind::going_away:
    case Event::Kind::closed: break;  // not of a call in a task's hands
    case Event::Kind::head: head_ = *event.metadata; break;
    case Event::Kind::message:
      inbox_.push_back({std::move(*event.message), event.credit});
      wake(CallWait::readable);
      break;
    case Event::Kind::half_closed:
      is_half_closed_ = true;
      wake(CallWait::readable);
      break;
    case Event::Kind::ended:
      trailers_ = *event.metadata;
      reach_ = event.reach;
      end(*event.status);
      break;
    case Event::Kind::writable: wake(CallWait::writable); break;
  }
}

bool OpenCall::try_read(Bytes& into, bool& is_over) {
  if (inbox_begin_ == inbox_.size()) {
    is_over = is_half_closed_ || has_ended_;
    return false;
  }
  Received& next = inbox_[inbox_begin_++];
  std::swap(into, next.message);
  if (connection_ != nullptr) connection_->consume(id_, next.credit);
  if (inbox_begin_ == inbox_.size()) {
    inbox_.clear();
    inbox_begin_ = 0;
  }
  return true;
}

Result<void> OpenCall::try_write(BytesView message) {
  if (connection_ == nullptr) return make_error_code(Errc::closed);
  const Result<void> sent = connection_->session().send_message(id_, message);
  connection_->flush_soon();
  return sent;
}

void OpenCall::arm(CallWait what, Waiter& waiter) {
  Waiter*& place = waiting_[static_cast<std::size_t>(what)];
  WT_ASSERT(place == nullptr, "a call has one waiter of a kind at a time");
  waiter.hold(*this);
  place = &waiter;
}

void OpenCall::wake(CallWait what) {
  Waiter* const waiter = std::exchange(waiting_[static_cast<std::size_t>(what)], nullptr);
  if (waiter == nullptr) return;
  waiter->release();
  waiter->complete(Errc::ok, 0);
  env_.executor.post(*waiter);
}

void OpenCall::forget(Waiter& waiter) noexcept {
  for (Waiter*& place : waiting_) {
    if (place == &waiter) place = nullptr;
  }
  waiter.release();
}

}  // namespace windtunnel::rpc
