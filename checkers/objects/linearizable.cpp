#include <windtunnel/checkers/objects/linearizable.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/objects/witness.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {
namespace {

void add_algorithm(Verdict& verdict, const std::string& name) {
  if (verdict.algorithm.find(name) != std::string::npos) return;
  if (!verdict.algorithm.empty()) verdict.algorithm += "+";
  verdict.algorithm += name;
}

class ObjectCheck {
 public:
  ObjectCheck(const History& history, std::vector<Object> objects, const Limits& limits)
      : history_(history), objects_(std::move(objects)), limits_(limits) {}

  Verdict run() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < objects_.size(); ++i) {
      verdict_.operations += static_cast<std::uint32_t>(objects_[i].problem.steps.size());
      open.push_back(i);
    }
    verdict_.put_to_the_test = is_put_to_the_test(history_, objects_);
    explained_.assign(objects_.size(), 0);
    for (std::uint32_t attempt = 0; !open.empty() && !is_spent(); ++attempt) round(open, attempt);
    if (!open.empty() && given_up_.empty()) {
      verdict_.reason = verdict_.work >= limits_.max_work
                            ? kOutOfWork
                            : fmt::format("the bound of {} configurations was reached",
                                          limits_.max_configurations);
    }
    open.insert(open.end(), given_up_.begin(), given_up_.end());
    for (const std::size_t which : open) leave_open(which);
    verdict_.objects_unknown = static_cast<std::uint32_t>(open.size());
    if (verdict_.objects_violated > 0) {
      verdict_.decision = Decision::violated;
      verdict_.reason.clear();
    } else {
      verdict_.decision = open.empty() ? Decision::ok : Decision::unknown;
    }
    return verdict_;
  }

 private:
  bool is_spent() const {
    return verdict_.configurations >= limits_.max_configurations ||
           verdict_.work >= limits_.max_work;
  }

  // Tries the objects that are still open, and leaves those that it cannot decide.
  void round(std::vector<std::size_t>& open, std::uint32_t attempt) {
    std::vector<std::size_t> undecided;
    for (const std::size_t which : open) {
      Limits left = limits_;
      left.max_configurations -= std::min(verdict_.configurations, limits_.max_configurations);
      left.max_work -= std::min(verdict_.work, limits_.max_work);
      std::string algorithm;
      Ruling finding = try_to_decide(objects_[which], left, attempt, &algorithm);
      verdict_.configurations += finding.configurations;
      verdict_.work += finding.work;
      explained_[which] = std::max(explained_[which], finding.explained);
      if (finding.decision == Decision::unknown) {
        (finding.out_of_memory ? given_up_ : undecided).push_back(which);
        if (finding.out_of_memory) verdict_.reason = finding.reason;
        continue;
      }
      add_algorithm(verdict_, algorithm);
      if (finding.decision == Decision::ok) {
        ++verdict_.objects_ok;
      } else {
        blame(which, std::move(finding));
      }
    }
    open = std::move(undecided);
  }

  void leave_open(std::size_t which) {
    if (verdict_.open.size() == Verdict::kMaxFurther) return;
    Verdict::Open open;
    open.key = objects_[which].problem.key;
    open.explained = explained_[which];
    std::vector<std::pair<std::uint32_t, std::uint32_t>> returns;  // where, of which operation
    for (const Step& step : objects_[which].problem.steps) {
      if (step.ret != kNever) returns.emplace_back(step.ret, step.operation);
    }
    std::sort(returns.begin(), returns.end());
    open.returned = static_cast<std::uint32_t>(returns.size());
    if (open.explained < open.returned) {
      const Operation& op = history_.operations()[returns[open.explained].second];
      open.next = history_.describe(op) + ", " + history_.place(op);
    }
    verdict_.open.push_back(std::move(open));
  }

  void blame(std::size_t which, Ruling finding) {
    const bool first = verdict_.objects_violated++ == 0;
    if (!first && verdict_.further.size() == Verdict::kMaxFurther) return;
    Witness witness = make_witness(history_, objects_[which], std::move(finding), limits_);
    if (first) {
      verdict_.witness = std::move(witness);
    } else {
      verdict_.further.push_back(std::move(witness));
    }
  }

  const History& history_;
  std::vector<Object> objects_;
  Limits limits_;
  std::vector<std::uint32_t> explained_;  // by object: see Verdict::Open
  std::vector<std::size_t> given_up_;     // objects for which the memory is too small
  Verdict verdict_;
};

}  // namespace

Verdict check_objects(const History& history, std::vector<Object> objects, const Limits& limits) {
  return ObjectCheck(history, std::move(objects), limits).run();
}

Verdict check_linearizable(const History& history, const ModelSpec& spec, const Limits& limits) {
  auto objects = objects_of(history, spec);
  if (objects.has_error()) return undecided(to_string(objects.error()));
  return check_objects(history, std::move(*objects), limits);
}

boost::system::result<FileCheck, FileError> check_file(const std::string& path,
                                                       std::string_view model,
                                                       std::optional<std::string_view> initial,
                                                       const Limits& limits,
                                                       const std::function<std::int64_t()>& now) {
  const auto spec = parse_model(model, initial);
  if (spec.has_error()) return FileError{false, true, spec.error()};
  bool missing = false;
  HistoryResult history = read_history_file(path, &missing);
  if (history.has_error()) return FileError{missing, false, history.error()};
  FileCheck check;
  check.history = std::move(*history);
  check.operations = static_cast<std::uint32_t>(check.history.operations().size());
  const std::int64_t start = now ? now() : 0;
  check.verdict = check_linearizable(check.history, *spec, limits);
  if (now) check.check_ns = now() - start;
  return check;
}

}  // namespace windtunnel::checkers
