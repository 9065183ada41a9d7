#include "daemon.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "activation.hpp"
#include "browser.hpp"
#include "channel.hpp"
#include "notify.hpp"
#include "omniroute/net/address.hpp"
#include "process.hpp"
#include "welcome.hpp"

namespace omniroute::app {
namespace {

constexpr std::chrono::milliseconds drain_look{20};
constexpr std::chrono::milliseconds file_look{1000};

void print(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

Task<void> create_key(config::Editor& editor, config::KeyDraft draft, Result<config::NewKey>& made) {
  made = co_await editor.create_key(std::move(draft));
}

}  // namespace

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || net::classify_address(host) == net::AddressClass::loopback;
}

Result<std::unique_ptr<Daemon>> Daemon::open(ServeOptions options) {
  config::Settings early;
  std::vector<std::string> overridden;
  if (Status fits = config::apply_environment(early, options.environment, overridden); !fits) return std::move(fits).error();
  // A start that fails says so in one line; what is merely worth knowing waits until it has succeeded.
  log::configure(options.log_level.value_or(std::max(early.log_level, log::Level::warn)), early.log_json);
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(options)));
  const ServeOptions& chosen = daemon->options_;
  if (Status loaded = daemon->load_certificate(); !loaded) return std::move(loaded).error();
  Result<std::unique_ptr<Wiring>> wiring =
      Wiring::open({chosen.data_dir, chosen.environment, chosen.version, chosen.workers, daemon->on_loopback(), chosen.web_dir});
  if (!wiring) return std::move(wiring).error();
  daemon->wiring_ = *std::move(wiring);
  if (Status bound = daemon->bind(); !bound) return std::move(bound).error();
  if (daemon->has_file())
    if (Status applied = daemon->file_.apply(*daemon->wiring_, false); !applied) return std::move(applied).error();
  if (Status made = daemon->make_first_key(); !made) return std::move(made).error();
  const std::shared_ptr<const config::Snapshot> config = daemon->wiring_->config();
  log::configure(chosen.log_level.value_or(config->settings().log_level), config->settings().log_json);
  daemon->follow_log_level();
  if (!config->settings().require_api_key && !daemon->on_loopback())
    log::warn("keys are needed in spite of require_api_key=false: bound beyond loopback: address={}", daemon->address());
  return daemon;
}

void Daemon::start() {
  wiring_->start();
  for (const auto& listener : listeners_) listener->start();
  if (control_) control_->start();
}

Daemon::~Daemon() { stop(); }

void Daemon::reload() {
  if (Status applied = file_.apply(*wiring_, true); !applied)
    log::error("configuration file not applied, the present configuration goes on: {}", applied.error().message);
}

void Daemon::look_at_certificate() {
  const Result<bool> taken = tls_->look();
  if (!taken) log::error("new certificate not taken, the present one goes on: {}", taken.error().message);
  if (taken && *taken) log::info("certificate taken anew: file={}", options_.tls_cert);
}

Secret Daemon::setup_link() const { return app::setup_link(port(), wiring_->services().login.setup_token(), has_tls()); }

std::string Daemon::address() const {
  const std::string bound = options_.inherited.empty() ? options_.host : listeners_.front()->address();
  return address_text(bound.empty() ? "localhost" : bound, port(), has_tls());
}

bool Daemon::on_loopback() const {
  if (options_.inherited.empty()) return is_loopback(options_.host);
  return std::all_of(options_.inherited.begin(), options_.inherited.end(), &inherited_on_loopback);
}

Status Daemon::load_certificate() {
  if (options_.tls_cert.empty() && options_.tls_key.empty()) return {};
  if (options_.tls_cert.empty() || options_.tls_key.empty())
    return Error(ErrorKind::bad_request, "TLS needs both a certificate and its key: --tls-cert and --tls-key.");
  Result<std::shared_ptr<net::TlsServer>> loaded = net::TlsServer::load(options_.tls_cert, options_.tls_key);
  if (!loaded) return std::move(loaded).error();
  tls_ = *std::move(loaded);
  return {};
}

net::Listener::Accepted Daemon::into_server(bool local) {
  return [server = &wiring_->server(), local](net::Worker& worker, std::unique_ptr<net::Stream> stream) {
    worker.spawn("connection", server->serve(worker, std::move(stream), local));
  };
}

Status Daemon::listen() {
  for (const int descriptor : options_.inherited) {
    Result<std::unique_ptr<net::Listener>> adopted = net::Listener::adopt(descriptor, wiring_->workers(), into_server(false));
    if (!adopted) return std::move(adopted).error();
    listeners_.push_back(*std::move(adopted));
  }
  if (!listeners_.empty()) return {};
  Result<std::unique_ptr<net::Listener>> listener =
      net::Listener::tcp(options_.host, options_.port, wiring_->workers(), into_server(false));
  if (!listener) {
    Error error = std::move(listener).error();
    if (error.code == "address_in_use") error.message += " Choose another port with --port.";
    return error;
  }
  listeners_.push_back(*std::move(listener));
  return {};
}

Status Daemon::bind() {
  if (Status listening = listen(); !listening) return listening;
  if (tls_)
    for (const auto& listener : listeners_) listener->secure(tls_);
  wiring_->services().own_url = address_text("127.0.0.1", port(), has_tls());
  // Some shared folders cannot hold sockets; everything but the command line works without.
  Result<std::unique_ptr<net::Listener>> control =
      net::Listener::unix_socket(control_socket(options_.data_dir), wiring_->workers(), into_server(true));
  if (control) {
    control_ = *std::move(control);
  } else {
    log::warn("no control socket, commands work only while the daemon is stopped: reason={}", control.error().message);
  }
  return {};
}

Status Daemon::make_first_key() {
  const std::shared_ptr<const config::Snapshot> config = wiring_->config();
  const bool untouched = config->revision() == 0 || !wiring_->services().login.has_password();
  if (!config->keys().empty() || !untouched) return {};
  config::KeyDraft draft;
  draft.name = "first";
  Result<config::NewKey> made = Error(ErrorKind::internal, "The first API key could not be made.");
  wiring_->run(create_key(wiring_->services().editor, std::move(draft), made));
  if (!made) return std::move(made).error();
  first_key_ = std::move(made->text);
  return {};
}

void Daemon::follow_log_level() {
  if (options_.log_level) return;
  log_subscription_ = wiring_->services().publisher.subscribe(
      [](const std::shared_ptr<const config::Snapshot>& snapshot) { log::set_level(snapshot->settings().log_level); });
}

void Daemon::begin_drain() {
  wiring_->services().draining = true;
  for (const auto& listener : listeners_) listener->close();
  if (control_) control_->close();
  wiring_->server().drain();
}

void Daemon::stop() {
  if (!wiring_) return;
  if (log_subscription_ != 0) wiring_->services().publisher.unsubscribe(std::exchange(log_subscription_, 0));
  for (const auto& listener : listeners_) listener->close();
  if (control_) control_->close();
  wiring_->stop();
  listeners_.clear();
  control_.reset();
  wiring_.reset();
}

namespace {

/// Waits until the last request is answered, at most for the time that the settings give it. A second signal ends the process.
void drain(Daemon& daemon, StopSignals& signals) {
  const auto end = std::chrono::steady_clock::now() + daemon.drain_time();
  daemon.begin_drain();
  while (!daemon.drained() && std::chrono::steady_clock::now() < end) {
    if (const std::optional<int> again = signals.wait_for(drain_look)) {
      log::warn("stopped at once by a second signal: signal={}", *again);
      log::flush();
      ::_exit(128 + *again);
    }
  }
  if (!daemon.drained()) log::warn("requests cut off at shutdown: requests={}", daemon.wiring().server().in_flight());
}

/// Proves to the service manager that the workers still work: each has to run a job between two signs of life.
class Pulse {
 public:
  Pulse(Wiring& wiring, const ServiceNotice& notice)
      : notice_(notice), workers_(wiring.workers()), answered_(std::make_shared<std::atomic<std::size_t>>(0)) {
    ask();
  }
  void beat() {
    if (answered_->load() < workers_.size()) return;
    notice_.send("WATCHDOG=1");
    ask();
  }

 private:
  void ask() {
    answered_->store(0);
    for (net::Worker* worker : workers_) worker->post([answered = answered_] { answered->fetch_add(1); });
  }
  const ServiceNotice& notice_;
  std::vector<net::Worker*> workers_;
  std::shared_ptr<std::atomic<std::size_t>> answered_;
};

/// RELOADING=1 comes with the time it began (sd_notify(3)), so that the manager can tell one reload from the next.
std::string reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

/// Serves until a signal says stop. SIGHUP, or a change of a file, reads the configuration file and the certificate again, if there are
/// any. A terminal that goes away says SIGHUP, too: without a file or a service manager that is an end.
int serve_until_signal(Daemon& daemon, StopSignals& signals, const ServiceNotice& notice) {
  const std::optional<std::chrono::milliseconds> watchdog = notice.watchdog();
  const bool reloads = daemon.has_file() || daemon.has_tls() || notice.given();
  if (!watchdog && !reloads) return signals.wait();
  Pulse pulse(daemon.wiring(), notice);
  const std::chrono::milliseconds look = std::min(file_look, watchdog.value_or(file_look));
  for (;;) {
    const std::optional<int> signal = signals.wait_for(look);
    pulse.beat();
    if (signal && !(*signal == SIGHUP && reloads)) return *signal;
    if (daemon.has_tls()) daemon.look_at_certificate();
    if (!signal && !daemon.file_changed()) continue;
    notice.send(reloading());
    if (daemon.has_file()) daemon.reload();
    notice.send("READY=1");
  }
}

}  // namespace

int serve(ServeOptions options, bool browser) {
  harden_process();
  StopSignals signals;
  const config::Environment environment = options.environment;
  const std::string data_dir = options.data_dir;
  const ServiceNotice notice(environment);
  const std::string_view version = options.version;
  Result<std::unique_ptr<Daemon>> opened = Daemon::open(std::move(options));
  if (!opened) {
    print(stderr, "omniroute: " + opened.error().message + "\n");
    if (!opened.error().detail.empty()) log::debug("start failed: detail={}", opened.error().detail);
    return 1;
  }
  Daemon& daemon = **opened;
  const Secret link = daemon.setup_link();
  print(stdout, ready_line(version, daemon.address(), ::getpid()));
  print(stdout, first_steps(daemon.address(), link, daemon.first_key()).reveal());
  // Only now: who got an answer can read what was printed.
  daemon.start();
  log::info("ready: version={} address={} data_dir={}", version, daemon.address(), data_dir);
  std::string page;
  if (browser && Desktop::look_round(environment).wants_browser()) {
    if (link.empty()) {
      open_browser(address_text("localhost", daemon.port(), daemon.has_tls()) + "/");
    } else {
      page = open_browser_by_page(link, data_dir);
    }
  }
  notice.send("READY=1\nSTATUS=Serving on " + daemon.address());
  const int signal = serve_until_signal(daemon, signals, notice);
  notice.send("STOPPING=1");
  log::info("stopping: signal={} in_flight={}", signal, daemon.wiring().server().in_flight());
  drain(daemon, signals);
  daemon.stop();
  if (!page.empty()) ::unlink(page.c_str());
  log::info("stopped");
  log::flush();
  return 0;
}

}  // namespace omniroute::app
