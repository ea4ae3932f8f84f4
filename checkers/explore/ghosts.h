// The ghosts of the states that are being worked on: what the invariants remember of the histories
// that led there. Equal ones are kept once, and a step from one to the next is taken once.
#pragma once

#include <windtunnel/checkers/explore/local_steps.h>

#include <memory>

namespace windtunnel::explore {

template <Protocol P>
class Ghosts {
 public:
  using Ghost = typename P::Ghost;
  using Facts = Batch<typename P::Fact>;

  Ghosts(const Ghost& first, const std::vector<Renaming>& names) : names_(names) {
    (void)number_of(std::make_unique<Ghost>(first));
  }

  // Number 0 is the ghost that has seen nothing, until the first `sweep`.
  std::uint32_t after(std::uint32_t ghost, std::uint32_t batch, const Facts& facts) {
    if (facts.facts.empty()) return ghost;
    const std::uint64_t key = std::uint64_t{ghost} << 32 | batch;
    const auto known = steps_.find(key);
    if (known != steps_.end()) return known->second;
    auto next = std::make_unique<Ghost>(*slots_[ghost].ghost);
    for (const auto& fact : facts.facts) next->take(1, facts.node, fact);
    const std::uint32_t number = number_of(std::move(next));
    steps_.emplace(key, number);
    return number;
  }
  // For each renaming.
  const Digest* digests(std::uint32_t ghost) const {
    return digests_.data() + ghost * names_.size();
  }
  bool is_violated(std::uint32_t ghost) const { return slots_[ghost].is_violated; }

  // Those that are not marked are forgotten: mark all that are needed, then sweep.
  void mark(std::uint32_t ghost) { slots_[ghost].is_marked = true; }
  void sweep() {
    steps_.clear();
    numbers_.clear();
    free_.clear();
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[i];
      if (slot.is_marked) {
        numbers_.emplace(digests(i)->low, i);
      } else {
        slot.ghost.reset();
        free_.push_back(i);
      }
      slot.is_marked = false;
    }
  }
  std::size_t size() const { return slots_.size() - free_.size(); }
  std::uint64_t bytes() const {
    const std::uint64_t each = sizeof(Ghost) + kGhostHeapBytes + names_.size() * sizeof(Digest);
    return size() * each + steps_.size() * 32;
  }

 private:
  static constexpr std::uint64_t kViolatedTag = 4;
  // What the containers of a ghost hold, about.
  static constexpr std::uint64_t kGhostHeapBytes = sizeof(Ghost) > 64 ? 1'500 : 0;

  struct Slot {
    std::unique_ptr<Ghost> ghost;
    bool is_violated = false;
    bool is_marked = false;
  };

  std::uint32_t number_of(std::unique_ptr<Ghost> ghost) {
    const bool is_violated = ghost->violation().has_value();
    // A violation need not leave a trace in what later ones depend on, and must not be lost where
    // another history leads to the same state without one.
    const Digest mark = is_violated ? digest_of(kViolatedTag, 1) : Digest{};
    const Digest digest = ghost->fingerprint(names_.front()) + mark;
    const auto known = numbers_.find(digest.low);
    if (known != numbers_.end() && *digests(known->second) == digest) return known->second;
    std::uint32_t number = static_cast<std::uint32_t>(slots_.size());
    if (free_.empty()) {
      slots_.emplace_back();
      digests_.resize(slots_.size() * names_.size());
    } else {
      number = free_.back();
      free_.pop_back();
    }
    digests_[number * names_.size()] = digest;
    for (std::size_t i = 1; i < names_.size(); ++i) {
      digests_[number * names_.size() + i] = ghost->fingerprint(names_[i]) + mark;
    }
    slots_[number] = Slot{std::move(ghost), is_violated, false};
    if (known == numbers_.end()) numbers_.emplace(digest.low, number);
    return number;
  }

  std::vector<Renaming> names_;
  std::vector<Slot> slots_;
  std::vector<Digest> digests_;  // by slot and renaming
  std::vector<std::uint32_t> free_;
  WordMap<std::uint32_t> numbers_;  // by half of the digest
  WordMap<std::uint32_t> steps_;    // by ghost << 32 | batch
};

}  // namespace windtunnel::explore
