#include "tests/tidy/protocol_names.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace windtunnel::tidy {
namespace {

constexpr std::string_view kFolders[] = {"sim/", "faults/", "checkers/", "scenarios/", "reports/"};
constexpr std::string_view kProtocols[] = {"raft", "naive", "broker", "multiraft"};

// "RaftKvService", "raft_kv" and "raft-kv" alike are words of which the first is "raft".
std::vector<std::string> words_in(std::string_view spelling) {
  std::vector<std::string> words(1);
  bool was_lower = false;
  for (const char c : spelling) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (!letter || (upper && was_lower)) words.emplace_back();
    if (letter) words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    was_lower = letter && !upper;
  }
  return words;
}

bool names_a_protocol(std::string_view spelling) {
  const std::vector<std::string> words = words_in(spelling);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(std::begin(kProtocols), std::end(kProtocols), word) != std::end(kProtocols);
  });
}

}  // namespace

Findings check_protocol_names(const std::string& path, const Tokens& tokens) {
  Findings findings;
  const bool closed =
      std::any_of(std::begin(kFolders), std::end(kFolders),
                  [&](std::string_view folder) { return path.starts_with(folder); });
  if (!closed) return findings;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::name && token.kind != Token::Kind::text) continue;
    if (!names_a_protocol(token.spelling)) continue;
    findings.push_back({"protocol-name", path, token.line,
                        token.spelling +
                            ": only harness names a protocol above protocols/; let it "
                            "tell what is needed as data (its words, actions, checks)"});
  }
  return findings;
}

}  // namespace windtunnel::tidy
