#include <windtunnel/protocols/env/task.h>

namespace windtunnel {

TaskScope::~TaskScope() {
  while (!roots_.empty()) roots_.pop_back();
}

void TaskScope::spawn(Task<void> task) {
  if (task.done()) return;
  roots_.emplace_back(*this, std::move(task));
  Root& root = roots_.back();
  root.self = std::prev(roots_.end());
  root.task.notify(root);
}

void TaskScope::Root::run() noexcept { scope.roots_.erase(self); }

}  // namespace windtunnel
