#include <windtunnel/checkers/explore/story.h>

#include <fmt/format.h>

namespace windtunnel::explore {

std::string to_text(const Story& story) {
  std::string text;
  for (std::size_t i = 0; i < story.steps.size(); ++i) {
    text += fmt::format("{:>3}. {}\n", i + 1, story.steps[i].what);
    for (const std::string& effect : story.steps[i].effects) text += "       " + effect + "\n";
  }
  if (!story.violation.empty()) text += story.violation + "\n";
  return text;
}

}  // namespace windtunnel::explore
