// Makes one tree of a scenario file: its includes merged into it and its parameters put in.
#pragma once

#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/yaml_document.h>

namespace windtunnel::scenarios {

// Replaces `include:` by what it names. False after an error.
bool merge_includes(YamlNode& root, const std::string& path, Diagnostics& diagnostics);

// Replaces every `${params.NAME}` and removes `params:`. False after an error.
bool substitute_params(YamlNode& root, const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace windtunnel::scenarios
