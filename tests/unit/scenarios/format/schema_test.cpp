// What is made from the table: the documentation and the JSON Schema cannot drift from the reader.
#include <windtunnel/scenarios/format/schema.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace windtunnel::scenarios {
namespace {

const std::string kDocs = WT_SOURCE_DIR "/docs/scenario-format.md";
const std::string kJsonSchema = WT_SOURCE_DIR "/scenarios/scenario-v1.schema.json";
constexpr std::string_view kMark = "<!-- The rest is made from the table. -->\n";

std::string content(const std::string& path) {
  std::ifstream input(path);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

// With WT_REWRITE set, the file is made anew instead of compared.
void expect_content(const std::string& path, const std::string& wanted) {
  if (std::getenv("WT_REWRITE") != nullptr) std::ofstream(path) << wanted;
  EXPECT_TRUE(content(path) == wanted)
      << path
      << " is not what the table says; run this test with WT_REWRITE=1 and look at the diff";
}

TEST(Schema, TheDocumentationIsMadeFromTheTable) {
  const std::string text = content(kDocs);
  const std::size_t mark = text.find(kMark);
  ASSERT_NE(mark, std::string::npos);
  expect_content(kDocs, text.substr(0, mark + kMark.size()) + markdown_reference());
}

TEST(Schema, TheJsonSchemaIsMadeFromTheTable) { expect_content(kJsonSchema, json_schema()); }

TEST(Schema, TheJsonSchemaIsJson) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(json_schema(), error);
  ASSERT_FALSE(error) << error.message();
  const auto& properties = value.as_object().at("properties").as_object();
  EXPECT_TRUE(properties.contains("faults"));
  EXPECT_TRUE(properties.contains("include"));
  EXPECT_EQ(value.as_object().at("required").as_array().size(), 4U);
}

void check_documented(const SchemaNode& node, const std::string& path) {
  std::set<std::string> keys;
  for (const SchemaNode& child : node.children) {
    const std::string inner = path + "." + child.key;
    if (node.kind == ValueKind::object) {
      EXPECT_FALSE(child.doc.empty()) << inner;
      EXPECT_TRUE(keys.insert(child.key).second) << "twice: " << inner;
    }
    check_documented(child, inner);
  }
}

TEST(Schema, EveryKeyIsDocumentedAndGivenOnce) { check_documented(schema(), ""); }

TEST(Schema, DefaultsAreThoseOfTheSpec) {
  for (const SchemaNode& section : schema().children) {
    if (section.key != "limits") continue;
    EXPECT_TRUE(section.children.at(0).required);
    EXPECT_EQ(section.children.at(1).key, "events");
    EXPECT_EQ(section.children.at(1).default_text, std::to_string(LimitsSpec{}.events));
  }
}

TEST(Codes, AreExplainedEachOnce) {
  std::set<Code> seen;
  for (const Code code : all_codes()) {
    EXPECT_TRUE(seen.insert(code).second) << to_string(code);
    EXPECT_TRUE(explain(to_string(code)).has_value());
  }
  EXPECT_EQ(seen.size(), 39U);
  EXPECT_TRUE(explain("14").has_value());
  EXPECT_FALSE(explain("E000").has_value());
  EXPECT_FALSE(explain("fourteen").has_value());
}

}  // namespace
}  // namespace windtunnel::scenarios
