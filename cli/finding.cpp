#include <windtunnel/cli/finding.h>

#include <windtunnel/scenarios/campaign/shell_word.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/fuzzing/corpus.h>
#include <windtunnel/scenarios/fuzzing/failure_file.h>
#include <windtunnel/scenarios/fuzzing/plan_edit.h>
#include <windtunnel/sim/trace/atomic_file.h>

#include <fmt/format.h>

namespace windtunnel::cli {
namespace {

using scenarios::Subject;

// Nothing is known of what was not run.
void take_end(JobsEnd end, SavedFinding& saved) {
  if (end == JobsEnd::interrupted) saved.interrupted = true;
  if (end == JobsEnd::no_processes) saved.error = "no worker process could be started";
}

Subject make_small(const scenarios::ScenarioSpec& spec, const scenarios::Failure& failure,
                   const scenarios::Registry& registry, const FindingOptions& options,
                   Terminal& terminal, SavedFinding& saved) {
  scenarios::ShrinkOptions shrink;
  shrink.jobs = options.jobs;
  shrink.time = options.time;
  const auto began = std::chrono::steady_clock::now();
  scenarios::ShrinkResult result = scenarios::shrink(
      spec, failure, registry, shrink, [&](const scenarios::ShrinkProgress& progress) {
        terminal.status(fmt::format("shrinking {}: {} tried, {} faults, {} nodes ({})",
                                    failure.fingerprint.text(), progress.candidates,
                                    scenarios::count_faults(progress.best->spec.plan),
                                    scenarios::count_servers(progress.best->spec), progress.pass));
      });
  terminal.status("");
  saved.shrunk = true;
  saved.complete = result.complete;
  take_end(result.end, saved);
  saved.candidates = result.candidates;
  saved.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return std::move(result.best);
}

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

SavedFinding save_finding(const scenarios::ScenarioSpec& spec, const scenarios::Failure& failure,
                          const std::string& file, const scenarios::Registry& registry,
                          const FindingOptions& options, Terminal& terminal) {
  SavedFinding saved;
  Subject subject{spec, failure};
  // What hangs would hang a hundred times.
  if (options.shrink && !failure.hung) {
    subject = make_small(spec, failure, registry, options, terminal, saved);
  }
  const scenarios::ScenarioSpec written = scenarios::failure_spec(subject);
  const std::string text = scenarios::failure_text(written, subject.failure, registry);
  saved.faults = scenarios::count_faults(written.plan);
  saved.nodes = scenarios::count_servers(written);
  saved.clients = scenarios::count_clients(written);
  // What cannot be read again replaces nothing that can.
  const scenarios::Catalog catalog = registry.catalog();
  scenarios::LoadOptions load;
  load.catalog = &catalog;
  const scenarios::LoadedScenario read = scenarios::parse_scenario(file, text, load);
  if (!read.spec) {
    saved.error = "what was found cannot be written as a scenario: " + read.diagnostics.render();
    return saved;
  }
  const FileResult<void> result = write_file_atomically(file, as_bytes(text));
  if (!result) {
    saved.error = result.error().what;
    return saved;
  }
  saved.file = file;
  return saved;
}

void prove_finding(const scenarios::Registry& registry, SavedFinding& saved) {
  const scenarios::Catalog catalog = registry.catalog();
  scenarios::LoadOptions load;
  load.catalog = &catalog;
  scenarios::LoadedScenario read = scenarios::load_scenario(saved.file, load);
  if (!read.spec) {
    saved.error = "what was written cannot be read back: " + read.diagnostics.render();
    return;
  }
  const scenarios::CorpusResult proof =
      scenarios::check_entry({saved.file, std::move(*read.spec)}, registry);
  take_end(proof.end, saved);
  saved.proved = proof.end == JobsEnd::all;
  saved.reproduces = proof.state == scenarios::CorpusState::reproduces;
  saved.operations = proof.operations;
}

std::string saved_text(const SavedFinding& saved, const std::string& called_by) {
  std::string text;
  if (saved.shrunk) {
    text += fmt::format("  shrunk   {}, {}, {}{} ({}, {}{})\n", counted(saved.faults, "fault"),
                        counted(saved.nodes, "node"), counted(saved.clients, "client"),
                        saved.proved ? ", " + counted(saved.operations, "operation") : "",
                        counted(saved.candidates, "candidate"), duration_text(saved.seconds),
                        saved.complete ? "" : ", stopped before its end");
  }
  if (saved.file.empty()) return text;
  return text + fmt::format("  saved    {}{}\n  rerun    {} run {}\n", saved.file,
                            saved.proved && !saved.reproduces ? ", but it does not reproduce" : "",
                            scenarios::shell_word(called_by), scenarios::shell_word(saved.file));
}

}  // namespace windtunnel::cli
