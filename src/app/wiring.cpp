#include "wiring.hpp"

#include <chrono>
#include <future>

#include "omniroute/base/log.hpp"

namespace omniroute::app {
namespace {

/// Argon2id takes 19 MiB a password: two at a time bound what fifty logins at once can take.
constexpr std::size_t password_threads = 2;
/// Programs that are asked for their version must not hold up logins.
constexpr std::size_t cli_threads = 1;
constexpr std::size_t answer_threads = 1;
constexpr auto last_export = std::chrono::milliseconds(2'000);
constexpr auto trim_pause = std::chrono::seconds(10);

/// Closes upstream connections that nobody has used for a while. Ends when its worker stops.
Task<void> trim_upstreams(net::Worker& worker, http::Client& upstreams) {
  for (;;) {
    const Tick next = worker.clock().now() + trim_pause;
    co_await worker.sleep_until(next);
    if (worker.clock().now() < next) co_return;
    upstreams.trim(false);
  }
}

Task<void> export_last(services::Otlp& otlp, net::Worker& worker, http::Client& upstreams, std::shared_ptr<std::promise<void>> done) {
  co_await otlp.flush(worker, upstreams, last_export);
  done->set_value();
}

}  // namespace

Wiring::Wiring(Plan plan)
    : plan_(std::move(plan)),
      gate_(plan_.on_loopback, clock_),
      pool_(password_threads),
      cli_pool_(cli_threads),
      answer_pool_(answer_threads, Pace::background),
      cli_tools_(services::find_cli_host(plan_.environment, false), plan_.data_dir, clock_),
      spending_(clock_) {}

Wiring::~Wiring() { stop(); }

Result<std::unique_ptr<Wiring>> Wiring::open(Plan plan) {
  std::unique_ptr<Wiring> wiring(new Wiring(std::move(plan)));
  if (Status built = wiring->build(); !built) return std::move(built).error();
  return wiring;
}

std::vector<net::Worker*> Wiring::workers() const {
  std::vector<net::Worker*> all;
  for (const auto& worker : workers_) all.push_back(worker.get());
  return all;
}

Status Wiring::build() {
  store::OpenOptions options;
  options.directory = plan_.data_dir;
  options.encryption_key = Secret(std::string(plan_.environment.get("STORAGE_ENCRYPTION_KEY").value_or("")));
  Result<std::unique_ptr<store::Database>> database = store::Database::open(std::move(options), clock_);
  if (!database) return std::move(database).error();
  database_ = *std::move(database);
  net::ConnectOptions connecting;
  connecting.log = &egress_;
  for (std::size_t i = 0; i < plan_.workers; ++i) workers_.push_back(std::make_unique<net::Worker>(clock_, connecting));
  Result<std::shared_ptr<const catalog::Catalog>> catalog = make_catalog();
  if (!catalog) return std::move(catalog).error();
  editor_ = std::make_unique<config::Editor>(*database_, *std::move(catalog), publisher_, plan_.environment, clock_);
  login_ = std::make_unique<access::Login>(*database_, pool_, clock_);
  memory_ = std::make_unique<services::RouterMemory>(tables_, *database_, clock_);
  egress_memory_ = std::make_unique<services::EgressMemory>(egress_, *database_);
  otlp_ = std::make_unique<services::Otlp>(publisher_, clock_, plan_.version);
  backups_ = std::make_unique<services::Backups>(*database_, *editor_, publisher_, *login_, clock_);
  retention_ = std::make_unique<services::Retention>(*database_, publisher_, clock_);
  Status loaded;
  run(load(loaded));
  if (!loaded) return loaded;
  build_lanes();
  pipeline_ = std::make_unique<pipeline::Pipeline>(*database_, spending_, tables_);
  pipeline_->tell(*otlp_);
  services_.reset(new api::Services{clock_, *database_, *editor_, publisher_, *login_, gate_, spending_, *pipeline_, tables_, egress_,
                                    lanes_, plan_.version, clock_.wall_now()});
  services_->on_loopback = plan_.on_loopback;
  services_->web_dir = plan_.web_dir;
  services_->cli_tools = &cli_tools_;
  services_->cli_pool = &cli_pool_;
  services_->answer_pool = &answer_pool_;
  if (Result<std::uint16_t> port = config::listen_port("", plan_.environment))
    services_->own_url = "http://127.0.0.1:" + std::to_string(*port);
  services_->otlp = otlp_.get();
  services_->secure_cookies = plan_.environment.get("AUTH_COOKIE_SECURE") == "true";
  gateway_ = std::make_unique<api::Gateway>(*services_);
  server_ = std::make_unique<http::Server>(*gateway_, http::Limits(), http::ServerTimeouts());
  services_->server = server_.get();
  return {};
}

Result<std::shared_ptr<const catalog::Catalog>> Wiring::make_catalog() {
  Result<std::unique_ptr<services::Demo>> demo = services::Demo::start(workers());
  if (!demo) return std::move(demo).error();
  demo_ = *std::move(demo);
  Result<catalog::Catalog> embedded = catalog::Catalog::embedded();
  if (!embedded) return std::move(embedded).error();
  embedded->serve_demo_at(demo_->base_url());
  return std::shared_ptr<const catalog::Catalog>(std::make_shared<catalog::Catalog>(*std::move(embedded)));
}

Task<void> Wiring::load(Status& outcome) {
  outcome = co_await editor_->load();
  if (!outcome) co_return;
  outcome = co_await memory_->load();
  if (!outcome) co_return;
  outcome = co_await egress_memory_->load();
  if (!outcome) co_return;
  Secret initial(std::string(plan_.environment.get("INITIAL_PASSWORD").value_or("")));
  outcome = co_await login_->load(std::move(initial));
  if (!outcome) co_return;
  outcome = co_await recall_spending();
}

Task<Status> Wiring::recall_spending() {
  store::UsageSlots slots(*database_);
  Result<std::vector<store::Spent>> today = co_await slots.spent_since(spending_.day_begin());
  if (!today) co_return std::move(today).error();
  Result<std::vector<store::Spent>> month = co_await slots.spent_since(spending_.month_begin());
  if (!month) co_return std::move(month).error();
  spending_.recall(*today, *month);
  co_return Status();
}

void Wiring::build_lanes() {
  for (const auto& worker : workers_) {
    pipeline::Lane& lane = *lanes_.emplace_back(std::make_unique<pipeline::Lane>(*worker, http::Limits()));
    lane.config = publisher_.current();
    subscriptions_.push_back(publisher_.subscribe([&lane](std::shared_ptr<const config::Snapshot> snapshot) {
      // What a worker posts to itself may come in behind what another posted after it: only a newer one is taken.
      lane.worker.post([&lane, snapshot = std::move(snapshot)] {
        if (!lane.config || lane.config->revision() < snapshot->revision()) lane.config = snapshot;
      });
    }));
  }
}

void Wiring::start() {
  workers_.front()->spawn("router memory", memory_->keep(*workers_.front()));
  workers_.front()->spawn("egress log", egress_memory_->keep(*workers_.front()));
  workers_.front()->spawn("export", otlp_->keep(*workers_.front(), lanes_.front()->upstreams));
  workers_.front()->spawn("backups", backups_->keep(*workers_.front()));
  workers_.front()->spawn("retention", retention_->keep(*workers_.front()));
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->spawn("trim upstreams", trim_upstreams(*workers_[i], lanes_[i]->upstreams));
    threads_.emplace_back([worker = workers_[i].get()] { worker->run(); });
  }
}

void Wiring::export_the_rest() {
  const std::shared_ptr<const config::Snapshot> config = publisher_.current();
  if (threads_.empty() || !config || !otlp_->listens(config->settings())) return;
  const auto done = std::make_shared<std::promise<void>>();
  std::future<void> over = done->get_future();
  net::Worker& worker = *workers_.front();
  worker.spawn("last export", export_last(*otlp_, worker, lanes_.front()->upstreams, done));
  static_cast<void>(over.wait_for(last_export));
}

void Wiring::stop() {
  if (std::exchange(stopped_, true)) return;
  if (server_) server_->close_all();
  export_the_rest();
  if (demo_) demo_->close();
  for (const std::uint64_t number : subscriptions_) publisher_.unsubscribe(number);
  for (const auto& worker : workers_) worker->stop();
  // Without threads of their own the workers end what is left on this one.
  if (threads_.empty())
    for (const auto& worker : workers_) worker->run();
  for (std::thread& thread : threads_) thread.join();
  if (memory_) memory_->save();
  if (egress_memory_) egress_memory_->save();
  if (database_) database_->close();
}

}  // namespace omniroute::app
