// Takes a text apart into given pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

class Pieces {
 public:
  // Numbers the pieces as they stand. None is empty, and they outlive this.
  explicit Pieces(const std::vector<std::string_view>& pieces);

  enum class Answer : std::uint8_t { one_way, no_way, unclear };
  struct Apart {
    Answer answer = Answer::unclear;   // several ways, or too much work to tell
    std::vector<std::uint32_t> order;  // of one_way: the pieces, each as often as it stands there
    std::size_t reached = 0;           // how far pieces lead, at most
  };
  Apart take_apart(std::string_view text) const;

 private:
  struct Walk;
  // Notes each piece that stands at the place. False when that was too much work.
  bool step(Walk& walk, std::size_t at) const;

  std::vector<std::pair<std::string_view, std::uint32_t>> sorted_;
};

}  // namespace windtunnel::checkers
