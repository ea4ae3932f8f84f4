// The table of the scenario format: faults.
#include <windtunnel/scenarios/format/describe.h>

#include <fmt/format.h>

#include <type_traits>
#include <utility>

namespace windtunnel::scenarios {

using namespace faults;

namespace {

// Triggers that are closer together would be all that a run does.
constexpr Bounds kLeastDistance{1'000'000};

constexpr std::string_view kNodesDoc = "Which nodes: a selector.";

// `timeout: n1`, for `act: { nodes: n1, action: timeout }`.
struct ShortAct {
  Selector node;
  friend bool operator==(const ShortAct&, const ShortAct&) = default;
};

bool is_short(const Act& act) { return act.action == kShortAction && act.options.empty(); }

void describe(Fields<ShortAct>& f) {
  f.short_form("node");
  f.required("node", &ShortAct::node, kNodesDoc);
}

template <class Owner>
void describe_act(Fields<Owner>& f, std::string_view group) {
  f.template alternative<Act>(Act::kRow.name, &Owner::effect, group, Act::kRow.doc,
                              [](const Act& act) { return !is_short(act); });
  f.template written_as<Act, ShortAct>(
      kShortAction, &Owner::effect, group, "Short for the action of this name.",
      [](const Act& act) -> std::optional<ShortAct> {
        if (!is_short(act)) return std::nullopt;
        return ShortAct{act.nodes};
      },
      [](ShortAct form) {
        return Act{std::move(form.node), std::string(kShortAction), {}};
      });
}

template <class E, class Owner>
void describe_effect(Fields<Owner>& f, std::string_view group) {
  if constexpr (std::is_same_v<E, Act>) {
    describe_act(f, group);
  } else {
    f.template alternative<E>(E::kRow.name, &Owner::effect, group, E::kRow.doc);
  }
}

template <class Owner, class... E>
void describe_each(Fields<Owner>& f, std::string_view group,
                   const std::variant<std::monostate, E...>*) {
  (describe_effect<E>(f, group), ...);
}

// The keys that are effects, for a fault, a choice and a step alike.
template <class Owner>
void describe_effects(Fields<Owner>& f, std::string_view group) {
  describe_each(f, group, static_cast<const Effect*>(nullptr));
}

MaybeProblem check_trigger(const Fault& fault) {
  if (fault.choices.empty() || std::holds_alternative<Randomly>(fault.trigger)) return {};
  return Problem{Code::effect, "`choose` needs the trigger `random`", "write the effect itself"};
}

MaybeProblem check_duration(const std::optional<DurationRange>& duration, const Effect& effect) {
  if (!duration || std::holds_alternative<std::monostate>(effect)) return {};
  if (row_of(effect).lasting != Lasting::not_at_all) return {};
  return Problem{Code::inconsistent,
                 fmt::format("`for` beside `{}`, which happens at once", title_of(effect)),
                 {}};
}

MaybeProblem check_choice(const Choice& choice) {
  return check_duration(choice.duration, choice.effect);
}

MaybeProblem check_fault(const Fault& fault) {
  if (const MaybeProblem problem = check_trigger(fault)) return problem;
  if (!fault.script.empty()) {
    if (!fault.duration) return {};
    return Problem{Code::inconsistent, "`for` beside `script`, which lasts until its last step",
                   "end what a step began with the step `heal`"};
  }
  return fault.choices.empty() ? check_duration(fault.duration, fault.effect) : MaybeProblem();
}

MaybeProblem check_every(const Every& every) {
  if (!every.until || every.from <= *every.until) return {};
  return Problem{Code::inconsistent, "`until` is before `from`", {}};
}

MaybeProblem check_disk(const DiskTrouble& fault) {
  const bool slows = fault.delay.has_value() || fault.factor > 1;
  if ((fault.kind == DiskTrouble::Kind::slow) == slows) return {};
  return Problem{Code::inconsistent,
                 slows ? "`delay` and `factor` belong to `fault: slow`"
                       : "`fault: slow` needs `delay` or `factor`",
                 {}};
}

MaybeProblem check_when(const When& when) {
  if (!when.until || when.from <= *when.until) return {};
  return Problem{Code::inconsistent, "`until` is before `from`", {}};
}

MaybeProblem check_link(const LinkChange& link) {
  if (link.queue && !link.bandwidth) {
    return Problem{Code::inconsistent, "`queue` belongs to `bandwidth`", {}};
  }
  const bool impairs =
      link.loss || link.duplicate || link.reorder || link.corrupt || link.stream_corrupt;
  if (impairs || link.delay || link.bandwidth) return {};
  return Problem{Code::missing_key, "the link is not changed",
                 "give loss, duplicate, reorder, corrupt, stream_corrupt, delay or bandwidth"};
}

MaybeProblem check_distribution(const Distribution& d) {
  using Shape = Distribution::Shape;
  const auto needs = [](bool given, const char* what) -> MaybeProblem {
    if (given) return {};
    return Problem{Code::distribution, std::string("this distribution needs ") + what, {}};
  };
  if (d.max.ns != 0 && d.max < d.min)
    return Problem{Code::inconsistent, "`max` is below `min`", {}};
  switch (d.shape) {
    case Shape::uniform: return {};
    case Shape::constant: return needs(d.value.min == d.value.max, "one `value`, not a range");
    case Shape::normal: return needs(d.mean.ns > 0 && d.stddev.ns > 0, "`mean` and `stddev`");
    case Shape::lognormal:
      return needs(d.median.ns > 0 && d.sigma.millionths > 0, "`median` and `sigma`");
    case Shape::exponential: return needs(d.mean.ns > 0, "`mean`");
    case Shape::pareto: return needs(d.scale.ns > 0 && d.tail.millionths > 0, "`scale` and `tail`");
  }
  return {};
}

}  // namespace

void describe(Fields<Distribution>& f) {
  f.short_form("value");
  f.optional("dist", &Distribution::shape, "Its shape.");
  f.optional("value", &Distribution::value, "constant: the value; uniform: the range, `1ms..3ms`.");
  f.optional("mean", &Distribution::mean, "normal, exponential: the mean.");
  f.optional("stddev", &Distribution::stddev, "normal: the standard deviation.");
  f.optional("median", &Distribution::median, "lognormal: the median.");
  f.optional("sigma", &Distribution::sigma, "lognormal: the deviation of the logarithm.");
  f.optional("scale", &Distribution::scale, "pareto: the least value.");
  f.optional("tail", &Distribution::tail, "pareto: the exponent; smaller means a heavier tail.");
  f.optional("min", &Distribution::min, "Never less than this.");
  f.optional("max", &Distribution::max, "Never more than this; `0s` for no bound.");
  f.verify(check_distribution);
}

void describe(Fields<FaultPlan>& f) {
  f.optional("faults", &FaultPlan::faults, "What goes wrong, and when.");
}

void describe(Fields<Fault>& f) {
  f.span(&Fault::span);
  f.optional("id", &Fault::id,
             "Keys the fault's random draws. Its label or position when absent; tools write it.");
  f.optional("label", &Fault::label, "What reports call it.");
  f.alternative<At>("at", &Fault::trigger, "trigger", "Once, at this time.");
  f.alternative<Every>("every", &Fault::trigger, "trigger", "Again and again.");
  f.alternative<Randomly>("random", &Fault::trigger, "trigger", "At random times.");
  f.alternative<When>("when", &Fault::trigger, "trigger", "When something was observed.");
  describe_effects(f, "effect");
  f.one_of("choose", &Fault::choices, "effect",
           "With `random`: each time one of these, by weight.");
  f.one_of("script", &Fault::script, "effect", "Steps, one after the other.");
  f.optional("for", &Fault::duration, "How long it lasts; until it is healed when absent.");
  f.verify(check_fault);
}

void describe(Fields<Choice>& f) {
  f.span(&Choice::span);
  f.optional("weight", &Choice::weight, "How often it is chosen, relative to the others.",
             Bounds{1, 1'000'000});
  describe_effects(f, "effect");
  f.optional("for", &Choice::duration, "How long it lasts.");
  f.verify(check_choice);
}

void describe(Fields<Step>& f) {
  f.span(&Step::span);
  describe_effects(f, "step");
  f.alternative<Deliver>("deliver", &Step::action, "step",
                         "Waits for a held message and delivers it.");
  f.alternative<Drop>("drop", &Step::action, "step", "Waits for a held message and loses it.");
  f.alternative<Wait>("wait", &Step::action, "step", "Waits.");
  f.alternative<WaitUntil>("until", &Step::action, "step", "Waits for an observation.");
}

void describe(Fields<At>& f) {
  f.short_form("time");
  f.required("time", &At::time, "Since the start of the run; a range draws it.");
}

void describe(Fields<Every>& f) {
  f.short_form("period");
  f.required("period", &Every::period, "The distance.", kLeastDistance);
  f.optional("from", &Every::from, "The first time.");
  f.optional("until", &Every::until, "Not after this; the end of the run when absent.");
  f.verify(check_every);
}

void describe(Fields<Randomly>& f) {
  f.required("between", &Randomly::between, "From when until when, `14s..22s`.");
  f.required("mean_interval", &Randomly::mean_interval, "The mean distance.", kLeastDistance);
}

void describe(Fields<When>& f) {
  f.short_form("event");
  f.required(
      "event", &When::pattern,
      "`leader elected`, `leader(n1)`, `commit(n1) >= 10`, `commit(n1/1) >= 10` in a group of "
      "number 1, any counter of the service; `event kind=truncate node=n2 count=3`, any of its "
      "observations, also by fields: `first=4`, `first>=4`.");
  f.optional("after", &When::delay, "How much later; a range draws it.");
  f.optional("repeat", &When::repeat, "Each time from then on, not once.");
  f.optional("from", &When::from, "What was observed before this does not count.");
  f.optional("until", &When::until, "Nor after this; the end of the run when absent.");
  f.verify(check_when);
}

void describe(Fields<Partition>& f) {
  f.short_form("sides");
  f.required("sides", &Partition::sides,
             "A list of sides, each a selector; or `halves`, `bridge` (two halves and a node that "
             "both reach), `ring`. Nodes in no side, such as clients, keep their links.");
}

void describe(Fields<Cut>& f) {
  f.required("from", &Cut::from, "Whose messages are lost: a selector.");
  f.required("to", &Cut::to, "On the way to whom: a selector.");
  f.optional("both", &Cut::both, "Also the other way.");
}

void describe(Fields<Isolate>& f) {
  f.short_form("nodes");
  f.required("nodes", &Isolate::nodes, kNodesDoc);
}

void describe(Fields<LinkChange>& f) {
  f.required("from", &LinkChange::from, kNodesDoc);
  f.required("to", &LinkChange::to, kNodesDoc);
  f.optional("both", &LinkChange::both, "Also the other way.");
  describe_impairments(f);
  f.optional("delay", &LinkChange::delay, "Added to the latency.");
  f.bandwidth("bandwidth", &LinkChange::bandwidth, "Where the link has no less.");
  f.optional("queue", &LinkChange::queue,
             "Bytes that may wait for the bandwidth; further messages are lost.");
  f.verify(check_link);
}

void describe(Fields<MessageFilter>& f) {
  f.optional("type", &MessageFilter::type,
             "The service's name of the message type; every type when absent.");
  f.optional("from", &MessageFilter::from, "Senders; every node when absent.");
  f.optional("to", &MessageFilter::to, "Receivers; every node when absent.");
}

void describe(Fields<Hold>& f) { f.inlined(&Hold::messages); }
void describe(Fields<Release>& f) { f.inlined(&Release::messages); }

void describe(Fields<MessageRule>& f) {
  f.inlined(&MessageRule::messages);
  f.required("action", &MessageRule::action, "What happens to them.");
  f.optional("probability", &MessageRule::probability, "Of each message.");
  f.optional("delay", &MessageRule::delay, "With `action: delay`.");
}

void describe(Fields<Crash>& f) {
  f.short_form("nodes");
  f.required("nodes", &Crash::nodes, kNodesDoc);
  f.optional("kind", &Crash::kind,
             "`process` keeps what was written; `power` loses a drawn part of what was not synced, "
             "also of "
             "a process that has ended before.");
}

void describe(Fields<Restart>& f) {
  f.short_form("nodes");
  f.required("nodes", &Restart::nodes, kNodesDoc);
}

void describe(Fields<Pause>& f) {
  f.short_form("nodes");
  f.required("nodes", &Pause::nodes, kNodesDoc);
}

void describe(Fields<Suspend>& f) {
  f.short_form("nodes");
  f.required("nodes", &Suspend::nodes, kNodesDoc);
}

void describe(Fields<ClockJump>& f) {
  f.required("nodes", &ClockJump::nodes, kNodesDoc);
  f.required("by", &ClockJump::by, "How far; negative: back. A range draws it.", kAnySign);
}

void describe(Fields<ClockDrift>& f) {
  f.required("nodes", &ClockDrift::nodes, kNodesDoc);
  f.required("ppm", &ClockDrift::ppm, "Parts per million; negative: slow. A range draws it.",
             Bounds{-500'000, 500'000});
}

void describe(Fields<DiskTrouble>& f) {
  f.required("nodes", &DiskTrouble::nodes, kNodesDoc);
  f.required("fault", &DiskTrouble::kind, "What the disk does.");
  f.optional("probability", &DiskTrouble::probability,
             "Of each operation; with bit-rot of each stored sector, with torn-tail of each file.");
  f.optional("delay", &DiskTrouble::delay, "With `fault: slow`: how much longer operations take.");
  f.optional("factor", &DiskTrouble::factor, "With `fault: slow`: how many times as long, first.",
             Bounds{1, 1'000'000});
  f.verify(check_disk);
}

void describe(Fields<Overload>& f) {
  f.required("nodes", &Overload::nodes, kNodesDoc);
  f.optional("factor", &Overload::factor, "Multiplies the cost of input.", Bounds{1, 1'000'000});
  f.optional("per_input", &Overload::per_input, "Added to the cost of each input.");
}

void describe(Fields<Heal>& f) {
  f.short_form("nodes");
  f.required("nodes", &Heal::nodes, kNodesDoc);
}

void describe(Fields<Act>& f) {
  f.required("nodes", &Act::nodes, kNodesDoc);
  f.required("action", &Act::action,
             "Which action: `windtunnel list services` names those of each service.");
  f.other_keys(&Act::options, "An option of the action.");
}

void describe(Fields<Deliver>& f) {
  f.inlined(&Deliver::messages);
  f.optional("ordinal", &Deliver::ordinal, "Which of the matching messages, from 1.", kPositive);
}

void describe(Fields<Drop>& f) {
  f.inlined(&Drop::messages);
  f.optional("ordinal", &Drop::ordinal, "Which of the matching messages, from 1.", kPositive);
}

void describe(Fields<Wait>& f) {
  f.short_form("time");
  f.required("time", &Wait::time, "How long.");
}

void describe(Fields<WaitUntil>& f) {
  f.short_form("event");
  f.required("event", &WaitUntil::pattern, "As with `when`.");
}

}  // namespace windtunnel::scenarios
