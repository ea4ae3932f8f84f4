// Fills a spec from a file's tree by walking the table. Reports everything that is wrong, not the
// first thing only.
#pragma once

#include "scenarios/schema.h"

namespace windtunnel::scenarios {

// Errors go to `diagnostics`; the result is meaningful only when there were none.
ScenarioSpec read_spec(const YamlNode& root, Diagnostics& diagnostics);

}  // namespace windtunnel::scenarios
