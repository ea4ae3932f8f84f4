// Every reachable state of a small world, kept whole and compared word by word: what a search with
// fingerprints and reductions must agree with.
#pragma once

#include <windtunnel/checkers/explore/cluster_world.h>

#include <deque>
#include <map>
#include <set>

namespace windtunnel::explore {

struct ExactStates {
  std::set<StateWords> states;
  // How many states have each fingerprint: with symmetry, the size of the orbit.
  std::map<Digest, std::size_t> classes;
  bool is_violated = false;
};

template <Protocol P>
class ExactSearch final : private Successors {
 public:
  explicit ExactSearch(ClusterWorld<P>& world) : world_(world) {}

  ExactStates run() {
    StateWords first;
    fingerprint_ = world_.start(first);
    keep(first, false);
    while (!queue_.empty()) {
      const StateWords state = queue_.front();
      queue_.pop_front();
      world_.expand(state, *this);
    }
    return std::move(found_);
  }

 private:
  void about_to(ActionCode) override {}
  bool is_new(ActionCode, const Digest& fingerprint) override {
    fingerprint_ = fingerprint;
    return true;
  }
  void keep(StateView state, bool is_violated) override {
    found_.is_violated |= is_violated;
    StateWords words(state.begin(), state.end());
    if (!found_.states.insert(words).second) return;
    ++found_.classes[fingerprint_];
    if (!is_violated) queue_.push_back(std::move(words));
  }

  ClusterWorld<P>& world_;
  ExactStates found_;
  Digest fingerprint_;
  std::deque<StateWords> queue_;
};

}  // namespace windtunnel::explore
