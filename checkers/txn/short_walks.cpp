#include <windtunnel/checkers/txn/short_walks.h>

#include <algorithm>
#include <deque>

namespace windtunnel::checkers {

ShortWalks::ShortWalks(std::uint32_t vertices, const std::vector<Edge>& edges,
                       const std::vector<std::uint32_t>& usable)
    : edges_(edges),
      out_(usable.size()),
      first_(std::size_t{vertices} + 1),
      marks_(std::size_t{vertices} * 2) {
  for (const std::uint32_t e : usable) ++first_[edges[e].from + 1];
  for (std::uint32_t v = 0; v < vertices; ++v) first_[v + 1] += first_[v];
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (const std::uint32_t e : usable) out_[next[edges[e].from]++] = e;
}

std::vector<std::uint32_t> ShortWalks::find(const Query& query, std::uint64_t& steps) const {
  ++epoch_;
  // Steps of length 0 go to the front: the queue is in the order of lengths.
  std::deque<std::uint32_t> queue;
  const std::uint32_t start = state(query.from, query.after_process);
  marks_[start] = {epoch_, 0, 0, start};
  queue.push_back(start);
  while (!queue.empty()) {
    const std::uint32_t at = queue.front();
    queue.pop_front();
    const Mark mark = marks_[at];
    if (mark.length >= query.shorter_than) break;
    if (at / 2 == query.to && at != start) return trace(start, at);
    for (std::uint32_t i = first_[at / 2]; i < first_[at / 2 + 1]; ++i) {
      ++steps;
      const bool process = edges_[out_[i]].kind == kProcess;
      const bool free = process && at % 2 == 1;
      const std::uint32_t length = mark.length + (free ? 0 : 1);
      const std::uint32_t next = state(edges_[out_[i]].to, process);
      Mark& other = marks_[next];
      if (other.epoch == epoch_ && other.length <= length) continue;
      other = {epoch_, length, out_[i], at};
      free ? queue.push_front(next) : queue.push_back(next);
    }
  }
  return {};
}

std::vector<std::uint32_t> ShortWalks::trace(std::uint32_t start, std::uint32_t end) const {
  std::vector<std::uint32_t> walk;
  for (std::uint32_t at = end; at != start; at = marks_[at].before) walk.push_back(marks_[at].edge);
  std::reverse(walk.begin(), walk.end());
  return walk;
}

std::vector<Edge> merge_process_order(const std::vector<Edge>& walk) {
  std::vector<Edge> merged;
  for (const Edge& edge : walk) {
    if (!merged.empty() && edge.kind == kProcess && merged.back().kind == kProcess) {
      merged.back().to = edge.to;
    } else {
      merged.push_back(edge);
    }
  }
  const bool closed = merged.size() > 2 && merged.front().from == merged.back().to;
  if (closed && merged.front().kind == kProcess && merged.back().kind == kProcess) {
    merged.front().from = merged.back().from;
    merged.pop_back();
  }
  return merged;
}

}  // namespace windtunnel::checkers
