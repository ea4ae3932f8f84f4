#include <windtunnel/harness/raft/exploration_spec.h>

#include <windtunnel/harness/raft/raft_invariants.h>
#include <windtunnel/scenarios/format/describe.h>
#include <windtunnel/scenarios/format/reader.h>
#include <windtunnel/scenarios/format/yaml_document.h>

#include <fmt/format.h>

namespace windtunnel::scenarios {

template <>
struct Words<DiskOrder> {
  static WordList list() { return {"atomic", "async"}; }
};

namespace {

// A count fits a byte of a state.
constexpr Bounds kCount{0, 255};
// A path is told to whoever watches the process.
constexpr Bounds kDepth{1, 2'000};
// Symmetry over more nodes than this costs more than it saves, and nothing would be exhausted.
constexpr Bounds kNodes{1, 5};

MaybeProblem check_ignored(const ExplorationSpec& spec) {
  for (const std::string& name : spec.ignore) {
    if (raft_invariant_of(name)) continue;
    return Problem{Code::unknown_check, fmt::format("ignore: there is no invariant '{}'", name),
                   "as raft.old-term-commit; see `windtunnel list checks`"};
  }
  return std::nullopt;
}

}  // namespace

void describe(Fields<ExplorationBounds>& f);
void describe(Fields<ExplorationLimits>& f);

void describe(Fields<ExplorationSpec>& f) {
  f.required("explore", &ExplorationSpec::version, "The version of the format. The first key.");
  f.required("name", &ExplorationSpec::name, "Letters, digits and dashes.");
  f.optional("description", &ExplorationSpec::description, "What it is for, for people.");
  f.optional("nodes", &ExplorationSpec::nodes, "Voters.", kNodes);
  f.optional("disk", &ExplorationSpec::disk,
             "Writes are done at once, or each when it likes, in any order.");
  f.optional("pre_vote", &ExplorationSpec::pre_vote, "Raft asks before it raises the term.");
  f.optional("check_quorum", &ExplorationSpec::check_quorum,
             "A leader without a quorum steps down, and followers ignore candidates meanwhile.");
  f.optional("max_batch", &ExplorationSpec::max_batch,
             "Bytes of commands in an append; one entry always fits.");
  f.optional("ignore", &ExplorationSpec::ignore,
             "Invariants of Raft that are not looked at, to see what comes of it.");
  f.verify(&check_ignored);
  f.required("bounds", &ExplorationSpec::bounds, "What may happen in one history, and how often.");
  f.optional("limits", &ExplorationSpec::limits, "Where the search ends though there is more.");
}

void describe(Fields<ExplorationBounds>& f) {
  f.optional("terms", &ExplorationBounds::terms, "The highest term that is entered.", kCount);
  f.optional("timeouts", &ExplorationBounds::timeouts, "Election timeouts.", kCount);
  f.optional("silences", &ExplorationBounds::silences,
             "A follower no longer believes in its leader, and does not campaign yet.", kCount);
  f.optional("heartbeats", &ExplorationBounds::heartbeats, "Heartbeat timers.", kCount);
  f.optional("quorum_checks", &ExplorationBounds::quorum_checks,
             "A leader looks whether it has a quorum; with check_quorum.", kCount);
  f.optional("proposals", &ExplorationBounds::proposals, "Commands of clients.", kCount);
  f.optional("reads", &ExplorationBounds::reads, "Linearizable reads.", kCount);
  f.optional("snapshots", &ExplorationBounds::snapshots, "Compactions.", kCount);
  f.optional("crashes", &ExplorationBounds::crashes, "Power losses, each with a restart.", kCount);
  f.optional("duplicates", &ExplorationBounds::duplicates, "Messages that arrive again.", kCount);
  f.optional("drops", &ExplorationBounds::drops,
             "Messages that are lost; only in_flight makes this differ from a message that never "
             "arrives.",
             kCount);
  f.optional("in_flight", &ExplorationBounds::in_flight,
             "Messages on their way at a time; 0: as many as there are.", kCount);
}

void describe(Fields<ExplorationLimits>& f) {
  f.optional("depth", &ExplorationLimits::depth, "Actions from the start.", kDepth);
  f.optional("states", &ExplorationLimits::states, "Different states.", kPositive);
  f.optional("bytes", &ExplorationLimits::bytes, "Memory of the search, by count.");
}

namespace {

bool check_version(const YamlNode& root, Diagnostics& diagnostics) {
  const std::string hint = "begin with: explore: v1";
  if (!root.is_map() || root.children.empty()) {
    diagnostics.error(Code::version, root.span, "a file of bounds is a map of keys", hint);
    return false;
  }
  const YamlNode& first = root.children.front();
  if (first.key != "explore") {
    diagnostics.error(Code::version, first.key_span, "the first key is not `explore`", hint);
    return false;
  }
  if (first.text == "v1") return true;
  diagnostics.error(Code::version, first.span,
                    fmt::format("the version '{}' is not known", first.text),
                    "this build reads v1");
  return false;
}

}  // namespace

LoadedExploration parse_exploration(const std::string& path, std::string text) {
  LoadedExploration loaded;
  const std::optional<YamlNode> root = parse_yaml(path, std::move(text), loaded.diagnostics);
  if (!root || !check_version(*root, loaded.diagnostics)) return loaded;
  ExplorationSpec spec;
  read_table(*root, loaded.diagnostics, [&spec](SchemaVisitor& reader) {
    walk(reader, FieldInfo{}, spec, ExplorationSpec{});
  });
  if (loaded.diagnostics.empty()) loaded.spec = std::move(spec);
  return loaded;
}

LoadedExploration load_exploration(const std::string& path) {
  LoadedExploration loaded;
  std::optional<std::string> text = read_file(path, SourceSpan{}, loaded.diagnostics);
  if (!text) return loaded;
  return parse_exploration(path, std::move(*text));
}

}  // namespace windtunnel::scenarios
