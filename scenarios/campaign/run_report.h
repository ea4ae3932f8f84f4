// The report of a run directory, in the words of the services that ran.
#pragma once

#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <string>

namespace windtunnel::scenarios {

// What the nodes of the run's scenario call their messages: each as its service does, and a client
// as the service that it calls. Where there is no scenario, any service's name will do. Refers to
// the registry.
reports::MessageWords message_words(const Registry& registry, const std::string& scenario_yaml);

// Writes report.html into the run directory. The error, or empty: as `then` of save_run wants it.
std::string write_run_report(const ScenarioSpec& spec, const Registry& registry,
                             const std::string& directory);

}  // namespace windtunnel::scenarios
