// What kind of failure a run shows. Two runs that break the same property in the same way have the
// same fingerprint, whatever their numbers, nodes and values are: a campaign reports each kind
// once, and a scenario that is made smaller must keep its kind.
#pragma once

#include <windtunnel/scenarios/campaign/campaign.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

struct Fingerprint {
  std::string check;     // the property, or `no-crash`
  std::string workload;  // whose history, where the check judges one
  // What the check calls it (Finding::kind), or the first line of the witness, with `#` for each
  // number.
  std::string shape;

  // "raft.commit-once-5f1c09aa": fit for a file name. Empty for no failure.
  std::string text() const;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

struct Failure {
  Fingerprint fingerprint;
  // Whose violation it is, by its place in the scenario; kNoProperty of a crash.
  std::size_t property = PropertyResult::kNoProperty;
  std::string text;         // the whole witness
  std::uint64_t event = 0;  // at which it shows; 0: not known
  Duration time;            // since the start of the run; 0: at its end
  std::string trace_hash;   // of the run; empty where it did not end
  bool crashed = false;
  bool hung = false;
};

// The violated properties that are not expected to be `any`, as the scenario orders them.
std::vector<Failure> failures_of(const SeedReport& report);
// The first of them; nothing where there is none.
std::optional<Failure> failure_of(const SeedReport& report);
// The one of that kind.
std::optional<Failure> failure_of(const SeedReport& report, const Fingerprint& kind);

// A witness without what differs between two runs that fail in the same way.
std::string shape_of(std::string_view witness);

}  // namespace windtunnel::scenarios
