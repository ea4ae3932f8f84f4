#include <windtunnel/protocols/rpc/health.h>

#include <windtunnel/protocols/base/codec.h>

#include <optional>

namespace windtunnel::rpc {
namespace {

constexpr std::uint64_t kNameTag = 0x0a;    // HealthCheckRequest: string service = 1
constexpr std::uint64_t kStatusTag = 0x08;  // HealthCheckResponse: ServingStatus status = 1

// Nothing where it is no HealthCheckRequest. Other fields than the name are none of this version.
std::optional<std::string> name_in(BytesView request) {
  if (request.empty()) return std::string();
  Reader reader(request);
  if (reader.varint() != kNameTag) return std::nullopt;
  const std::string name(reader.text());
  return reader.done() ? std::optional<std::string>(name) : std::nullopt;
}

Bytes response_of(Health::Serving serving) {
  Bytes bytes;
  Writer writer(bytes);
  writer.varint(kStatusTag);
  writer.varint(static_cast<std::uint64_t>(serving));
  return bytes;
}

Status malformed() { return {StatusCode::invalid_argument, "not a HealthCheckRequest"}; }

}  // namespace

void Health::serve_on(Server& server) {
  server.handle("/grpc.health.v1.Health/Check",
                [this](Env& env, ServerCall& call) { return check(env, call); });
  server.handle("/grpc.health.v1.Health/Watch",
                [this](Env& env, ServerCall& call) { return watch(env, call); });
}

void Health::set(std::string_view service, Serving serving) {
  services_.insert_or_assign(std::string(service), serving);
  changed_.notify_all();
}

Health::Serving Health::find(std::string_view service) const {
  const auto found = services_.find(service);
  return found == services_.end() ? Serving::service_unknown : found->second;
}

Task<Status> Health::check(Env&, ServerCall& call) {
  Bytes request;
  co_await call.read(request);
  const std::optional<std::string> name = name_in(request);
  if (!name) co_return malformed();
  const Serving serving = find(*name);
  if (serving == Serving::service_unknown) {
    co_return Status{StatusCode::not_found, "unknown service"};
  }
  const Bytes response = response_of(serving);
  co_await call.write(response);
  co_return Status();
}

// Until the client cancels it.
Task<Status> Health::watch(Env&, ServerCall& call) {
  Bytes request;
  co_await call.read(request);
  const std::optional<std::string> name = name_in(request);
  if (!name) co_return malformed();
  for (;;) {
    const Serving told = find(*name);
    const Bytes response = response_of(told);
    co_await call.write(response);
    while (find(*name) == told) co_await changed_.wait();
  }
}

}  // namespace windtunnel::rpc
