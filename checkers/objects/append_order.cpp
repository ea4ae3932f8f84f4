#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/objects/kv.h>
#include <windtunnel/checkers/objects/pieces.h>
#include <windtunnel/checkers/objects/positions.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

using KvOp = KvModel::Op;
using KvType = KvOp::Type;

// Levels, in the order in which things take place: reads of what was there before the put, the put,
// reads without appends, the first append, reads that show it, the second append, ...
constexpr std::uint32_t kPutLevel = 1;
constexpr std::uint32_t level_of_read(std::size_t shown) {
  return static_cast<std::uint32_t>(2 * shown + 2);
}
constexpr std::uint32_t level_of_append(std::size_t place) { return level_of_read(place) + 1; }

class GrowingKey {
 public:
  GrowingKey(const Problem& problem, KvMachine& machine)
      : steps_(problem.steps), machine_(machine) {}

  std::optional<Ruling> run() {
    ruling_.configurations = steps_.size();
    if (!gather()) return std::nullopt;
    if (place_longest() && place_reads()) sweep();
    if (unclear_) return std::nullopt;
    return ruling_;
  }

  // Nothing but gather() and place_longest() has to succeed for it.
  bool prepare() { return gather() && place_longest(); }
  // What `read` shows of these appends, behind what the key began with.
  std::optional<KvModel::State> projected(std::uint32_t read,
                                          const std::vector<bool>& kept_appends) const;
  std::uint32_t put() const { return same_after_put() ? kNoStep : put_; }
  bool is_before_put(std::uint32_t read) const {
    return put() != kNoStep && op(read).from == machine_.model().first;
  }

  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (level_[i] != kNoStep) all.push_back(i);
    }
    std::stable_sort(all.begin(), all.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return level_[a] < level_[b]; });
    return all;
  }

 private:
  const KvOp& op(std::uint32_t step) const { return machine_.op(steps_[step].kind); }
  const KvModel::State& base() const {
    return put_ == kNoStep ? machine_.model().first : op(put_).to;
  }
  // The put left what was there: it is one more reader.
  bool same_after_put() const { return put_ != kNoStep && op(put_).to == machine_.model().first; }
  std::string text(std::uint32_t append) const { return to_edn(Value(op(append).to.text)); }

  bool gather() {
    std::vector<std::string_view> texts;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      switch (op(i).type) {
        case KvType::cas: return false;
        case KvType::get:
          if (steps_[i].ret != kNever) reads_.push_back(i);
          break;
        case KvType::append:
          appends_.push_back(i);
          texts.push_back(op(i).to.text);
          break;
        case KvType::put:
          // Steps are in the order of their calls: no append is before.
          if (put_ != kNoStep || !appends_.empty() || steps_[i].ret == kNever) return false;
          put_ = i;
          break;
      }
    }
    if (put_ != kNoStep && !appends_.empty()) {
      if (steps_[put_].ret > steps_[appends_.front()].call) return false;
      // Else a value from before the put could be one that grew after it.
      const KvModel::State& first = machine_.model().first;
      const bool alike = first.set && base().set && first.text.starts_with(base().text);
      if (alike && !same_after_put()) return false;
    }
    pieces_.emplace(texts);
    std::sort(texts.begin(), texts.end());
    const bool unique = std::adjacent_find(texts.begin(), texts.end()) == texts.end();
    return unique && (texts.empty() || !texts.front().empty());
  }

  // What was read, behind what the key began with. Nothing where it began with something else.
  std::optional<std::string_view> grown(std::uint32_t read) const {
    const KvModel::State& it = op(read).from;
    if (!it.set) return base().set ? std::nullopt : std::optional<std::string_view>("");
    if (!base().set && it.text.empty()) return std::nullopt;
    if (base().set && !it.text.starts_with(base().text)) return std::nullopt;
    return std::string_view(it.text).substr(base().set ? base().text.size() : 0);
  }

  // Takes the longest read apart.
  bool place_longest() {
    std::string_view longest;
    for (const std::uint32_t read : reads_) {
      if (is_before_put(read)) continue;
      const auto rest = grown(read);
      if (!rest) return refuse_beginning(read);
      if (longest_ != kNoStep && rest->size() <= longest.size()) continue;
      longest_ = read;
      longest = *rest;
    }
    place_of_.assign(appends_.size(), kNoStep);
    ends_.assign(1, 0);
    const Pieces::Apart apart = pieces_->take_apart(longest);
    if (apart.answer == Pieces::Answer::unclear) return give_up();
    if (apart.answer == Pieces::Answer::no_way) return refuse_piece(longest_, apart.reached);
    order_ = apart.order;
    for (std::uint32_t i = 0; i < order_.size(); ++i) {
      std::uint32_t& place = place_of_[order_[i]];
      const std::uint32_t append = appends_[order_[i]];
      if (place != kNoStep) {
        return refuse(
            longest_, {longest_, append},
            fmt::format("A read shows {} twice, and it was appended once.", text(append)));
      }
      place = i;
      ends_.push_back(ends_.back() + op(append).to.text.size());
    }
    return true;
  }

  bool place_reads() {
    level_.assign(steps_.size(), kNoStep);
    for (std::uint32_t i = 0; i < appends_.size(); ++i) {
      const bool happened = place_of_[i] != kNoStep || steps_[appends_[i]].ret != kNever;
      const std::size_t place = place_of_[i] != kNoStep ? place_of_[i] : order_.size();
      if (happened) level_[appends_[i]] = level_of_append(place);
    }
    if (put_ != kNoStep) level_[put_] = same_after_put() ? level_of_read(0) : kPutLevel;
    for (const std::uint32_t read : reads_) {
      if (is_before_put(read)) {
        level_[read] = 0;
        continue;
      }
      const std::string_view rest = *grown(read);
      const auto end = std::lower_bound(ends_.begin(), ends_.end(), rest.size());
      const bool whole = end != ends_.end() && *end == rest.size();
      if (!whole || !grown(longest_)->starts_with(rest)) return refuse_apart(read);
      level_[read] = level_of_read(static_cast<std::size_t>(end - ends_.begin()));
    }
    return true;
  }

  // No operation is called after the return of one that lies later.
  void sweep() {
    const auto count = static_cast<std::uint32_t>(steps_.size());
    const auto by_return = order_by_position(count, position_end(steps_),
                                             [this](std::uint32_t i) { return steps_[i].ret; });
    std::size_t next = 0;
    std::uint32_t latest = kNoStep;  // of those that have returned, the one that lies last
    for (std::uint32_t i = 0; i < count; ++i) {
      for (; next < by_return.size() && steps_[by_return[next]].ret < steps_[i].call; ++next) {
        const std::uint32_t done = by_return[next];
        if (latest == kNoStep || level_[done] > level_[latest]) latest = done;
      }
      if (latest == kNoStep || level_[i] == kNoStep || level_[i] >= level_[latest]) continue;
      refuse_pair(latest, i);
      return;
    }
  }

  // How many appends the read shows.
  std::size_t shown(std::uint32_t read) const {
    return level_[read] < 2 ? 0 : (level_[read] - 2) / 2;
  }
  std::uint32_t append_at(std::size_t place) const { return appends_[order_[place]]; }

  void refuse_pair(std::uint32_t early, std::uint32_t late) {
    switch (op(late).type) {
      case KvType::get: refuse_read(early, late); break;
      case KvType::append: refuse_append(early, late); break;
      case KvType::put: refuse_put(early, late); break;
      case KvType::cas: break;
    }
  }
  // A read misses what was there when it began.
  void refuse_read(std::uint32_t early, std::uint32_t late) {
    if (level_[late] == 0) {
      // The put had returned before any append began.
      const bool seen = op(early).type == KvType::get;
      refuse(late, {seen ? early : put_, late},
             "A read shows what was there before the put, though it began after the put had " +
                 std::string(seen ? "been seen." : "returned."));
    } else if (op(early).type == KvType::append) {
      refuse(
          late, {early, late},
          fmt::format("{} was appended before a read began that does not show it.", text(early)));
    } else {
      const std::uint32_t lost = append_at(shown(late));
      refuse(late, {early, late, lost},
             fmt::format("A read shows {}, and a read that began after it does not.", text(lost)));
    }
  }
  // An append comes after what shows it, or after what comes behind it.
  void refuse_append(std::uint32_t early, std::uint32_t late) {
    if (op(early).type == KvType::get) {
      refuse(late, {early, late},
             fmt::format("A read shows {} and ended before that was appended.", text(late)));
      return;
    }
    std::uint32_t reader = longest_;
    for (const std::uint32_t read : reads_) {
      if (level_[read] > level_[late] && level_[read] < level_[reader]) reader = read;
    }
    const char* const without = level_[reader] < level_[early] ? "without" : "before";
    refuse(late, {early, late, reader},
           fmt::format("{} had been appended when the append of {} began, but a read shows {} {} "
                       "{}.",
                       text(early), text(late), text(late), without, text(early)));
  }
  void refuse_put(std::uint32_t early, std::uint32_t late) {
    if (shown(early) > 0) return refuse_append(early, append_at(0));
    refuse(late, {early, late}, "A read shows what was put and ended before the put began.");
  }

  bool refuse_beginning(std::uint32_t read) {
    return refuse(read, {read},
                  fmt::format("A read returned {}, which does not begin with what was there first.",
                              machine_.model().describe(op(read).from)));
  }
  bool refuse_piece(std::uint32_t read, std::size_t reached) {
    constexpr std::size_t kShown = 40;
    const std::string rest(grown(read)->substr(reached, kShown));
    return refuse(read, {read},
                  fmt::format("A read shows {}, which nobody appended.", to_edn(Value(rest))));
  }
  // The read is no beginning of the longest one.
  bool refuse_apart(std::uint32_t read) {
    const Pieces::Apart apart = pieces_->take_apart(*grown(read));
    if (apart.answer == Pieces::Answer::unclear) return give_up();
    if (apart.answer == Pieces::Answer::no_way) return refuse_piece(read, apart.reached);
    const auto [one, other] =
        std::mismatch(apart.order.begin(), apart.order.end(), order_.begin(), order_.end());
    WT_ASSERT(one != apart.order.end() && other != order_.end(), "else it were a beginning");
    const std::uint32_t a = appends_[*one];
    const std::uint32_t b = appends_[*other];
    const std::uint32_t later = steps_[read].ret > steps_[longest_].ret ? read : longest_;
    return refuse(later, {read, longest_, a, b},
                  fmt::format("Where one read shows {}, another shows {}: the key cannot have "
                              "grown from either to the other.",
                              text(a), text(b)));
  }

  bool give_up() {
    unclear_ = true;
    return false;
  }
  bool refuse(std::uint32_t failed, std::vector<std::uint32_t> culprits, std::string why) {
    // What was read rests on the put.
    if (put() != kNoStep) culprits.push_back(put());
    return ruling_.refuse(failed, std::move(culprits), std::move(why));
  }

  const std::vector<Step>& steps_;
  KvMachine& machine_;
  std::uint32_t put_ = kNoStep;         // steps
  std::vector<std::uint32_t> reads_;    // that returned
  std::vector<std::uint32_t> appends_;  // by their number among the pieces
  std::optional<Pieces> pieces_;
  std::uint32_t longest_ = kNoStep;      // read
  std::vector<std::uint32_t> order_;     // what it shows: numbers of appends
  std::vector<std::size_t> ends_;        // where each beginning of it ends, from 0
  std::vector<std::uint32_t> place_of_;  // append -> place in order_
  std::vector<std::uint32_t> level_;     // by step; kNoStep: it did not happen
  bool unclear_ = false;
  Ruling ruling_;
};

std::optional<KvModel::State> GrowingKey::projected(std::uint32_t read,
                                                    const std::vector<bool>& kept) const {
  if (is_before_put(read)) return op(read).from;
  const auto rest = grown(read);
  if (!rest) return std::nullopt;
  const Pieces::Apart apart = pieces_->take_apart(*rest);
  if (apart.answer != Pieces::Answer::one_way) return std::nullopt;
  KvModel::State state = base();
  for (const std::uint32_t piece : apart.order) {
    if (!kept[appends_[piece]]) continue;
    state.set = true;
    state.text += op(appends_[piece]).to.text;
  }
  return state;
}

}  // namespace

std::optional<Ruling> check_append_order(const Problem& problem, Machine& machine) {
  return GrowingKey(problem, static_cast<KvMachine&>(machine)).run();
}

std::vector<std::uint32_t> order_by_appends(const Problem& problem, Machine& machine) {
  return order_of(GrowingKey(problem, static_cast<KvMachine&>(machine)));
}

std::optional<Object> narrow_appends(const Object& object,
                                     const std::vector<std::uint32_t>& steps) {
  auto& machine = static_cast<KvMachine&>(*object.machine);
  const std::vector<Step>& all = object.problem.steps;
  GrowingKey key(object.problem, machine);
  if (!key.prepare()) return std::nullopt;
  std::vector<bool> kept(all.size());
  for (const std::uint32_t step : steps) kept[step] = true;
  if (key.put() != kNoStep) kept[key.put()] = true;
  KvModel model{machine.model().first, {}};
  std::vector<KvOp> ops(all.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (!kept[i]) continue;
    ops[i] = machine.op(all[i].kind);
    if (ops[i].type != KvType::get) continue;
    const auto state = key.projected(i, kept);
    if (!state) return std::nullopt;
    ops[i].from = *state;
    if (state->set) model.observed.push_back(state->text);
  }
  std::sort(model.observed.begin(), model.observed.end());
  auto narrowed = std::make_unique<KvMachine>(std::move(model));
  std::vector<Step> few;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (!kept[i]) continue;
    few.push_back(all[i]);
    few.back().kind = narrowed->kind_of(ops[i]);
  }
  return object.with(std::move(few), std::move(narrowed));
}

}  // namespace windtunnel::checkers
