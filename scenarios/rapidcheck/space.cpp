#include <windtunnel/scenarios/rapidcheck/space.h>

#include <windtunnel/faults/plan/selector.h>
#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace windtunnel::gen {

using namespace faults;

namespace {

// "leader", "random(1)": a term as scenario files write it.
Selector of(std::string_view term) {
  const std::optional<Term> parsed = parse_term(term);
  WT_ASSERT(parsed.has_value(), "a generated selector is one of the format");
  return Selector{{*parsed}};
}

constexpr std::string_view kOne[] = {"leader", "random(1)"};
constexpr std::string_view kSome[] = {"leader", "random(1)", "minority", "majority", "all"};
struct Link {
  std::string_view from;
  std::string_view to;
};
constexpr Link kLinks[] = {
    {"leader", "all"}, {"all", "leader"}, {"minority", "all"}, {"all", "all"}, {"clients", "all"}};

class Kinds {
 public:
  explicit Kinds(const PlanOptions& options) : options_(options) {}

  std::vector<Choice> run() {
    partitions();
    links();
    messages();
    nodes();
    disks();
    WT_ASSERT(!kinds_.empty(), "the options allow an effect that the scenario has");
    weigh();
    return std::move(kinds_);
  }

 private:
  void add(Effect effect) {
    const EffectRow& row = row_of(effect);
    const std::string_view name = row.name;
    if (std::find(options_.effects.begin(), options_.effects.end(), name) ==
        options_.effects.end()) {
      return;
    }
    Choice kind;
    if (row.lasting != Lasting::not_at_all && name != "clock_jump") {
      kind.duration = DurationRange{std::min(milliseconds(10), options_.longest), options_.longest};
    }
    kind.effect = std::move(effect);
    kinds_.push_back(std::move(kind));
  }

  // Each effect as likely as the others, however many kinds of it there are.
  void weigh() {
    constexpr std::uint32_t kOfAnEffect = 1'000;
    std::map<std::string_view, std::uint32_t> counts;
    for (const Choice& kind : kinds_) ++counts[row_of(kind.effect).name];
    for (Choice& kind : kinds_) {
      kind.weight = std::max(1U, kOfAnEffect / counts[row_of(kind.effect).name]);
    }
  }

  void partitions() {
    using Shape = Sides::Shape;
    for (const Shape shape : {Shape::halves, Shape::bridge, Shape::ring}) {
      add(Partition{{shape, {}}});
    }
    for (const std::string_view side : {"leader", "random(1)", "minority"}) {
      add(Partition{{Shape::listed, {of(side), of("rest")}}});
    }
    for (const std::string_view who : kSome) {
      if (who != "all") add(Isolate{of(who)});
    }
  }

  void links() {
    for (const Link& link : kLinks) {
      for (const bool both : {false, true}) add(Cut{of(link.from), of(link.to), both});
      LinkChange change;
      change.from = of(link.from);
      change.to = of(link.to);
      impair(change);
    }
  }

  // One impairment at a time, once little and once much.
  void impair(const LinkChange& plain) {
    for (const std::uint32_t share : {50'000U, 400'000U}) {
      for (const auto member : {&LinkChange::loss, &LinkChange::duplicate, &LinkChange::reorder}) {
        LinkChange change = plain;
        change.*member = PerMillion{share};
        add(change);
      }
    }
    for (const Duration most : {milliseconds(20), milliseconds(300)}) {
      LinkChange change = plain;
      change.delay = Distribution::uniform(Duration{}, most);
      add(change);
    }
    LinkChange narrow = plain;
    narrow.bandwidth = Size{50'000};
    narrow.queue = Size{16 * 1024};
    add(narrow);
    if (!options_.damage_messages) return;
    LinkChange damaged = plain;
    damaged.corrupt = PerMillion{50'000};
    add(damaged);
  }

  void messages() {
    std::vector<std::string> types{""};
    for (const scenarios::GroupSpec& group : options_.scenario.cluster.groups) {
      const auto* service = scenarios::find_named(options_.catalog.services, group.service);
      if (service == nullptr) continue;
      types.insert(types.end(), service->message_types.begin(), service->message_types.end());
    }
    for (const std::string& type : types) {
      add(Hold{{type, {}, {}}});
      rules({type, {}, {}});
      rules({type, of("leader"), {}});
    }
    add(Release{});
  }

  void rules(const MessageFilter& filter) {
    using Action = MessageRule::Action;
    MessageRule rule;
    rule.messages = filter;
    for (const std::uint32_t share : {200'000U, 1'000'000U}) {
      rule.probability = PerMillion{share};
      for (const Action action : {Action::drop, Action::duplicate, Action::delay}) {
        rule.action = action;
        rule.delay = {};
        if (action == Action::delay) rule.delay = {milliseconds(1), milliseconds(500)};
        add(rule);
      }
    }
    rule.action = Action::corrupt;
    rule.delay = {};
    if (options_.damage_messages) add(rule);
  }

  void nodes() {
    for (const std::string_view who : kSome) {
      add(Crash{of(who), Crash::Kind::process});
      add(Crash{of(who), Crash::Kind::power});
      add(Restart{of(who)});
      add(Pause{of(who)});
      add(Suspend{of(who)});
      add(Heal{of(who)});
      add(ClockJump{of(who), {-seconds(600), seconds(600)}});
      add(ClockDrift{of(who), {-200'000, 200'000}});
      add(Overload{of(who), milliseconds(1), 1});
      add(Overload{of(who), microseconds(100), 10});
    }
    std::set<std::string_view> actions;
    for (const scenarios::GroupSpec& group : options_.scenario.cluster.groups) {
      const auto* service = scenarios::find_named(options_.catalog.services, group.service);
      if (service == nullptr) continue;
      for (const scenarios::ActionInfo& action : service->actions) actions.insert(action.name);
    }
    for (const std::string_view action : actions) {
      for (const std::string_view who : kOne) add(Act{of(who), std::string(action), {}});
    }
  }

  void disks() {
    for (const DiskTrouble::Kind kind : options_.disk_faults) {
      for (const std::string_view who : kSome) {
        DiskTrouble disk;
        disk.nodes = of(who);
        disk.kind = kind;
        if (kind == DiskTrouble::Kind::slow) {
          disk.delay = Distribution::uniform(Duration{}, milliseconds(100));
        }
        add(disk);
        disk.probability = PerMillion{300'000};
        add(disk);
      }
    }
  }

  const PlanOptions& options_;
  std::vector<Choice> kinds_;
};

IntegerRange up_to(std::uint32_t most) { return {1, std::max<std::uint32_t>(1, most)}; }

}  // namespace

std::vector<std::string> all_effects() {
  return {"partition", "cut",         "isolate",  "link",  "hold",    "release",
          "messages",  "crash",       "restart",  "pause", "suspend", "clock_jump",
          "disk",      "clock_drift", "overload", "heal",  "act"};
}

std::vector<DiskTrouble::Kind> honest_disk_faults() {
  using Kind = DiskTrouble::Kind;
  return {Kind::slow,     Kind::fail_fsync, Kind::full,
          Kind::eio_read, Kind::eio_write,  Kind::torn_tail};
}

DurationRange begin_of(const PlanOptions& options) {
  if (options.begin) return *options.begin;
  const Duration end = options.scenario.limits.sim_time;
  const Duration last = options.scenario.heal ? options.scenario.heal->at : end * 3 / 4;
  return {{}, std::min(last, end)};
}

std::vector<Choice> kinds_of(const PlanOptions& options) { return Kinds(options).run(); }

scenarios::ScenarioSpec plan_space(const PlanOptions& options, std::size_t most) {
  scenarios::ScenarioSpec space = options.scenario;
  space.plan = {};
  scenarios::FuzzSpec& fuzz = space.fuzz.emplace();
  fuzz.between = begin_of(options);
  WT_ASSERT(fuzz.between.min <= fuzz.between.max && fuzz.between.max <= space.limits.sim_time,
            "faults begin within the run");
  fuzz.faults = {0, static_cast<std::int64_t>(most)};
  fuzz.kinds = kinds_of(options);
  return space;
}

scenarios::ScenarioSpec scenario_space(const ScenarioOptions& options, std::size_t most) {
  scenarios::ScenarioSpec space = plan_space(options.plan, most);
  scenarios::FuzzSpec& fuzz = *space.fuzz;
  const std::uint32_t nodes = space.cluster.groups.front().count;
  for (std::uint32_t count = 1; options.vary_cluster && count <= nodes; ++count) {
    fuzz.first.nodes.push_back(count);
  }
  if (options.vary_network) fuzz.latency = DurationRange{microseconds(100), milliseconds(40)};
  if (options.vary_storage) fuzz.fsync = DurationRange{microseconds(50), milliseconds(15)};
  if (!options.vary_workloads || space.workloads.empty()) return space;
  std::uint32_t clients = 1;
  std::uint32_t keys = 1;
  for (const scenarios::WorkloadSpec& workload : space.workloads) {
    clients = std::max(clients, workload.clients);
    keys = std::max(keys, workload.keys);
  }
  fuzz.clients = up_to(clients);
  fuzz.keys = up_to(keys);
  return space;
}

}  // namespace windtunnel::gen
