#include "omniroute/api/gateway.hpp"

#include <algorithm>
#include <charconv>

#include "admin/dashboard.hpp"
#include "admission.hpp"
#include "omniroute/access/client.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/pipeline/hops.hpp"
#include "reply.hpp"
#include "route.hpp"
#include "v1/ollama.hpp"

namespace omniroute::api {
namespace {

constexpr std::size_t longest_request_id = 128;
constexpr std::size_t management_body = 1024 * 1024;
constexpr std::size_t local_file_body = 256u << 20;  // what the command line on this machine may bring

/// The management routes that take whole files, and the translator, which takes what clients send.
bool takes_files(std::string_view path) {
  return path.starts_with("/api/translator/") || path == "/api/db-backups/import" || path == "/api/import";
}

/// Ollama's clients have paths of their own under /api.
bool is_management(std::string_view path) { return (path == "/api" || path.starts_with("/api/")) && !is_ollama(path); }

/// The caller's own id if it is harmless, so that both sides' logs meet; else a new one.
std::string request_id(const http::Request& request, WallTime now) {
  const std::string_view given = request.header("x-request-id");
  const bool harmless = !given.empty() && given.size() <= longest_request_id &&
                        std::all_of(given.begin(), given.end(),
                                    [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':'; });
  return harmless ? std::string(given) : "req_" + crypto::ulid(now);
}

/// Adds what lets a page of an allowed origin read the answer (Fetch standard, CORS protocol).
void allow_origin(const http::Request& request, const config::Settings& settings, std::vector<http::Header>& headers) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return;
  const auto& allowed = settings.cors_origins;
  if (std::find(allowed.begin(), allowed.end(), "*") != allowed.end()) {
    headers.push_back({"access-control-allow-origin", "*"});
  } else if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) {
    headers.push_back({"access-control-allow-origin", std::string(origin)});
    headers.push_back({"vary", "origin"});
  } else {
    return;
  }
  headers.push_back(
      {"access-control-expose-headers", "x-request-id, request-id, retry-after, x-should-retry, x-omniroute-dropped, x-omniroute-route"});
}

bool allows_origin(const std::vector<http::Header>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const http::Header& h) { return h.name == "access-control-allow-origin"; });
}

Task<void> preflight(Call& call) {
  if (allows_origin(call.headers)) {
    const std::string_view wanted = call.request.header("access-control-request-headers");
    call.headers.push_back({"access-control-allow-methods", "GET, HEAD, POST, OPTIONS"});
    call.headers.push_back({"access-control-allow-headers", wanted.empty() ? "*" : std::string(wanted)});
    call.headers.push_back({"access-control-max-age", "600"});
  }
  Status sent = co_await call.reply.send(204, call.headers, std::string_view());
  static_cast<void>(sent);
}

Error no_route(const Match& match, const Call& call) {
  const std::string what = std::string(call.request.method.substr(0, 20)) + " " + std::string(call.path.substr(0, 200));
  if (!match.allowed.empty()) return {ErrorKind::method_not_allowed, what + ": this path does not take that method."};
  return {ErrorKind::not_found, what + ": there is no such endpoint. The client endpoints are under /v1, the management API under /api."};
}

/// A gateway that reaches itself through a node of its own would never end: each passage counts one hop.
Status check_hops(const http::Request& request) {
  constexpr int most_hops = 5;
  const int hops = pipeline::hops_of(request.header(pipeline::hops_header));
  if (hops < most_hops) return {};
  Error error(ErrorKind::unsupported,
              "This request has gone through OmniRoute " + std::to_string(hops) + " times: a node seems to lead back to it.");
  error.code = "loop_detected";
  return error;
}

/// What stands between a request and its handler.
Result<access::Caller> let_in(const Services& services, const Call& call, const Match& match) {
  if (match.route == nullptr) return no_route(match, call);
  if (is_management(call.path)) {
    if (services.draining) return Error(ErrorKind::overloaded, "The gateway is shutting down.");
    const bool changes = call.request.method != "GET" && call.request.method != "HEAD";
    if (Status change = changes ? check_change(call.request, call.lane.config->settings()) : Status(); !change)
      return std::move(change).error();
  }
  if (Status near = match.route->guard == Guard::key ? check_hops(call.request) : Status(); !near) return std::move(near).error();
  return admit(services, call, match.route->guard);
}

Task<void> refuse(Call& call, domain::Format dialect, Error error) {
  if (is_management(call.path)) co_return co_await send_error(call, std::move(error));
  if (is_ollama(call.path)) {
    std::string words = ollama_error(error);
    co_return co_await send_json(call, status_of(error), std::move(words));
  }
  co_await send_dialect_error(call, dialect, std::move(error));
}

}  // namespace

Gateway::Gateway(Services& services) : services_(services) {}

pipeline::Lane& Gateway::lane_of(const net::Worker& worker) const {
  const auto lane =
      std::find_if(services_.lanes.begin(), services_.lanes.end(), [&worker](const auto& each) { return &each->worker == &worker; });
  return **lane;
}

std::size_t Gateway::body_limit(const http::Request& head) {
  const std::string path = normal_path(head.path);
  if (is_management(path) && !takes_files(path)) return management_body;
  if (is_management(path) && head.local) return local_file_body;
  return static_cast<std::size_t>(services_.publisher.current()->settings().max_body_bytes);
}

std::string Gateway::error_body(const http::Request& head, int /*status*/, const Error& error, std::vector<http::Header>& headers) {
  const std::string path = normal_path(head.path);
  const std::string id = request_id(head, services_.clock.wall_now());
  headers.push_back({"content-type", "application/json"});
  headers.push_back({"x-request-id", id});
  if (is_management(path)) return error_json(error);
  if (is_ollama(path)) return ollama_error(error);
  const domain::Format dialect = dialect_of(path);
  if (dialect == domain::Format::anthropic) headers.push_back({"request-id", id});
  return codec::codec_for(dialect).encode_error(error, id).body;
}

Task<void> Gateway::handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) {
  pipeline::Lane& lane = lane_of(worker);
  access::Client client = access::client_of(request, lane.config->addresses());
  request.client = std::move(client.address);
  request.client_tls = client.tls;
  const std::string path = normal_path(request.path);
  const Match match = find_route(request.method, path);
  std::string query_key;  // outlives the view of it in the headers
  if (match.route != nullptr && match.route->dialect == domain::Format::gemini) {
    // Google's clients may put the key into the query; nowhere else is it looked for.
    query_key = http::query_value(request.query, "key");
    if (!query_key.empty()) request.headers.push_back({"x-goog-api-key", query_key});
  }
  const WallTime now = services_.clock.wall_now();
  Call call{request, reply, lane, path, match.params, {}, request_id(request, now), services_.clock.now(), now, {}};
  call.headers.push_back({"x-request-id", call.id});
  const domain::Format dialect = match.route != nullptr ? match.route->dialect : dialect_of(path);
  if (dialect == domain::Format::anthropic) call.headers.push_back({"request-id", call.id});
  call.headers.push_back({"x-content-type-options", "nosniff"});
  if (match.route == nullptr && !match.allowed.empty()) call.headers.push_back({"allow", match.allowed});
  const bool management = is_management(path);
  if (!management) allow_origin(request, lane.config->settings(), call.headers);
  if (Status named = check_host(services_, request, lane.config->settings()); !named) {
    Error error = std::move(named).error();
    co_return co_await refuse(call, dialect, std::move(error));
  }
  if (Status welcome = check_address(services_, request, *lane.config); !welcome) {
    Error error = std::move(welcome).error();
    co_return co_await refuse(call, dialect, std::move(error));
  }
  if (request.method == "OPTIONS" && !management) co_return co_await preflight(call);
  Result<access::Caller> caller = let_in(services_, call, match);
  if (!caller) {
    Error error = std::move(caller).error();
    co_return co_await refuse(call, dialect, std::move(error));
  }
  call.caller = *std::move(caller);
  if (management && request.method == "GET" && match.route->guard != Guard::open)
    call.headers.push_back({"x-omniroute-mark", mark_of(services_)});
  co_await match.route->handle(services_, call);
}

}  // namespace omniroute::api
