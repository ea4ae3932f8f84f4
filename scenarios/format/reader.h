// Fills a spec from a file's tree by walking the table. Reports everything that is wrong, not the
// first thing only.
#pragma once

#include <windtunnel/scenarios/format/schema.h>

#include <functional>

namespace windtunnel::scenarios {

// Errors go to `diagnostics`; the result is meaningful only when there were none.
ScenarioSpec read_spec(const YamlNode& root, Diagnostics& diagnostics);

// The same for the table of another format: `walk_table` walks it with the visitor.
void read_table(const YamlNode& root, Diagnostics& diagnostics,
                const std::function<void(SchemaVisitor&)>& walk_table);

}  // namespace windtunnel::scenarios
