#include <windtunnel/protocols/env/task.h>

namespace windtunnel {

void TaskScope::spawn(Task<void> task) {
  if (task.done() || is_cancelling_) return;
  roots_.emplace_back(*this, std::move(task));
  Root& root = roots_.back();
  root.self = std::prev(roots_.end());
  root.task.notify(root);
}

void TaskScope::cancel() {
  if (is_cancelling_) return;
  is_cancelling_ = true;
  while (!roots_.empty()) {
    // Out of the list first: destructors that ask the scope find it without them.
    std::list<Root> last;
    last.splice(last.end(), roots_, std::prev(roots_.end()));
  }
  is_cancelling_ = false;
  notice_end();
}

void TaskScope::cancel_soon(Env& env) {
  if (!soon_.armed()) env.executor.post(soon_);
}

void TaskScope::Root::run() noexcept {
  TaskScope& owner = scope;
  owner.roots_.erase(self);
  owner.notice_end();
}

void TaskScope::notice_end() {
  if (!roots_.empty() || joined_ == nullptr) return;
  Joined& joined = *std::exchange(joined_, nullptr);
  joined.is_over_ = true;
  joined.env_.executor.post(joined);
}

void TaskScope::Joined::start() {
  WT_ASSERT(scope_.joined_ == nullptr, "one waits for the end of a scope at a time");
  scope_.joined_ = this;
}

void TaskScope::Joined::cancel() noexcept {
  disarm();
  if (!is_over_ && scope_.joined_ == this) scope_.joined_ = nullptr;
}

}  // namespace windtunnel
