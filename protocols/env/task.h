// `Task<T>` is an eager coroutine: it runs until its first real wait when it is called, and from
// then on only when the executor resumes it. It is an adapter over the waiters of the ports.
//
//   Task<Result<Bytes>> fetch(Env& env, Address from);      // Env& comes first, always
//   Result<Bytes> bytes = co_await fetch(env, from);
//
// Ownership: the caller owns the task it awaits, a `TaskScope` owns roots. Destroying a task
// destroys its frame and with it all that it waits for; effects already asked of a port stay.
// Exceptions do not cross a task: one that escapes aborts. Use only the forms of docs/style.md
// around `co_await`: g++ 12 miscompiles others.
#pragma once

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/frame_pool.h>
#include <windtunnel/protocols/env/wait.h>

#include <coroutine>
#include <cstddef>
#include <list>
#include <optional>
#include <type_traits>
#include <utility>

namespace windtunnel {

namespace detail {

class PromiseBase {
 public:
  explicit PromiseBase(Env& env) : executor_(env.executor) {}

  template <class... Args>
  static void* operator new(std::size_t size, Env& env, Args&...) {
    return env.executor.frames().allocate(size);
  }
  // Member coroutines: `this` comes before Env.
  template <class Self, class... Args>
  static void* operator new(std::size_t size, Self&, Env& env, Args&...) {
    return env.executor.frames().allocate(size);
  }
  static void operator delete(void* frame) noexcept { FramePool::deallocate(frame); }
  static void operator delete(void* frame, std::size_t) noexcept { FramePool::deallocate(frame); }

  std::suspend_never initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> self) noexcept {
      self.promise().finish();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept {
    assertion_failed("no exception leaves a task", "exceptions do not cross co_await", __FILE__,
                     __LINE__);
  }
  // Runs `waiter` when the task is done.
  void notify(Waiter& waiter) noexcept { waiting_ = &waiter; }
  void finish() noexcept {
    if (waiting_ != nullptr) executor_.post(*waiting_);
  }

 private:
  Executor& executor_;
  Waiter* waiting_ = nullptr;
};

template <class T>
class Promise;

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle frame) : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  ~Task() { destroy(); }

  bool valid() const { return frame_ != nullptr; }
  bool done() const { return frame_.done(); }
  // Runs `waiter` through the executor when the task ends; the task must not be done yet.
  void notify(Waiter& waiter) { frame_.promise().notify(waiter); }
  // The result; the task must be done. Moves it out.
  T result() { return frame_.promise().take(); }

  // Waits for the end of a task. Cancelled, it destroys the task.
  class Awaiter final : public OperationAwaiter<Waiter> {
   public:
    explicit Awaiter(Task& task) : task_(task) {}
    bool await_ready() const noexcept { return task_.done(); }
    T await_resume() { return task_.result(); }
    void cancel() noexcept {
      this->disarm();
      task_.destroy();
    }

   private:
    void start() override { task_.notify(*this); }
    Task& task_;
  };
  Awaiter operator co_await() noexcept { return Awaiter(*this); }

 private:
  void destroy() {
    if (frame_ != nullptr) std::exchange(frame_, nullptr).destroy();
  }
  Handle frame_ = nullptr;
};

namespace detail {

template <class T>
class Promise final : public PromiseBase {
 public:
  template <class... Args>
  explicit Promise(Env& env, Args&...) : PromiseBase(env) {}
  template <class Self, class... Args>
  requires(!std::is_same_v<std::remove_cv_t<Self>, Env>) explicit Promise(Self&, Env& env, Args&...)
      : PromiseBase(env) {}

  Task<T> get_return_object() {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() { return std::move(*value_); }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  template <class... Args>
  explicit Promise(Env& env, Args&...) : PromiseBase(env) {}
  template <class Self, class... Args>
  requires(!std::is_same_v<std::remove_cv_t<Self>, Env>) explicit Promise(Self&, Env& env, Args&...)
      : PromiseBase(env) {}

  Task<void> get_return_object() {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
  }
  void return_void() noexcept {}
  void take() noexcept {}
};

}  // namespace detail

// Owns root tasks: those nobody awaits. Tasks that end are removed; the rest are destroyed with the
// scope, the newest first, so that a task never outlives what was there when it started. A scope in
// a coroutine's frame ties the tasks to that coroutine: it cancels them when it ends or is
// cancelled.
class TaskScope {
 public:
  class Joined;

  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { cancel(); }

  // While the scope is being cancelled it takes no tasks: `task` is destroyed at once.
  void spawn(Task<void> task);
  std::size_t size() const { return roots_.size(); }
  // Destroys all tasks. None of them may call it, nor cause it to be called: it would destroy the
  // ground it stands on.
  void cancel();
  // The same from the executor, for the scope's own tasks.
  void cancel_soon(Env& env);
  // `co_await scope.joined(env);`: until there are no tasks. One waits at a time.
  Joined joined(Env& env);

 private:
  struct Root final : Waiter {
    Root(TaskScope& owner, Task<void> what) : scope(owner), task(std::move(what)) {}
    void run() noexcept override;
    TaskScope& scope;
    Task<void> task;
    std::list<Root>::iterator self;
  };
  void notice_end();

  std::list<Root> roots_;
  bool is_cancelling_ = false;
  Joined* joined_ = nullptr;
  MemberWaiter<TaskScope, &TaskScope::cancel> soon_{*this};
};

class TaskScope::Joined final : public OperationAwaiter<Waiter> {
 public:
  Joined(TaskScope& scope, Env& env) : scope_(scope), env_(env) {}
  ~Joined() { cancel(); }
  bool await_ready() const noexcept { return is_over_ || scope_.roots_.empty(); }
  void await_resume() const noexcept {}
  void cancel() noexcept;

 private:
  friend class TaskScope;
  void start() override;
  TaskScope& scope_;
  Env& env_;
  bool is_over_ = false;  // the scope may be gone
};

inline TaskScope::Joined TaskScope::joined(Env& env) { return Joined(*this, env); }

}  // namespace windtunnel
