#include <windtunnel/scenarios/rapidcheck/history_maker.h>

#include <windtunnel/scenarios/rapidcheck/plain_object.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace windtunnel::gen {
namespace {

using checkers::EventType;
using checkers::HistoryRecorder;
using checkers::Value;

class Maker {
 public:
  Maker(const HistoryOptions& options, bool lies)
      : options_(options),
        lies_(lies),
        // A kv has a key in every operation anyway.
        independent_(options.model.independent && options.model.model != checkers::Model::kv),
        recorder_(options.clients),
        open_(static_cast<std::size_t>(options.clients)) {
    const std::int64_t keys = std::max<std::int64_t>(1, options.keys);
    const std::int64_t objects = independent_ ? keys : 1;
    for (std::int64_t i = 0; i < objects; ++i) {
      objects_.push_back(plain_object(options.model, keys));
    }
  }

  void step(std::uint32_t choice) {
    const auto clients = static_cast<std::uint32_t>(options_.clients);
    const std::uint32_t client = choice % clients;
    const std::uint32_t rest = choice / clients;
    now_.ns += 1'000'000;
    std::optional<Open>& mine = open_[client];
    if (!mine) {
      begin(client, rest);
    } else if (go_on(*mine, rest % 16, rest / 16)) {
      mine.reset();
    }
  }

  checkers::History take() { return recorder_.take(); }

 private:
  struct Open {
    HistoryRecorder::OpId id;
    Call call;
    std::size_t object = 0;
    bool took_effect = false;
    std::optional<Value> result;
  };

  void begin(std::uint32_t client, std::uint32_t choice) {
    Open mine;
    mine.object = choice % objects_.size();
    mine.call = objects_[mine.object]->call(choice / static_cast<std::uint32_t>(objects_.size()));
    mine.id = recorder_.invoke(client, now_, mine.call.f, keyed(mine, mine.call.argument));
    open_[client] = std::move(mine);
  }

  // True when the operation has ended. 0 ends it as it should.
  bool go_on(Open& mine, std::uint32_t what, std::uint32_t choice) {
    if (what > 8 && what < 12) {
      take_effect(mine);
      return false;
    }
    if (what == 13 && options_.infos) return end(mine, EventType::info, mine.call.argument);
    if (what == 14 && options_.fails && !mine.took_effect) {
      return end(mine, EventType::fail, mine.call.argument);
    }
    take_effect(mine);
    if (what == 15 && lies_) mine.result = objects_[mine.object]->lie(mine.call, choice);
    if (mine.result) return end(mine, EventType::ok, *mine.result);
    return end(mine, EventType::fail, mine.call.argument);
  }

  void take_effect(Open& mine) {
    if (!mine.took_effect) mine.result = objects_[mine.object]->apply(mine.call);
    mine.took_effect = true;
  }

  bool end(const Open& mine, EventType outcome, const Value& value) {
    recorder_.complete(mine.id, now_, outcome, keyed(mine, value));
    return true;
  }

  Value keyed(const Open& mine, const Value& value) const {
    if (!independent_) return value;
    return Value::vector({Value(static_cast<std::int64_t>(mine.object)), value});
  }

  const HistoryOptions& options_;
  bool lies_;
  bool independent_;
  HistoryRecorder recorder_;
  std::vector<std::optional<Open>> open_;  // by client
  std::vector<std::unique_ptr<PlainObject>> objects_;
  Instant now_;
};

// Most choices call an operation or end one.
rc::Gen<checkers::History> made(HistoryOptions options, bool lies) {
  const auto shared = std::make_shared<const HistoryOptions>(std::move(options));
  return rc::gen::withSize([shared, lies](int size) {
    const auto choices = static_cast<int>(2 * shared->operations) * size / rc::kNominalSize;
    const auto word =
        rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 1U << 30));
    return rc::gen::map(
        rc::gen::resize(choices, rc::gen::container<std::vector<std::uint32_t>>(word)),
        [shared, lies](const std::vector<std::uint32_t>& all) {
          return make_history(*shared, lies, all);
        });
  });
}

}  // namespace

checkers::History make_history(const HistoryOptions& options, bool lies,
                               const std::vector<std::uint32_t>& choices) {
  Maker maker(options, lies);
  for (const std::uint32_t choice : choices) maker.step(choice);
  return maker.take();
}

rc::Gen<checkers::History> linearizable_history(HistoryOptions options) {
  return made(std::move(options), false);
}

rc::Gen<checkers::History> history(HistoryOptions options) {
  return made(std::move(options), true);
}

}  // namespace windtunnel::gen
