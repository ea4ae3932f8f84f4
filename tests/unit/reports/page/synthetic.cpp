#include "tests/unit/reports/page/synthetic.h"

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/raft/words.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace windtunnel::reports {
namespace {

constexpr std::uint32_t kServers = 5;
constexpr std::uint32_t kClients = 4;
constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kRound = 4000 * kMs;  // faults repeat

enum Type : std::uint8_t {
  kVote = 3,
  kVoteReply = 4,
  kAppend = 5,
  kAppendReply = 6,
  kRequest = 0x60,
  kResponse = 0x61
};

class World {
 public:
  explicit World(std::uint64_t events) : wanted_(events) {
    for (std::uint32_t i = 0; i < kServers; ++i) trace.nodes.push_back(fmt::format("n{}", i + 1));
    for (std::uint32_t i = 0; i < kClients; ++i) trace.nodes.push_back(fmt::format("c{}", i + 1));
    trace.dictionary.add("n", "raft-kv", 1, raft::kWords);
  }

  void play() {
    phase(0);
    for (std::uint32_t i = 0; i < kServers; ++i) record(RecordKind::start, NodeId{i});
    elect(0, 1);
    at(150 * kMs, [this] { heartbeat(); });
    for (std::uint32_t i = 0; i < kClients; ++i) at((160 + 7 * i) * kMs, [this, i] { call(i); });
    at(1000 * kMs, [this] { faults(); });
    while (!queue_.empty() && trace.records.size() < wanted_) {
      const auto next = queue_.begin();
      now_ = next->first.first;
      const std::function<void()> action = std::move(next->second);
      queue_.erase(next);
      cause_ = 0;
      action();
    }
    stale_read();
    phase(2);
    std::sort(trace.names.begin(), trace.names.end(),
              [](const Trace::Name& a, const Trace::Name& b) { return a.hash < b.hash; });
  }

  TraceData trace;
  std::string history;
  std::uint64_t violation = 0;
  std::vector<std::uint64_t> related;
  std::int64_t now_ = 0;
  std::uint64_t witness = 0;

 private:
  void at(std::int64_t delay, std::function<void()> action) {
    queue_[{now_ + delay, sequence_++}] = std::move(action);
  }

  std::uint64_t draw(std::uint64_t below) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (z ^ (z >> 31)) % below;
  }

  std::uint64_t name(const std::string& text) {
    const std::uint64_t hash = hash_text(text);
    if (names_.emplace(hash, true).second) trace.names.push_back({hash, text});
    return hash;
  }

  Record& record(RecordKind kind, NodeId node) {
    Record r;
    r.time = Instant{now_};
    r.kind = kind;
    r.node = node;
    r.cause = cause_;
    trace.records.push_back(r);
    return trace.records.back();
  }
  std::uint64_t last() const { return trace.records.size(); }

  void observe(std::uint32_t node, raft::Word kind, std::uint64_t a, std::uint64_t b,
               std::uint64_t d = 0) {
    Record& r = record(static_cast<RecordKind>(0x1000 + static_cast<unsigned>(kind)), NodeId{node});
    r.a = a;
    r.b = b;
    r.d = d;
  }

  void phase(std::uint64_t number) { record(RecordKind::phase, kNoNode).a = number; }

  bool cut(std::uint32_t a, std::uint32_t b) const {
    return isolated_ != kNoNode.value && (a == isolated_) != (b == isolated_);
  }

  void send(std::uint32_t from, std::uint32_t to, Type type, std::function<void()> arrive) {
    const std::uint64_t number = ++messages_;
    const std::uint64_t digest = draw(UINT64_MAX);
    const auto fill = [=](Record& r, std::uint32_t peer) {
      r.a = number;
      r.b = std::uint64_t{peer} << 16 | 7000;
      r.c = (40 + number % 100) << 8 | type;
      r.d = digest;
    };
    fill(record(RecordKind::send, NodeId{from}), to);
    const std::uint64_t sent = last();
    const bool is_cut = cut(from, to);
    if (is_cut || draw(100) == 0) {
      const std::uint64_t before = cause_;
      cause_ = sent;
      Record& r = record(RecordKind::drop, NodeId{from});
      fill(r, to);
      r.aux = static_cast<std::uint16_t>(is_cut ? DropReason::cut : DropReason::loss);
      cause_ = before;
      return;
    }
    const int copies = draw(80) == 0 ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      const std::int64_t delay = 400'000 + static_cast<std::int64_t>(draw(900'000));
      at(delay, [=, this] {
        if (to < kServers && down_[to]) return;
        cause_ = sent;
        fill(record(RecordKind::deliver, NodeId{to}), from);
        cause_ = last();
        if (copy == 0) arrive();
      });
    }
  }

  void elect(std::uint32_t leader, std::uint64_t term) {
    Record& timer = record(RecordKind::timer, NodeId{leader});
    timer.a = static_cast<std::uint64_t>(now_);
    cause_ = last();
    observe(leader, raft::Word::role, 2, term);
    observe(leader, raft::Word::term, term, leader + 1);
    votes_ = 1;
    for (std::uint32_t i = 0; i < kServers; ++i) {
      if (i == leader) continue;
      send(leader, i, kVote, [=, this] {
        observe(i, raft::Word::term, term, leader + 1);
        observe(i, raft::Word::role, 0, term);
        observe(i, raft::Word::vote_granted, term, leader);
        send(i, leader, kVoteReply, [=, this] {
          if (++votes_ != 3) return;
          leader_ = leader;
          term_ = term;
          observe(leader, raft::Word::role, 3, term);
        });
      });
    }
  }

  void replicate(std::uint32_t from, std::uint64_t index, const std::function<void()>& committed) {
    observe(from, raft::Word::append, index, term_);
    auto acks = std::make_shared<int>(1);
    for (std::uint32_t i = 0; i < kServers; ++i) {
      if (i == from) continue;
      send(from, i, kAppend, [=, this] {
        observe(i, raft::Word::append, index, term_);
        Record& disk = record(RecordKind::disk_submit, NodeId{i});
        disk.a = index;
        disk.aux = 7;
        const std::uint64_t submitted = last();
        at(300'000, [=, this] {
          if (down_[i]) return;
          cause_ = submitted;
          record(RecordKind::disk_done, NodeId{i}).a = index;
          cause_ = last();
          send(i, from, kAppendReply, [=, this] {
            if (++*acks != 3) return;
            commit_ = std::max(commit_, index);
            observe(from, raft::Word::commit, commit_, term_, 1);
            observe(from, raft::Word::apply, index, term_);
            committed();
          });
          observe(i, raft::Word::commit, commit_, term_);
        });
      });
    }
  }

  void heartbeat() {
    const std::uint32_t leader = leader_;
    record(RecordKind::timer, NodeId{leader}).a = static_cast<std::uint64_t>(now_);
    cause_ = last();
    for (std::uint32_t i = 0; i < kServers; ++i) {
      if (i == leader) continue;
      send(leader, i, kAppend, [=, this] { send(i, leader, kAppendReply, [] {}); });
    }
    at(50 * kMs, [this] { heartbeat(); });
  }

  void write_event(const char* type, std::uint32_t client, const char* f,
                   const std::string& value) {
    history += fmt::format(
        "{{\"index\":{},\"time\":{},\"type\":\"{}\",\"process\":{},\"f\":\"{}\","
        "\"value\":{}}}\n",
        history_index_++, now_, type, process_[client], f, value);
  }

  void call(std::uint32_t client) {
    const bool read = draw(3) == 0;
    const std::uint64_t operation = operations_++;
    const std::string value = read ? "null" : std::to_string(operation);
    index_of_.push_back(history_index_);
    write_event("invoke", client, read ? "read" : "write", value);
    Record& r = record(RecordKind::invoke, NodeId{kServers + client});
    r.a = operation;
    r.b = name(read ? "read" : "write");
    r.c = name("x");
    r.d = name(read ? "" : value);
    const std::uint64_t invoked = last();
    cause_ = invoked;
    auto answered = std::make_shared<bool>(false);
    const auto finish = [=, this](std::uint16_t outcome) {
      if (*answered) return;
      *answered = true;
      const std::string result = read && outcome == 0 ? std::to_string(stored_) : value;
      write_event(outcome == 0 ? "ok" : "info", client, read ? "read" : "write", result);
      Record& end = record(RecordKind::complete, NodeId{kServers + client});
      end.a = operation;
      end.b = invoked;
      end.c = hash_text("x");
      end.d = name(result);
      end.aux = outcome;
      if (!read && outcome == 0) stored_ = operation;
      if (outcome != 0) process_[client] += kClients;
      at((3 + static_cast<std::int64_t>(draw(12))) * kMs, [=, this] { call(client); });
    };
    const std::uint32_t server = leader_;
    send(kServers + client, server, kRequest, [=, this] {
      replicate(server, ++index_,
                [=, this] { send(server, kServers + client, kResponse, [finish] { finish(0); }); });
    });
    at(120 * kMs, [=, this] {
      if (*answered) return;
      record(RecordKind::timer, NodeId{kServers + client}).a = static_cast<std::uint64_t>(now_);
      cause_ = last();
      finish(2);
    });
  }

  void fault(RecordKind kind, const char* id, const char* label, std::uint64_t victims) {
    const std::uint64_t before = cause_;
    cause_ = 0;
    Record& r = record(kind, kNoNode);
    r.a = name(id);
    r.b = name(label);
    r.c = victims;
    cause_ = before;
  }

  void faults() {
    isolated_ = leader_;
    const std::uint64_t bit = std::uint64_t{1} << isolated_;
    fault(RecordKind::fault_begin, "f1", "isolate the leader", bit);
    const std::uint32_t next = (leader_ + 1) % kServers;
    at(250 * kMs, [=, this] { elect(next, term_ + 1); });
    at(800 * kMs, [=, this] {
      isolated_ = kNoNode.value;
      fault(RecordKind::fault_end, "f1", "isolate the leader", bit);
    });
    const std::uint32_t victim = (leader_ + 3) % kServers;
    at(1300 * kMs, [=, this] {
      fault(RecordKind::fault_begin, "f2", "power loss", std::uint64_t{1} << victim);
      down_[victim] = true;
      record(RecordKind::crash, NodeId{victim}).aux = 1;
    });
    at(1700 * kMs, [=, this] {
      down_[victim] = false;
      record(RecordKind::start, NodeId{victim}).a = 1;
      observe(victim, raft::Word::recovered, term_, 0);
      observe(victim, raft::Word::role, 0, term_);
      fault(RecordKind::fault_end, "f2", "power loss", std::uint64_t{1} << victim);
    });
    at(kRound, [this] { faults(); });
  }

  void stale_read() {
    std::uint64_t call_record = 0;
    for (std::uint64_t number = last(); number > 0 && violation == 0; --number) {
      const Record& r = trace.records[number - 1];
      if (r.kind != RecordKind::complete || r.aux != 0) continue;
      call_record = r.b;
      witness = index_of_[r.a];
      related = {r.b, number};
      cause_ = number;
      Record& broken = record(RecordKind::violation, NodeId{leader_});
      broken.a = name("linearizable");
      violation = last();
    }
    WT_ASSERT(violation == 0 || call_record != 0, "a violation has a call");
  }

  std::uint64_t wanted_;
  std::uint64_t state_ = 42;
  std::uint64_t sequence_ = 0;
  std::uint64_t cause_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t history_index_ = 0;
  std::vector<std::uint64_t> index_of_;  // of the invocation in the history, by operation
  std::uint64_t index_ = 0;
  std::uint64_t commit_ = 0;
  std::uint64_t stored_ = 0;
  std::uint64_t term_ = 1;
  std::uint32_t leader_ = 0;
  std::uint32_t isolated_ = kNoNode.value;
  int votes_ = 0;
  std::array<bool, kServers> down_{};
  std::array<std::uint64_t, kClients> process_{0, 1, 2, 3};
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> queue_;
  std::map<std::uint64_t, bool> names_;
};

std::string result_of(const World& world) {
  const auto n = world.trace.records.size();
  return fmt::format(
      R"({{"schema":"windtunnel.run/1","scenario":"leader-partition","seed":"42","verdict":"fail",)"
      R"("trace_hash":"5e1f3b0c9a7d24860f1e2d3c4b5a6978","events":{},"sim_time_ns":{},)"
      R"("wall_time_ms":12.5,"properties":[)"
      R"({{"check":"raft.election-safety","verdict":"holds","expected":"holds","witness":null}},)"
      R"({{"check":"raft.log-matching","verdict":"holds","expected":"holds","witness":null}},)"
      R"({{"check":"linearizable","workload":"register","verdict":"violated","expected":"holds",)"
      R"("witness":{{"text":"No order of the operations explains the read.","history":[{}]}}}},)"
      R"({{"check":"liveness","verdict":"unknown","expected":"holds",)"
      R"("witness":"the run stopped first"}}],)"
      R"("violation":{{"check":"linearizable","event":"{}","time_ns":{},"node":"n2",)"
      R"("text":"A read at event {} returned a value that a later write, )"
      R"(acknowledged before it at event {}, had replaced. )"
      R"(The server that answered had been cut off from the others )"
      R"(and still took itself for the leader.",)"
      R"("related":["{}","{}"]}},)"
      R"("replay":"windtunnel run scenarios/raft/leader-partition.yaml --seed 42",)"
      R"("faults":[{{"id":"f1","label":"isolate the leader","begin_ns":1000000000,)"
      R"("end_ns":1800000000,"victims":["n1"],"bites":311}},)"
      R"({{"id":"f2","label":"power loss","begin_ns":2300000000,)"
      R"("end_ns":2700000000,"victims":["n4"],"bites":1}}],)"
      R"("build":{{"version":"0.1.0","compiler":"g++ 12.2"}},)"
      R"("phases":[{{"name":"faults","begin_ns":0}},{{"name":"healed","begin_ns":{}}}],)"
      R"("stats":{{"ops_ok":812,"ops_info":9,"elections":2,"messages_sent":21034,)"
      R"("messages_dropped":377}}}})",
      n, world.now_, world.witness, world.violation, world.now_, world.related.at(1),
      world.related.at(0), world.related.at(0), world.related.at(1), world.now_ * 9 / 10);
}

}  // namespace

SyntheticRun synthetic_run(std::uint64_t events) {
  World world(events);
  world.play();
  SyntheticRun run;
  run.result_json = result_of(world);
  run.history_jsonl = std::move(world.history);
  run.trace = std::move(world.trace);
  run.scenario_yaml =
      "scenario: v1\nname: leader-partition\nnodes:\n  n: { count: 5, service: raft-kv }\nfaults:\n"
      "  - { at: 1s, isolate: leader, for: 800ms }\n  - { at: 2.3s, crash: n4, kind: power, for: "
      "400ms }\n"
      "properties:\n  - { check: linearizable, workload: register }\n";
  return run;
}

void write_run_directory(const std::string& directory, const SyntheticRun& run) {
  const auto write = [&](const char* name, const std::string& text) {
    WT_ASSERT(write_file_atomically(directory + "/" + name, as_bytes(text)), "the disk takes it");
  };
  write("result.json", run.result_json);
  write("history.jsonl", run.history_jsonl);
  write("scenario.yaml", run.scenario_yaml);
  WT_ASSERT(write_trace_file(directory + "/trace.wtt", run.trace), "the disk takes it");
}

std::string synthetic_message_name(std::uint8_t first_byte) {
  switch (first_byte) {
    case kVote: return "request-vote";
    case kVoteReply: return "request-vote-reply";
    case kAppend: return "append";
    case kAppendReply: return "append-reply";
    case kRequest: return "kv-request";
    case kResponse: return "kv-response";
    default: return {};
  }
}

}  // namespace windtunnel::reports
