#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "omniroute/access/gate.hpp"
#include "omniroute/access/login.hpp"
#include "omniroute/access/spending.hpp"
#include "omniroute/api/gateway.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/config/editor.hpp"
#include "omniroute/config/environment.hpp"
#include "omniroute/config/publisher.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/pipeline/pipeline.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/services/backups.hpp"
#include "omniroute/services/cli_tools.hpp"
#include "omniroute/services/demo.hpp"
#include "omniroute/services/egress_memory.hpp"
#include "omniroute/services/otlp.hpp"
#include "omniroute/services/retention.hpp"
#include "omniroute/services/router_memory.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::app {

/// What the objects are built from.
struct Plan {
  std::string data_dir;
  config::Environment environment;
  std::string_view version;  ///< outlives the wiring
  std::size_t workers = 1;
  bool on_loopback = true;  ///< every listener is
  std::string web_dir{};    ///< of the dashboard; empty = the built-in one
};

/// Owns the long-lived objects, in build order; each takes references to those above it. The daemon serves sockets with it, a
/// command on the data directory alone calls its gateway in process.
class Wiring {
 public:
  /// Opens the data directory and reads the configuration. Errors name the thing and the cure. Blocks.
  static Result<std::unique_ptr<Wiring>> open(Plan plan);
  /// stop(), if nobody did.
  ~Wiring();
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;

  /// Starts a thread for each worker.
  void start();
  /// Runs a coroutine to its end on the calling thread, on the first worker; only without start().
  void run(Task<void> task) { workers_.front()->run_until_done(std::move(task)); }
  /// Ends the connections and the threads, writes what is queued and closes the data directory. Blocks for seconds at most.
  void stop();

  [[nodiscard]] std::vector<net::Worker*> workers() const;
  [[nodiscard]] api::Gateway& gateway() noexcept { return *gateway_; }
  [[nodiscard]] http::Server& server() noexcept { return *server_; }
  [[nodiscard]] api::Services& services() noexcept { return *services_; }
  [[nodiscard]] std::shared_ptr<const config::Snapshot> config() const { return publisher_.current(); }

 private:
  explicit Wiring(Plan plan);
  Status build();
  Result<std::shared_ptr<const catalog::Catalog>> make_catalog();
  Task<void> load(Status& outcome);
  Task<Status> recall_spending();
  void build_lanes();
  /// Hands what is left of traces and metrics to the collector, if there is one. Blocks for two seconds at most.
  void export_the_rest();

  const Plan plan_;
  const SystemClock clock_;
  const access::Gate gate_;
  config::Publisher publisher_;
  resilience::Tables tables_;
  std::unique_ptr<store::Database> database_;
  net::EgressLog egress_;
  std::vector<std::unique_ptr<net::Worker>> workers_;
  net::BlockingPool pool_;
  net::BlockingPool cli_pool_;
  net::BlockingPool answer_pool_;
  services::CliTools cli_tools_;
  std::unique_ptr<services::Demo> demo_;
  std::unique_ptr<config::Editor> editor_;
  std::unique_ptr<access::Login> login_;
  std::unique_ptr<services::RouterMemory> memory_;
  std::unique_ptr<services::EgressMemory> egress_memory_;
  std::unique_ptr<services::Otlp> otlp_;
  access::Spending spending_;
  std::unique_ptr<services::Backups> backups_;
  std::unique_ptr<services::Retention> retention_;
  std::vector<std::unique_ptr<pipeline::Lane>> lanes_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<api::Services> services_;
  std::unique_ptr<api::Gateway> gateway_;
  std::unique_ptr<http::Server> server_;
  std::vector<std::uint64_t> subscriptions_;
  std::vector<std::thread> threads_;
  bool stopped_ = false;
};

}  // namespace omniroute::app
