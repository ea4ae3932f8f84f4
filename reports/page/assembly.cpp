#include <windtunnel/reports/page/assembly.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/utf8.h>

namespace windtunnel::reports {
namespace {

std::string joined_scripts(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    const std::string_view text = asset(name);
    WT_ASSERT(!text.empty(), "every script of the page is embedded");
    out += text;
    out += '\n';
  }
  return out;
}

// The template with its {{name}}s replaced; what is put in is not looked at again.
std::string fill(std::string_view page, const std::map<std::string, std::string>& values) {
  std::string out;
  while (true) {
    const std::size_t open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = page.find("}}", open);
    WT_ASSERT(close != std::string_view::npos, "the template closes its names");
    const auto value = values.find(std::string(page.substr(open + 2, close - open - 2)));
    WT_ASSERT(value != values.end(), "the template names a known value");
    out += value->second;
    page.remove_prefix(close + 2);
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string assemble_page(const PageParts& parts) {
  return fill(asset("template.html"), {{"title", escape_html(parts.title)},
                                       {"style", std::string(asset("report.css"))},
                                       {"body", fill(asset(parts.body), parts.values)},
                                       {"script", joined_scripts(parts.scripts)},
                                       {"data", std::string(parts.data)},
                                       {"columns", std::string(parts.columns)}});
}

}  // namespace windtunnel::reports
