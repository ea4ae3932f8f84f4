// The `describe` of every struct of the spec, and the words of its enumerations. Included by the
// table only.
#pragma once

#include <windtunnel/scenarios/format/schema.h>

#include <iterator>

namespace windtunnel::scenarios {

void describe(Fields<LimitsSpec>& f);
void describe(Fields<ClusterSpec>& f);
void describe(Fields<GroupSpec>& f);
void describe(Fields<SpareSpec>& f);
void describe(Fields<ComputeSpec>& f);
void describe(Fields<NetworkSpec>& f);
void describe(Fields<LinkTraits>& f);
void describe(Fields<LinkRule>& f);
void describe(Fields<StorageSpec>& f);
void describe(Fields<DiskTraits>& f);
void describe(Fields<DiskRule>& f);
void describe(Fields<ClockSpec>& f);
void describe(Fields<ClockTraits>& f);
void describe(Fields<ClockRule>& f);
void describe(Fields<WorkloadSpec>& f);
void describe(Fields<HealSpec>& f);
void describe(Fields<PropertySpec>& f);
void describe(Fields<FloorSpec>& f);
void describe(Fields<BiteFloor>& f);
void describe(Fields<BiteCount>& f);
void describe(Fields<FuzzSpec>& f);
void describe(Fields<GroupDraws>& f);
void describe(Fields<FoundSpec>& f);
void describe(Fields<Distribution>& f);
void describe(Fields<faults::FaultPlan>& f);
void describe(Fields<faults::Fault>& f);
void describe(Fields<faults::Choice>& f);
void describe(Fields<faults::Step>& f);
void describe(Fields<faults::Partition>& f);
void describe(Fields<faults::Cut>& f);
void describe(Fields<faults::Isolate>& f);
void describe(Fields<faults::LinkChange>& f);
void describe(Fields<faults::MessageFilter>& f);
void describe(Fields<faults::Hold>& f);
void describe(Fields<faults::Release>& f);
void describe(Fields<faults::MessageRule>& f);
void describe(Fields<faults::Crash>& f);
void describe(Fields<faults::Restart>& f);
void describe(Fields<faults::Pause>& f);
void describe(Fields<faults::Suspend>& f);
void describe(Fields<faults::ClockJump>& f);
void describe(Fields<faults::ClockDrift>& f);
void describe(Fields<faults::DiskTrouble>& f);
void describe(Fields<faults::Overload>& f);
void describe(Fields<faults::Heal>& f);
void describe(Fields<faults::Act>& f);
void describe(Fields<faults::Deliver>& f);
void describe(Fields<faults::Drop>& f);
void describe(Fields<faults::Wait>& f);
void describe(Fields<faults::WaitUntil>& f);
void describe(Fields<faults::At>& f);
void describe(Fields<faults::Every>& f);
void describe(Fields<faults::Randomly>& f);
void describe(Fields<faults::When>& f);

using WordList = std::vector<std::string_view>;
template <>
struct Words<FormatVersion> {
  static WordList list() { return {"v1"}; }
};
template <>
struct Words<Expectation> {
  static WordList list() { return {"holds", "violated", "violated in_any", "any"}; }
};
template <>
struct Words<StopAt> {
  static WordList list() { return {"first", "never"}; }
};
template <>
struct Words<TieOrder> {
  static WordList list() { return {"fifo", "seeded"}; }
};
template <>
struct Words<Distribution::Shape> {
  static WordList list() {
    return {"uniform", "constant", "normal", "lognormal", "exponential", "pareto"};
  }
};
template <>
struct Words<faults::MessageRule::Action> {
  static WordList list() {
    return {std::begin(faults::kMessageActionNames), std::end(faults::kMessageActionNames)};
  }
};
template <>
struct Words<faults::Crash::Kind> {
  static WordList list() {
    return {std::begin(faults::kCrashNames), std::end(faults::kCrashNames)};
  }
};
template <>
struct Words<faults::DiskTrouble::Kind> {
  static WordList list() {
    return {std::begin(faults::kDiskFaultNames), std::end(faults::kDiskFaultNames)};
  }
};

// What a link does to messages: of a profile, and of a fault.
template <class T>
void describe_impairments(Fields<T>& f) {
  f.optional("loss", &T::loss, "Probability that a message is lost.");
  f.optional("duplicate", &T::duplicate, "Probability that it arrives twice.");
  f.optional("reorder", &T::reorder, "Probability that later messages overtake it.");
  f.optional("corrupt", &T::corrupt,
             "Probability that a bit of it flips; of a stream it is sent again.");
  f.optional("stream_corrupt", &T::stream_corrupt,
             "Probability that a bit of a stream's segment flips and no checksum tells.");
}

}  // namespace windtunnel::scenarios
