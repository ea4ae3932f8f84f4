#include <windtunnel/scenarios/engine/neighbours.h>

#include <utility>

namespace windtunnel::scenarios {

Neighbours::Neighbours(Env& env, const std::vector<Neighbour>& list) : env_(env) {
  for (const Neighbour& neighbour : list) {
    Running running;
    if (neighbour.scope) running.scope = std::make_unique<ScopedEnv>(env, *neighbour.scope);
    running.program = neighbour.make(running.scope ? running.scope->env() : env);
    services_.push_back(std::move(running));
  }
}

void Neighbours::start() { starting_.spawn(start_each(env_)); }

Task<void> Neighbours::start_each(Env& env) {
  for (std::size_t i = 0; i < services_.size(); ++i) {
    if (services_[i].scope) {
      const Result<void> made = co_await services_[i].scope->make_directory(env);
      if (!made) {
        env.process.exit("the directory of a service cannot be made");
        co_return;
      }
    }
    services_[i].program->start();
  }
}

}  // namespace windtunnel::scenarios
