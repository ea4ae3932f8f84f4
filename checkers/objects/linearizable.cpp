#include <windtunnel/checkers/objects/linearizable.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/objects/witness.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

// The first round gives every object a share, so that one hard object does not hide a violation of
// another.
constexpr std::uint64_t kShares = 64;

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
    verdict_.put_to_the_test = is_put_to_the_test(objects_);
    round(open, limits_.max_configurations / kShares);
    round(open, limits_.max_configurations);
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
  // Checks the objects that are still open, and leaves those that it cannot decide.
  void round(std::vector<std::size_t>& open, std::uint64_t most) {
    std::vector<std::size_t> undecided;
    for (const std::size_t which : open) {
      Limits share = limits_;
      const std::uint64_t spent = std::min(verdict_.configurations, limits_.max_configurations);
      share.max_configurations = std::min(most, limits_.max_configurations - spent);
      std::string algorithm;
      Ruling finding = decide(objects_[which], share, &algorithm);
      verdict_.configurations += finding.configurations;
      if (finding.decision == Decision::unknown) {
        undecided.push_back(which);
        const std::string& key = objects_[which].problem.key;
        verdict_.reason = (key.empty() ? "" : "key " + key + ": ") + finding.reason;
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
    if (open.empty()) verdict_.reason.clear();
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
