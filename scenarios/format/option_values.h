// The values of a service's, workload's or check's options against their table, for scenario files
// and command lines alike.
#pragma once

#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/scalars.h>
#include <windtunnel/scenarios/format/spec.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

// In nanoseconds, bytes, millionths or ones; nothing for what is no such quantity.
std::optional<std::int64_t> quantity_of(OptionInfo::Kind kind, const std::string& text);

// What is wrong with `text` as a value of the option, if anything: its form, or its size.
MaybeProblem check_option(const OptionInfo& option, const std::string& text);

// What is wrong between the option's value and that of the option that it must be less than; an
// absent one has its default. Both fit by themselves.
MaybeProblem check_order(const OptionInfo& option, const std::vector<OptionInfo>& table,
                         const OptionMap& given);

// "1ms to 24h", "at least 1", or nothing where there is no bound.
std::string range_text(const OptionInfo& option);

}  // namespace windtunnel::scenarios
