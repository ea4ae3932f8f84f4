// Linearizability of a history: could every operation have taken effect at one moment between its
// call and its return, as the model says? (Herlihy & Wing 1990.) `:fail` operations did not take
// place, `:info` ones may take effect at any later moment or never.
//
// Objects are checked one by one. Each goes to the first of these that can decide it: the fast
// check of its model (unique values, n log n), check_jit, check_wgl. At the limits the verdict is
// unknown.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/objects/problem.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::checkers {

// Histories with operations that the model does not know are `unknown`, with the first of them as
// reason.
Verdict check_linearizable(const History& history, const ModelSpec& spec,
                           const Limits& limits = {});

// Decides objects that somebody built: the seam behind check_linearizable and check_model.
Verdict check_objects(const History& history, std::vector<Object> objects, const Limits& limits);

// The same for a user's model (see SequentialModel). `decode(history, operation)` gives the
// operation of the model, or nothing for one that tells nothing (an `:info` read). It never sees a
// `:fail`.
template <SequentialModel M, class Decode>
Verdict check_model(const History& history, const M& model, Decode decode,
                    const Limits& limits = {}) {
  Object object;
  auto machine = std::make_unique<ModelMachine<M>>(model);
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    if (op.outcome == EventType::fail) continue;
    const std::optional<typename M::Op> decoded = decode(history, op);
    if (!decoded.has_value()) continue;
    const std::uint32_t ret = op.outcome == EventType::ok ? op.completed : kNever;
    object.problem.steps.push_back({i, op.invoked, ret, machine->kind_of(*decoded)});
  }
  object.machine = std::move(machine);
  std::vector<Object> objects;
  objects.push_back(std::move(object));
  return check_objects(history, std::move(objects), limits);
}

// What `windtunnel check` needs.
struct FileCheck {
  Verdict verdict;
  std::uint32_t operations = 0;  // of the history: all that were invoked
  std::int64_t check_ns = 0;     // between two calls of `now`, without reading; 0 without one
  History history;               // for showing the witness in its surroundings
};
struct FileError {
  bool missing = false;  // the file cannot be read; else its content, or the model, is wrong
  bool model = false;    // the model's name or initial value is wrong
  ReadError error;
};
boost::system::result<FileCheck, FileError> check_file(
    const std::string& path, std::string_view model, std::optional<std::string_view> initial,
    const Limits& limits = {}, const std::function<std::int64_t()>& now = {});

}  // namespace windtunnel::checkers
