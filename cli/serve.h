// `windtunnel serve` and `windtunnel kv`: a real node on sockets and files, and a client for it.
#pragma once

#include <windtunnel/cli/service_config.h>

#include <optional>
#include <string>

namespace windtunnel::cli {

struct ServeRequest {
  ClusterRequest cluster;
  std::string log = "info";  // the level of the log on stderr
  std::string id;
  std::string listen;
  std::string data;
};

// Runs the node until SIGINT or SIGTERM, which both end it in order.
int serve_command(const ServeRequest& request, const scenarios::Registry& registry);

struct KvRequest {
  ClusterRequest cluster;
  std::string f;  // put, get
  std::string key;
  std::string value;           // of put
  std::string timeout = "5s";  // a duration
};

// 0: done; 1: it did not happen, or the key has no value; 2: it may have happened.
int kv_command(const KvRequest& request, const scenarios::Registry& registry);

}  // namespace windtunnel::cli
