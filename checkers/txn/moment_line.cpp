#include <windtunnel/checkers/txn/moment_line.h>

#include <algorithm>

namespace windtunnel::checkers {

MomentLine::MomentLine(const OrderProblem& problem, const KnownOrder& known)
    : problem_(problem),
      known_(known),
      left_(problem.vertices()),
      is_laid_(problem.vertices(), false),
      to_come_(problem.slots()),
      current_(problem.keys(), kNone),
      writing_(problem.keys(), kNone),
      asleep_(problem.keys()) {
  for (const OrderEdge& edge : known.edges()) ++left_[edge.to];
  for (std::uint32_t slot = 0; slot < problem.slots(); ++slot) {
    to_come_[slot] = static_cast<std::uint32_t>(problem.readers(slot).size());
  }
  line_.reserve(problem.moments());
}

bool MomentLine::run() {
  for (const std::uint32_t v : problem_.sorted()) {
    if (left_[v] == 0) offer(v);
  }
  while (!next_.empty() || hurry()) {
    const std::uint32_t v = std::get<2>(next_.top());
    next_.pop();
    if (is_laid_[v]) continue;
    if (v >= problem_.moments()) {
      lay(v);
      continue;
    }
    const std::uint32_t member = problem_.member_of(v);
    const bool begins = v == problem_.begin(member);
    const bool commits = v == problem_.commit(member);
    if (begins && !may_begin(member)) continue;
    if (commits && !may_commit(member)) continue;
    line_.push_back(v);
    if (begins) begin(member);
    if (commits) commit(member);
    lay(v);
  }
  return line_.size() == problem_.moments();
}

// What binds nobody comes first: relays, and who writes nothing.
void MomentLine::offer(std::uint32_t vertex) {
  if (vertex >= problem_.moments()) return next_.emplace(0U, 0U, vertex);
  const std::uint32_t member = problem_.member_of(vertex);
  const auto [first, last] = problem_.writes(member);
  next_.emplace(first == last ? 0U : 1U, problem_.told_at(member), vertex);
}

bool MomentLine::may_begin(std::uint32_t member) {
  if (problem_.question().level != OrderLevel::snapshot_isolation) return true;
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    const std::uint32_t key = problem_.slot(slot).key;
    if (writing_[key] == kNone) continue;
    asleep_[key].push_back(problem_.begin(member));
    return false;
  }
  if (first == last || hurried_ == problem_.begin(member) || can_commit_next(member)) return true;
  late_.emplace(1U, problem_.told_at(member), problem_.begin(member));
  return false;
}

// Could it commit at once when it has begun? Else it is asleep until that may have changed.
bool MomentLine::can_commit_next(std::uint32_t member) {
  const auto reads = problem_.reads(member);
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    const std::uint32_t key = problem_.slot(slot).key;
    const std::uint32_t over = current_[key];
    if (over == kNone) continue;
    const bool own = std::find(reads.begin(), reads.end(), over) != reads.end();
    if (to_come_[over] == (own ? 1U : 0U)) continue;
    asleep_[key].push_back(problem_.begin(member));
    return false;
  }
  return left_[problem_.commit(member)] == 1;
}

// Where nobody can begin and commit at once, somebody begins.
bool MomentLine::hurry() {
  if (late_.empty()) return false;
  next_.push(late_.top());
  hurried_ = std::get<2>(late_.top());
  late_.pop();
  return true;
}

// Of those who read the slot, how many but this member have not begun.
std::uint32_t MomentLine::others_to_come(std::uint32_t slot, std::uint32_t member) const {
  if (problem_.width() == 2) return to_come_[slot];
  const auto reads = problem_.reads(member);
  const bool own = std::find(reads.begin(), reads.end(), slot) != reads.end();
  return to_come_[slot] - (own ? 1 : 0);
}

bool MomentLine::may_commit(std::uint32_t member) {
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    const std::uint32_t key = problem_.slot(slot).key;
    if (current_[key] == kNone || others_to_come(current_[key], member) == 0) continue;
    asleep_[key].push_back(problem_.commit(member));
    return false;
  }
  return true;
}

void MomentLine::begin(std::uint32_t member) {
  for (const std::uint32_t slot : problem_.reads(member)) {
    if (--to_come_[slot] < 2) wake(problem_.slot(slot).key);
  }
  if (problem_.question().level != OrderLevel::snapshot_isolation) return;
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) writing_[problem_.slot(slot).key] = member;
}

void MomentLine::commit(std::uint32_t member) {
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    const std::uint32_t key = problem_.slot(slot).key;
    current_[key] = slot;
    writing_[key] = kNone;
    wake(key);
  }
}

void MomentLine::lay(std::uint32_t vertex) {
  is_laid_[vertex] = true;
  for (std::uint32_t e = known_.first_edge(vertex); e != kNone; e = known_.next_edge(e)) {
    const std::uint32_t to = known_.edges()[e].to;
    if (--left_[to] == 0) offer(to);
    const bool apart = problem_.question().level == OrderLevel::snapshot_isolation;
    if (!apart || left_[to] != 1 || to >= problem_.moments()) continue;
    const std::uint32_t begins = problem_.begin(problem_.member_of(to));
    if (begins != to && left_[begins] == 0 && !is_laid_[begins]) offer(begins);
  }
}

void MomentLine::wake(std::uint32_t key) {
  for (const std::uint32_t v : asleep_[key]) offer(v);
  asleep_[key].clear();
}

std::vector<Alternative> MomentLine::alternatives() const {
  std::vector<std::uint32_t> earlier(problem_.vertices(), kNone);
  for (const OrderEdge& edge : known_.edges()) {
    if (!is_laid_[edge.from] && !is_laid_[edge.to]) earlier[edge.to] = edge.from;
  }
  std::uint32_t at = 0;
  while (is_laid_[at]) ++at;
  std::vector<std::uint32_t> step(problem_.vertices(), kNone);
  std::vector<Wait> waits;
  while (step[at] == kNone) {
    step[at] = static_cast<std::uint32_t>(waits.size());
    waits.push_back(wait_of(at, earlier));
    at = waits.back().vertex;
  }
  std::vector<Alternative> all;
  for (std::size_t i = step[at]; i < waits.size(); ++i) {
    if (waits[i].chosen) all.push_back(waits[i].alternative);
  }
  return all;
}

MomentLine::Wait MomentLine::wait_of(std::uint32_t vertex,
                                     const std::vector<std::uint32_t>& earlier) const {
  if (earlier[vertex] != kNone) return {earlier[vertex], false, {}};
  const std::uint32_t member = problem_.member_of(vertex);
  if (vertex == problem_.commit(member)) return wait_to_commit(member);
  return wait_to_begin(member);
}

// For another writer to commit; else it would have to have begun after this one's commit.
MomentLine::Wait MomentLine::wait_to_begin(std::uint32_t member) const {
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    const std::uint32_t other = writing_[problem_.slot(slot).key];
    if (other == kNone) continue;
    return {problem_.commit(other),
            true,
            {{problem_.commit(member), problem_.begin(other), Before::chosen, slot, member},
             {problem_.commit(other), problem_.begin(member), Before::chosen, slot, member}}};
  }
  return {};
}

// For a reader of what it overwrites to begin; else it would have to have committed before that.
MomentLine::Wait MomentLine::wait_to_commit(std::uint32_t member) const {
  const auto [first, last] = problem_.writes(member);
  for (std::uint32_t slot = first; slot < last; ++slot) {
    const std::uint32_t over = current_[problem_.slot(slot).key];
    if (over == kNone) continue;
    const std::uint32_t source = problem_.slot(over).member;
    for (const std::uint32_t reader : problem_.readers(over)) {
      if (reader == member || is_laid_[problem_.begin(reader)]) continue;
      return {problem_.begin(reader),
              true,
              {{problem_.commit(member), problem_.commit(source), Before::chosen, slot, member},
               {problem_.commit(source), problem_.commit(member), Before::chosen, slot, member}}};
    }
  }
  return {};
}

}  // namespace windtunnel::checkers
