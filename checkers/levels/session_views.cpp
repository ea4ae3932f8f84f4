#include <windtunnel/checkers/levels/session_views.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace windtunnel::checkers {
namespace {

constexpr std::uint32_t kNobody = 0xffffffffU;

// The writes of a history: vertices from 0, session by session.
struct Writes {
  struct Run {
    std::uint32_t session = 0;
    std::vector<std::uint32_t> places;  // among the writes of the session
  };

  explicit Writes(const std::vector<std::vector<SessionAct>>& sessions) {
    for (std::uint32_t s = 0; s < sessions.size(); ++s) {
      first.push_back(count());
      for (const SessionAct& act : sessions[s]) {
        if (by_key.size() <= act.key) by_key.resize(act.key + 1);
        if (vertex.size() <= act.version) vertex.resize(act.version + 1, kNobody);
        if (!act.writes) continue;
        std::vector<Run>& runs = by_key[act.key];
        if (runs.empty() || runs.back().session != s) runs.push_back({s, {}});
        runs.back().places.push_back(count() - first.back());
        vertex[act.version] = count();
        session.push_back(s);
      }
    }
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(session.size()); }

  std::vector<std::uint32_t> first;    // by session
  std::vector<std::uint32_t> session;  // by vertex
  std::vector<std::uint32_t> vertex;   // by version; kNobody: the initial one
  std::vector<std::vector<Run>> by_key;
};

// What one session must see before what. Its reads are vertices behind the writes.
class View {
 public:
  View(const std::vector<std::vector<SessionAct>>& sessions, const Writes& writes,
       std::uint32_t session, Work& work)
      : writes_(writes), width_(sessions.size()), work_(work), vertices_(writes.count()) {
    for (std::uint32_t v = 1; v < writes.count(); ++v) {
      if (writes.session[v] == writes.session[v - 1]) edges_.emplace_back(v - 1, v);
    }
    std::uint32_t last = kNobody;
    for (const SessionAct& act : sessions[session]) {
      const std::uint32_t source = writes.vertex[act.version];
      const std::uint32_t here = act.writes ? source : vertices_++;
      if (last != kNobody) edges_.emplace_back(last, here);
      if (!act.writes && source != kNobody) edges_.emplace_back(source, here);
      if (!act.writes) reads_.push_back({here, act.key, source});
      last = here;
    }
  }

  Decision run() {
    if (vertices_ * width_ > kMaxEntries) return Decision::unknown;
    for (bool more = !reads_.empty(); more;) {
      work_.done += edges_.size() + vertices_ * (width_ / kEntriesOfStep + 1);
      if (work_.is_spent()) return Decision::unknown;
      if (!count_what_is_before()) return Decision::violated;
      more = false;
      for (const Read& read : reads_) {
        if (!conclude(read, more)) return Decision::violated;
      }
    }
    return Decision::ok;
  }

 private:
  static constexpr std::size_t kEntriesOfStep = 8;         // of a row, joined at about one cost
  static constexpr std::size_t kMaxEntries = 1ULL << 28U;  // 1 GiB

  struct Read {
    std::uint32_t vertex = 0;
    std::uint32_t key = 0;
    std::uint32_t source = 0;  // the write that it saw
  };

  std::uint32_t* row(std::uint32_t vertex) { return rows_.data() + vertex * width_; }

  // For each vertex how many writes of each session are before it, or are it. False at a circle.
  bool count_what_is_before() {
    std::vector<std::uint32_t> first(std::size_t{vertices_} + 1);
    std::vector<std::uint32_t> left(vertices_);
    for (const auto& [from, to] : edges_) {
      ++first[from + 1];
      ++left[to];
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    std::vector<std::uint32_t> after(edges_.size());
    for (const auto& [from, to] : edges_) after[next[from]++] = to;
    rows_.assign(vertices_ * width_, 0);
    std::vector<std::uint32_t> sorted;
    for (std::uint32_t v = 0; v < vertices_; ++v) {
      if (left[v] == 0) sorted.push_back(v);
    }
    for (std::size_t at = 0; at < sorted.size(); ++at) {
      const std::uint32_t v = sorted[at];
      if (v < writes_.count()) {
        const std::uint32_t session = writes_.session[v];
        row(v)[session] = v - writes_.first[session] + 1;
      }
      for (std::uint32_t e = first[v]; e < first[v + 1]; ++e) {
        std::transform(row(v), row(v) + width_, row(after[e]), row(after[e]),
                       [](std::uint32_t a, std::uint32_t b) { return std::max(a, b); });
        if (--left[after[e]] == 0) sorted.push_back(after[e]);
      }
    }
    return sorted.size() == vertices_;
  }

  // Of each session the last write of the key that is before the read; those before it follow.
  bool conclude(const Read& read, bool& more) {
    for (const Writes::Run& run : writes_.by_key[read.key]) {
      ++work_.done;
      const auto end =
          std::lower_bound(run.places.begin(), run.places.end(), row(read.vertex)[run.session]);
      if (end == run.places.begin()) continue;
      const std::uint32_t place = *std::prev(end);
      const std::uint32_t other = writes_.first[run.session] + place;
      if (other == read.source) continue;
      if (read.source == kNobody) return false;
      if (row(read.source)[run.session] > place) continue;
      edges_.emplace_back(other, read.source);
      more = true;
    }
    return true;
  }

  const Writes& writes_;
  std::size_t width_;
  Work& work_;
  std::uint32_t vertices_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges_;
  std::vector<Read> reads_;
  std::vector<std::uint32_t> rows_;
};

}  // namespace

SessionViews look_for_views(const std::vector<std::vector<SessionAct>>& sessions, Work& work) {
  const Writes writes(sessions);
  SessionViews found;
  for (std::uint32_t s = 0; s < sessions.size(); ++s) {
    found.decision = View(sessions, writes, s, work).run();
    found.session = s;
    if (found.decision != Decision::ok) break;
  }
  return found;
}

}  // namespace windtunnel::checkers
