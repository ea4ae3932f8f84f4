// The built-in models: from a history to problems that the algorithms can decide.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/objects/problem.h>

#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// - reg: read, write.  cas_reg: and cas, value [from to]. Initially nil: a read of nil saw it
//   unset. Initially other: a read of nil is unknown and always legal.
// - multi_register: txn, value [[:read k v] [:write k v] ...]; :r and :w are the same. The initial
//   value is a map; the rule for nil holds for every key by itself.
// - kv: get, put, append, cas (read and write are the same as get and put) under `:key`, or in its
//   absence with a value [key argument]. Values are strings; others count as their EDN text.
// - revision_kv: keys whose every change has a revision, one greater than the one before: get k ->
//   {:value v, :mod m, :revision r}, put [k v] -> {:revision r}, delete k -> {:deleted n, :revision
//   r}, txn {:if [[k m] ...], :then [[:put k v] ...], :else [[:get k] [:delete k] ...]} ->
//   {:succeeded b, :revision r, :results [...]}: the changes of one have one revision. A key that
//   is not there has the mod 0. What a result leaves out is not judged. Initially the revision of
//   the empty store.
// - mutex: acquire, release; initially free or held. owned_mutex: only the client that acquired it
//   releases it: a client is what a map with :client names, in every operation of an object or in
//   none, else the session. reentrant_mutex: and that client may acquire it again, and releases it
//   as often. fenced_mutex, reentrant_fenced_mutex: acquire -> token, an integer or a map with
//   :token or :fence, greater than all before; acquired again, it has the same. A release may name
//   the token that it had.
// - semaphore: acquire and release of an integer of permits (nil is 1; or a map with :permits);
//   initially how many there are. owned_semaphore: a client releases what it has acquired.
// - fifo_queue: enqueue, dequeue (nil: it was empty); initially a vector, the head first.
// - stack: push, pop (nil: it was empty); initially a vector, the bottom first.
// - priority_queue: enqueue, dequeue (the smallest value; nil: it was empty); initially a vector.
// - counter: add, increment, subtract, decrement (an integer; nil is 1), read; initially an
// integer.
// - set: add, remove (each may have found nothing to do, and says so where it returns true or
//   false), contains (true or false), read (a collection); initially a collection.
enum class Model : std::uint8_t {
  reg,
  cas_reg,
  multi_register,
  kv,
  revision_kv,
  mutex,
  owned_mutex,
  reentrant_mutex,
  fenced_mutex,
  reentrant_fenced_mutex,
  semaphore,
  owned_semaphore,
  fifo_queue,
  stack,
  priority_queue,
  counter,
  set,
};
std::string_view name_of(Model model);
// The same for people, in a line.
std::string_view operations_of(Model model);
const std::vector<Model>& all_models();
// Does it go by which operations were one client's?
bool knows_clients(Model model);

struct ModelSpec {
  Model model = Model::reg;
  Value initial;  // see above
  // Jepsen's `independent`: every value is a tuple [key value], one object a key.
  bool independent = false;
};

// With the model's usual start: nil, {}, "", free, 1, [], 0 or #{}.
ModelSpec usual_spec(Model model);

// Of the model with that name, starting like this (absent: as usual). The error says which names
// exist, or that the model cannot start so.
boost::system::result<ModelSpec, ReadError> model_spec(std::string_view name,
                                                       const std::optional<Value>& initial);
// From the command line: "cas-register" and an EDN text (none: the model's usual start). The error
// says which names exist.
boost::system::result<ModelSpec, ReadError> parse_model(std::string_view name,
                                                        std::optional<std::string_view> initial);

// One object of a history. `fast`, where there is one, decides most problems in n log n.
struct Object {
  Problem problem;
  std::unique_ptr<Machine> machine;
  std::optional<Ruling> (*fast)(const Problem&, Machine&) = nullptr;
  const char* fast_name = "";
  // Of what `fast` finds ok: the steps in an order that explains it; else none.
  std::vector<std::uint32_t> (*order)(const Problem&, Machine&) = nullptr;
  // The object with nothing but these steps, and of what they read nothing but what they wrote,
  // where that makes no legal history illegal; it may make an illegal one legal. Without it the
  // reads of a long history would bring all they show into a witness.
  std::optional<Object> (*narrow)(const Object&, const std::vector<std::uint32_t>& steps) = nullptr;

  // The same object with another history.
  Object with(std::vector<Step> steps, std::unique_ptr<Machine> other) const {
    return {{std::move(steps), problem.key}, std::move(other), fast, fast_name, order, narrow};
  }
};

// Did an operation that succeeded return something that another state would not have? Where nobody
// asked in vain, a history that says nothing of states is as good: every state explains it.
bool is_put_to_the_test(const History& history, const std::vector<Object>& objects);

// The objects in the order of their first use. The error names an operation that the model does not
// know.
boost::system::result<std::vector<Object>, ReadError> objects_of(const History& history,
                                                                 const ModelSpec& spec);

// Is every invocation's value a pair [key value], reads included, as Jepsen's `independent` writes
// them? Then a model that takes the pairs for values judges something that nobody meant. A
// compare-and-set counts when it has a pair within the pair.
bool looks_independent(const History& history);

// What a model's builder gets: an operation of one object, without its key. Fails are gone.
struct KeyedOperation {
  Step step;  // all but the kind
  const std::string* f = nullptr;
  const Value* argument = nullptr;
  const Value* result = nullptr;  // nil unless `ok`
  const Value* told = nullptr;    // by the completion, whatever the outcome; nil without one
  std::int64_t session = 0;
  bool ok = false;
};

// Each returns false for an operation that the model does not know, with its index in `unknown`.
using Builder = bool (*)(const std::vector<KeyedOperation>& operations, const Value& initial,
                         Object& object, std::size_t& unknown);
bool build_register(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_multi_register(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_kv(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_revision_kv(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_mutex(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_owned_mutex(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_reentrant_mutex(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_fenced_mutex(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_reentrant_fenced_mutex(const std::vector<KeyedOperation>&, const Value&, Object&,
                                  std::size_t&);
bool build_semaphore(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_owned_semaphore(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_queue(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_stack(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_priority_queue(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_counter(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);
bool build_set(const std::vector<KeyedOperation>&, const Value&, Object&, std::size_t&);

}  // namespace windtunnel::checkers
