// The list of marks is what the sources leave.
#include <windtunnel/protocols/raft/marks.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace windtunnel::raft {
namespace {

std::set<std::string> left_in_the_sources() {
  std::set<std::string> marks;
  const std::regex call("mark\\(\"([^\"]+)\"");
  for (const auto& entry : std::filesystem::directory_iterator(WT_SOURCE_DIR "/protocols/raft")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream input(entry.path());
    std::ostringstream text;
    text << input.rdbuf();
    const std::string source = text.str();
    for (std::sregex_iterator found(source.begin(), source.end(), call), end; found != end;
         ++found) {
      marks.insert((*found)[1]);
    }
  }
  return marks;
}

TEST(Marks, AreListed) {
  std::set<std::string> listed(std::begin(kMarks), std::end(kMarks));
  listed.insert("raft.second-leader");  // Never reached by a correct machine.
  EXPECT_EQ(left_in_the_sources(), listed);
}

}  // namespace
}  // namespace windtunnel::raft
