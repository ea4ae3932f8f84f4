// What the fast checks of containers share: the life of every value, from its put to its take.
#pragma once

#include <windtunnel/checkers/objects/container.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// Of one value. Without a take, `taken_from` and `taken_by` are kNever. The value is surely inside
// from `put_by` until `taken_from`, where that is later.
struct Life {
  std::uint32_t put = kNoStep;  // steps
  std::uint32_t take = kNoStep;
  std::uint32_t put_from = 0;  // positions
  std::uint32_t put_by = kNever;
  std::uint32_t taken_from = kNever;
  std::uint32_t taken_by = kNever;

  bool surely_inside() const { return put_by < taken_from; }
};

class Lives {
 public:
  // Is the order of takes right? On false it has refused.
  using OrderCheck = bool (*)(Lives& lives);

  Lives(const Problem& problem, ContainerMachine& machine)
      : steps_(problem.steps), machine_(machine) {}

  // Gathers the lives, checks each by itself, their order, and the takes that found nothing. Where
  // takes are `:info`, what is legal without them is legal, and what is illegal although every
  // value that stayed may be taken from the first of them on is illegal; null between the two.
  std::optional<Ruling> run(OrderCheck order);
  // The same, as a question.
  bool hold(OrderCheck order);
  // After ok: each take that found nothing, at its first moment at which no value is surely inside.
  // By their gaps.
  std::vector<Placed> empties() const;

  const std::vector<Life>& all() const { return lives_; }
  const std::vector<Step>& steps() const { return steps_; }
  const ContainerMachine& machine() const { return machine_; }
  std::uint32_t value(const Life& life) const { return op(life.put).value; }
  std::string name(const Life& life) const;
  // Notes the violation; always false.
  bool refuse(std::uint32_t failed, std::vector<std::uint32_t> culprits, std::string why);

 private:
  const ContainerModel::Op& op(std::uint32_t step) const { return machine_.op(steps_[step].kind); }
  bool gather_puts();
  bool gather_takes();
  bool has_empties() const;
  // The lives that are surely inside for a while, by the beginning of that.
  std::vector<const Life*> sure() const;
  bool check_empties();
  bool check_empty(std::uint32_t index, const std::vector<const Life*>& sure,
                   const std::vector<const Life*>& reach);

  const std::vector<Step>& steps_;
  ContainerMachine& machine_;
  std::vector<Life> lives_;
  std::vector<std::uint32_t> life_of_;    // value -> life
  std::uint32_t first_unknown_ = kNever;  // the first call of an `:info` take
  Ruling ruling_;
};

}  // namespace windtunnel::checkers
