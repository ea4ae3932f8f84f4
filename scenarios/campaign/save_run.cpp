#include <windtunnel/scenarios/campaign/save_run.h>

#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/scenarios/campaign/aside.h>
#include <windtunnel/scenarios/campaign/traced_run.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/sim/trace/atomic_file.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace windtunnel::scenarios {
namespace {

void point_latest(const std::string& out, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path link = fs::path(out) / "latest";
  const fs::path temporary = fs::path(out) / ("latest.tmp" + std::to_string(::getpid()));
  fs::remove(temporary, ignored);
  fs::create_directory_symlink(fs::relative(to, out, ignored), temporary, ignored);
  fs::rename(temporary, link, ignored);
}

// The error, or empty.
std::string write(const std::string& directory, const char* name, BytesView bytes) {
  const FileResult<void> written = write_file_atomically(directory + "/" + name, bytes);
  return written ? std::string() : written.error().what;
}

// The first error, or empty. The result comes last: where it is, all is.
std::string write_files(const ScenarioSpec& space, const Registry& registry, std::uint64_t seed,
                        const std::string& directory, const std::string& replay_command) {
  const ScenarioSpec spec = draw_scenario(space, seed);
  return trace_run(spec, registry, seed, [&](TracedRun& run) {
    const std::string document = result_document(run.result, spec, replay_command);
    run.artifacts.trace.meta = document;
    const std::string_view history = run.artifacts.history_jsonl;
    std::string error = write(directory, "scenario.yaml", as_bytes(print_spec(spec)));
    if (error.empty()) error = write(directory, "history.jsonl", as_bytes(history));
    if (error.empty()) error = write(directory, "trace.wtt", encode_trace(run.artifacts.trace));
    if (error.empty()) error = write(directory, "result.json", as_bytes(document));
    return error;
  });
}

std::string write_crash(const ScenarioSpec& space, const SeedReport& report,
                        const std::string& directory, const std::string& replay_command) {
  const ScenarioSpec spec = draw_scenario(space, report.seed);
  const RunResult result = crash_result(spec, report.seed, report.crash);
  std::string error = write(directory, "scenario.yaml", as_bytes(print_spec(spec)));
  if (!error.empty()) return error;
  return write(directory, "result.json", as_bytes(result_document(result, spec, replay_command)));
}

// Puts what was written aside in the place of what an earlier run of the seed left. Needs no space,
// so it cannot fail for want of it. The result goes first and comes last: a directory that has one
// is whole. Files that are not ours stay.
std::string publish(const std::filesystem::path& aside, const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(directory, error);
  // Two runs at a time must not mix their files.
  DirectoryLock lock;
  if (!error && !lock.lock(directory.string())) {
    return "cannot lock '" + directory.string() + "': " + std::strerror(errno);
  }
  if (!error) fs::remove(directory / "result.json", error);
  for (const char* name :
       {"scenario.yaml", "history.jsonl", "trace.wtt", "report.html", "result.json"}) {
    if (!error) fs::remove(directory / name, error);
    if (!error && fs::exists(aside / name)) fs::rename(aside / name, directory / name, error);
  }
  return error ? "cannot write '" + directory.string() + "': " + error.message() : std::string();
}

// The same, when all was written; then `out`/latest points there.
void keep(RunDirectory& directory, const AsideDirectory& aside, const std::string& out) {
  if (directory.error.empty()) directory.error = publish(aside.path(), directory.path);
  if (directory.error.empty()) point_latest(out, directory.path);
}

// Runs one job in a worker. Its outcome; nothing, with the reason in `directory`, where there is
// none.
std::optional<JobOutcome> in_worker(const WorkerOptions& workers, const Job& job,
                                    RunDirectory& directory) {
  std::optional<JobOutcome> ended;
  const JobsEnd end = run_jobs(1, workers, job, [&](std::uint64_t, const JobOutcome& outcome) {
    ended = outcome;
    return true;
  });
  if (ended) return ended;
  directory.interrupted = end == JobsEnd::interrupted;
  directory.error = directory.interrupted ? "interrupted while the run directory was written"
                                          : "no worker process could be started";
  return std::nullopt;
}

// Why a run that came to its end before did not so again.
std::string why_not_again(const JobOutcome& outcome) {
  switch (outcome.kind) {
    case JobOutcome::Kind::done: return outcome.output;
    case JobOutcome::Kind::hung: return "the run took too long when it was repeated for its trace";
    case JobOutcome::Kind::killed:
      return "the run was killed from outside when it was repeated for its trace";
    case JobOutcome::Kind::crashed: break;
  }
  const std::string said = outcome.errors.empty() ? std::string() : "\n" + outcome.errors;
  return "the run could not be repeated for its trace: it crashes" + said;
}

// The stack that a crash wrote into its result.
std::string stack_in(const std::string& directory) {
  const FileResult<reports::ResultFile> result = reports::load_result(directory);
  if (!result || !result->violation) return {};
  constexpr std::string_view kStackMark = "\nstack:\n";
  const std::size_t mark = result->violation->text.find(kStackMark);
  return mark == std::string::npos ? std::string()
                                   : result->violation->text.substr(mark + kStackMark.size());
}

// Takes how the worker ended that was to write the files of a crash.
void take_crash(const ScenarioSpec& spec, const SeedReport& report, const JobOutcome& outcome,
                const std::string& aside, const std::string& replay_command,
                RunDirectory& directory) {
  const bool again = is_crash(outcome) && outcome.output.empty();
  directory.has_trace = again && std::filesystem::exists(aside + "/result.json");
  if (directory.has_trace) {
    directory.stack = stack_in(aside);
    return;
  }
  for (const char* name : {"history.jsonl", "trace.wtt"}) {
    std::error_code ignored;
    std::filesystem::remove(aside + "/" + name, ignored);
  }
  directory.error = write_crash(spec, report, aside, replay_command);
}

}  // namespace

RunDirectory save_run(const ScenarioSpec& spec, const Registry& registry, const SeedReport& report,
                      const std::string& out, const std::string& replay_command,
                      const std::function<std::string(const std::string&)>& then) {
  RunDirectory directory;
  directory.path = out + "/" + spec.name + "/" + std::to_string(report.seed);
  const AsideDirectory aside(directory.path);
  directory.error = aside.error();
  if (!directory.error.empty()) return directory;
  const bool hangs = report.crash.kind == JobOutcome::Kind::hung;
  const std::optional<JobOutcome> written = in_worker(
      trace_worker_options(spec, hangs),
      [&](std::uint64_t) {
        return write_files(spec, registry, report.seed, aside.path(), replay_command);
      },
      directory);
  if (!written) return directory;
  if (report.crashed) {
    take_crash(spec, report, *written, aside.path(), replay_command, directory);
  } else {
    directory.error = why_not_again(*written);
    directory.has_trace = directory.error.empty();
  }
  if (directory.has_trace && then) {
    const std::optional<JobOutcome> made = in_worker(
        trace_worker_options(spec), [&](std::uint64_t) { return then(aside.path()); }, directory);
    if (!made) return directory;
    directory.error = why_not_again(*made);
  }
  keep(directory, aside, out);
  return directory;
}

std::string why_not_writable(const std::string& directory) {
  namespace fs = std::filesystem;
  fs::path place = fs::path(directory).lexically_normal();
  std::error_code error;
  while (!place.empty() && place.has_parent_path() && !fs::exists(place, error) &&
         place != place.parent_path()) {
    place = place.parent_path();
  }
  if (place.empty() || !fs::exists(place, error)) place = ".";
  const std::string found = place.string();
  if (!fs::is_directory(place, error)) return "'" + found + "' is not a directory";
  if (::access(found.c_str(), W_OK | X_OK) != 0) {
    return "cannot write in '" + found + "': " + std::strerror(errno);
  }
  return {};
}

}  // namespace windtunnel::scenarios
