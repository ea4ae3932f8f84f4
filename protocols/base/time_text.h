// A time for people.
#pragma once

#include <cstdint>
#include <string>

namespace windtunnel {

// "1.200 s"; with as many digits behind the point as asked, at most nine, cut and not rounded.
std::string seconds_text(std::int64_t ns, int digits = 3);

}  // namespace windtunnel
