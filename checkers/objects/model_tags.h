// The built-in models as types, for code that names one: RegisterModel{}, or with its start,
// CounterModel{.initial = 7}, or one object a key, RegisterModel{.independent = true}, where values
// are tuples [key value]. See models.h for their operations.
#pragma once

#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/protocols/base/value.h>

#include <optional>

namespace windtunnel {

template <checkers::Model kModel>
struct ModelTag {
  std::optional<checkers::Value> initial = std::nullopt;  // none: the model's usual start
  bool independent = false;

  operator checkers::ModelSpec() const {  // NOLINT: a tag stands for its spec
    checkers::ModelSpec spec = checkers::usual_spec(kModel);
    if (initial) spec.initial = *initial;
    spec.independent = independent;
    return spec;
  }
};

using RegisterModel = ModelTag<checkers::Model::reg>;
using CasRegisterModel = ModelTag<checkers::Model::cas_reg>;
using MultiRegisterModel = ModelTag<checkers::Model::multi_register>;
using KvModel = ModelTag<checkers::Model::kv>;
using RevisionKvModel = ModelTag<checkers::Model::revision_kv>;
using MutexModel = ModelTag<checkers::Model::mutex>;
using OwnedMutexModel = ModelTag<checkers::Model::owned_mutex>;
using ReentrantMutexModel = ModelTag<checkers::Model::reentrant_mutex>;
using FencedMutexModel = ModelTag<checkers::Model::fenced_mutex>;
using ReentrantFencedMutexModel = ModelTag<checkers::Model::reentrant_fenced_mutex>;
using SemaphoreModel = ModelTag<checkers::Model::semaphore>;
using OwnedSemaphoreModel = ModelTag<checkers::Model::owned_semaphore>;
using QueueModel = ModelTag<checkers::Model::fifo_queue>;
using StackModel = ModelTag<checkers::Model::stack>;
using PriorityQueueModel = ModelTag<checkers::Model::priority_queue>;
using CounterModel = ModelTag<checkers::Model::counter>;
using SetModel = ModelTag<checkers::Model::set>;

}  // namespace windtunnel
