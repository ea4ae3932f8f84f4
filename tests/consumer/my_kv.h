// The service of this project, for its command and for its tests.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>
#include "my_store/naive.h"

#include <memory>

inline windtunnel::scenarios::ServiceDefinition my_kv() {
  windtunnel::scenarios::ServiceDefinition definition;
  definition.name = "my-kv";
  definition.doc = "a store from outside the tree";
  definition.options = windtunnel::my_store::options();
  definition.make =
      [](windtunnel::Env& env,
         const windtunnel::ServiceConfig& config) -> std::unique_ptr<windtunnel::Service> {
    return std::make_unique<windtunnel::my_store::NaiveService>(env, config);
  };
  definition.make_client =
      [](windtunnel::Env&,
         const windtunnel::ServiceConfig& config) -> std::unique_ptr<windtunnel::Client> {
    return std::make_unique<windtunnel::my_store::NaiveClient>(config);
  };
  return definition;
}
