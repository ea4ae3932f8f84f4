// Golden transcripts: tests/transcripts/*.txt hold commands and what they must print. A blank line
// ends a block:
//
//   deliver to=n1
//   ----
//   n2 -> n1 append-reply term=2 match=1
//
// The prints are rewritten, never in CI, by running this test with WT_REWRITE_TRANSCRIPTS=1; review
// them like code.
#include "tests/unit/protocols/raft/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace windtunnel::raft {
namespace {

struct Command {
  std::string name;
  std::vector<std::string> arguments;          // plain words
  std::map<std::string, std::string> options;  // key=value

  std::string option(const std::string& key, const std::string& fallback) const {
    const auto at = options.find(key);
    return at == options.end() ? fallback : at->second;
  }
};

Command parse(const std::string& line) {
  std::istringstream words(line);
  Command command;
  words >> command.name;
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      command.arguments.push_back(word);
    } else {
      command.options[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  return command;
}

class Player {
 public:
  // What the command printed.
  std::vector<std::string> play(const Command& command) {
    using Handler = void (Player::*)(const Command&);
    static const std::map<std::string, Handler> kHandlers = {
        {"cluster", &Player::on_cluster}, {"fire", &Player::on_fire},
        {"propose", &Player::on_propose}, {"read", &Player::on_read},
        {"deliver", &Player::on_deliver}, {"drop", &Player::on_drop},
        {"persist", &Player::on_persist}, {"settle", &Player::on_settle},
        {"crash", &Player::on_crash},     {"restart", &Player::on_restart},
        {"compact", &Player::on_compact}, {"status", &Player::on_status},
        {"log", &Player::on_log},         {"network", &Player::on_network},
        {"quietly", &Player::on_quietly}, {"transfer", &Player::on_transfer},
    };
    out_.clear();
    const auto handler = kHandlers.find(command.name);
    if (handler == kHandlers.end()) return {"unknown command " + command.name};
    (this->*handler->second)(command);
    for (std::string& line : cluster_->take_lines()) out_.push_back(std::move(line));
    const bool is_quiet = is_quiet_;
    is_quiet_ = false;
    if (is_quiet) out_.clear();
    const RaftViolation* violation = cluster_->invariants().violation();
    if (violation != nullptr) {
      out_.push_back(std::string(short_name(violation->invariant)) + ": " + violation->text);
    }
    if (out_.empty() && !is_quiet) out_.push_back("ok");
    return out_;
  }

 private:
  static std::size_t node_of(const std::string& name) { return std::stoul(name.substr(1)) - 1; }
  std::size_t first(const Command& command) { return node_of(command.arguments.at(0)); }

  static Filter filter_of(const Command& command) {
    const std::string from = command.option("from", "");
    const std::string to = command.option("to", "");
    const std::string type = command.option("type", "");
    return [=](const Envelope& e) {
      return (from.empty() || Cluster::name(e.from.value) == from) &&
             (to.empty() || to.find(Cluster::name(e.to.value)) != std::string::npos) &&
             (type.empty() || type == name_of(e.kind));
    };
  }

  void on_cluster(const Command& command) {
    Config config;
    config.pre_vote = command.option("pre-vote", "on") == "on";
    config.check_quorum = command.option("check-quorum", "on") == "on";
    config.max_batch_bytes = std::stoull(command.option("batch", "65536"));
    cluster_ = std::make_unique<Cluster>(std::stoul(command.arguments.at(0)), config);
  }
  void on_fire(const Command& command) {
    for (std::size_t kind = 0; kind < kTimerKinds; ++kind) {
      const auto timer = static_cast<TimerKind>(kind);
      if (name_of(timer) == command.arguments.at(1)) return cluster_->fire(first(command), timer);
    }
    if (command.arguments.at(1) == "timeout") return cluster_->time_out(first(command));
    out_.push_back("unknown timer");
  }
  void on_transfer(const Command& command) {
    const std::string to = command.option("to", "");
    cluster_->transfer(first(command),
                       to.empty() ? kNoNode : NodeId{static_cast<std::uint32_t>(node_of(to))});
  }
  void on_propose(const Command& command) {
    const auto at = cluster_->propose(first(command), command.arguments.at(1));
    if (!at.has_value()) out_.push_back(std::string(at.error().message()));
  }
  void on_read(const Command& command) {
    const auto asked = cluster_->read(first(command), std::stoull(command.arguments.at(1)));
    if (!asked.has_value()) out_.push_back(std::string(asked.error().message()));
  }
  void on_deliver(const Command& command) { cluster_->deliver(filter_of(command)); }
  void on_drop(const Command& command) {
    out_.push_back("dropped " + std::to_string(cluster_->drop(filter_of(command))));
  }
  void on_persist(const Command& command) {
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      const std::size_t node = node_of(command.arguments[i]);
      const std::string write = command.option("write", "");
      if (!write.empty()) {
        cluster_->persist_ticket(node, Ticket{std::stoull(write)});
      } else {
        while (!cluster_->node(node).in_flight.empty()) cluster_->persist(node);
      }
    }
  }
  void on_settle(const Command&) { cluster_->settle(); }
  void on_crash(const Command& command) {
    cluster_->crash(first(command), std::stoul(command.option("keep", "0")));
  }
  void on_restart(const Command& command) { cluster_->restart(first(command)); }
  void on_compact(const Command& command) {
    cluster_->compact(first(command), LogIndex{std::stoull(command.arguments.at(1))});
  }
  void on_network(const Command&) {
    for (const Envelope& e : cluster_->network()) {
      const std::string route = Cluster::name(e.from.value) + " > " + Cluster::name(e.to.value);
      out_.push_back(route + " " + e.text);
    }
  }
  void on_status(const Command&) {
    for (std::size_t i = 0; i < cluster_->size(); ++i) {
      if (!cluster_->is_up(i)) {
        out_.push_back(Cluster::name(i) + " down");
        continue;
      }
      const Raft& raft = cluster_->raft(i);
      const auto text = [](std::uint64_t n) { return std::to_string(n); };
      out_.push_back(Cluster::name(i) + " " + std::string(name_of(raft.role())) + " term=" +
                     text(raft.term().value) + " last=" + text(raft.log().last_index().value) +
                     "/" + text(raft.log().last_term().value) +
                     " durable=" + text(raft.durable_index().value) +
                     " commit=" + text(raft.commit_index().value));
    }
  }
  void on_log(const Command& command) {
    const Log& log = cluster_->raft(first(command)).log();
    std::string line = "after " + std::to_string(log.base().index.value) + ":";
    for (LogIndex i = log.first_index(); i <= log.last_index(); ++i) {
      line += " " + std::to_string(log.at(i).term.value);
      if (!log.at(i).payload.empty()) line += ":" + std::string(as_text(log.at(i).payload.view()));
    }
    out_.push_back(line);
  }
  // Does the command without its prints: `quietly settle`.
  void on_quietly(const Command& command) {
    std::string line;
    for (const std::string& word : command.arguments) line += word + " ";
    for (const auto& [key, value] : command.options) line += key + "=" + value + " ";
    (void)play(parse(line));
    out_.clear();
    is_quiet_ = true;
  }

  std::unique_ptr<Cluster> cluster_ = std::make_unique<Cluster>(1);
  std::vector<std::string> out_;
  bool is_quiet_ = false;
};

// Plays the commands of a transcript and returns it with the prints that they gave.
std::string play_transcript(std::istream& in) {
  Player player;
  std::string result;
  std::vector<std::string> commands;
  bool in_output = false;
  for (std::string line; std::getline(in, line);) {
    if (in_output) {
      in_output = !line.empty();
      if (!in_output) result += "\n";
    } else if (line == "----") {
      result += "----\n";
      for (const std::string& command : commands) {
        for (const std::string& print : player.play(parse(command))) result += print + "\n";
      }
      commands.clear();
      in_output = true;
    } else {
      result += line + "\n";
      if (!line.empty() && line[0] != '#') commands.push_back(line);
    }
  }
  return result;
}

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = std::filesystem::path(WT_SOURCE_DIR) / "tests/transcripts";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Transcript : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Transcript, PrintsWhatItSays) {
  std::ifstream file(GetParam());
  std::stringstream expected;
  expected << file.rdbuf();
  std::istringstream commands(expected.str());
  const std::string actual = play_transcript(commands);
  if (std::getenv("WT_REWRITE_TRANSCRIPTS") != nullptr) {
    std::ofstream(GetParam()) << actual;
    return;
  }
  EXPECT_EQ(actual, expected.str());
}

std::string name_of_file(const ::testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Transcript, ::testing::ValuesIn(transcripts()), name_of_file);

}  // namespace
}  // namespace windtunnel::raft
