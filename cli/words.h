// What services call their messages, for reading traces.
#pragma once

#include "reports/narrator.h"
#include "scenarios/registry.h"

#include <string>

namespace windtunnel::cli {

// The words of the services that the run's scenario names; of all services where there is no
// scenario. Refers to the registry.
reports::MessageWords message_words(const scenarios::Registry& registry,
                                    const std::string& scenario_yaml);

}  // namespace windtunnel::cli
