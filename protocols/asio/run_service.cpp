#include <windtunnel/protocols/asio/run_service.h>

#include <csignal>
#include <random>

namespace windtunnel {
namespace {

ExitReason reason_of(const AsioLoop& loop) {
  if (loop.signal() == SIGINT) return ExitReason::interrupted;
  return loop.signal() == SIGTERM ? ExitReason::terminated : ExitReason::finished;
}

// The program of a node that runs one task, and stops the loop when that has ended.
class TaskProgram final : public Service {
 public:
  TaskProgram(Env& env, AsioLoop& loop, const std::function<Task<void>(Env&)>& make)
      : env_(env), loop_(loop), make_(make) {}
  void start() override {
    task_ = make_(env_);
    if (task_.done()) {
      env_.executor.post(ended_);
    } else {
      task_.notify(ended_);
    }
  }

 private:
  void on_ended() { loop_.stop(); }
  Env& env_;
  AsioLoop& loop_;
  const std::function<Task<void>(Env&)>& make_;
  MemberWaiter<TaskProgram, &TaskProgram::on_ended> ended_{*this};
  Task<void> task_;
};

Result<Ended> run(AsioLoop& loop, const AsioOptions& options, const ProgramFactory& factory,
                  const OnListening& on_listening) {
  loop.stop_on_signals();
  const Result<std::unique_ptr<AsioNode>> node = AsioNode::open(loop, options);
  if (!node) return node.error();
  Ended ended;
  (*node)->on_exit([&](std::string_view why) {
    ended = Ended{ExitReason::gave_up, std::string(why)};
    loop.stop();
  });
  if (on_listening) on_listening((*node)->tcp_port());
  (*node)->start(factory);
  loop.run();
  if (ended.reason != ExitReason::gave_up) ended.reason = reason_of(loop);
  return ended;
}

}  // namespace

Result<Ended> run_service(const AsioOptions& options, const ProgramFactory& factory,
                          const OnListening& on_listening) {
  AsioLoop loop;
  return run(loop, options, factory, on_listening);
}

Result<Ended> run_task(const AsioOptions& options,
                       const std::function<Task<void>(Env& env)>& start) {
  AsioLoop loop;
  const ProgramFactory factory = [&](Env& env) {
    return std::make_unique<TaskProgram>(env, loop, start);
  };
  return run(loop, options, factory, {});
}

NodeId draw_client_id() {
  std::random_device device;
  // Not kNoNode either.
  return NodeId{0x80000000U | (device() % 0x7fffffffU)};
}

}  // namespace windtunnel
