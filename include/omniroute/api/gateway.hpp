#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/access/gate.hpp"
#include "omniroute/access/login.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/config/editor.hpp"
#include "omniroute/config/publisher.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/net/egress_log.hpp"
#include "omniroute/pipeline/pipeline.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::services {
class CliTools;
class Otlp;
}  // namespace omniroute::services

namespace omniroute::api {

/// What the handlers work with. All of it outlives the gateway.
struct Services {
  const Clock& clock;
  store::Database& database;
  config::Editor& editor;
  config::Publisher& publisher;
  access::Login& login;
  const access::Gate& gate;
  access::Spending& spending;
  pipeline::Pipeline& pipeline;
  resilience::Tables& tables;
  net::EgressLog& egress;
  std::vector<std::unique_ptr<pipeline::Lane>>& lanes;  ///< one a worker
  std::string_view version;
  WallTime started;
  bool on_loopback = true;                  ///< every listener is bound to loopback
  bool secure_cookies = false;              ///< AUTH_COOKIE_SECURE: session cookies for TLS alone, whatever the page said
  const services::Otlp* otlp = nullptr;     ///< for its counters
  const http::Server* server = nullptr;     ///< for its counters; a command on the data directory alone has none
  std::string web_dir{};                    ///< --web-dir: the dashboard comes from this folder; empty = from the binary
  services::CliTools* cli_tools = nullptr;  ///< and the threads on which it may wait for the disk
  net::BlockingPool* cli_pool = nullptr;
  net::BlockingPool* answer_pool = nullptr;  ///< where long answers are worded; none = on the worker
  std::string own_url{};                     ///< "http://127.0.0.1:20128", as a program on this machine reaches it
  std::atomic<bool> draining{false};         ///< set at SIGTERM: /readyz and /api answer 503
};

/// One request in the hands of its handler.
struct Call {
  http::Request& request;
  http::ReplySink& reply;
  pipeline::Lane& lane;
  std::string_view path;                   ///< normalised: aliases and doubled prefixes resolved
  std::array<std::string_view, 2> params;  ///< what stands for {…} in the route's path, still percent-encoded
  access::Caller caller;
  std::string id;  ///< of this request, as in x-request-id
  Tick began;
  WallTime began_wall;
  std::vector<http::Header> headers;  ///< go out with every answer
};

/// Answers every request of every listener: finds the route, checks its guard, calls its handler.
class Gateway final : public http::Handler {
 public:
  explicit Gateway(Services& services);
  std::size_t body_limit(const http::Request& head) override;
  Task<void> handle(net::Worker& worker, http::Request& request, http::ReplySink& reply) override;
  std::string error_body(const http::Request& head, int status, const Error& error, std::vector<http::Header>& headers) override;

 private:
  [[nodiscard]] pipeline::Lane& lane_of(const net::Worker& worker) const;
  Services& services_;
};

}  // namespace omniroute::api
