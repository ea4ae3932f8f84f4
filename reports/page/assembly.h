// A page is a template, a body, scripts and data put together.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace windtunnel::reports {

// An asset of a page, embedded by the build (cmake/EmbedAssets.cmake).
std::string_view asset(std::string_view name) noexcept;

// Text as HTML that shows it.
std::string escape_html(std::string_view text);

struct PageParts {
  std::string title;      // text
  std::string_view body;  // an asset
  // What the body names, as HTML.
  std::map<std::string, std::string> values;
  std::span<const std::string_view> scripts;  // assets, in the order in which they are joined
  std::string_view data;                      // JSON that is safe inside a script element
  std::string_view columns;                   // base64
};
std::string assemble_page(const PageParts& parts);

}  // namespace windtunnel::reports
