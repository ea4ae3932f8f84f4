// A catalog for tests of reading scenario files: small, but with the names of what ships.
#pragma once

#include <windtunnel/protocols/raft/words.h>
#include <windtunnel/scenarios/format/catalog.h>

namespace windtunnel::scenarios {

inline Catalog test_catalog() {
  using Kind = OptionInfo::Kind;
  Catalog catalog;
  ServiceInfo raft;
  raft.name = "raft-kv";
  raft.options = {{"election_timeout", Kind::duration, "150ms", {}, {}, "1ms", "24h"},
                  {"heartbeat", Kind::duration, "30ms", {}, {}, "100us", "24h", "election_timeout"},
                  {"pre_vote", Kind::boolean, "true", {}, {}},
                  {"check_quorum", Kind::boolean, "true", {}, {}},
                  {"snapshot_every", Kind::integer, "10000", {}, {}, "1"},
                  {"keep_entries", Kind::integer, "1000", {}, {}},
                  {"snapshot_piece", Kind::size, "64KiB", {}, {}},
                  {"max_batch", Kind::size, "64KiB", {}, {}, "1B", "8MiB"},
                  {"transport", Kind::text, "messages", {}, {"messages", "streams"}}};
  raft.message_types = {"pre-vote", "pre-vote-reply", "request-vote",   "request-vote-reply",
                        "append",   "append-reply",   "snapshot-chunk", "snapshot-reply"};
  raft.actions = {{"timeout", {}, {}},
                  {"transfer", {}, {{"to", Kind::integer, "0", {}, {}, "0", "9"}}}};
  raft.words = raft::kWords;
  raft.message_classes = {1, 2, 3, 4, 5, 6, 7, 8};
  raft.ports = {7000, 7100};
  raft.max_nodes = 32;
  raft.max_servers = 64;
  ServiceInfo naive;
  naive.name = "naive-kv";
  naive.options = {{"failover", Kind::duration, "300ms", {}, {}},
                   {"reads", Kind::text, "any", {}, {"any", "primary"}}};
  naive.ports = {7200};
  ServiceInfo pipe;
  pipe.name = "pipe";
  pipe.has_clients = false;
  ServiceInfo other = raft;
  other.name = "other-raft";
  other.message_types = {"pong"};
  other.message_classes = {raft.message_classes.front()};
  catalog.services = {raft, naive, pipe, other};
  catalog.workloads = {{"register", {}, {"read", "write"}, {}},
                       {"cas-register", {}, {"read", "write", "cas"}, {}},
                       {"kv", {}, {"get", "put", "append"}, {}}};
  catalog.checks = {{"linearizable", {}, true, {}},
                    {"available",
                     {},
                     true,
                     {{"max_gap", Kind::duration, "", {}, {}, "1ns"},
                      {"max_recovery", Kind::duration, "", {}, {}, "1ns"}}},
                    {"recovers", {}, false, {}, true},
                    {"raft.election-safety", {}, false, {}},
                    {"raft.log-matching", {}, false, {}}};
  return catalog;
}

}  // namespace windtunnel::scenarios
