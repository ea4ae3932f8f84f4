#include <windtunnel/cli/log_printer.h>

#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/sim/node.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <string>

namespace windtunnel::cli {

LogPrinter::LogPrinter(bool names_seed)
    : names_seed_(names_seed),
      descriptor_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)),
      is_terminal_(::isatty(STDERR_FILENO) == 1) {}

LogPrinter::~LogPrinter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void LogPrinter::on_log(Simulation& sim, const LogLine& line) {
  const std::string seed = names_seed_ ? fmt::format("seed {}  ", sim.seed()) : std::string();
  // A status line may stand there.
  const std::string text =
      fmt::format("{}{}{}  {}  {}  {}\n", is_terminal_ ? "\r\033[K" : "", seed,
                  reports::format_time(line.time.ns), sim.node(line.node).name(),
                  name_of(line.level), printable(line.text));
  const ssize_t written = ::write(descriptor_, text.data(), text.size());
  (void)written;
}

}  // namespace windtunnel::cli
