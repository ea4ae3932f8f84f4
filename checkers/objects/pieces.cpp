#include <windtunnel/checkers/objects/pieces.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

// Pieces of which none begins another are read once a character.
constexpr std::size_t kWorkPerCharacter = 16;
constexpr std::size_t kWorkAtLeast = 1024;

}  // namespace

// In how many ways each place is reached, counted up to two, and by which piece last.
struct Pieces::Walk {
  std::string_view text;
  std::size_t work = 0;
  std::vector<std::uint8_t> ways;
  std::vector<std::uint32_t> last;

  void arrive(std::size_t from, std::size_t to, std::uint32_t piece) {
    ways[to] = static_cast<std::uint8_t>(std::min(2, ways[to] + ways[from]));
    last[to] = piece;
  }
};

Pieces::Pieces(const std::vector<std::string_view>& pieces) {
  for (std::uint32_t i = 0; i < pieces.size(); ++i) sorted_.emplace_back(pieces[i], i);
  std::sort(sorted_.begin(), sorted_.end());
}

bool Pieces::step(Walk& walk, std::size_t at) const {
  auto low = sorted_.begin();
  auto high = sorted_.end();
  // Those from low to high begin with the text from `at` on, as far as `length`.
  for (std::size_t length = 0; low != high; ++length) {
    if (walk.work-- == 0) return false;
    if (low->first.size() == length) {
      walk.arrive(at, at + length, low->second);
      if (++low == high) return true;
    }
    if (at + length == walk.text.size()) return true;
    const auto next = static_cast<unsigned char>(walk.text[at + length]);
    low = std::partition_point(low, high, [&](const auto& piece) {
      return static_cast<unsigned char>(piece.first[length]) < next;
    });
    high = std::partition_point(low, high, [&](const auto& piece) {
      return static_cast<unsigned char>(piece.first[length]) == next;
    });
  }
  return true;
}

Pieces::Apart Pieces::take_apart(std::string_view text) const {
  Walk walk{text, text.size() * kWorkPerCharacter + kWorkAtLeast, {}, {}};
  walk.ways.assign(text.size() + 1, 0);
  walk.last.assign(text.size() + 1, 0);
  walk.ways[0] = 1;
  Apart apart;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (walk.ways[at] == 0) continue;
    apart.reached = at;
    if (!step(walk, at)) return apart;
  }
  if (walk.ways[text.size()] == 0) apart.answer = Answer::no_way;
  if (walk.ways[text.size()] != 1) return apart;
  apart.answer = Answer::one_way;
  apart.reached = text.size();
  std::vector<std::size_t> sizes(sorted_.size());
  for (const auto& piece : sorted_) sizes[piece.second] = piece.first.size();
  for (std::size_t at = text.size(); at > 0; at -= sizes[walk.last[at]]) {
    apart.order.push_back(walk.last[at]);
  }
  std::reverse(apart.order.begin(), apart.order.end());
  return apart;
}

}  // namespace windtunnel::checkers
